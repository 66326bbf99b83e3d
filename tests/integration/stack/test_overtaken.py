"""A function that settles an account dies, a later scan settles it, and the first is called again: nothing is lost.

What the first scan wrote into the state before it died is reported by it, and is in the event store once; what it had
not written is reported by the later one.
"""

import contextlib
from pathlib import Path
from typing import Any

import pytest

from muster.sdk.session import Clients

from .settled import make_table, result, scans_of, told_once, writes
from .test_settle_account import ACCOUNT, HERE, REGION, SHARDS, Account, volume


class Killed(BaseException):
    """Nothing catches it, as nothing catches SIGKILL."""


class Death:
    """Kills before the n-th write to S3 or DynamoDB (`settled.writes` says why these are all moments)."""

    def __init__(self, clients: Clients) -> None:
        self.left: int | None = None
        self.calls = 0
        for service in ("s3", "dynamodb"):
            events = clients.get(service, REGION).meta.events
            events.register(f"before-call.{service}", self.word)

    def word(self, model: Any, **_: object) -> None:
        if not writes(model):
            return
        self.calls += 1
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                raise Killed


BASELINE = ("stays", "ends", "t")
WRITES = 8


@pytest.fixture
def account(clients: Clients, tmp_path: Path) -> Account:
    clients.get("s3", REGION).create_bucket(Bucket="reports", CreateBucketConfiguration={"LocationConstraint": REGION})
    make_table(clients, REGION)
    account = Account(clients, tmp_path)
    account.scan(volume(HERE, "stays"), volume(HERE, "ends"))
    account.settled()
    account.scan(volume(HERE, "stays"), volume(HERE, "begins"))
    return account


def reported(account: Account, scan_id: str) -> list[tuple[str, str]]:
    changes = result(account.bucket, scan_id, ACCOUNT).changes[""].events
    return sorted((kind, one.resource_id) for kind, event in changes.items() for one in event.worst)


def test_the_moments_are_all_there_are(account: Account) -> None:
    death = Death(account.clients)
    account.settled()
    assert death.calls == WRITES


@pytest.mark.parametrize("moment", range(WRITES + 1))
@pytest.mark.parametrize("later", ["never comes", "sees the same", "sees otherwise"])
def test_what_a_scan_said_before_it_died_is_not_lost_when_a_later_one_comes_first(
    account: Account, later: str, moment: int
) -> None:
    own = account.scan_id, account.scans, account.at
    death = Death(account.clients)
    death.left = moment
    with contextlib.suppress(Killed):
        account.settle(*SHARDS)
    death.left = None
    if later != "never comes":
        account.scan(volume(HERE, "stays"), volume(HERE, "begins" if later == "sees the same" else "ends"))
        account.settled()
        _, account.scans, account.at = own
    account.settled()
    told = sorted(one for scan in scans_of(account.bucket)[1:] for one in reported(account, scan))
    there, back = [("opened", "begins"), ("resolved", "ends")], [("reopened", "ends"), ("resolved", "begins")]
    # Where the first scan had said nothing before it died, the later one finds all as it was.
    assert told in (([], sorted([*there, *back])) if later == "sees otherwise" else (there,))
    events = told_once(account.bucket, account.clients, REGION, *scans_of(account.bucket))
    assert len(events) == len(BASELINE) + len(told)
