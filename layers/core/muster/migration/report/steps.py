"""What to do next, as it follows from the findings of a migration: each step with its commands. Pure."""

import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from muster.migration.file import LogGroupItem, TableItem, scaled
from muster.migration.report.facts import Facts
from muster.migration.sides import Pair
from muster.migration.template.plan import own_name
from muster.model.finding import Finding, Severity
from muster.model.text import counted
from muster.reports.remedy import Step, filled
from muster.reports.remedy import Target as Repaired

_RANK = {severity: -severity.rank for severity in Severity}


@dataclass(frozen=True, slots=True)
class NextStep:
    """One thing to do: why, for which resources, and how; commands can be pasted into a shell.

    `severity` is None for a step that no failure asks for.
    """

    title: str
    severity: Severity | None
    check_id: str
    resources: tuple[str, ...]
    reasons: tuple[str, ...]
    steps: tuple[Step, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the step as plain JSON."""
        return {
            "title": self.title,
            "severity": self.severity.value if self.severity else None,
            "check_id": self.check_id,
            "resources": list(self.resources),
            "reasons": list(self.reasons),
            "commands": [step.text for step in self.steps if step.command],
            "notes": [step.text for step in self.steps if not step.command],
        }


@dataclass(frozen=True, slots=True)
class Context:
    """The pair that a fix is for; `replication` has the role and the first rule that name the target."""

    pair: Pair
    source: Facts
    target: Facts
    file_name: str
    replication: Mapping[str, str] = field(default_factory=dict)


def repairs(finding: Finding, context: Context) -> tuple[Step, ...]:
    """Return the fix of a failure with the names of both sides, and the values that the migration file asks for."""
    resource = finding.resource
    more = {name: str(value) for name, value in _values(context).items() if value}
    return filled(
        finding.remediation,
        Repaired(
            resource.type, resource.id, resource.arn or "", resource.account_id, resource.region, resource.partition,
            more,
        ),
    )  # fmt: skip


def next_steps(
    failures: Iterable[tuple[Finding, tuple[Step, ...]]], unread: Mapping[str | None, int], file_name: str
) -> tuple[NextStep, ...]:
    """Return the steps for failures, worst first; those with the same commands are one step.

    `unread` maps a missing permission, None for other reasons, to the number of findings without an answer.
    """
    made: dict[tuple[str, tuple[Step, ...]], NextStep] = {}
    for finding, steps in failures:
        key = _key(finding, steps)
        one = NextStep(
            finding.title, finding.severity, finding.check_id, (finding.resource.id,), (_why(finding),), steps
        )
        made[key] = _merged(made[key], one) if key in made else one
    ordered = sorted(made.values(), key=lambda each: _RANK[each.severity] if each.severity else 0)
    return (*ordered, *_for_unread(unread), _again(file_name, bool(made or unread)))


def _key(finding: Finding, steps: tuple[Step, ...]) -> tuple[str, tuple[Step, ...]]:
    """Return what steps that are one have in common: their commands, or the check of one without a command."""
    commands = tuple(step for step in steps if step.command)
    return ("", commands) if commands else (finding.check_id, steps)


def _merged(first: NextStep, other: NextStep) -> NextStep:
    worst = first if _rank(first) <= _rank(other) else other
    return replace(
        worst,
        resources=tuple(dict.fromkeys((*first.resources, *other.resources))),
        reasons=(*first.reasons, *other.reasons),
    )


def _rank(step: NextStep) -> int:
    return _RANK[step.severity] if step.severity else 0


def _why(finding: Finding) -> str:
    return f"{finding.resource.id}: {finding.reason}"


def _for_unread(unread: Mapping[str | None, int]) -> Iterator[NextStep]:
    for permission, count in unread.items():
        answers = f"{counted(count, 'comparison')} without an answer"
        if permission:
            command = Step("muster iam-policy --for migration", command=True)
            title = f"Grant {permission}: that permission is missing or denied"
            yield NextStep(title, None, "", (), (answers,), (command,))
        else:
            yield NextStep("Find out why AWS did not answer", None, "", (), (f"{answers}; each names its reason",), ())


def _again(file_name: str, changes: bool) -> NextStep:
    command = Step(f"muster migration validate {shlex.quote(file_name)}", command=True)
    title = (
        "Validate again after these steps" if changes else "Source and target match: validate again before you switch"
    )
    return NextStep(title, None, "", (), (), (command,))


def _values(context: Context) -> dict[str, Any]:
    """Return the values of the words in capitals that the fixes of comparisons have, where they are known."""
    file, item, source, target = context.pair.file, context.pair.item, context.source, context.target
    values: dict[str, Any] = {
        **context.replication,
        "FILE": context.file_name,
        "STACK": own_name(file, "stack"),
        "SOURCE": item.name,
        "SOURCE-REGION": source.resource.region,
        "SOURCE-ACCOUNT": source.resource.account_id,
        "TARGET-REGION": target.resource.region,
        "BATCH": file.batch,
        "ENVIRONMENT": file.environment,
        "EXPIRY-DAYS": file.expiry_days,
        "KEY-ARN": _key_arn(target),
    }
    if isinstance(item, TableItem):
        values |= _table_values(item, source)
    if isinstance(item, LogGroupItem):
        values["DAYS"] = item.retention_days or source.settings.get("retention_days")
    return values


def _key_arn(target: Facts) -> str:
    """Return the key of the target as its settings name it, where that is an ARN."""
    key = str((target.settings.get("encryption") or {}).get("key") or "")
    return key if key.startswith("arn:") else ""


def _table_values(item: TableItem, source: Facts) -> dict[str, Any]:
    settings = source.settings
    capacity, factors = settings.get("capacity") or {}, item.factors_of()
    values: dict[str, Any] = {
        "MODE": settings.get("billing"),
        "ATTRIBUTE": (settings.get("time_to_live") or {}).get("attribute"),
    }
    if settings.get("billing") == "PROVISIONED" and capacity:
        values["READ-UNITS"] = scaled(capacity["read"], factors.read)
        values["WRITE-UNITS"] = scaled(capacity["write"], factors.write)
    return values
