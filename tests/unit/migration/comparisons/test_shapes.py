"""Answers that lack a member, or have one of another type, stop no comparison: what cannot be read is unread."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.unit.migration.comparisons.buckets import ROLE_ARN, Estate, inline, parity, policy_text

SIDES = ("source", "target", "source_key", "target_key", "role", "source_region", "target_region")
NAMES = parity().findings().keys()
Path = tuple[Any, ...]


def paths(value: Any, path: Path = ()) -> Iterator[Path]:
    """Yield the path of every member of an answer."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*path, key)
        yield from paths(inner, (*path, key))


def estate() -> Estate:
    """Return the estate in parity, with an attached policy, a boundary and a policy of each bucket."""
    made = parity()
    assert isinstance(made.role, dict)
    (policy,) = inline()["Policies"]
    made.role["attached-policies"] = {"AttachedPolicies": [policy]}
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    made.role["boundary"] = {"PermissionsBoundaryArn": ROLE_ARN, "PolicyDocument": {"Statement": [everything]}}
    made.source["policy"] = made.target["policy"] = policy_text()
    return made


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("replacement", [{}, "quantum"], ids=repr)
def test_members_of_another_type(side: str, replacement: Any) -> None:
    for path in paths(getattr(estate(), side)):
        made = estate()
        *outer, last = path
        holder = getattr(made, side)
        for key in outer:
            holder = holder[key]
        holder[last] = replacement if len(path) > 1 else {"quantum": replacement}
        assert made.findings().keys() == NAMES


@pytest.mark.parametrize("side", SIDES)
def test_members_that_are_left_out(side: str) -> None:
    for path in paths(getattr(estate(), side)):
        made = estate()
        *outer, last = path
        holder = getattr(made, side)
        for key in outer:
            holder = holder[key]
        del holder[last]
        assert made.findings().keys() == NAMES
