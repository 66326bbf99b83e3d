"""Facets that are read many at a time, only where they are wanted, or once for all."""

import math
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

import botocore.exceptions
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.catalog.catalog import Catalog
from muster.catalog.read_plan import read_plan
from muster.model.check import Check, check
from muster.model.coverage import Ledger
from muster.model.finding import (
    ACCOUNT,
    REGION,
    TARGET,
    Finding,
    Related,
    Resource,
    Severity,
    Status,
    Unavailable,
    Verdict,
    compliant,
)
from muster.model.listing import Listed, Page
from muster.model.readers import Describer, Lister, describes, lists
from muster.model.rule import Rule
from muster.model.shard import Shard
from muster.scanning.cache import RegionCache
from muster.scanning.calls import ScanContext
from muster.scanning.shard_scan import ShardScan
from muster.sdk.retry import Retrier
from tests.examples import examples

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
CRATE, PALLET = "Test::Crate", "Test::Pallet"
HERE = "eu-west-1"
SHARD = Shard("111122223333", HERE, "yard", HERE, (HERE,))


@dataclass(frozen=True, slots=True)
class Weight:
    kilograms: int

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        return cls(response.get("Kilograms", 0))


@dataclass(frozen=True, slots=True)
class Seal:
    number: str

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        return cls(response.get("Number", "none"))


@dataclass(frozen=True, slots=True)
class Owner:
    name: str

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        return cls(response.get("Name", "nobody"))


@dataclass(frozen=True, slots=True)
class Yard:
    crates: tuple[str, ...]

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        return cls(tuple(response["Crates"]))


@dataclass(frozen=True, slots=True)
class Customs:
    at: str

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        return cls(response["At"])


class Fake:
    """Clients and client at once: operations are functions by name, calls are noted with the region they went to."""

    def __init__(self, **operations: Any) -> None:
        self.operations = operations
        self.calls: list[tuple[Any, ...]] = []
        self.regions: list[str] = []

    def counting_in(self, _ledger: Ledger) -> "Fake":
        return self

    def get(self, _service: str, region: str) -> "Fake":
        self.regions.append(region)
        return self

    def __call__(self, operation: str, *arguments: Any) -> Any:
        self.calls.append((operation, *arguments))
        return self.operations[operation](*arguments)

    def made(self, operation: str) -> list[tuple[Any, ...]]:
        return [call[1:] for call in self.calls if call[0] == operation]


def refused(code: str, operation: str = "Operation") -> botocore.exceptions.ClientError:
    return botocore.exceptions.ClientError({"Error": {"Code": code, "Message": "no"}}, operation)


@lists(CRATE, client="yard", permission="yard:ListCrates")
def crates(client: Any, shard: Shard, _token: str | None) -> Page:
    return Page([Listed(crate(name, shard)) for name in client("ListCrates")])


@lists(PALLET, client="yard", permission="yard:DescribeYard", of=Yard)
def pallets(_client: Any, shard: Shard, _token: str | None, yard: Yard) -> Page:
    return Page([Listed(crate(name, shard, PALLET)) for name in yard.crates])


def crate(name: str, shard: Shard = SHARD, kind: str = CRATE) -> Resource:
    return Resource(kind, name, shard.account_id, shard.region, arn=f"arn:aws:yard:{shard.region}::{kind}/{name}")


@describes(CRATE, client="yard", permission="yard:Weigh", at_once=10)
def weights(client: Any, some: Sequence[Resource]) -> Mapping[str, Weight]:
    answer = client("Weigh", *(one.id for one in some))
    return {name: Weight(kilograms) for name, kilograms in answer.items()}


@describes(CRATE, client="yard", permission="yard:GetSeal", of=Weight, when=lambda weight: weight.kilograms > 5)
def seal(client: Any, one: Resource) -> Seal:
    return Seal(client("GetSeal", one.id))


