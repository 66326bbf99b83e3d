"""Filters of S3, which CloudFormation spells flat: the prefix, the tags and the sizes beside each other. Pure."""

from typing import Any

from muster.properties.consuming import Part, pairs


def flat_filter(rule: Part, *names: str) -> dict[str, Any]:
    """Return a rule's filter as properties of the rule; `names` are members besides the prefix and the tags.

    An empty prefix says nothing and is left out: the rule is about the whole bucket either way.
    """
    narrowed = rule.part("Filter")
    both = narrowed.part("And")
    properties: dict[str, Any] = {}
    for part in (narrowed, both):
        for name, value in part.copy("Prefix", *names).items():
            if properties.get(name, value) != value:
                part.obstacle(f"the filter has two values for {name}")
            if value != "":
                properties[name] = value
    tag = narrowed.take("Tag")
    tags = [*([tag] if tag else []), *(both.take("Tags") or ())]
    return {**properties, "TagFilters": pairs(tags)} if tags else properties


def nested_filter(rule: Part) -> dict[str, Any] | None:
    """Return the filter of a replication rule, which stays nested; None for a rule of the first version, without one.

    An empty filter is about the whole bucket, as an empty prefix is; CloudFormation takes only the latter.
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-s3-bucket-replicationrulefilter.html
    """
    if rule.members.get("Filter") is None:
        rule.drop("Filter")
        return None
    narrowed = rule.part("Filter")
    properties = narrowed.copy("Prefix")
    tag = narrowed.take("Tag")
    if tag:
        properties["TagFilter"] = pairs([tag])[0]
    if narrowed.has("And"):
        both = narrowed.part("And")
        properties["And"] = {**both.copy("Prefix"), "TagFilters": pairs(both.take("Tags") or ())}
    return properties or {"Prefix": ""}
