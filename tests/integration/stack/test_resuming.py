"""Death at every moment: whatever is lost with a function, the findings of the scan are the same.

A shard of seven pages is scanned by a function that dies before its n-th write to AWS, for every n there is, and at
some of its other words with AWS: before and after pages, writes and reads. Then it is called again, as the state
machine does. The function that settles the account, and the one that sums up, die in the same way.
"""

import math
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import botocore.exceptions
import pytest

from muster.catalog.catalog import Catalog
from muster.configuration import Configuration
from muster.configuration.selection import rules_to_json
from muster.errors import Transient
from muster.lifecycle import event_store
from muster.model.check import check
from muster.model.finding import Resource, Severity, Verdict, compliant, non_compliant
from muster.model.listing import Listed, Page
from muster.model.readers import describes, lists
from muster.model.rule import Rule
from muster.model.shard import Shard
from muster.sdk.session import Clients
from muster.stack import scan_batch as work
from muster.stack.documents.request import Environment
from muster.stack.settling import publish
from muster.stack.summarize_scan import summarize_scan
from muster.storage import keys, parquet
from muster.storage.bucket import Bucket

from . import settled as settling

REGION = "eu-west-1"
SCAN = "20261121T060000Z-0a1b2c3d"
AT = datetime(2026, 11, 21, 6, tzinfo=UTC)
SHARD = Shard("123456789012", REGION, "box", REGION, (REGION,))
PAGES = {"Test::Box": 4, "Test::Crate": 1, "Test::Drum": 2}
EACH = 3


class Killed(BaseException):
    """Nothing catches it, as nothing catches SIGKILL."""


class World:
    """What AWS is asked, counted; dies when the count is reached."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.left: int | None = None
        self.at_writes = False
        """Whether only writes count towards death (`settled.writes` says why these are all moments)."""
        self.expired: set[str] = set()
        self.last_good: str | None = None
        """The last word before the credentials expire."""
        self.over = False

    def word(self, what: str, *, writes: bool = False) -> None:
        if self.left is not None and (writes or not self.at_writes):
            self.left -= 1
            if self.left < 0:
                raise Killed
        self.calls[what] += 1
        if what.startswith(("list ", "describe ")):
            if self.over:
                raise botocore.exceptions.ClientError({"Error": {"Code": "ExpiredToken", "Message": "old"}}, "Any")
            self.over = what == self.last_good


WORLD = World()


@dataclass(frozen=True, slots=True)
class Lid:
    shut: bool

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        return cls(response["shut"])


def listed(kind: str, shard: Shard, token: str | None) -> Page:
    WORLD.word(f"list {kind} {token}")
    if token in WORLD.expired:
        WORLD.expired.discard(token or "")
        raise botocore.exceptions.ClientError({"Error": {"Code": "InvalidNextToken", "Message": "old"}}, "List")
    number = int((token or "page-0").rpartition("-")[2])
    names = [f"{kind}-{number}-{item}" for item in range(EACH)]
    items = [
        Listed(Resource(kind, name, shard.account_id, shard.region, arn=f"arn:aws:x:::{name}", tags={}))
        for name in names
    ]
    return Page(iter(items), f"{kind}-page-{number + 1}" if number + 1 < PAGES[kind] else None)


@lists("Test::Box", client="box", permission="box:ListBoxes")
def boxes(_client: Any, shard: Shard, token: str | None) -> Page:
    return listed("Test::Box", shard, token)


@lists("Test::Crate", client="box", permission="box:ListCrates")
def crates(_client: Any, shard: Shard, token: str | None) -> Page:
    return listed("Test::Crate", shard, token)


@lists("Test::Drum", client="box", permission="box:ListDrums")
def drums(_client: Any, shard: Shard, token: str | None) -> Page:
    return listed("Test::Drum", shard, token)


def read(thing: Resource) -> Lid:
    WORLD.word(f"describe {thing.id}")
    return Lid(shut=thing.id.endswith("0"))


@describes("Test::Box", client="box", permission="box:GetBoxLid")
def lid_of_box(_client: Any, thing: Resource) -> Lid:
    return read(thing)


@describes("Test::Crate", client="box", permission="box:GetCrateLid")
def lid_of_crate(_client: Any, thing: Resource) -> Lid:
    return read(thing)


@describes("Test::Drum", client="box", permission="box:GetDrumLid")
def lid_of_drum(_client: Any, thing: Resource) -> Lid:
    return read(thing)


@check(severity=Severity.HIGH)
def lid_is_shut(lid: Lid) -> Verdict:
    """Lids should be shut.

    Why: so.
    Fix: so.
    """
    return compliant("it is") if lid.shut else non_compliant("it is not")


CATALOG = Catalog(
    {lid_is_shut.id: lid_is_shut},
    {each.resource_type: each for each in (boxes, crates, drums)},
    {(each.resource_type, each.facet): each for each in (lid_of_box, lid_of_crate, lid_of_drum)},
)
RULES = [Rule(lid_is_shut, kind, "box") for kind in PAGES]


def _said(model: Any, **_: object) -> None:
    WORLD.word(model.name, writes=settling.writes(model))


class Dying(Clients):
    """Clients whose every call of S3 and DynamoDB is a word with AWS, and which hand the test's own listers nothing."""

    def get(self, service: str, region: str) -> Any:
        if service == "box":
            return None
        client = super().get(service, region)
        if service in ("s3", "dynamodb") and not getattr(client, "dying", False):
            client.dying = True
            client.meta.events.register(f"before-call.{service}", _said)
            client.meta.events.register(f"after-call.{service}", lambda model, **_: WORLD.word(f"after {model.name}"))
        return client

    def counting_in(self, _ledger: object) -> "Dying":
        return self


