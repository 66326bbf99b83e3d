"""The check of required tags, for every resource type that has tags."""

import functools
import re
from collections.abc import Iterable, Iterator, Mapping

from muster.analysis.patterns import globs, regex
from muster.facets.tagging.tags import Tags
from muster.model.check import check
from muster.model.finding import Severity, Verdict, compliant, non_compliant
from muster.model.text import sentence

Allowed = Mapping[str, object]
"""Allowed values by key: a tuple of strings, in which `*` stands for any text, or {"pattern": a regular expression}."""


CONTROLS = (
    "Security Hub ACM.3",
    "Security Hub AppSync.4",
    "Security Hub Athena.3",
    "Security Hub AutoScaling.10",
    "Security Hub Backup.3",
    "Security Hub Backup.4",
    "Security Hub Backup.5",
    "Security Hub CloudFormation.2",
    "Security Hub CloudFront.14",
    "Security Hub CloudTrail.9",
    "Security Hub DMS.4",
    "Security Hub DataSync.2",
    "Security Hub DynamoDB.5",
    "Security Hub EC2.33",
    "Security Hub EC2.34",
    "Security Hub EC2.35",
    "Security Hub EC2.36",
    "Security Hub EC2.37",
    "Security Hub EC2.38",
    "Security Hub EC2.39",
    "Security Hub EC2.40",
    "Security Hub EC2.41",
    "Security Hub EC2.42",
    "Security Hub EC2.43",
    "Security Hub EC2.44",
    "Security Hub EC2.45",
    "Security Hub EC2.46",
    "Security Hub EC2.47",
    "Security Hub EC2.48",
    "Security Hub EC2.49",
    "Security Hub EC2.50",
    "Security Hub EC2.52",
    "Security Hub EC2.174",
    "Security Hub EC2.175",
    "Security Hub EC2.176",
    "Security Hub EC2.177",
    "Security Hub EC2.178",
    "Security Hub EC2.179",
    "Security Hub ECS.13",
    "Security Hub ECS.14",
    "Security Hub ECS.15",
    "Security Hub EFS.5",
    "Security Hub EKS.6",
    "Security Hub ES.9",
    "Security Hub EventBridge.2",
    "Security Hub Glue.1",
    "Security Hub GuardDuty.4",
    "Security Hub IAM.23",
    "Security Hub IAM.24",
    "Security Hub IAM.25",
    "Security Hub Kinesis.2",
    "Security Hub Lambda.6",
    "Security Hub MQ.4",
    "Security Hub NetworkFirewall.7",
    "Security Hub NetworkFirewall.8",
    "Security Hub Opensearch.9",
    "Security Hub PCA.2",
    "Security Hub RDS.28",
    "Security Hub RDS.29",
    "Security Hub RDS.30",
    "Security Hub RDS.32",
    "Security Hub Redshift.11",
    "Security Hub SES.2",
    "Security Hub SNS.3",
    "Security Hub SQS.2",
    "Security Hub SSM.5",
    "Security Hub SecretsManager.5",
    "Security Hub StepFunctions.2",
    "Security Hub Transfer.6",
)
"""A finding has the one of its resource type. These controls require any tag, or every key of a list."""


@check(severity=Severity.MEDIUM, controls=CONTROLS, version=2, needs_tags=True)
def required_tags(
    tags: Tags,
    *,
    keys: tuple[str, ...] = ("Environment", "Owner", "CostCenter", "Project"),
    values: Mapping[str, object] = {},
    spellings: Mapping[str, tuple[str, ...]] = {},
) -> Verdict:
    """Resources should have the required tags with allowed values.

    Keys and values are compared exactly. An empty value counts as missing. Keys that AWS sets itself (`aws:…`) do not
    count. A key in `values` that is not in `keys` is optional: its value is checked where the key exists. `spellings`
    has other spellings of a key that count as the key; several of them on one resource must have the same value.

    Problem: required tags are missing or wrong
    Why: Tags show who owns a resource, who pays for it and which environment it belongs to.
    Fix: `aws resourcegroupstaggingapi tag-resources --resource-arn-list ARN --tags KEY=VALUE` For IAM roles, users and
      policies use tag-role, tag-user and tag-policy. If the resource is defined in code, add the tag there.
    Source: https://docs.aws.amazon.com/config/latest/developerguide/required-tags.html
    """
    own = _as_spelled(tags.own, spellings) if spellings else tags.own
    wrong = {**dict(_lacking(keys, own)), **dict(_invalid(own, keys, values))}
    if spellings:
        wrong |= dict(_contradicting(tags.own, keys, spellings))
    if wrong:
        missing = next((key for key in keys if key not in own), "")
        return non_compliant(sentence("; ".join(wrong.values())), key=missing).about(*map(tag_fact, wrong))
    return compliant(f"The resource has the tags {', '.join(keys)}" if keys else "No tag is required")


def _as_spelled(own: Mapping[str, str], spellings: Mapping[str, tuple[str, ...]]) -> Mapping[str, str]:
    """Return the tags with those keys, too, of which another spelling counts."""
    found = {
        key: next((own[each] for each in others if each in own), None)
        for key, others in spellings.items()
        if key not in own
    }
    return {**own, **{key: value for key, value in found.items() if value is not None}}


def _contradicting(
    own: Mapping[str, str], keys: Iterable[str], spellings: Mapping[str, tuple[str, ...]]
) -> Iterator[tuple[str, str]]:
    for key in keys:
        present = [each for each in (key, *spellings.get(key, ())) if each in own]
        if len({own[each] for each in present}) > 1:
            given = ", ".join(f"{each}={own[each]!r}" for each in present)
            yield key, f"the spellings of tag {key} have different values ({given})"


def tag_fact(key: str) -> str:
    """Return the name of the fact that a tag is missing or has a wrong value."""
    return f"tag {key}"


def spelling_fact(key: str) -> str:
    """Return the name of the fact that a key is spelled otherwise than one that is there, too."""
    return f"spelling {key}"


def _lacking(keys: Iterable[str], own: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for key in keys:
        if key not in own:
            yield key, f"tag {key} is missing{_near(key, own)}"


def _near(key: str, own: Mapping[str, str]) -> str:
    for why, form in (("keys are case-sensitive", str.casefold), ("keys are compared exactly", folded)):
        if near := sorted(other for other in own if form(other) == form(key)):
            return f" (found {', '.join(near)}; {why})"
    return ""


@functools.lru_cache(maxsize=4096)
def folded(key: str) -> str:
    """Return a key without the letter case and the signs in which spellings of one word differ."""
    return re.sub(r"[\s_.:-]", "", key).casefold()


def _invalid(own: Mapping[str, str], keys: Iterable[str], values: Allowed) -> Iterator[tuple[str, str]]:
    for key in dict.fromkeys([*keys, *sorted(values)] if values else keys):
        if key not in own:
            continue
        value = own[key]
        if not value.strip():
            yield key, f"tag {key} is empty" + (f"; allowed: {_rule_text(values[key])}" if key in values else "")
        elif key in values and not _allowed(value, values[key]):
            yield key, f"tag {key} is {value!r}; allowed: {_rule_text(values[key])}"


def _allowed(value: str, rule: object) -> bool:
    if isinstance(rule, Mapping):
        return regex.fullmatch(str(rule["pattern"]), value)
    return any(globs.starred(str(pattern), value) for pattern in rule)  # type: ignore[attr-defined]


def _rule_text(rule: object) -> str:
    if isinstance(rule, Mapping):
        return f"values that match {rule['pattern']}"
    return " or ".join(str(pattern) for pattern in rule)  # type: ignore[attr-defined]