@describes(
    CRATE,
    client="yard",
    permission="yard:GetOwners",
    at_once=10,
    of=Weight,
    keys=lambda weight: (f"o{weight.kilograms}",),
)
def owners(client: Any, region: Resource, names: Sequence[str]) -> Mapping[str, Owner]:
    client("GetOwners", region.type, *names)
    return {name: Owner(name.upper()) for name in names}


@describes(REGION, client="yard", permission="yard:DescribeYard", also=("yard:ListYards",))
def yard(client: Any, region: Resource) -> Yard:
    return Yard(tuple(client("DescribeYard", region.id)))


@describes(ACCOUNT, client="customs", permission="customs:Get", timed=True)
def customs(client: Any, _account: Resource, *, at: datetime) -> Customs:
    client("Get")
    return Customs(at.isoformat())


@dataclass(frozen=True, slots=True)
class Ports:
    """What is cleared, and what each port says of it."""

    said: str

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        return cls(str(response))


@describes(
    ACCOUNT, client="customs", permission="customs:Ask", of=Customs, given=True, elsewhere=True
)  # fmt: skip
def ports(_client: Any, _account: Resource, customs: Customs, *, clients: Callable[[str, str], Any]) -> Ports:
    return Ports(f"{clients('harbour', 'us-east-1')('Ask')} {customs.at}")


@check(severity=Severity.LOW)
def crate_weighs(weight: Weight) -> Verdict:
    """Crates should weigh.

    Why: so.
    Fix: so.
    """
    return compliant(str(weight.kilograms))


@check(severity=Severity.LOW)
def crate_sealed(seal: Seal) -> Verdict:
    """Crates should have a seal.

    Why: so.
    Fix: so.
    """
    return compliant(seal.number)


@check(severity=Severity.LOW)
def crate_owned(owners: Related[Owner]) -> Verdict:
    """Crates should have owners.

    Why: so.
    Fix: so.
    """
    return compliant(" ".join(owners[name].name for name in owners))


@check(severity=Severity.LOW)
def crate_in_yard(weight: Weight, yard: Yard, resource: Resource) -> Verdict:
    """Crates should stand in the yard.

    Why: so.
    Fix: so.
    """
    return compliant(f"{weight.kilograms} {resource.id in yard.crates}")


@check(severity=Severity.LOW)
def crate_cleared(weight: Weight, customs: Customs) -> Verdict:
    """Crates should be cleared.

    Why: so.
    Fix: so.
    """
    return compliant(f"{weight.kilograms} {customs.at}")


@check(severity=Severity.LOW)
def crate_shipped(weight: Weight, ports: Ports) -> Verdict:
    """Crates should be shipped.

    Why: so.
    Fix: so.
    """
    return compliant(f"{weight.kilograms} {ports.said}")


@check(severity=Severity.LOW)
def yard_open(yard: Yard) -> Verdict:
    """Yards should be open.

    Why: so.
    Fix: so.
    """
    return compliant(str(len(yard.crates)))


def catalog(listers: Sequence[Lister] = (crates, pallets)) -> Catalog:
    every: Sequence[Describer] = (weights, seal, owners, yard, customs, ports)
    checks = (crate_weighs, crate_sealed, crate_owned, crate_in_yard, crate_cleared, crate_shipped, yard_open)
    return Catalog(
        {each.id: each for each in checks},
        {each.resource_type: each for each in listers},
        {(each.resource_type, each.facet): each for each in every},
    )


def context(fake: Fake, **options: Any) -> ScanContext:
    return ScanContext(fake, AT, **{"retrier": Retrier(sleep=lambda _: None), **options})  # type: ignore[arg-type]


def scan(fake: Fake, *checks: Check, kind: str = CRATE, shard: Shard = SHARD, **options: Any) -> list[Finding]:
    rules = [Rule(each, kind, "yard") for each in checks]
    return list(ShardScan(shard, read_plan(catalog(), rules), context(fake, **options)))


