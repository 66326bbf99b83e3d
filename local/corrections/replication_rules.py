"""What S3 refuses of a replication configuration.

Rules come in two versions. One with a Filter is of the second: it needs a Priority and says whether delete markers are
replicated. One without is of the first, and has neither.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-add-config.html
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from local import buckets

Refusal = tuple[str, str]
"""The code and the message of S3's error."""

MALFORMED: Refusal = ("MalformedXML", "")

_RULES = 1_000
_LONGEST_ID = 255
_RTC_MINUTES = 15
_PREDICATES = 2
"""How many tests an And has at least."""
_CLASSES = frozenset(
    {
        "DEEP_ARCHIVE",
        "GLACIER",
        "GLACIER_IR",
        "INTELLIGENT_TIERING",
        "ONEZONE_IA",
        "REDUCED_REDUNDANCY",
        "STANDARD",
        "STANDARD_IA",
    }
)
_SWITCH = ("Enabled", "Disabled")
_ROLE = re.compile(r"arn:[\w-]+:iam::\d{12}:role/.+")
_BUCKET = re.compile(r"arn:[\w-]+:s3:::(?P<name>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])")
_KEY = re.compile(r"arn:[\w-]+:kms:[\w-]+:\d{12}:(?:key|alias)/.+")

Part = Mapping[str, Any]


def refusal(configuration: Part, source: Any) -> Refusal | None:
    """Return why S3 refuses a configuration, with the SDK's names, for a bucket of moto's; None where it does not."""
    return next(_refusals(configuration, source), None)


def _refusals(configuration: Part, source: Any) -> Iterator[Refusal]:
    rules = configuration.get("Rules") or []
    if "Role" not in configuration or not 1 <= len(rules) <= _RULES:
        yield MALFORMED
    elif not _ROLE.fullmatch(configuration["Role"]):
        yield "InvalidArgument", "Invalid Role specified in replication configuration"
    if not buckets.is_versioned(source):
        yield _invalid("Versioning must be 'Enabled' on the bucket to apply a replication configuration")
    old = any("Filter" not in rule and not _is_timed(rule) for rule in rules)
    for rule in rules:
        yield from _of_rule(rule, source, old=old)
    yield from _of_names(rules)
    for rule in rules:
        yield from _of_target(rule["Destination"]["Bucket"])


def _is_timed(rule: Part) -> bool:
    """Whether a rule has S3 Replication Time Control, which makes it one of the second version."""
    return "ReplicationTime" in rule.get("Destination", {})


def _of_rule(rule: Part, source: Any, *, old: bool) -> Iterator[Refusal]:
    markers = rule.get("DeleteMarkerReplication")
    # "Amazon S3 doesn't support this anymore", the SDK's model says of ExistingObjectReplication.
    if rule.get("Status") not in _SWITCH or "ExistingObjectReplication" in rule:
        yield MALFORMED
    if "Bucket" not in rule.get("Destination", {}) or ("Filter" in rule) == ("Prefix" in rule):
        yield MALFORMED
    yield from _of_filter(rule.get("Filter", {}))
    for name in ("Priority", "DeleteMarkerReplication"):
        if (name in rule) == old and not ("Filter" not in rule and _is_timed(rule)):
            restriction = "cannot be used" if old else "must be specified"
            yield _invalid(f"{name} {restriction} for this version of {_SCHEMA}")
    if markers is not None and markers.get("Status") not in _SWITCH:
        yield MALFORMED
    if markers and markers["Status"] == "Enabled" and {"Tag", "And"} & rule.get("Filter", {}).keys():
        yield _invalid(f"Delete marker replication is not supported if any Tag filter is specified. {_GUIDE}")
    yield from _of_criteria(rule)
    yield from _of_destination(rule["Destination"], source)


_GUIDE = "Please refer to S3 Developer Guide for more information."
_SCHEMA = f"Cross Region Replication configuration schema. {_GUIDE}"


def _of_filter(given: Part) -> Iterator[Refusal]:
    if len(given) > 1:
        yield MALFORMED
    both = given.get("And")
    if both is not None and len(both.get("Tags", ())) + ("Prefix" in both) < _PREDICATES:
        yield MALFORMED
    keys = [tag.get("Key") for tag in (both or {}).get("Tags", ())]
    if len(set(keys)) < len(keys):
        yield _invalid("Duplicate Tag Keys are not allowed.")


