"""Sections of the template for Glue and Athena: the tables with their columns, the view, and the saved queries."""

import json
import textwrap
from collections.abc import Mapping
from pathlib import Path

from muster.reports import schema, tables
from muster.stack.recording import audit

_FIRST_YEAR = 2026
_QUERIES = "layers/core/muster/data/queries"
_PRESTO = {
    "string": "varchar",
    "int": "integer",
    "bigint": "bigint",
    "double": "double",
    "boolean": "boolean",
    "timestamp": "timestamp",
}


def tables_of(root: Path) -> str:
    """Return the tables of the Glue database, and the view over the last scans; `root` is the repository."""
    made = [
        _table("findings", "A row a finding.", schema.FINDING.columns),
        _table(
            "latest", "The findings of each account as its last scans left them.", schema.FINDING.columns, dates=False
        ),
        _table("tallies", "A row a scan, region and check, with counts and whether it was seen whole.", tables.TALLIES),
        _table(
            "coverage", "A row a scan, shard and API, with the calls that were made and their outcome.", tables.COVERAGE
        ),
        _audit(),
        _view(root),
    ]
    return textwrap.indent("".join(made), "  ")


def _table(name: str, description: str, columns: Mapping[str, str], *, dates: bool = True) -> str:
    """Return a table, partitioned by the day of the scan unless `dates` is false."""
    location = f"s3://${{ReportBucket}}/{name}/"
    partitions = "      PartitionKeys: []\n"
    if dates:
        partitions = f"""\
        projection.enabled: "true"
        projection.scan_date.type: date
        projection.scan_date.format: yyyy-MM-dd
        projection.scan_date.range: {_FIRST_YEAR}-01-01,NOW
        storage.location.template: !Sub "{location}scan_date=${{!scan_date}}/"
      PartitionKeys:
        - {{Name: scan_date, Type: string}}
"""
    return f"""{name.capitalize()}Table:
  Type: AWS::Glue::Table
  Properties:
    CatalogId: !Ref AWS::AccountId
    DatabaseName: !Ref Database
    TableInput:
      Name: {name}
      Description: {description}
      TableType: EXTERNAL_TABLE
      Parameters:
        classification: parquet
{partitions}\
      StorageDescriptor:
        Location: !Sub {location}
        InputFormat: org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat
        OutputFormat: org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat
        SerdeInfo: {{SerializationLibrary: org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe}}
        Columns:
{_columns(columns)}"""


def _audit() -> str:
    """Return the table of events: lines of JSON, partitioned by the day of the event.

    https://docs.aws.amazon.com/athena/latest/ug/openx-json-serde.html
    """
    location = "s3://${ReportBucket}/audit/by-date/"
    return f"""AuditTable:
  Type: AWS::Glue::Table
  Properties:
    CatalogId: !Ref AWS::AccountId
    DatabaseName: !Ref Database
    TableInput:
      Name: audit
      Description: A row an event in the life of a finding; a row may be there twice.
      TableType: EXTERNAL_TABLE
      Parameters:
        classification: json
        projection.enabled: "true"
        projection.event_date.type: date
        projection.event_date.format: yyyy-MM-dd
        projection.event_date.range: {_FIRST_YEAR}-01-01,NOW
        storage.location.template: !Sub "{location}event_date=${{!event_date}}/"
      PartitionKeys:
        - {{Name: event_date, Type: string}}
      StorageDescriptor:
        Location: !Sub {location}
        InputFormat: org.apache.hadoop.mapred.TextInputFormat
        OutputFormat: org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat
        SerdeInfo: {{SerializationLibrary: org.openx.data.jsonserde.JsonSerDe}}
        Columns:
{_columns(audit.COLUMNS)}"""


def _columns(columns: Mapping[str, str]) -> str:
    return "".join(f"          - {{Name: {column}, Type: {kind}}}\n" for column, kind in columns.items())


def _view(root: Path) -> str:
    sql = (root / _QUERIES / "latest_findings.sql").read_text(encoding="utf-8")
    columns = {**schema.FINDING.columns, "scan_date": "string"}
    view = {
        "originalSql": " ".join(line.strip() for line in sql.splitlines() if not line.startswith("--")),
        "catalog": "awsdatacatalog",
        "schema": "${Database}",
        "columns": [{"name": name, "type": _PRESTO[kind]} for name, kind in columns.items()],
    }
    return f"""LatestFindingsView:
  Type: AWS::Glue::Table
  Properties:
    CatalogId: !Ref AWS::AccountId
    DatabaseName: !Ref Database
    TableInput:
      Name: latest_findings
      Description: The findings of the last complete scan of every account, region, service and check.
      TableType: VIRTUAL_VIEW
      Parameters: {{presto_view: "true", comment: Presto View}}
      # Athena asks for the list even where it is empty.
      PartitionKeys: []
      ViewExpandedText: /* Presto View */
      ViewOriginalText: !Join
        - ""
        - - "/* Presto View: "
          - Fn::Base64: !Sub '{json.dumps(view).replace("'", "''")}'
          - " */"
      StorageDescriptor:
        Location: ""
        SerdeInfo: {{}}
        Columns:
{_columns(columns)}"""


def queries(root: Path) -> str:
    """Return the saved queries of the workgroup, one for each file in `data/queries` of the package."""
    made = []
    for path in sorted((root / _QUERIES).glob("*.sql")):
        comment, _, sql = path.read_text(encoding="utf-8").partition("\n")
        if path.stem == "latest_findings":
            continue
        name = "".join(word.capitalize() for word in path.stem.split("_"))
        made.append(f"""{name}Query:
  Type: AWS::Athena::NamedQuery
  Properties:
    Name: !Sub muster-{path.stem.replace("_", "-")}-${{EnvironmentSuffix}}
    Description: {comment.removeprefix("-- ")!r}
    Database: !Ref Database
    WorkGroup: !Ref Workgroup
    QueryString: |
{textwrap.indent(sql, "      ")}""")
    return textwrap.indent("".join(made), "  ")
