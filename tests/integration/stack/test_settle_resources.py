"""Single resources that are settled between scans: compared, remembered, and never at odds with a scan."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from muster.configuration.suppression import Suppressions
from muster.errors import Damaged, Transient
from muster.lifecycle.event_store import EventStore
from muster.lifecycle.events import FindingEvent
from muster.lifecycle.transitions import State
from muster.reports.tables import FINDINGS, ScanHeader
from muster.sdk.session import Clients
from muster.stack.settling.remember import ResourceName
from muster.stack.settling.resources import ResourceLook, settle_resources
from muster.storage import keys

from .settled import TABLE, make_table, remembered, stored
from .test_settle_account import ACCOUNT, FIRST, HERE, KIND, REGION, THERE, Account, volume

NAME = "eu-west-1/a"
BAD, GOOD, GONE = "NON_COMPLIANT", "COMPLIANT", "gone"


@pytest.fixture
def account(clients: Clients, tmp_path: Path) -> Account:
    clients.get("s3", REGION).create_bucket(Bucket="reports", CreateBucketConfiguration={"LocationConstraint": REGION})
    make_table(clients, REGION)
    return Account(clients, tmp_path)


@pytest.fixture
def store(clients: Clients) -> EventStore:
    return EventStore(clients.get("dynamodb", REGION), TABLE, 365)


def look(at: datetime, *rows: dict[str, Any], thorough: bool = True, names: tuple[str, ...] = ("a",)) -> ResourceLook:
    """Return a look at volumes in the home region."""
    return ResourceLook(
        account_id=ACCOUNT,
        header=ScanHeader(f"{at:%Y%m%dT%H%M%SZ}-event", "change", at),
        rows=tuple(dict.fromkeys(FINDINGS) | row for row in rows),
        looked=dict.fromkeys((ResourceName(REGION, KIND, name) for name in names), thorough),
        owner_tag="Owner",
        suppressions=Suppressions((), at.date()),
    )


def settle(account: Account, store: EventStore, seen: ResourceLook) -> list[tuple[str, str, str]]:
    events = settle_resources(account.bucket, store, seen, lambda: 900.0)
    return [(event.finding_id, event.event, event.outcome) for event in events]


def first(account: Account, *names: str) -> datetime:
    """Settle a first scan, and return when it began."""
    account.scan(*(volume(HERE, name) for name in names))
    account.settled()
    return account.at


def test_the_life_of_a_resource_between_scans(account: Account, store: EventStore) -> None:
    at = first(account)
    told = []
    for minutes, row in enumerate(([volume(HERE, "a")], [volume(HERE, "a", GOOD)], [volume(HERE, "a")], []), 1):
        told += settle(account, store, look(at + timedelta(minutes=minutes), *row))
    assert told == [
        (NAME, "opened", ""), (NAME, "resolved", "fixed"), (NAME, "reopened", ""), (NAME, "resolved", "deleted"),
    ]  # fmt: skip
    found = [event for event in stored(account.clients, REGION) if event.finding_id == NAME]
    assert [(event.event, event.cause, event.baseline) for event in found] == [
        (event, "change", False) for _, event, _ in told
    ]


def test_what_is_known_of_other_resources_checks_and_files_stays(account: Account, store: EventStore) -> None:
    at = first(account, "b")
    latest, before = account.rows("latest"), remembered(account.bucket, ACCOUNT)
    settle(account, store, look(at + timedelta(minutes=1), volume(HERE, "a"), volume(HERE, "c")))
    after = remembered(account.bucket, ACCOUNT)
    assert after.keys() - before.keys() == {NAME}
    assert {key: after[key] for key in before} == before
    assert account.rows("latest") == latest


def test_a_look_that_changes_nothing_has_no_events_and_is_remembered(account: Account, store: EventStore) -> None:
    at = first(account, "a")
    assert settle(account, store, look(at + timedelta(minutes=1), volume(HERE, "a"))) == []


@pytest.mark.parametrize("minutes", [-1, 0])
def test_a_look_before_the_last_scan_changes_nothing(account: Account, store: EventStore, minutes: int) -> None:
    at = first(account, "a")
    seen = look(at + timedelta(minutes=minutes), volume(HERE, "a", GOOD))
    assert bool(settle(account, store, seen)) is (minutes == 0)


def test_looks_out_of_order_end_as_the_last_of_them(account: Account, store: EventStore) -> None:
    at = first(account, "a")
    assert settle(account, store, look(at + timedelta(minutes=2), volume(HERE, "a"))) == []
    assert settle(account, store, look(at + timedelta(minutes=1))) == []
    assert remembered(account.bucket, ACCOUNT)[NAME].state is State.OPEN


def test_a_look_that_could_not_see_whether_a_resource_is_there_resolves_nothing(
    account: Account, store: EventStore
) -> None:
    at = first(account, "a")
    assert settle(account, store, look(at + timedelta(minutes=2), thorough=False)) == []
    assert settle(account, store, look(at + timedelta(minutes=1))) == [(NAME, "resolved", "deleted")]


def test_a_check_that_was_not_judged_says_nothing_of_a_resource_that_is_there(
    account: Account, store: EventStore
) -> None:
    at = first(account, "a")
    other = volume(HERE, "a", GOOD, finding_id="other", check_id="other")
    assert settle(account, store, look(at + timedelta(minutes=1), other)) == []
    assert settle(account, store, look(at + timedelta(minutes=2))) == [(NAME, "resolved", "deleted")]


def test_a_check_that_no_scan_looked_at_is_a_baseline(account: Account, store: EventStore) -> None:
    at = first(account)
    seen = look(at + timedelta(minutes=1), volume(HERE, "a", finding_id="other", check_id="other"))
    (event,) = settle_resources(account.bucket, store, seen, lambda: 900.0)
    assert event.baseline is True


def test_owner_and_last_day_of_a_suppression_are_in_the_event(account: Account, store: EventStore) -> None:
    at = first(account)
    row = volume(HERE, "a", tags='{"Owner": "team-a"}', suppression='{"expires": "2027-03-31"}', account_name="prod")
    (event,) = settle_resources(account.bucket, store, look(at + timedelta(minutes=1), row), lambda: 900.0)
    assert (event.event, event.owner, event.until, event.account_name) == (
        "suppressed", "team-a", "2027-03-31", "prod",
    )  # fmt: skip


def test_an_account_that_was_never_scanned_is_left_to_its_first_scan(account: Account, store: EventStore) -> None:
    account.plan()
    assert settle(account, store, look(account.at, volume(HERE, "a"))) == []
    assert account.body(keys.plan(account.scan_id))
    assert stored(account.clients, REGION) == []


def test_a_damaged_state_is_named_and_left_to_the_next_scan(account: Account, store: EventStore) -> None:
    at = first(account, "a")
    account.put(keys.state(ACCOUNT), b"damaged")
    with pytest.raises(Damaged, match="the next scan of the account replaces it"):
        settle(account, store, look(at + timedelta(minutes=1), volume(HERE, "a", GOOD)))


class Down:
    """A table that takes nothing."""

    def write(self, events: Any) -> Any:
        yield from (_ for _ in ())
        if list(events):
            raise Transient("down")


def test_what_the_event_store_does_not_take_comes_with_the_next_function(account: Account, store: EventStore) -> None:
    at = first(account, "a")
    down: Any = Down()
    with pytest.raises(Transient):
        settle(account, down, look(at + timedelta(minutes=1), volume(HERE, "a", GOOD)))
    assert [event.event for event in stored(account.clients, REGION) if event.finding_id == NAME] == ["opened"]
    assert settle(account, store, look(at + timedelta(minutes=2), volume(HERE, "a", GOOD))) == []
    assert [event.event for event in stored(account.clients, REGION) if event.finding_id == NAME] == [
        "opened", "resolved",
    ]  # fmt: skip


@dataclass(frozen=True)
class Seen:
    """One look at the volume, by a scan or between scans, and what it saw."""

    at: datetime
    status: str
    scan: tuple[int, datetime] | None = None


def rows(status: str) -> list[dict[str, Any]]:
    return [] if status == GONE else [volume(HERE, "a", status)]


@pytest.mark.parametrize("seed", range(30))
def test_scans_and_looks_in_any_order_end_as_the_last_by_time(account: Account, store: EventStore, seed: int) -> None:
    """The oracle is the list of looks alone: the one that began last says what is remembered, and what was told last.

    Some are settled twice, as after a retry.
    """
    draw = random.Random(seed)  # noqa: S311 - a draw is no secret
    first(account, *draw.choice([[], ["a"]]))
    begun = account.at
    seen = []
    for _ in range(draw.randint(1, 3)):
        status = draw.choice([BAD, GOOD, GONE])
        account.plan()
        account.commit(HERE, rows(status))
        account.commit(THERE, [])
        seen.append(Seen(account.at, status, (account.scans, account.at)))
    for _ in range(draw.randint(1, 4)):
        at = begun + timedelta(minutes=draw.randint(1, 60 * 19), seconds=1)
        seen.append(Seen(at, draw.choice([BAD, GOOD, GONE])))
    order = [*seen, *draw.sample(seen, draw.randint(0, len(seen)))]
    draw.shuffle(order)
    for one in order:
        if one.scan:
            account.scans, account.at = one.scan
            account.settled()
        else:
            settle(account, store, look(one.at, *rows(one.status)))
    last = max(seen, key=lambda one: one.at)
    found = remembered(account.bucket, ACCOUNT).get(NAME)
    assert (found is not None and found.state is State.OPEN) is (last.status == BAD)
    told = [event for event in stored(account.clients, REGION) if event.finding_id == NAME]
    assert_consistent(told)
    assert bool(told and told[-1].status == "FAILED") is (last.status == BAD)


def assert_consistent(told: list[FindingEvent]) -> None:
    """What fails is resolved before it fails again, and no two events have one time."""
    assert [event.status for event in told] == (["FAILED", "RESOLVED"] * len(told))[: len(told)]
    assert len({event.timestamp for event in told}) == len(told)
    assert all(event.timestamp >= FIRST.timestamp() * 1000 for event in told)
