"""The fields of a finding, each declared once.

The JSON, the rows and columns of the table `findings`, the CSV, the Glue tables of the template and docs/findings.md
follow from `FINDING`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from types import MappingProxyType
from typing import Any

from muster.model.finding import Severity, Status
from muster.reports.columns import Cell, Group, Layout
from muster.reports.fields import INTEGER, TEXT, TIME, Entry, Field, Of, structure
from muster.reports.remedy import fix_text

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
        cells = {field.name: Cell(field.get, field.kind.to_cell) for field in by_number}
        self.layout = Layout(cells, [_group(of, [field for field in by_number if field.of is of]) for of in Of])
        self._values = [(field, field.get, field.kind.to_json) for field in self.reported]

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


def _group(of: Of, fields: Sequence[Field]) -> Group:
    """Return the columns of fields that belong to one thing; structures cannot be hashed: they must be the same."""
    names = [field.name for field in fields]
    match of:
        case Of.FINDING:
            return Group(names)
        case Of.RESOURCE:
            return Group(names, same=[attrgetter("finding.resource")])
        case Of.RULE:
            plain = [field.get for field in fields if field.kind.to_cell is None]
            return Group(names, plain, [field.get for field in fields if field.kind.to_cell is not None])


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
            "finding_id", TEXT, 1, "finding_id", attrgetter("finding.finding_id"),
            "Identifies the finding: the same check on the same resource has the same id in every scan.",
        ),
        Field("check_id", TEXT, 2, "check_id", attrgetter("finding.check_id"), "The id of the check.", of=Of.RULE),
        Field(
            "check_version", INTEGER, 3, "check_version", attrgetter("finding.check_version"),
            "The version of the check. It grows when the meaning of the check changes.", of=Of.RULE,
        ),
        Field(
            "variant", TEXT, 17, "variant", attrgetter("finding.variant"),
            "The name of the check's settings where a pack selects the check several times, otherwise empty.",
            of=Of.RULE,
        ),
        Field(
            "title", TEXT, 4, "title", attrgetter("finding.title"),
            "The requirement in one sentence, without a full stop.", of=Of.RULE,
        ),
        Field(
            "severity", TEXT, 5, "severity", attrgetter("finding.severity._value_"),
            f"The severity of a failure: {', '.join(reversed(Severity))}.", of=Of.RULE,
        ),
        Field(
            "status", TEXT, 6, "status", attrgetter("finding.status._value_"),
            f"The result: {', '.join(Status)}.",
        ),
        Field(
            "reason", TEXT, 7, "reason", attrgetter("finding.reason"),
            "Why the resource has this status, with the values that decided it.",
        ),
        Field(
            "resource_type", TEXT, 8, "resource.type", attrgetter("finding.resource.type"),
            "The type of the resource as CloudFormation spells it. `AWS::::Account`, `AWS::::Region` and "
            "`AWS::::Target` are Muster's own; a target stands for resources that could not be listed.", of=Of.RESOURCE,
        ),
        Field(
            "resource_arn", TEXT, 9, "resource.arn", attrgetter("finding.resource.arn"),
            "The ARN of the resource, or null where AWS gives none.", of=Of.RESOURCE,
        ),
        Field(
            "resource_id", TEXT, 10, "resource.id", attrgetter("finding.resource.id"),
            "The name or id of the resource within its account and region.", of=Of.RESOURCE,
        ),
        Field(
            "account_id", TEXT, 11, "resource.account_id", attrgetter("finding.resource.account_id"),
            "The account that owns the resource.", of=Of.RESOURCE,
        ),
        Field(
            "account_name", TEXT, 12, "account_name", attrgetter("finding.account_name"),
            "The name of the account, from AWS Organizations or muster.yaml. Empty where there is none.", of=Of.RULE,
        ),
        Field(
            "region", TEXT, 13, "resource.region", attrgetter("finding.resource.region"),
            "The region of the resource, or `global`.", of=Of.RESOURCE,
        ),
        Field(
            "tags", structure("object of strings"), 14, "resource.tags", attrgetter("finding.resource.tags"),
            "The tags of the resource, or null where they were not read.", of=Of.RESOURCE,
        ),
        Field(
            "controls", structure("array of strings", texts=_RULES, to_csv="; ".join), 15, "controls",
            attrgetter("finding.controls"),
            "The controls of frameworks that the check supports for this type. The CSV has `; ` between them.",
            of=Of.RULE,
        ),
        Field(
            "settings", structure("object", texts=_RULES), 16, "settings", attrgetter("finding.settings"),
            "The settings that the check was run with.", of=Of.RULE,
        ),
        Field(
            "remediation", TEXT, 18, "remediation", lambda entry: fix_text(entry.finding),
            "What to do about a failure, with the resource's own names in the commands, which stand between backticks. "
            "Empty where nothing fails.",
        ),
        Field(
            "docs_url", TEXT, 19, "docs_url", attrgetter("finding.docs_url"),
            "AWS's page about the requirement, or else the check's page in this repository.", of=Of.RULE,
        ),
        Field("scan_id", TEXT, 24, "scan_id", attrgetter("scan_id"), "The id of the scan.", of=Of.RULE),
        Field(
            "observed_at", TIME, 26, "observed_at", attrgetter("finding.observed_at"), "When the scan began.",
            of=Of.RULE,
        ),
        Field(
            "first_seen", TIME, 27, "first_seen", attrgetter("finding.first_seen"),
            "Since when the finding fails or is suppressed, or when it was first unread. Null if it complies or does "
            "not apply, and in a scan of the command, which remembers nothing.",
        ),
        Field(
            "suppression", structure("object"), 20, "suppression", attrgetter("finding.suppression"),
            "The suppression that accepts the failure, with `reason`, `owner`, `expires` and `ticket`, or null.",
        ),
        Field(
            "unavailable", structure("array of objects"), 21, "unavailable",
            attrgetter("finding.unread"),
            "What could not be read, each with its `reason` and the missing `permission` (null if none would help). "
            "The key is left out of the JSON when everything was read.",
            may_be_left_out=True,
        ),
        Field("shard", TEXT, 22, "", attrgetter("shard"), "The shard that the finding comes from.", of=Of.RULE),
        Field("service", TEXT, 23, "", attrgetter("finding.service"), "The service of the shard.", of=Of.RULE),
        Field(
            "scan_kind", TEXT, 25, "", attrgetter("scan_kind"),
            "What started the scan: `scheduled` or `manual`.", of=Of.RULE,
        ),
    )
)  # fmt: skip