def reasons(findings: Sequence[Finding]) -> dict[str, str]:
    return {found.resource.id: found.reason for found in findings}


def numbered(count: int) -> list[str]:
    return [f"c{number}" for number in range(count)]


def weighed(*names: str) -> dict[str, int]:
    return {name: int(name[1:]) for name in names}


def test_many_are_described_in_as_few_calls_as_aws_permits_and_come_in_their_order() -> None:
    fake = Fake(ListCrates=lambda: numbered(25), Weigh=weighed)
    findings = scan(fake, crate_weighs)
    assert [found.reason for found in findings] == [str(number) for number in range(25)]
    assert sorted(len(names) for names in fake.made("Weigh")) == [5, 10, 10]


def test_one_that_makes_aws_refuse_a_call_costs_the_others_nothing() -> None:
    def weigh(*names: str) -> dict[str, int]:
        if "c3" in names:
            raise refused("CrateNotFound")
        return weighed(*names)

    findings = scan(Fake(ListCrates=lambda: numbered(12), Weigh=weigh), crate_weighs)
    assert [found.resource.id for found in findings if found.status is Status.INSUFFICIENT_DATA] == ["c3"]
    assert len(findings) == 12


def test_a_denied_call_about_many_is_not_made_again_for_each() -> None:
    def weigh(*_names: str) -> dict[str, int]:
        raise refused("AccessDenied")

    fake = Fake(ListCrates=lambda: numbered(4), Weigh=weigh)
    findings = scan(fake, crate_weighs)
    assert {found.unavailable for found in findings} == {(Unavailable("yard:Weigh", "access denied (AccessDenied)"),)}
    assert len(fake.made("Weigh")) == 1


def test_whoever_is_missing_in_an_answer_about_many_is_unread() -> None:
    fake = Fake(ListCrates=lambda: numbered(3), Weigh=lambda *names: weighed(*names[:2]))
    statuses = {found.resource.id: found.status for found in scan(fake, crate_weighs)}
    assert statuses == {"c0": Status.COMPLIANT, "c1": Status.COMPLIANT, "c2": Status.INSUFFICIENT_DATA}


def test_an_answer_about_many_in_a_strange_shape_is_unread_for_all_of_them() -> None:
    findings = scan(Fake(ListCrates=lambda: numbered(3), Weigh=lambda *_: None), crate_weighs)
    assert {found.status for found in findings} == {Status.INSUFFICIENT_DATA}


def test_an_error_of_ours_reaches_whoever_scans_and_leaves_nobody_waiting() -> None:
    def weigh(*_names: str) -> dict[str, int]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        scan(Fake(ListCrates=lambda: numbered(3), Weigh=weigh), crate_weighs)


def test_only_those_are_asked_about_whose_other_facet_says_so_and_the_rest_have_none() -> None:
    fake = Fake(ListCrates=lambda: ["c4", "c7"], Weigh=weighed, GetSeal=lambda name: f"seal of {name}")
    assert reasons(scan(fake, crate_sealed)) == {"c4": "none", "c7": "seal of c7"}
    assert fake.made("GetSeal") == [("c7",)]


def test_what_cannot_be_decided_by_an_unread_facet_is_unread() -> None:
    def weigh(*_names: str) -> dict[str, int]:
        raise refused("AccessDenied")

    (found,) = scan(Fake(ListCrates=lambda: ["c9"], Weigh=weigh), crate_sealed)
    assert found.unavailable == (Unavailable("yard:Weigh", "access denied (AccessDenied)"),)


def test_related_resources_are_asked_about_together_and_each_once() -> None:
    fake = Fake(ListCrates=lambda: ["c1", "c2", "d1"], Weigh=weighed, GetOwners=lambda *_: None)
    assert reasons(scan(fake, crate_owned)) == {"c1": "O1", "c2": "O2", "d1": "O1"}
    assert fake.made("GetOwners") == [(REGION, "o1", "o2")]


