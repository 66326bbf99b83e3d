"""Both sides of a migration are read: where each call goes, and what becomes of what cannot be read."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from muster.errors import ConfigurationError
from muster.migration.access import Access, Accesses, enter
from muster.migration.file import (
    BucketItem,
    FunctionItem,
    LogGroupItem,
    MigrationFile,
    Place,
    TableItem,
)
from muster.migration.reading import Reader
from muster.migration.relatives import KEY
from muster.migration.report.report import Parity, entry_of
from muster.model.coverage import Ledger
from muster.model.finding import GLOBAL, Resource, Status
from muster.sdk.session import Caller

AT = datetime(2026, 11, 29, 12, tzinfo=UTC)
OWN, OTHER = "123456789012", "111122223333"
FILE = MigrationFile(
    "wave-1",
    "production",
    Place("us-east-1"),
    Place("eu-west-1"),
    "eu",
    (BucketItem("data", "data-eu"),),
    (TableItem("orders", "orders-eu"),),
    (FunctionItem("bills", "bills-eu"),),
    (LogGroupItem("app", "app-eu"),),
)


@dataclass
class Refusing:
    """Gives clients whose every call is refused, and notes for which region each is wanted."""

    code: str = "AccessDenied"
    regions: set[str] = field(default_factory=set)
    calls: int = 0

    def get(self, service: str, region: str) -> Any:
        self.regions.add(region)
        return _Client(self, service)

    def counting_in(self, ledger: Ledger) -> "Refusing":  # noqa: ARG002 - nothing is called
        return self


class _Client:
    def __init__(self, provider: Refusing, service: str) -> None:
        self._provider, self._service = provider, service

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        def call(*_: object, **__: object) -> Any:
            self._provider.calls += 1
            raise ClientError({"Error": {"Code": self._provider.code, "Message": "no"}}, operation)

        return call


def accesses(source: Refusing, target: Refusing) -> Accesses:
    return Accesses(Access("us-east-1", OWN, "aws", source), Access("eu-west-1", OTHER, "aws", target))


def test_each_call_goes_to_the_region_of_its_side() -> None:
    source, target = Refusing(), Refusing()
    found = [*Reader(FILE, accesses(source, target), AT).compared()]
    assert [each.pair.item.name for each in found] == ["us-east-1", "data", "orders", "bills", "app"]
    assert (source.regions, target.regions) == ({"us-east-1"}, {"eu-west-1"})


def test_what_could_not_be_read_is_unread_and_never_parity() -> None:
    found = [*Reader(FILE, accesses(Refusing(), Refusing()), AT).compared()]
    findings = [finding for each in found for finding in each.findings]
    assert Status.COMPLIANT not in {each.status for each in findings}
    assert {entry_of(each, "m.yaml").parity for each in found[1:]} == {Parity.UNKNOWN}
    assert {entry_of(each, "m.yaml").target.exists for each in found[1:]} == {None}


def test_nothing_is_called_once_the_time_is_over() -> None:
    source, target = Refusing(), Refusing()
    found = [*Reader(FILE, accesses(source, target), AT, left=lambda: 5.0).compared()]
    assert source.calls + target.calls == 0
    reasons = {
        finding.reason for each in found for finding in each.findings if finding.status is not Status.NOT_APPLICABLE
    }
    assert reasons == {"The time was over before it was read; split the migration file"}


def test_progress_counts_every_pair() -> None:
    seen: list[tuple[str, int]] = []
    [*Reader(FILE, accesses(Refusing(), Refusing()), AT).compared(lambda name, done: seen.append((name, done)))]
    assert seen == [("data", 1), ("orders", 2), ("bills", 3), ("app", 4)]


CALLER = Caller(OWN, "aws", f"arn:aws:iam::{OWN}:user/me")


@pytest.mark.parametrize(
    ("source", "target", "sentence"),
    [
        (Place("us-east-1"), Place("eu-west-1", OTHER), f"target.account is {OTHER}, and the credentials are of {OWN}"),
        (Place("us-east-1", OTHER), Place("eu-west-1"), f"source.account is {OTHER}, and the credentials are of {OWN}"),
        (Place("us-east-1"), Place("us-east-1", OWN), f"source and target are both us-east-1 in account {OWN}"),
    ],
)
def test_sides_that_cannot_be_entered_stop_the_run_before_any_call(source: Place, target: Place, sentence: str) -> None:
    file = MigrationFile("wave-1", "production", source, target, "eu")
    clients: Any = Refusing()
    with pytest.raises(ConfigurationError, match=sentence):
        enter(file, clients, CALLER, "run")
    assert clients.calls == 0


def key_of(account_id: str, region: str) -> Resource:
    return Resource(KEY, "k", account_id, region)


@pytest.mark.parametrize("account", [OWN, OTHER])
def test_a_key_that_both_sides_name_is_read_from_one(account: str) -> None:
    source, target = Access("us-east-1", OWN, "aws", Refusing()), Access("eu-west-1", account, "aws", Refusing())
    both = Accesses(source, target)
    assert [both.of(key_of(account, "eu-west-1"), side) for side in (source, target)] == [target, target]
    assert [both.of(key_of(OWN, "us-east-1"), side) for side in (source, target)] == [source, source]


def test_what_is_in_neither_account_or_region_is_read_from_the_side_that_names_it() -> None:
    both = accesses(Refusing(), Refusing())
    assert both.of(key_of("444455556666", "eu-west-1"), both.source) is both.source
    assert both.of(key_of(OWN, GLOBAL), both.source) is both.source
    assert both.of(key_of(OWN, "ap-south-1"), both.target) is both.source
