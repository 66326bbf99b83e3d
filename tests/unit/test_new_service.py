"""A check for a service that is not there yet: facet, reader and check are all that is written for it.

The service below exists in this module alone. Scan, estimate, permissions and page follow from its declarations.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

import botocore.exceptions

from muster.catalog import pages
from muster.catalog.catalog import Catalog
from muster.catalog.permissions import iam_policy, scanner_actions
from muster.catalog.read_plan import plan_of, read_plan
from muster.estimate.workload import Demand, calls_of, findings_of
from muster.model.check import check
from muster.model.coverage import Ledger
from muster.model.finding import REGION, Related, Resource, Severity, Status, Verdict, compliant, non_compliant
from muster.model.listing import Page, after, listed
from muster.model.paging import Pages
from muster.model.readers import describes, lists, reads
from muster.model.rule import Rule
from muster.model.shard import Shard
from muster.scanning.calls import ScanContext
from muster.scanning.shard_scan import ShardScan
from muster.sdk.retry import Retrier

OVEN = "AWS::Kiln::Oven"
HERE = "eu-west-1"
AT = datetime(2026, 11, 29, tzinfo=UTC)


# The facets: what AWS answered.


@dataclass(frozen=True, slots=True)
class Oven:
    kind: str

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        return cls(response["Kind"])


@dataclass(frozen=True, slots=True)
class Temperature:
    degrees: int

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        return cls(response.get("Degrees", 0))


@dataclass(frozen=True, slots=True)
class Door:
    locked: bool

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        return cls(response.get("Locked", False))


@dataclass(frozen=True, slots=True)
class Keys:
    of_ovens: frozenset[str]

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        return cls(frozenset(response.get("Ovens", ())))


@dataclass(frozen=True, slots=True)
class Maker:
    name: str

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        return cls(response["Name"])


# The readers: one call each.


@lists(OVEN, permission="kiln:ListOvens", facets=(Oven,), page=3, on="arn:{partition}:kiln:*:*:oven/*")
def ovens(kiln: Any, shard: Shard, token: str | None) -> Page:
    answer = kiln.list_ovens(**after(token))
    items = (
        listed(Resource(OVEN, item["Name"], shard.account_id, shard.region), item, (Oven,)) for item in answer["Ovens"]
    )
    return Page(items, answer.get("NextToken"))


@describes(OVEN, permission="kiln:GetTemperature", at_once=2, operation="BatchGetTemperatures")
def temperatures(kiln: Any, some: Sequence[Resource]) -> Mapping[str, Temperature]:
    answer = kiln.batch_get_temperatures(Names=[each.id for each in some])
    return {name: Temperature.parse(item) for name, item in answer.items()}


door = reads(
    OVEN,
    Door,
    "kiln:GetDoor",
    lambda kiln, oven: kiln.get_door(Name=oven.id),
    of=Temperature,
    when=lambda temperature: temperature.degrees > 0,
    absent=("NoSuchDoor",),
)


@describes(REGION, permission="kiln:ListKeys", page=Pages(OVEN, 2))
def keys(kiln: Any, _region: Resource) -> Keys:
    first, second = kiln.list_keys(), kiln.list_keys(NextToken="1")
    return Keys.parse({"Ovens": [*first["Ovens"], *second["Ovens"]]})


maker = reads(
    OVEN,
    Maker,
    "makers:GetMaker",
    lambda makers, _oven, kind: makers.get_maker(Kind=kind),
    client="kilnmakers",
    of=Oven,
    keys=lambda oven: (oven.kind,),
)


# The check.


@check(severity=Severity.HIGH)
def kiln_oven_locked(oven: Oven, door: Door, keys: Keys, makers: Related[Maker], resource: Resource) -> Verdict:
    """Hot ovens should be locked.

    Why: They burn.
    Fix: aws kiln lock-door --name NAME
    """
    by = makers[oven.kind].name
    if door.locked and resource.id in keys.of_ovens:
        return compliant(f"locked, by {by}")
    return non_compliant(f"open, by {by}")


CATALOG = Catalog(
    {kiln_oven_locked.id: kiln_oven_locked},
    {OVEN: ovens},
    {(each.resource_type, each.facet): each for each in (temperatures, door, keys, maker)},
)
RULES = (Rule(kiln_oven_locked, OVEN, "kiln"),)
OVENS = [[{"Name": f"o{number}", "Kind": "gas"} for number in page] for page in ((0, 1, 2), (3,))]


class Kiln:
    """AWS as this service would be: four ovens on two pages, all of them hot; the last has no door."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def counting_in(self, _ledger: Ledger) -> Self:
        return self

    def get(self, service: str, region: str) -> Self:
        assert (service, region) in {("kiln", HERE), ("kilnmakers", HERE)}
        return self

    def get_maker(self, Kind: str) -> Mapping[str, Any]:  # noqa: N803 - AWS's parameter
        self.calls.append("kilnmakers:GetMaker")
        return {"Name": f"a maker of {Kind}"}

    def list_ovens(self, NextToken: str = "") -> Mapping[str, Any]:  # noqa: N803 - AWS's parameter
        self.calls.append("kiln:ListOvens")
        return {"Ovens": OVENS[1]} if NextToken else {"Ovens": OVENS[0], "NextToken": "1"}

    def batch_get_temperatures(self, Names: Sequence[str]) -> Mapping[str, Any]:  # noqa: N803 - AWS's parameter
        self.calls.append("kiln:BatchGetTemperatures")
        return {name: {"Degrees": 900} for name in Names}

    def get_door(self, Name: str) -> Mapping[str, Any]:  # noqa: N803 - AWS's parameter
        self.calls.append("kiln:GetDoor")
        if Name == "o3":
            raise botocore.exceptions.ClientError({"Error": {"Code": "NoSuchDoor", "Message": "no"}}, "GetDoor")
        return {"Locked": Name == "o0"}

    def list_keys(self, NextToken: str = "") -> Mapping[str, Any]:  # noqa: N803 - AWS's parameter
        self.calls.append("kiln:ListKeys")
        return {"Ovens": ["o2", "o3"]} if NextToken else {"Ovens": ["o0", "o1"]}