def _of_criteria(rule: Part) -> Iterator[Refusal]:
    criteria = rule.get("SourceSelectionCriteria")
    if criteria == {}:
        yield _invalid("SourceSelectionCriteria cannot be empty.")
    if any(each.get("Status") not in _SWITCH for each in (criteria or {}).values()):
        yield MALFORMED
    selects = "SseKmsEncryptedObjects" in (criteria or {})
    encryption = rule["Destination"].get("EncryptionConfiguration")
    key = (encryption or {}).get("ReplicaKmsKeyID", "")
    if encryption is not None and not selects:
        yield _invalid("SseKmsEncryptedObjects must be specified if EncryptionConfiguration is present.")
    if selects and not key:
        yield _invalid("ReplicaKmsKeyID must be specified if SseKmsEncryptedObjects tag is present.")
    if key and not _KEY.fullmatch(key):
        yield "InvalidArgument", "Invalid ReplicaKmsKeyID ARN."


def _of_destination(target: Part, source: Any) -> Iterator[Refusal]:
    found = _BUCKET.fullmatch(target["Bucket"])
    if found is None:
        yield "InvalidArgument", "Invalid bucket ARN"
    elif found["name"] == source.name:
        yield _invalid("Destination bucket cannot be the same as the source bucket.")
    if target.get("StorageClass", "STANDARD") not in _CLASSES:
        yield MALFORMED
    translation = target.get("AccessControlTranslation")
    if translation is not None and translation.get("Owner") != "Destination":
        yield MALFORMED
    if translation is not None and "Account" not in target:
        yield _invalid("Account must be specified if the Owner in AccessControlTranslation has a value")
    yield from _of_metrics(target)


def _of_metrics(target: Part) -> Iterator[Refusal]:
    """Refuse S3 Replication Time Control without metrics, or with other minutes than the 15 that it promises.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_ReplicationTimeValue.html
    """
    metrics, timed = target.get("Metrics"), target.get("ReplicationTime")
    if any(each is not None and each.get("Status") not in _SWITCH for each in (metrics, timed)):
        yield MALFORMED
    threshold = (metrics or {}).get("EventThreshold")
    if timed is not None and "Time" not in timed:
        yield MALFORMED
    if timed is not None and metrics is None:
        yield _invalid("Replication destination must contain both ReplicationTime and Metrics or neither.")
    if timed is not None and timed["Time"].get("Minutes") != _RTC_MINUTES:
        yield "InvalidArgument", "Invalid time minute value"
    if (timed or {}).get("Status") == "Enabled":
        if threshold is None:
            yield "InvalidArgument", "ReplicationMetrics must contain an event threshold"
        elif threshold.get("Minutes") != _RTC_MINUTES:
            yield "InvalidArgument", "Invalid event threshold minute value"
    elif threshold is not None:
        message = "Metrics cannot contain an event threshold when ReplicationTime is not specified or Disabled"
        yield "InvalidArgument", message


def _of_names(rules: list[Part]) -> Iterator[Refusal]:
    """Refuse names and priorities that are not one rule's alone."""
    names = [rule["ID"] for rule in rules if rule.get("ID")]
    if any(len(name) > _LONGEST_ID for name in names):
        yield "InvalidArgument", f"Rule Id cannot be greater than {_LONGEST_ID}"
    if len(set(names)) < len(names):
        yield "InvalidArgument", "Rule Id must be unique"
    priorities = [rule["Priority"] for rule in rules if "Priority" in rule]
    if any(priority < 0 for priority in priorities):
        yield _invalid("Priority must be between 0 and 2147483647.")
    for priority in sorted({each for each in priorities if priorities.count(each) > 1}):
        yield _invalid(f"Found duplicate priority {priority}.")


def _of_target(arn: str) -> Iterator[Refusal]:
    """Refuse a destination that does not exist or makes no versions; neither its key nor its policy is looked at."""
    bucket = buckets.find(arn.rpartition(":")[2])
    if bucket is None:
        yield _invalid("Destination bucket must exist.")
    elif not buckets.is_versioned(bucket):
        yield _invalid("Destination bucket must have versioning enabled.")


def _invalid(message: str) -> Refusal:
    return "InvalidRequest", message
