"""Texts of a source rewritten for the target: names of regions, and ARNs of what is migrated. Pure."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from muster.analysis.policies.access import public
from muster.analysis.policies.document import Policy
from muster.migration.file import BucketItem, FunctionItem, Item, LogGroupItem, TableItem
from muster.migration.template.plan import Plan

_BEFORE_NAME: Mapping[type[Item], str] = {
    BucketItem: r":s3:::",
    TableItem: r":table/",
    FunctionItem: r":function:",
    LogGroupItem: r":log-group:",
}
"""What stands before the name of a resource in its ARN."""
_DELETED = re.compile(r"A[A-Z]{3}[A-Z0-9]{12,}")
_NETWORK = re.compile(r"vpce?-[0-9a-f]+")


@dataclass(frozen=True)
class Mover:
    """Rewrites values of the source for the target."""

    plan: Plan

    @cached_property
    def _names(self) -> tuple[tuple[re.Pattern[str], Mapping[str, str]], ...]:
        """The names of each kind in ARNs, the longest first, and what they become."""
        found = []
        for kind, before in _BEFORE_NAME.items():
            names = {item.name: item.target for item, _ in self.plan.sources if type(item) is kind}
            longest_first = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
            if names:
                found.append((re.compile(rf"(?<={before})(?:{longest_first})(?![A-Za-z0-9_.-])"), names))
        return tuple(found)

    def value(self, value: Any) -> Any:
        """Return a value with all of its texts moved."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {name: self.value(each) for name, each in value.items()}
        return [self.value(each) for each in value] if isinstance(value, (list, tuple)) else value

    def text(self, text: str) -> str:
        """Return a text that names the targets, the target region, and in ARNs the account of the target.

        Names of regions are replaced as whole words: `us-east-1` is no part of `us-east-10`.
        """
        for pattern, names in self._names:
            text = pattern.sub(lambda match, names=names: names[match.group()], text)  # type: ignore[misc]
        source, target = self.plan.file.source.region, self.plan.file.target.region
        text = re.sub(
            rf"(arn:[a-z-]+:[a-z0-9-]+:){source}:{self.plan.source_account}:",
            rf"\g<1>{target}:{self.plan.target_account}:",
            text,
        )
        return re.sub(rf"(?<![a-z0-9]){re.escape(source)}(?![0-9])", target, text)


def carried_policy(document: Mapping[str, Any], mover: Mover, say: Callable[[str], None]) -> dict[str, Any] | None:
    """Return a resource policy for the target, None if nothing is left of it; `say` hears what is left out.

    What the target would be refused with, or locked by, is left out: statements that admit everyone, since public
    access is blocked, and those that name a deleted principal, or a network or key of the source region.
    """
    statements = document.get("Statement") or ()
    kept = []
    for number, statement in enumerate([statements] if isinstance(statements, Mapping) else statements, 1):
        reason = _unfit(statement, mover.plan.file.source.region)
        if reason:
            say(f"statement {statement.get('Sid') or number} of its policy is not carried over: {reason}")
        else:
            kept.append(mover.value(statement))
    return {**document, "Statement": kept} if kept else None


def _unfit(statement: Mapping[str, Any], region: str) -> str:
    condition = json.dumps(statement.get("Condition") or {})
    if _NETWORK.search(condition):
        return "it names a VPC or an endpoint, which are of one region"
    if f":kms:{region}:" in condition:
        return "it names a KMS key of the source region"
    principals = json.dumps([statement.get("Principal"), statement.get("NotPrincipal")])
    if any(_DELETED.fullmatch(word) for word in re.findall(r'"([^"]*)"', principals)):
        return "it names a principal that was deleted"
    return "it admits everyone" if public(Policy.parse(json.dumps({"Statement": [statement]}))) else ""
