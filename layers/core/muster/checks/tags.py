"""Checks of tags, the same for every resource type that has them."""

import functools
import re
from collections.abc import Iterable, Iterator, Mapping

from muster.check import check
from muster.facets.tags import Tags
from muster.model import Severity, Verdict, compliant, non_compliant

Allowed = Mapping[str, object]
"""Allowed values by key: a tuple of texts, in which `*` stands for anything, or {"pattern": a regular expression}."""


@check(
    severity=Severity.MEDIUM,
    controls=("Security Hub EC2.38", "Security Hub EC2.43", "Security Hub EC2.45"),
)
def required_tags(
    tags: Tags,
    *,
    keys: tuple[str, ...] = ("Environment", "Owner", "CostCenter", "Project"),
    values: Mapping[str, object] = {},  # noqa: B006 - read only
) -> Verdict:
    """Resources should carry the required tags with allowed values.

    Keys and values are compared in exact case, an empty value is no value, and keys that AWS sets itself (`aws:…`)
    are left out of account. Resources that were never tagged are judged like all others.

    Why: Costs, owners and environments are found by tags; a resource without them belongs to nobody.
    Fix: Add the missing tags and correct the values, by hand or where the resource is defined.
    Source: https://docs.aws.amazon.com/config/latest/developerguide/required-tags.html
    """
    own = tags.own
    missing = [_missing(key, own) for key in keys if key not in own]
    wrong = list(_wrong(own, keys, values))
    if not missing and not wrong:
        return compliant(f"it has {', '.join(keys)}" if keys else "no tag is required of it")
    lacks = [f"missing: {', '.join(missing)}"] if missing else []
    return non_compliant("; ".join([*lacks, *(f"invalid: {said}" for said in wrong)]))


def _missing(key: str, own: Mapping[str, str]) -> str:
    near = sorted(other for other in own if _folded(other) == _folded(key))
    return f"{key} (there is {', '.join(near)}: keys are compared exactly)" if near else key


def _folded(key: str) -> str:
    return re.sub(r"[\s_.:-]", "", key).casefold()


def _wrong(own: Mapping[str, str], keys: Iterable[str], values: Allowed) -> Iterator[str]:
    for key in dict.fromkeys([*keys, *values]):
        if key not in own:
            continue
        value = own[key]
        if key in keys and not value.strip():
            yield f"{key} is empty"
        elif key in values and not _allowed(value, values[key]):
            yield f"{key} is {value!r}, allowed is {_said(values[key])}"


def _allowed(value: str, rule: object) -> bool:
    if isinstance(rule, Mapping):
        return re.fullmatch(str(rule["pattern"]), value) is not None
    return any(_glob(str(pattern)).fullmatch(value) for pattern in rule)  # type: ignore[attr-defined]


@functools.lru_cache(maxsize=1024)
def _glob(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(piece) for piece in pattern.split("*")), re.DOTALL)


def _said(rule: object) -> str:
    if isinstance(rule, Mapping):
        return f"what matches {rule['pattern']}"
    return " or ".join(str(pattern) for pattern in rule)  # type: ignore[attr-defined]