@pytest.fixture
def clients(clients: Clients, monkeypatch: pytest.MonkeyPatch) -> Clients:
    global WORLD  # noqa: PLW0603 - one AWS a test
    WORLD = World()
    clients.get("s3", REGION).create_bucket(Bucket="reports", CreateBucketConfiguration={"LocationConstraint": REGION})
    settling.make_table(clients, REGION)
    # Several batches, so that functions die between them.
    monkeypatch.setattr(event_store, "BATCH", 5)
    return Dying(clients.session)


ENVIRONMENT = Environment(bucket="reports", region=REGION, event_table=settling.TABLE)
BATCH = {"batch": "b0000", "attempt": "", "shards": [asdict(SHARD)]}
ITEM = {"account_id": SHARD.account_id, "batches": [BATCH]}


def planned(bucket: Bucket, scan_id: str = SCAN) -> None:
    plan = {
        "scan": {
            "scan_id": scan_id,
            "scan_kind": "scheduled",
            "started_at": AT.isoformat(),
            "record": True,
            "account_id": SHARD.account_id,
            "role": {"name": "", "external_id": "", "partition": "aws"},
            "stack": "dev",
            "regions": [REGION],
            "packs": ["all"],
            "accounts": [SHARD.account_id],
            "shards": 1,
        },
        "configuration": Configuration().to_json(),
        "rules": rules_to_json(RULES),
        "severities": {lid_is_shut.id: "HIGH"},
    }
    bucket.put_json(keys.plan(scan_id), plan)
    bucket.put_json(keys.batches(scan_id), [ITEM])


def scanned(clients: Clients, left: Any = None) -> dict[str, Any]:
    event = {"scan_id": SCAN, "batch": BATCH}
    return work.scan_batch(event, ENVIRONMENT, CATALOG, clients, *([left] if left else [])).to_json()


def settled(clients: Clients, left: float = 900.0) -> int:
    return settling.settled(clients, ENVIRONMENT, SCAN, ITEM, left=lambda: left)


