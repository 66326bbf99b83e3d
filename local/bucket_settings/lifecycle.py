"""The lifecycle of a bucket.

A rule without tags and sizes is sent in the old form, with a prefix of its own, as CloudFormation sends it; where one
rule has them, all have filters: S3 takes no rules of both forms.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-s3-bucket-rule.html
"""

from typing import Any

from local.bucket_settings.filters import filtered
from local.provisioning.kinds import Properties, chosen

_SIZES = ("ObjectSizeGreaterThan", "ObjectSizeLessThan")


def lifecycle(properties: Properties) -> dict[str, Any]:
    """Return the parameters of PutBucketLifecycleConfiguration."""
    given = properties["Rules"]
    filters = any({"TagFilters", *_SIZES} & rule.keys() for rule in given)
    rules = [{**_actions(rule), **(_filter(rule) if filters else {"Prefix": rule.get("Prefix", "")})} for rule in given]
    size = chosen(properties, "TransitionDefaultMinimumObjectSize")
    return {"LifecycleConfiguration": {"Rules": rules}, **size}


def _filter(rule: Properties) -> dict[str, Any]:
    tests: dict[str, Any] = chosen(rule, "Prefix") | {name: int(rule[name]) for name in _SIZES if name in rule}
    return {"Filter": filtered(tests, list(rule.get("TagFilters", ()))) or {"Prefix": ""}}


def _actions(rule: Properties) -> dict[str, Any]:
    made: dict[str, Any] = chosen(rule, "Status", "AbortIncompleteMultipartUpload", ID="Id")
    expiration = chosen(rule, "ExpiredObjectDeleteMarker", Days="ExpirationInDays", Date="ExpirationDate")
    if expiration:
        made["Expiration"] = expiration
    transitions = [*rule.get("Transitions", ()), *([rule["Transition"]] if "Transition" in rule else ())]
    if transitions:
        made["Transitions"] = [
            {**chosen(each, Days="TransitionInDays", Date="TransitionDate"), "StorageClass": _class(each)}
            for each in transitions
        ]
    single = [rule["NoncurrentVersionTransition"]] if "NoncurrentVersionTransition" in rule else []
    noncurrent = [*rule.get("NoncurrentVersionTransitions", ()), *single]
    if noncurrent:
        made["NoncurrentVersionTransitions"] = [
            {
                **chosen(each, "NewerNoncurrentVersions", NoncurrentDays="TransitionInDays"),
                "StorageClass": _class(each),
            }
            for each in noncurrent
        ]
    if "NoncurrentVersionExpirationInDays" in rule:
        made["NoncurrentVersionExpiration"] = {"NoncurrentDays": rule["NoncurrentVersionExpirationInDays"]}
    return made | chosen(rule, "NoncurrentVersionExpiration")


def _class(transition: Properties) -> str:
    """Return a storage class; templates may spell one of them in small letters."""
    return str(transition["StorageClass"]).upper()
