"""The lifecycle rules of a target bucket: the source's, and the expiration that the migration file asks for. Pure."""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

_ABORT_DAYS = 7
"""After how many days incomplete multipart uploads are aborted."""
_NARROWS = ("Prefix", "TagFilters", "ObjectSizeGreaterThan", "ObjectSizeLessThan")
_REPLACED = ("ExpirationInDays", "ExpirationDate", "NoncurrentVersionExpiration", "AbortIncompleteMultipartUpload")
_ACTIONS = (*_REPLACED, "ExpiredObjectDeleteMarker", "Transitions", "NoncurrentVersionTransitions")


def target_lifecycle(
    configuration: Mapping[str, Any] | None, expiry_days: int, say: Callable[[str], None]
) -> dict[str, Any]:
    """Return the lifecycle configuration of a target; `say` hears what of the source's is left out.

    Expiration in a versioned bucket only adds delete markers, so that noncurrent versions expire as well.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
    """
    given = configuration or {}
    rules = [*_kept(given.get("Rules") or (), expiry_days, say)]
    own = {
        "Id": _free(f"expire-after-{expiry_days}-days", rules),
        "Status": "Enabled",
        "ExpirationInDays": expiry_days,
        "NoncurrentVersionExpiration": {"NoncurrentDays": expiry_days},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": _ABORT_DAYS},
    }
    return {**given, "Rules": [*_with_filters([*rules, own], say)]}


def _with_filters(rules: Sequence[Mapping[str, Any]], say: Callable[[str], None]) -> Iterator[Mapping[str, Any]]:
    """Yield the rules, and one more where CloudFormation would send them in the old form, which S3 would refuse.

    Rules without tags and sizes go to S3 with a prefix of their own, not with a filter, and such prefixes may not
    overlap for one kind of action. A disabled rule with a tag makes it send filters, which may.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-conflicts.html
    """
    yield from rules
    filtered = any(name in rule for rule in rules for name in _NARROWS[1:])
    if not filtered and any(_overlap(one, other) for one, other in itertools.combinations(rules, 2)):
        say("a disabled lifecycle rule is added: with it, rules of CloudFormation may overlap")
        tag = {"Key": "lifecycle", "Value": "none"}
        yield {
            "Id": _free("allow-overlaps", rules),
            "Status": "Disabled",
            "TagFilters": [tag],
            "ExpirationInDays": 3650,
        }


def _overlap(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    shorter, longer = sorted((str(rule.get("Prefix") or "") for rule in (one, other)), key=len)
    return longer.startswith(shorter) and bool(_kinds(one) & _kinds(other))


def _kinds(rule: Mapping[str, Any]) -> set[str]:
    """Return the kinds of action of a rule: S3 takes an expiration as one kind, however it is put."""
    return {"Expiration" if name.startswith(("Expiration", "Expired")) else name for name in _ACTIONS if name in rule}


def _kept(
    rules: Sequence[Mapping[str, Any]], expiry_days: int, say: Callable[[str], None]
) -> Iterator[Mapping[str, Any]]:
    """Yield the source's rules without what the expiration of all objects replaces or makes pointless."""
    for rule in rules:
        name = f"lifecycle rule {rule.get('Id') or 'without an id'}"
        if rule["Status"] != "Enabled":
            yield rule
            continue
        whole = not any(each in rule for each in _NARROWS)
        left = {key: value for key, value in rule.items() if not (whole and key in _REPLACED)}
        for key, days in (("Transitions", "TransitionInDays"), ("NoncurrentVersionTransitions", "TransitionInDays")):
            steps = [step for step in left.get(key, ()) if step.get(days, 0) < expiry_days]
            if len(steps) < len(left.get(key, ())):
                say(f"{name} has transitions after {expiry_days} days, when objects have expired: left out")
            left = {**left, key: steps} if steps else {each: left[each] for each in left if each != key}
        if left.keys() != rule.keys() and whole and rule.keys() & {*_REPLACED}:
            say(f"{name} is replaced by the expiration after {expiry_days} days, in whole or in part")
        if any(each in left for each in _ACTIONS):
            yield left


def _free(name: str, rules: Sequence[Mapping[str, Any]]) -> str:
    """Return the name, with a number where a rule of the source has it."""
    taken = {rule.get("Id") for rule in rules}
    names = (name, *(f"{name}-{number}" for number in range(2, len(rules) + 2)))
    return next(each for each in names if each not in taken)