def findings(clients: Clients, folder: Path) -> list[tuple[str, str, str]]:
    """Settle and summarize, and return what is published: every finding as often as it stands there."""
    WORLD.left = None
    assert settled(clients) == 0
    return summed_up(clients, folder)


def summed_up(clients: Clients, folder: Path) -> list[tuple[str, str, str]]:
    WORLD.left = None
    summary = summarize_scan({"scan_id": SCAN, "attempt": ""}, ENVIRONMENT, clients).to_json()
    assert summary["complete"] is True
    bucket = Bucket("reports", clients, REGION)
    rows = []
    for key, _ in bucket.keys("findings/"):
        rows += [(row["resource_id"], row["check_id"], row["status"]) for row in _rows(bucket, key, folder)]
    latest = [row for key, _ in bucket.keys("latest/") for row in _rows(bucket, key, folder)]
    assert sorted((row["resource_id"], row["check_id"], row["status"]) for row in latest) == sorted(rows)
    assert summary["resources"]["scanned"] == len(rows)
    assert summary["findings"]["non_compliant"] == sum(status == "NON_COMPLIANT" for _, _, status in rows)
    return sorted(rows)


EXPECTED = sorted(
    (f"{kind}-{page}-{item}", "lid-is-shut", "COMPLIANT" if item == 0 else "NON_COMPLIANT")
    for kind, pages in PAGES.items()
    for page in range(pages)
    for item in range(EACH)
)


def _rows(bucket: Bucket, key: str, folder: Path) -> list[dict[str, Any]]:
    bucket.download(key, folder / "published")
    return list(parquet.read(folder / "published"))


def told(clients: Clients) -> list[tuple[str, str, bool]]:
    """Return the resources of which the event store has events, each written once, with the events."""
    events = settling.told_once(Bucket("reports", clients, REGION), clients, REGION, SCAN)
    return sorted((event.resource_id, event.event, event.baseline) for event in events)


def remembered(clients: Clients) -> set[str]:
    found = settling.remembered(Bucket("reports", clients, REGION), SHARD.account_id)
    return {tracked.subject.resource_id for tracked in found.values()}


FAILING = {name for name, _, status in EXPECTED if status == "NON_COMPLIANT"}


def test_a_function_that_lives_finds_everything_with_each_call_made_once(clients: Clients, tmp_path: Path) -> None:
    planned(Bucket("reports", clients, REGION))
    assert scanned(clients) == {"scan_id": SCAN, "shards": 1, "left": 0}
    assert {count for what, count in WORLD.calls.items() if what.startswith(("list ", "describe "))} == {1}
    assert findings(clients, tmp_path) == EXPECTED
    assert remembered(clients) == FAILING


def moments(writes: int, words: int) -> list[Any]:
    """Return each write to die before, none of them, and some of the words with AWS."""
    return [
        *(pytest.param(True, moment, id=f"write {moment}") for moment in range(writes + 1)),
        *(pytest.param(False, moment, id=f"word {moment}") for moment in range(3, words, 13)),
    ]


def die(at: int, *, at_writes: bool) -> None:
    WORLD.left, WORLD.at_writes = at, at_writes


def spent(*, at_writes: bool, call: Callable[[], object]) -> int:
    """Return how many writes, or words, a call takes."""
    die(10_000, at_writes=at_writes)
    call()
    assert WORLD.left is not None
    return 10_000 - WORLD.left


WRITES, WORDS = 14, 62


@pytest.mark.parametrize(("at_writes", "all_of_them"), [(True, WRITES), (False, WORDS)])
def test_the_moments_below_are_all_there_are(clients: Clients, at_writes: bool, all_of_them: int) -> None:
    planned(Bucket("reports", clients, REGION))
    assert spent(at_writes=at_writes, call=lambda: scanned(clients)) == all_of_them