def in_time(*arguments: Any) -> list[Finding]:
    """Scan, unless it takes for ever."""
    found: list[list[Finding]] = []
    scanning = threading.Thread(target=lambda: found.append(scan(*arguments)), daemon=True)
    scanning.start()
    scanning.join(20)
    assert found, "the scan waits for what nobody asks for"
    return found[0]


def test_many_that_name_the_same_do_not_wait_for_a_batch_that_never_fills() -> None:
    fake = Fake(
        ListCrates=lambda: numbered(200), Weigh=lambda *names: dict.fromkeys(names, 1), GetOwners=lambda *_: None
    )
    found = in_time(fake, crate_owned)
    assert [(each.resource.id, each.reason) for each in found] == [(name, "O1") for name in numbered(200)]
    assert fake.made("GetOwners") == [(REGION, "o1")]


@settings(max_examples=examples(25), deadline=None)
@given(st.lists(st.integers(0, 60), max_size=250))
def test_however_many_name_the_same_they_come_in_their_order_in_the_fewest_calls(numbers: list[int]) -> None:
    named = {f"c{place}": number for place, number in enumerate(numbers)}
    fake = Fake(
        ListCrates=lambda: list(named),
        Weigh=lambda *names: {name: named[name] for name in names},
        GetOwners=lambda *_: None,
    )
    found = in_time(fake, crate_owned)
    assert [(each.resource.id, each.reason) for each in found] == [(name, f"O{named[name]}") for name in named]
    assert len(fake.made("GetOwners")) == math.ceil(len(set(numbers)) / 10)


def test_a_facet_of_the_region_is_read_once_for_all_shards_and_a_check_may_ask_for_the_resource() -> None:
    fake = Fake(ListCrates=lambda: numbered(2), Weigh=weighed, DescribeYard=lambda _region: ["c1"])
    shared = RegionCache()
    assert reasons(scan(fake, crate_in_yard, cache=shared)) == {"c0": "0 False", "c1": "1 True"}
    scan(fake, crate_in_yard, cache=shared)
    assert len(fake.made("DescribeYard")) == 1
    elsewhere = Shard("111122223333", "eu-west-2", "yard", "eu-west-2", ("eu-west-2",))
    scan(fake, crate_in_yard, cache=shared, shard=elsewhere)
    assert fake.made("DescribeYard") == [(HERE,), ("eu-west-2",)]


class Single(Retrier):
    """A retrier that makes each call once, and gives up on no API."""

    def __call__(self, _key: object, call: Callable[[], Any]) -> Any:
        return call()


@pytest.mark.parametrize(
    ("code", "calls"),
    [
        pytest.param("AccessDenied", 1, id="a denial holds for all"),
        pytest.param("ExpiredToken", 2, id="the next shard may have credentials that last"),
        pytest.param("InternalError", 2, id="or come when the service is well again"),
    ],
)
def test_a_shared_facet_that_could_not_be_read_is_asked_for_once_a_shard_unless_it_is_denied(
    code: str, calls: int
) -> None:
    def denied(_region: str) -> Any:
        raise refused(code)

    fake = Fake(ListCrates=lambda: numbered(40), Weigh=weighed, DescribeYard=denied)
    shared = RegionCache()
    for _ in range(2):
        findings = scan(fake, crate_in_yard, cache=shared, retrier=Single())
        assert {found.status for found in findings} == {Status.INSUFFICIENT_DATA}
    assert len(fake.made("DescribeYard")) == calls


def test_what_was_shared_long_ago_is_forgotten_and_read_again() -> None:
    fake = Fake(ListCrates=lambda: numbered(1), Weigh=weighed, DescribeYard=lambda _region: ["c1"])
    shared = RegionCache(kept=1)
    for region in (HERE, "eu-west-2", HERE):
        scan(fake, crate_in_yard, cache=shared, shard=Shard("1", region, "yard", region, (region,)))
    assert len(fake.made("DescribeYard")) == 3


