"""docs/findings.md: every field of a finding, made of the schema."""

from muster.reports import schema
from muster.reports.fields import Field
from muster.reports.formats.csv import FIRST

_HEAD = """# The fields of a finding

Written by `make generate` from `layers/core/muster/reports/schema.py`. The keys and columns are contracts: CHANGELOG.md
names every change.

- **JSON**: `muster scan --format json` and `ndjson`, and `findings` in report.json of the stack. Times are in UTC, to
  the second. A key without a value is null.
- **CSV**: `muster scan --format csv` has a column for each field that has a JSON path. The first columns are:
  CSV_FIRST.
  The other fields follow in the order of this table. `owner` is the value of the owner tag (`alerts.owner_tag`).
  Failing findings come first, the worst at the top, then suppressed, unread, passing and not applicable ones. Lists and
  objects are JSON text. A cell that a spreadsheet would compute starts with `'`.
- **Table**: the column of the tables `findings` and `latest_findings` in Athena. Lists and objects are JSON text, which
  `json_extract` reads. Times are in UTC. The partition `scan_date` is the day on which the scan began.

| column | JSON path | type in JSON | type in the table | meaning |
| --- | --- | --- | --- | --- |
"""


def findings_page() -> str:
    """Return the page as Markdown."""
    head = _HEAD.replace("CSV_FIRST", ", ".join(f"`{name}`" for name in FIRST))
    return head + "".join(map(_row, schema.FINDING.fields))


def _row(field: Field) -> str:
    path, kind = (f"`{field.path}`", field.kind.json_type) if field.path else ("—", "—")
    return f"| `{field.name}` | {path} | {kind} | {field.kind.column_type} | {field.meaning} |\n"