@pytest.mark.parametrize(("at_writes", "moment"), moments(WRITES, WORDS))
def test_a_function_that_dies_once_at_any_moment_loses_and_doubles_nothing(
    clients: Clients, tmp_path: Path, at_writes: bool, moment: int
) -> None:
    planned(Bucket("reports", clients, REGION))
    WORLD.calls.clear()
    die(moment, at_writes=at_writes)
    try:
        scanned(clients)
    except Killed:
        WORLD.left = None
        scanned(clients)
    again = Counter(what for what, count in WORLD.calls.items() if what.startswith("describe ") and count > 1)
    assert len(again) <= EACH + EACH, "one page is described again at most, with the short type bound to it"
    assert findings(clients, tmp_path) == EXPECTED
    assert remembered(clients) == FAILING


@pytest.mark.parametrize("moment", range(10, 60, 7))
def test_a_function_that_dies_leaves_no_thread_behind(clients: Clients, moment: int) -> None:
    """What it read with is closed where it dies, not whenever the garbage collector comes by."""
    planned(Bucket("reports", clients, REGION))
    before = set(threading.enumerate())
    WORLD.left = moment
    with pytest.raises(Killed):
        scanned(clients)
    assert [thread.name for thread in set(threading.enumerate()) - before] == []


@pytest.mark.parametrize("patience", [9, 13, 17, 23])
def test_a_function_that_dies_again_and_again_comes_to_the_end(clients: Clients, tmp_path: Path, patience: int) -> None:
    planned(Bucket("reports", clients, REGION))
    for tries in range(1, 60):
        WORLD.left = patience + tries  # a little further each time: what is read at the start grows with what is done
        try:
            scanned(clients)
        except Killed:
            continue
        break
    assert findings(clients, tmp_path) == EXPECTED
    assert remembered(clients) == FAILING


@pytest.mark.parametrize("at_first", [900.0, 10.0])
def test_a_function_that_runs_short_of_time_is_called_again_until_nothing_is_left(
    clients: Clients, tmp_path: Path, at_first: float
) -> None:
    planned(Bucket("reports", clients, REGION))
    calls = 0
    while True:
        calls += 1
        clock = iter([at_first, *[10.0] * 100])
        if scanned(clients, lambda clock=clock: next(clock))["left"] == 0:
            break
    assert calls == 7, "a page a call, of the seven that are not the last"
    assert {count for what, count in WORLD.calls.items() if what.startswith("describe ")} == {1}
    assert findings(clients, tmp_path) == EXPECTED


def test_a_listing_whose_token_expires_meanwhile_begins_again(clients: Clients, tmp_path: Path) -> None:
    planned(Bucket("reports", clients, REGION))
    clock = iter([900.0, *[10.0] * 100])
    assert scanned(clients, lambda: next(clock))["left"] == 1
    WORLD.expired = {"Test::Box-page-1"}
    assert scanned(clients)["left"] == 0
    assert findings(clients, tmp_path) == EXPECTED
    assert remembered(clients) == FAILING


@pytest.mark.parametrize(
    "last_good",
    [
        "list Test::Box None",
        "describe Test::Box-1-0",
        "list Test::Box Test::Box-page-2",
        "describe Test::Box-3-2",
        "list Test::Crate None",
        "describe Test::Drum-0-1",
        "list Test::Drum Test::Drum-page-1",
    ],
)
def test_credentials_that_expire_in_mid_scan_cost_a_retry_and_no_finding(
    clients: Clients, tmp_path: Path, last_good: str
) -> None:
    planned(Bucket("reports", clients, REGION))
    WORLD.last_good = last_good
    with pytest.raises(Transient, match="the shard goes on where it stopped"):
        scanned(clients)
    WORLD.last_good, WORLD.over = None, False
    assert scanned(clients)["left"] == 0
    assert findings(clients, tmp_path) == EXPECTED
    assert remembered(clients) == FAILING


SETTLING, SETTLING_WORDS = 10, 52
STEPPING, STEPPING_WORDS = 16, 102
SUMMING, SUMMING_WORDS = 8, 26


