"""The saved queries over the audit, on the embedded AWS: the template's table over files of the stream function."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest

from local import athena
from local.server import EmbeddedAws
from muster.lifecycle.events import FindingEvent
from muster.sdk.session import Clients
from muster.stack.documents.request import Environment
from muster.stack.record_events import record_events
from tests.infrastructure.conftest import read_source
from tests.infrastructure.reading import text
from tests.unit.stack.recording.stream import event, stream_record

REGION, DATABASE = "eu-west-1", "muster_dev"
QUERIES = Path(__file__).parents[3] / "layers" / "core" / "muster" / "data" / "queries"
TODAY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
DAY = 86_400_000


def ago(days: float) -> int:
    """Return midnight of so many days ago, in milliseconds: the queries count from today."""
    return int((TODAY - timedelta(days=days)).timestamp() * 1000)


def life(finding_id: str, *steps: tuple[float, str, str], **more: Any) -> list[FindingEvent]:
    """Return the events of a finding: days ago, event and status of each; it fails since the first of them."""
    return [
        event(
            finding_id=finding_id, timestamp=ago(days), event=kind, status=status, first_seen=ago(steps[0][0]), **more
        )
        for days, kind, status in steps
    ]


EVENTS = [
    *life("a", (400, "opened", "FAILED"), baseline=True, owner="team-a", resource_arn="a"),
    *life("b", (10, "opened", "FAILED"), (4, "resolved", "RESOLVED"), owner="team-a", outcome="fixed"),
    *life("c", (20, "opened", "FAILED"), (18, "resolved", "RESOLVED"), owner="team-a", outcome="deleted"),
    *life("d", (30, "opened", "FAILED"), (3, "suppressed", "SUPPRESSED"), (2, "expired", "EXPIRED"), resource_arn="d"),
    *life("e", (5, "opened", "FAILED"), (1, "unreadable", "UNREADABLE"), check_id="other", owner=""),
    *life("f", (9, "reopened", "FAILED"), (3, "resolved", "RESOLVED"), check_id="other", owner="", outcome="fixed"),
]


@pytest.fixture(scope="module")
def aws() -> Iterator[EmbeddedAws]:
    """The stack's table, and files of the events, the last of which were delivered again in other batches."""
    with EmbeddedAws() as started:
        s3, glue = started.client("s3"), started.client("glue")
        s3.create_bucket(Bucket="reports", CreateBucketConfiguration={"LocationConstraint": REGION})
        glue.create_database(DatabaseInput={"Name": DATABASE})
        table = read_source()["Resources"]["AuditTable"]["Properties"]["TableInput"]
        location = text(table["StorageDescriptor"]["Location"]).replace("${ReportBucket}", "reports")
        parameters = {key: text(value) for key, value in table["Parameters"].items()}
        described = {**table, "Parameters": parameters}
        described["StorageDescriptor"] = {**table["StorageDescriptor"], "Location": location}
        glue.create_table(DatabaseName=DATABASE, TableInput=described)
        records = [stream_record(str(number), each) for number, each in enumerate(EVENTS)]
        session = boto3.session.Session("testing", "testing", region_name=REGION)
        environment, clients = (
            Environment(bucket="reports", region=REGION),
            Clients(session, endpoint_url=started.endpoint),
        )
        for batch in (records[:7], records[5:], records[6:]):
            answer = record_events({"Records": batch}, environment, clients, lambda _: None)
            assert answer.response == {"batchItemFailures": []}
        yield started


def rows(aws: EmbeddedAws, name: str) -> list[dict[str, Any]]:
    """Return the rows of a saved query."""
    columns, found = athena.query(aws, (QUERIES / f"{name}.sql").read_text(encoding="utf-8"), DATABASE)
    return [dict(zip(columns, row, strict=True)) for row in found]


def test_the_files_hold_rows_that_are_there_twice(aws: EmbeddedAws) -> None:
    _, ((count, distinct),) = athena.query(aws, "SELECT count(*), count(DISTINCT finding_id) FROM audit", DATABASE)
    assert count > len(EVENTS)
    assert distinct == 6


def test_open_by_age_has_the_failures_that_nobody_accepted_the_oldest_first(aws: EmbeddedAws) -> None:
    found = rows(aws, "open_by_age")
    assert [(each["finding_id"], each["owner"]) for each in found] == [("a", "team-a"), ("d", "team-a"), ("e", "")]
    assert [float(each["days_open"]) for each in found] == [
        pytest.approx(days + 0.5, abs=0.51) for days in (400, 30, 5)
    ]


def test_time_to_resolve_is_counted_by_check_and_owner(aws: EmbeddedAws) -> None:
    found = rows(aws, "time_to_resolve")
    check = EVENTS[0].check_id
    wanted = ("check_id", "owner", "resolved", "fixed", "deleted", "mean_days", "longest_days")
    assert [tuple(each[name] for name in wanted) for each in found] == [
        ("other", "(no owner known)", 1, 1, 0, 6.0, 6.0),
        (check, "team-a", 2, 1, 1, 4.0, 6.0),
    ]


def test_churn_counts_events_by_day_without_first_looks(aws: EmbeddedAws) -> None:
    found = {each["event_date"]: each for each in rows(aws, "churn_by_day")}
    days = {days: f"{TODAY - timedelta(days=days):%Y-%m-%d}" for days in (1, 2, 3, 4, 5, 9, 10, 18, 20, 30)}
    assert sorted(found) == sorted(days.values())
    three = found[days[3]]
    assert (three["suppressed"], three["resolved"], three["opened"], three["more_open"]) == (1, 1, 0, -2)
    assert (found[days[9]]["reopened"], found[days[9]]["more_open"]) == (1, 1)
    assert (found[days[2]]["expired"], found[days[2]]["more_open"]) == (1, 1)


def test_changed_since_has_the_events_of_the_last_seven_days_once(aws: EmbeddedAws) -> None:
    found = rows(aws, "changed_since")
    assert found[0]["changed_at"] == (TODAY - timedelta(days=1)).replace(tzinfo=None)
    assert [(each["finding_id"], each["event"]) for each in found] == [
        ("e", "unreadable"),
        ("d", "expired"),
        ("d", "suppressed"),
        ("f", "resolved"),
        ("b", "resolved"),
        ("e", "opened"),
    ]


def test_a_query_over_no_events_has_no_rows() -> None:
    with EmbeddedAws() as empty:
        empty.client("s3").create_bucket(Bucket="reports", CreateBucketConfiguration={"LocationConstraint": REGION})
        glue = empty.client("glue")
        glue.create_database(DatabaseInput={"Name": DATABASE})
        table = read_source()["Resources"]["AuditTable"]["Properties"]["TableInput"]
        storage = {**table["StorageDescriptor"], "Location": "s3://reports/audit/by-date/"}
        glue.create_table(DatabaseName=DATABASE, TableInput={**table, "Parameters": {}, "StorageDescriptor": storage})
        for name in ("open_by_age", "time_to_resolve", "churn_by_day", "changed_since"):
            assert rows(empty, name) == [], name


def test_a_query_divides_by_no_decimal() -> None:
    """Athena gives a quotient of decimals the digits of its operands: 3 / 86400000.0 is 0.0.

    https://trino.io/docs/current/functions/decimal.html
    """
    texts = [path.read_text(encoding="utf-8") for path in QUERIES.glob("*.sql")]
    assert [found for text_ in texts for found in re.findall(r"/ *\d+\.\d+(?![\dE])", text_)] == []
