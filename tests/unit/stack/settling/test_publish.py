"""Findings on their way into the tables: how parts are grouped, what is noted, and the worst that are kept."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.configuration.configuration import SuppressionRule
from muster.configuration.suppression import Suppressions
from muster.lifecycle.transitions import Observation, State
from muster.model.finding import Severity, Suppression
from muster.reports.tables import FINDINGS, ScanHeader
from muster.stack.limits import PUBLISHED
from muster.stack.settling.observed import Observed
from muster.stack.settling.publish import Publisher, grouped, home_of
from muster.stack.summarizing.worst import worst_findings, worst_first
from muster.storage import parquet

AT = datetime(2026, 11, 21, 6, tzinfo=UTC)
LONG_AGO = AT - timedelta(days=30)
SHARD, OTHER = "123456789012.eu-west-1.ec2", "123456789012.us-east-1.ec2"


def row(name: str, status: str = "NON_COMPLIANT", shard: str = SHARD, **changed: Any) -> dict[str, Any]:
    return dict.fromkeys(FINDINGS) | {
        "finding_id": name, "shard": shard, "check_id": "c", "title": "t", "severity": "HIGH", "status": status,
        "resource_type": "AWS::EC2::Volume", "resource_id": f"vol-{name}", "account_id": "123456789012",
        "region": "eu-west-1", "reason": f"because of {name}", "observed_at": AT, **changed,
    }  # fmt: skip


class Published:
    """One file that was made of rows, and what was noted on the way."""

    def __init__(
        self,
        folder: Path,
        *rows: dict[str, Any],
        failed: dict[str, datetime] | None = None,
        suppressions: Iterable[SuppressionRule] = (),
    ) -> None:
        self.observed = Observed(folder / "db")
        self.observed.failed((key, parquet.millis(since)) for key, since in (failed or {}).items())
        self.worst = worst_findings(100)
        parquet.write(folder / "local", FINDINGS, rows)
        bucket: Any = None
        header = ScanHeader("s", "manual", AT)
        accepted = Suppressions(suppressions, AT.date())
        publisher = Publisher(bucket, header, self.observed, self.worst, {SHARD}, folder, "Owner", accepted)
        publisher.write([], [folder / "local"], folder / "published")
        self.rows = list(parquet.read(folder / "published"))

    def since(self) -> dict[str, datetime | None]:
        found = {each["finding_id"]: each["first_seen"] for each in self.rows}
        return {key: since and since.replace(tzinfo=UTC) for key, since in found.items()}

    def seen(self) -> dict[str, Observation]:
        return dict(self.observed.seen())


def test_every_row_is_published_as_it_was_but_for_since_when_it_fails(tmp_path: Path) -> None:
    given_rows = [row("a"), row("b", "COMPLIANT"), row("c", tags="{}")]
    found = Published(tmp_path, *given_rows).rows
    plain = [{**each, "observed_at": AT.replace(tzinfo=None)} for each in given_rows]
    assert [{**each, "first_seen": None} for each in found] == plain


@pytest.mark.parametrize(
    ("status", "suppression", "fails"),
    [
        ("NON_COMPLIANT", None, True),
        ("NON_COMPLIANT", "{}", True),
        ("INSUFFICIENT_DATA", None, True),
        ("COMPLIANT", None, False),
        ("NOT_APPLICABLE", None, False),
    ],
)
def test_since_when_a_finding_fails_is_filled_in_unless_it_is_fine(
    tmp_path: Path, status: str, suppression: str | None, *, fails: bool
) -> None:
    rows = [row("old", status, suppression=suppression), row("new", status, suppression=suppression)]
    found = Published(tmp_path, *rows, failed={"old": LONG_AGO, "gone": LONG_AGO})
    assert found.since() == ({"old": LONG_AGO, "new": AT} if fails else {"old": None, "new": None})


def test_what_is_not_fine_is_noted_with_its_state_and_reason(tmp_path: Path) -> None:
    rows = [
        row("open"), row("fine", "COMPLIANT"), row("unread", "INSUFFICIENT_DATA"), row("accepted", suppression="{}"),
    ]  # fmt: skip
    seen = Published(tmp_path, *rows).seen()
    assert {key: one.state for key, one in seen.items()} == {
        "open": State.OPEN,
        "unread": State.UNREAD,
        "accepted": State.SUPPRESSED,
    }
    assert seen["open"].reason == "because of open"
    assert (seen["open"].subject.resource_id, seen["open"].subject.resource_arn) == ("vol-open", "")
    assert seen["open"].subject.kind.home == "eu-west-1.ec2"


def test_owner_account_and_last_day_of_a_suppression_are_noted(tmp_path: Path) -> None:
    tags = '{"Owner": "Zoë \\"ops\\"", "owner": "other"}'
    rows = [
        row("a", tags=tags, account_name="prod", suppression='{"expires": "2027-03-31", "owner": "risk"}'),
        row("b", tags="{}"),
        row("c", tags=None),
    ]
    seen = {key: one.subject for key, one in Published(tmp_path, *rows).seen().items()}
    assert {key: (one.owner, one.until, one.kind.account_name) for key, one in seen.items()} == {
        "a": ('Zoë "ops"', "2027-03-31", "prod"),
        "b": ("", "", ""),
        "c": ("", "", ""),
    }


@pytest.mark.parametrize("status", ["COMPLIANT", "NOT_APPLICABLE"])
def test_what_is_fine_now_is_noted_where_it_failed_before(tmp_path: Path, status: str) -> None:
    found = Published(tmp_path, row("fixed", status), row("fine", status), failed={"fixed": LONG_AGO, "gone": LONG_AGO})
    ((key, seen),) = found.seen().items()
    assert (key, seen.state, seen.reason) == ("fixed", State.FINE, "because of fixed")
    assert found.since() == {"fixed": None, "fine": None}


def test_findings_of_a_shard_that_is_not_compared_are_published_and_not_noted(tmp_path: Path) -> None:
    found = Published(tmp_path, row("a"), row("b", shard=OTHER))
    assert [each["finding_id"] for each in found.rows] == ["a", "b"]
    assert list(found.seen()) == ["a"]
    assert {record["finding_id"] for record in worst_first(found.worst.items())} == {"a", "b"}


def test_rows_of_more_than_one_batch_are_all_noted(tmp_path: Path) -> None:
    many = 2 * parquet.BATCH + 1
    names = [f"{number:06d}" for number in range(many)]
    found = Published(tmp_path, *(row(name, "NON_COMPLIANT" if int(name) % 3 else "COMPLIANT") for name in names))
    assert [each["finding_id"] for each in found.rows] == names
    assert list(found.seen()) == [name for name in names if int(name) % 3]
    assert {key for key, since in found.since().items() if since} == found.seen().keys()


def test_only_open_findings_are_among_the_worst(tmp_path: Path) -> None:
    rows = [
        row("open", severity="LOW"),
        row("unread", "INSUFFICIENT_DATA"),
        row("accepted", suppression='{"expires": "2027-03-31"}'),
    ]
    (record,) = worst_first(Published(tmp_path, *rows).worst.items())
    assert (record["finding_id"], record["severity"], record["resource"]["id"]) == ("open", "LOW", "vol-open")


severities = st.sampled_from([severity.value for severity in Severity])


@given(
    found=st.dictionaries(st.text("abcdef", min_size=1, max_size=3), severities, max_size=30), most=st.integers(1, 9)
)
def test_the_worst_are_those_that_sorting_would_choose(found: dict[str, str], most: int) -> None:
    records = [{"finding_id": key, "severity": severity, "check_id": "c"} for key, severity in found.items()]
    ranked = sorted(records, key=lambda record: record["finding_id"], reverse=True)
    ranked.sort(key=lambda record: -Severity(record["severity"]).rank)
    kept = worst_first(worst_findings(most, records).items())
    assert {record["finding_id"] for record in kept} == {record["finding_id"] for record in ranked[:most]}
    ranks = [Severity(record["severity"]).rank for record in kept]
    assert ranks == sorted(ranks, reverse=True)


sizes = st.lists(st.integers(0, PUBLISHED + 5), max_size=12)


@given(sizes=sizes)
def test_parts_are_grouped_in_order_and_no_group_of_several_is_too_large(sizes: list[int]) -> None:
    parts = [(f"part-{number}", size) for number, size in enumerate(sizes)]
    groups = list(grouped(parts))
    assert [part for group in groups for part in group] == [part for part, _ in parts]
    of = dict(parts)
    assert all(len(group) == 1 or sum(of[part] for part in group) <= PUBLISHED for group in groups)
    assert all(sum(of[part] for part in [*one, other[0]]) > PUBLISHED for one, other in pairwise(groups))


@pytest.mark.parametrize("shard", ["1.eu-west-1.ec2", "1.eu-west-1.ec2.Volume"])
def test_shards_that_were_cut_have_one_home(shard: str) -> None:
    assert home_of(shard) == "eu-west-1.ec2"


@pytest.mark.parametrize(("until", "expired"), [("2026-11-20", "2026-11-20"), ("2026-11-21", "")])
def test_an_open_failure_has_the_last_day_of_the_expired_suppression_that_would_accept_it(
    tmp_path: Path, until: str, expired: str
) -> None:
    accepted = Suppression(reason="later", owner="web", expires=until)
    rules = [SuppressionRule("c", accepted, tag={"Stage": "test"}), SuppressionRule("d", accepted, "arn:aws:ec2:*")]
    rows = [row("a", tags='{"Stage": "test"}'), row("b", tags='{"Stage": "prod"}'), row("c", tags=None)]
    seen = Published(tmp_path, *rows, suppressions=rules).seen()
    assert {key: found.subject.until for key, found in seen.items()} == {"a": expired, "b": "", "c": ""}
