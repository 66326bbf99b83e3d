"""Lifecycle rules of a bucket as properties. Pure."""

from datetime import UTC, datetime
from typing import Any

from muster.properties.consuming import Part, without
from muster.properties.s3.filters import flat_filter

_SIZES = ("ObjectSizeGreaterThan", "ObjectSizeLessThan")


def lifecycle(part: Part) -> dict[str, Any] | None:
    """Return the lifecycle configuration of a bucket, None where it has none."""
    rules = [_rule(rule) for rule in part.parts("Rules")]
    least = part.copy("TransitionDefaultMinimumObjectSize")
    return {"Rules": rules, **least} if rules else None


def _rule(rule: Part) -> dict[str, Any]:
    narrowed = flat_filter(rule, *_SIZES)
    narrowed.update({name: str(narrowed[name]) for name in _SIZES if name in narrowed})
    prefix = rule.take("Prefix")
    if prefix and narrowed.get("Prefix", prefix) != prefix:
        rule.obstacle("the rule and its filter have different prefixes", "Prefix")
    abort = rule.part("AbortIncompleteMultipartUpload")
    if abort and any(name in narrowed for name in _SIZES):
        abort.obstacle("CloudFormation does not take it in a rule with object sizes")
    return without(
        {
            **rule.copy("Status", ID="Id"),
            **({"Prefix": prefix} if prefix else {}),
            **narrowed,
            **_expiration(rule.part("Expiration")),
            "Transitions": [_transition(each) for each in rule.parts("Transitions")],
            "NoncurrentVersionExpiration": rule.part("NoncurrentVersionExpiration").copy(
                "NoncurrentDays", "NewerNoncurrentVersions"
            ),
            "NoncurrentVersionTransitions": [
                each.copy("StorageClass", "NewerNoncurrentVersions", NoncurrentDays="TransitionInDays")
                for each in rule.parts("NoncurrentVersionTransitions")
            ],
            "AbortIncompleteMultipartUpload": abort.copy("DaysAfterInitiation"),
        }
    )


def _expiration(expiration: Part) -> dict[str, Any]:
    days = expiration.copy("ExpiredObjectDeleteMarker", Days="ExpirationInDays")
    return {**days, "ExpirationDate": _date(expiration.take("Date"))}


def _transition(transition: Part) -> dict[str, Any]:
    days = transition.copy("StorageClass", Days="TransitionInDays")
    return without({**days, "TransitionDate": _date(transition.take("Date"))})


def _date(value: Any) -> str | None:
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if isinstance(value, datetime) else value