@pytest.mark.parametrize("at_writes", [True, False], ids=["writes", "words"])
def test_the_moments_of_settling_and_summing_up_are_all_there_are(
    clients: Clients, tmp_path: Path, at_writes: bool
) -> None:
    planned(Bucket("reports", clients, REGION))
    scanned(clients)
    wanted = (SETTLING, SUMMING) if at_writes else (SETTLING_WORDS, SUMMING_WORDS)
    summed: dict[str, Any] = {"scan_id": SCAN, "attempt": ""}
    settling_takes = spent(at_writes=at_writes, call=lambda: settled(clients))
    summing_takes = spent(at_writes=at_writes, call=lambda: summarize_scan(summed, ENVIRONMENT, clients))
    assert (settling_takes, summing_takes) == wanted
    assert summed_up(clients, tmp_path) == EXPECTED


@pytest.mark.parametrize(
    ("left", "at_writes", "moment"),
    [
        *(pytest.param(900.0, *each.values, id=f"in one call {each.id}") for each in moments(SETTLING, SETTLING_WORDS)),
        *(pytest.param(0.0, *each.values, id=f"a step a call {each.id}") for each in moments(STEPPING, STEPPING_WORDS)),
    ],
)
def test_settling_that_dies_once_at_any_moment_publishes_and_remembers_the_same(
    clients: Clients, tmp_path: Path, left: float, at_writes: bool, moment: int
) -> None:
    planned(Bucket("reports", clients, REGION))
    scanned(clients)
    die(moment, at_writes=at_writes)
    while True:
        try:
            if settled(clients, left) == 0:
                break
        except Killed:
            WORLD.left = None
    assert summed_up(clients, tmp_path) == EXPECTED
    assert remembered(clients) == FAILING
    assert told(clients) == sorted((name, "opened", True) for name in FAILING)
    changes = settling.result(Bucket("reports", clients, REGION), SCAN, SHARD.account_id).changes
    assert {by: {kind: event.count for kind, event in one.events.items()} for by, one in changes.items()} == {
        "": {"baseline": len(FAILING)}
    }
    assert told(clients) == sorted((name, "opened", True) for name in FAILING)


@pytest.mark.parametrize(("at_writes", "moment"), moments(SUMMING, SUMMING_WORDS))
def test_summing_up_that_dies_once_at_any_moment_says_the_same(
    clients: Clients, tmp_path: Path, at_writes: bool, moment: int
) -> None:
    planned(Bucket("reports", clients, REGION))
    scanned(clients)
    settled(clients)
    die(moment, at_writes=at_writes)
    try:
        summarize_scan({"scan_id": SCAN, "attempt": ""}, ENVIRONMENT, clients)
    except Killed:
        WORLD.left = None
    assert summed_up(clients, tmp_path) == EXPECTED


STEPS = 34


def with_a_file_a_part(clients: Clients, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publish, "PUBLISHED", 1)
    planned(Bucket("reports", clients, REGION))
    scanned(clients)


def test_the_moments_of_settling_a_large_account_are_all_there_are(
    clients: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_a_file_a_part(clients, monkeypatch)
    die(10_000, at_writes=True)
    calls = 1
    while settled(clients, 0.0):
        calls += 1
    batches = math.ceil(len(FAILING) / event_store.BATCH)
    assert calls == 8 + batches - 1, "a call for each published file, one that compares, and one for each batch more"
    assert 10_000 - WORLD.left == STEPS


@pytest.mark.parametrize("moment", range(STEPS + 1))
def test_settling_a_large_account_that_dies_once_at_any_moment_publishes_and_remembers_the_same(
    clients: Clients, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: int
) -> None:
    with_a_file_a_part(clients, monkeypatch)
    die(moment, at_writes=True)
    while True:
        try:
            if settled(clients, 0.0) == 0:
                break
        except Killed:
            WORLD.left = None
    assert summed_up(clients, tmp_path) == EXPECTED
    assert remembered(clients) == FAILING
    assert told(clients) == sorted((name, "opened", True) for name in FAILING)
