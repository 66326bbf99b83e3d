"""The fields of a finding, each declared once.

The JSON, the rows and columns of the table `findings`, the CSV, the Glue tables of the template and docs/findings.md
follow from `FINDING`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from muster.model.finding import Severity, Status
from muster.reports.fields import INTEGER, TEXT, TIME, Entry, Field, structure

Record = dict[str, Any]
Row = Mapping[str, Any]


class Schema:
    """Fields in the order of the JSON and the CSV; their numbers give the order of the table's columns."""

    def __init__(self, fields: Iterable[Field]) -> None:
        """Lay out the fields, each with what a finding's value passes through on the way to its form."""
        self.fields = tuple(fields)
        self.reported = tuple(field for field in self.fields if field.path)
        by_number = sorted(self.fields, key=lambda field: field.number)
        self.columns: Mapping[str, str] = MappingProxyType({field.name: field.kind.glue for field in by_number})
        self._cells = [(field.name, field.get, field.kind.to_cell) for field in by_number]
        self._values = [(field, field.get, field.kind.to_json) for field in self.reported]

    def row(self, entry: Entry) -> Row:
        """Return a finding as a row of the table."""
        return {name: _spelled(get(entry), spell) if spell else get(entry) for name, get, spell in self._cells}

    def record(self, entry: Entry) -> Record:
        """Return a finding as plain JSON."""
        return _nested(
            (field, _spelled(get(entry), spell) if spell else get(entry)) for field, get, spell in self._values
        )

    def record_of_row(self, row: Row) -> Record:
        """Return a row of the table as the same JSON; times in a row are naive and in UTC."""
        return _nested((field, _spelled(row[field.name], field.kind.from_cell)) for field in self.reported)

    def csv(self, entry: Entry) -> Iterator[Any]:
        """Yield the values of a line of CSV as JSON."""
        for field, get, spell in self._values:
            yield _spelled(_spelled(get(entry), spell), field.kind.to_csv)


def _spelled(value: Any, spell: Callable[[Any], Any] | None) -> Any:
    return value if value is None or spell is None else spell(value)


def _nested(values: Iterable[tuple[Field, Any]]) -> Record:
    """Return values at the paths of their fields."""
    result: Record = {}
    for field, value in values:
        if value is not None or not field.may_be_left_out:
            inner = result
            for key in field.parents:
                inner = inner.setdefault(key, {})
            inner[field.key] = value
    return result


_RULES = 512
"""More objects than the selected checks of one service have settings or controls."""

FINDING = Schema(
    (
        Field(
            "finding_id", TEXT, 1, "finding_id", lambda entry: entry.finding.finding_id,
            "Identifies the finding: the same check on the same resource has the same id in every scan.",
        ),
        Field("check_id", TEXT, 2, "check_id", lambda entry: entry.finding.check_id, "The id of the check."),
        Field(
            "check_version", INTEGER, 3, "check_version", lambda entry: entry.finding.check_version,
            "The version of the check. It grows when the meaning of the check changes.",
        ),
        Field(
            "variant", TEXT, 17, "variant", lambda entry: entry.finding.variant,
            "The name of the check's settings where a pack selects the check several times, otherwise empty.",
        ),
        Field(
            "title", TEXT, 4, "title", lambda entry: entry.finding.title,
            "The requirement in one sentence, without a full stop.",
        ),
        Field(
            "severity", TEXT, 5, "severity", lambda entry: entry.finding.severity.value,
            f"The severity of a failure: {', '.join(reversed(Severity))}.",
        ),
        Field(
            "status", TEXT, 6, "status", lambda entry: entry.finding.status.value,
            f"The result: {', '.join(Status)}.",
        ),
        Field(
            "reason", TEXT, 7, "reason", lambda entry: entry.finding.reason,
            "Why the resource has this status, with the values that decided it.",
        ),
        Field(
            "resource_type", TEXT, 8, "resource.type", lambda entry: entry.finding.resource.type,
            "The type of the resource as CloudFormation spells it. `AWS::::Account`, `AWS::::Region` and "
            "`AWS::::Target` are Muster's own; a target stands for resources that could not be listed.",
        ),
        Field(
            "resource_arn", TEXT, 9, "resource.arn", lambda entry: entry.finding.resource.arn,
            "The ARN of the resource, or null where AWS gives none.",
        ),
        Field(
            "resource_id", TEXT, 10, "resource.id", lambda entry: entry.finding.resource.id,
            "The name or id of the resource within its account and region.",
        ),
        Field(
            "account_id", TEXT, 11, "resource.account_id", lambda entry: entry.finding.resource.account_id,
            "The account that owns the resource.",
        ),
        Field(
            "account_name", TEXT, 12, "account_name", lambda entry: entry.finding.account_name,
            "The name of the account, from AWS Organizations or muster.yaml. Empty where there is none.",
        ),
        Field(
            "region", TEXT, 13, "resource.region", lambda entry: entry.finding.resource.region,
            "The region of the resource, or `global`.",
        ),
        Field(
            "tags", structure("object of strings"), 14, "resource.tags", lambda entry: entry.finding.resource.tags,
            "The tags of the resource, or null where they were not read.",
        ),
        Field(
            "controls", structure("array of strings", texts=_RULES, to_csv="; ".join), 15, "controls",
            lambda entry: entry.finding.controls,
            "The controls of frameworks that the check supports for this type. The CSV has `; ` between them.",
        ),
        Field(
            "settings", structure("object", texts=_RULES), 16, "settings", lambda entry: entry.finding.settings,
            "The settings that the check was run with.",
        ),
        Field(
            "remediation", TEXT, 18, "remediation", lambda entry: entry.finding.remediation,
            "What to do about a failure.",
        ),
        Field(
            "docs_url", TEXT, 19, "docs_url", lambda entry: entry.finding.docs_url,
            "AWS's page about the requirement, or else the check's page in this repository.",
        ),
        Field("scan_id", TEXT, 24, "scan_id", lambda entry: entry.scan_id, "The id of the scan."),
        Field(
            "observed_at", TIME, 26, "observed_at", lambda entry: entry.finding.observed_at, "When the scan began."
        ),
        Field(
            "first_seen", TIME, 27, "first_seen", lambda entry: entry.finding.first_seen,
            "Since when the finding fails or is suppressed, or when it was first unread. Null if it complies or does "
            "not apply, and in a scan of the command, which remembers nothing.",
        ),
        Field(
            "suppression", structure("object"), 20, "suppression", lambda entry: entry.finding.suppression,
            "The suppression that accepts the failure, with `reason`, `owner`, `expires` and `ticket`, or null.",
        ),
        Field(
            "unavailable", structure("array of objects"), 21, "unavailable",
            lambda entry: entry.finding.unavailable or None,
            "What could not be read, each with its `reason` and the missing `permission` (null if none would help). "
            "The key is left out of the JSON when everything was read.",
            may_be_left_out=True,
        ),
        Field("shard", TEXT, 22, "", lambda entry: entry.shard, "The shard that the finding comes from."),
        Field("service", TEXT, 23, "", lambda entry: entry.finding.service, "The service of the shard."),
        Field(
            "scan_kind", TEXT, 25, "", lambda entry: entry.scan_kind,
            "What started the scan: `scheduled` or `manual`.",
        ),
    )
)  # fmt: skip
