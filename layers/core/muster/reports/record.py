"""A finding as the JSON that every format starts from: its keys are a contract."""

from muster.model.finding import Finding
from muster.reports import schema
from muster.reports.fields import Entry
from muster.reports.schema import Record, Row


def record(finding: Finding, scan_id: str) -> Record:
    """Return a finding as plain JSON; `unavailable` is there only when something could not be read."""
    return schema.FINDING.record(Entry(finding, scan_id))


def from_row(row: Row) -> Record:
    """Return a row of the table `findings` as the same JSON; its times are naive and in UTC."""
    return schema.FINDING.record_of_row(row)