def test_it_is_scanned() -> None:
    kiln: Any = Kiln()
    shard = Shard("111122223333", HERE, "kiln", HERE, (HERE,))
    scan = ShardScan(shard, read_plan(CATALOG, RULES), ScanContext(kiln, AT, Retrier(sleep=lambda _: None)))
    found = {each.resource.id: (each.status, each.reason) for each in scan}
    unlocked = (Status.NON_COMPLIANT, "open, by a maker of gas")
    assert found == {
        "o0": (Status.COMPLIANT, "locked, by a maker of gas"),
        "o1": unlocked, "o2": unlocked, "o3": unlocked,
    }  # fmt: skip
    assert scan.outcome.complete


def test_its_calls_are_foretold() -> None:
    kiln: Any = Kiln()
    plan = read_plan(CATALOG, RULES)
    list(ShardScan(Shard("111122223333", HERE, "kiln", HERE, (HERE,)), plan, ScanContext(kiln, AT)))
    demand = Demand(plan, {(OVEN, HERE): 4}, (HERE,), related=1)
    assert calls_of(demand).by_api == Counter(kiln.calls)
    assert findings_of(demand) == {HERE: 4}


def test_its_permissions_are_granted_on_the_narrowest_resources() -> None:
    everything, ovens_only, *_ = iam_policy(CATALOG, RULES)["Statement"]
    assert (everything["Action"], everything["Resource"]) == (["kiln:ListKeys", "kiln:ListOvens"], "*")
    assert ovens_only == {
        "Sid": "MusterReadsKilnOven",
        "Effect": "Allow",
        "Action": ["kiln:GetDoor", "kiln:GetTemperature", "makers:GetMaker"],
        "Resource": "arn:aws:kiln:*:*:oven/*",
    }
    assert scanner_actions(CATALOG, RULES) == tuple(sorted([*everything["Action"], *ovens_only["Action"]]))


def test_its_page_says_what_is_read_and_how_often() -> None:
    _, _, reads_ = pages.check_page(kiln_oven_locked, CATALOG).partition("## Permissions\n")
    rows = {tuple(cell.strip(" `") for cell in line.split("|")[1:-1]) for line in reads_.splitlines()[3:]}
    assert rows == {
        ("List of AWS::Kiln::Oven", "kiln:ListOvens", "once per page"),
        ("Temperature", "kiln:GetTemperature", "once per resource, 2 in one call"),
        ("Door", "kiln:GetDoor", "once per resource whose Temperature needs it"),
        ("Keys", "kiln:ListKeys", "once per region"),
        ("Maker", "makers:GetMaker", "once per resource that a Oven names"),
    }


def test_its_doors_are_read_after_its_temperatures() -> None:
    [plan] = plan_of(CATALOG, kiln_oven_locked).types
    assert [{each.facet for each in stage} for stage in plan.stages] == [{Keys, Maker, Temperature}, {Door}]