def test_a_listing_made_from_a_shared_facet_makes_no_call_of_its_own() -> None:
    fake = Fake(DescribeYard=lambda _region: ["p1", "p2"])
    every = catalog()
    together = context(fake)
    found = list(ShardScan(SHARD, read_plan(every, [Rule(yard_open, PALLET, "yard")]), together))
    found += list(ShardScan(SHARD, read_plan(every, [Rule(yard_open, REGION, "yard")]), together))
    assert [(each.resource.id, each.reason) for each in found] == [("p1", "2"), ("p2", "2"), (HERE, "2")]
    assert len(fake.calls) == 1


@pytest.mark.parametrize(
    ("operation", "permission"),
    [
        pytest.param("DescribeYard", "yard:DescribeYard", id="its first call"),
        pytest.param("ListYards", "yard:ListYards", id="another of its calls"),
    ],
)
def test_a_listing_made_from_what_is_denied_stands_on_the_target_and_names_the_permission(
    operation: str, permission: str
) -> None:
    def denied(_region: str) -> Any:
        raise refused("AccessDenied", operation)

    rules = [Rule(yard_open, PALLET, "yard")]
    one = ShardScan(SHARD, read_plan(catalog(), rules), context(Fake(DescribeYard=denied)))
    (found,) = list(one)
    assert (found.resource.type, found.resource.id, found.unavailable[0].permission) == (TARGET, PALLET, permission)
    assert not one.outcome.complete


def test_a_describer_that_wants_to_know_is_told_when_the_scan_began() -> None:
    fake = Fake(ListCrates=lambda: ["c1"], Weigh=weighed, Get=lambda: None)
    assert reasons(scan(fake, crate_cleared)) == {"c1": f"1 {AT.isoformat()}"}


def test_an_accounts_facet_is_asked_for_where_the_shard_calls_and_never_in_a_region_called_global() -> None:
    fake = Fake(ListCrates=lambda: ["c1"], Weigh=weighed, Get=lambda: None)
    everywhere = Shard("111122223333", "global", "yard", HERE, (HERE, "global"))
    scan(fake, crate_cleared, shard=everywhere)
    assert set(fake.regions) == {HERE}


def test_an_accounts_facet_may_be_read_by_another_one_and_in_other_regions() -> None:
    fake = Fake(ListCrates=lambda: ["c1", "c2"], Weigh=weighed, Get=lambda: None, Ask=lambda: "said")
    assert reasons(scan(fake, crate_shipped)) == {
        "c1": f"1 said {AT.isoformat()}", "c2": f"2 said {AT.isoformat()}"
    }  # fmt: skip
    assert len(fake.made("Ask")) == len(fake.made("Get")) == 1
    assert fake.regions.count("us-east-1") == 1


def test_without_the_facet_that_another_is_read_by_there_is_no_call() -> None:
    def denied() -> None:
        raise refused("AccessDenied")

    fake = Fake(ListCrates=lambda: ["c1"], Weigh=weighed, Get=denied, Ask=lambda: "said")
    assert [found.status for found in scan(fake, crate_shipped)] == [Status.INSUFFICIENT_DATA]
    assert fake.made("Ask") == []


def test_what_is_read_of_one_resource_is_read_by_one_thread_where_there_are_many() -> None:
    def of(count: int) -> tuple[dict[str, str], dict[str, set[str]]]:
        threads: dict[str, set[str]] = {}

        def noted(name: str) -> dict[str, str]:
            threads.setdefault(name, set()).add(threading.current_thread().name)
            return {}

        operations = {"ListCrates": lambda: numbered(count), "Seal": noted, "Customs": lambda *_: {"At": "noon"}}
        return reasons(scan(Fake(**operations), crate_sealed, concurrency=2)), threads

    few, _ = of(3)
    many, threads = of(40)
    assert {name: many[name] for name in few} == few
    assert len(many) == 40
    assert all(len(each) == 1 for each in threads.values())
