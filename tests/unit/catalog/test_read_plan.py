"""The read plan: which readers rules need of a type, in which stages, how often and with which permissions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import pytest

from muster.catalog.catalog import Catalog, load
from muster.catalog.read_plan import Call, Per, TypePlan, plan_of, read_plan
from muster.configuration.selection import every_rule
from muster.facets.tagging.tags import Tags
from muster.model.check import Check, check
from muster.model.finding import ACCOUNT, REGION, Resource, Severity, Verdict, compliant
from muster.model.listing import Page, gathers
from muster.model.readers import Describer, Lister, describes, lists
from muster.model.rule import Rule
from muster.model.shard import Shard

BARREL, CRATE = "AWS::Yard::Barrel", "AWS::Yard::Crate"
SHARD = Shard("111122223333", "eu-west-1", "yard", "eu-west-1", ("eu-west-1",))


@dataclass(frozen=True, slots=True)
class Facet:
    """A facet that is read."""

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:  # noqa: ARG003 - the protocol's parameter
        return cls()


class Office(Facet):
    """A facet of the account."""


class Yard(Facet):
    """A facet of the region, from which barrels are listed."""


class Weight(Facet):
    """A facet of every barrel and crate."""


class Lid(Facet):
    """A facet that is read by the weight."""


class Seal(Facet):
    """A facet that is read by the lid, of another resource."""


@dataclass(frozen=True, slots=True)
class Heap:
    """A facet that is made of all resources of a page."""

    @classmethod
    def gather(cls, page: Iterable[object], *, whole: bool) -> Self:  # noqa: ARG003 - the protocol's parameters
        return cls()


class Stack(Facet):
    """A facet that is read by the heap."""


@lists(CRATE, client="yard", permission="yard:ListCrates", facets=(Weight,), also=("yard:GetCrate",))
def crates(_client: object, _shard: object, _token: object) -> Page:
    return Page(())


@lists(BARREL, client="yard", permission="yard:ListBarrels", of=Yard)
def barrels(_client: object, _shard: object, _token: object, _yard: object) -> Page:
    return Page(())


@describes(ACCOUNT, client="office", permission="office:Get")
def office(_client: object, _account: Resource) -> Office:
    return Office()


@describes(REGION, client="yard", permission="yard:ListBarrels", also=("yard:DescribeYard",))
def yard(_client: object, _region: Resource) -> Yard:
    return Yard()


@describes(BARREL, client="yard", permission="yard:Weigh", on="arn:{partition}:yard:*:*:barrel/*")
def weight(_client: object, _barrel: Resource) -> Weight:
    return Weight()


@describes(CRATE, client="yard", permission="yard:GetLid", of=Weight)
def lid(_client: object, _crate: Resource) -> Lid:
    return Lid()


@describes(CRATE, client="seals", permission="seals:Get", of=Lid, keys=lambda _lid: ())
def seal(_client: object, _crate: Resource, _key: str) -> Seal:
    return Seal()


@describes(CRATE, client="yard", permission="yard:GetStack", of=Heap)
def stack(_client: object, _crate: Resource) -> Stack:
    return Stack()


@describes(CRATE, client="yard", permission="yard:ListTags", at_once=20)
def tags(_client: object, _crates: object) -> Mapping[str, Tags]:
    return {}


READERS = (office, yard, weight, lid, seal, stack, tags)
CATALOG = Catalog(
    {},
    {each.resource_type: each for each in (barrels, crates)},
    {(each.resource_type, each.facet): each for each in READERS},
)


def reads(*facets: type, opt_in: tuple[str, ...] = ()) -> Check:
    """Return a check that reads facets."""

    @check(severity=Severity.LOW)
    def crate_kept(_weight: Weight) -> Verdict:
        """Crates should be kept.

        Why: a reason.
        Fix: a fix.
        """
        return compliant("kept")

    return replace(crate_kept, facets={facet.__name__: facet for facet in facets}, opt_in=opt_in)


def planned(*facets: type, kind: str = CRATE, **how: bool) -> TypePlan:
    [found] = read_plan(CATALOG, [Rule(reads(*facets), kind, "yard")], **how).types
    return found


def stages(found: TypePlan) -> list[list[Describer]]:
    return [list(stage) for stage in found.stages]


def test_a_describer_comes_a_stage_after_the_facet_that_it_is_read_by() -> None:
    assert stages(planned(Seal)) == [[lid], [seal]]
    assert stages(planned(Seal, Office, Lid)) == [[lid, office], [seal]]


def test_a_facet_that_comes_with_the_listing_is_not_read_again() -> None:
    assert stages(planned(Weight)) == []
    assert stages(planned(Weight, kind=BARREL)) == [[weight]]


def test_a_describer_that_is_read_by_a_facet_of_the_page_comes_after_it() -> None:
    found = planned(Heap, Stack, Lid)
    assert (stages(found), found.page_facets, found.late_stages) == ([[lid]], {Heap}, ((stack,),))


def test_tags_are_read_first_where_the_scan_is_narrowed_by_them() -> None:
    assert (planned(Tags).tags, stages(planned(Tags))) == (None, [[tags]])
    for found in (planned(Tags, by_tags=True), planned(Weight, by_tags=True)):
        assert (found.tags, stages(found)) == (tags, [])
        assert Call(tags, Per.RESOURCE, (("yard:ListTags", "*"),)) in found.calls


def test_the_calls_are_the_listing_and_each_describer_once_with_what_each_is_made_for() -> None:
    rules = [Rule(reads(Office, Seal), CRATE, "yard"), Rule(reads(Lid, Office), CRATE, "yard")]
    [found] = read_plan(CATALOG, rules).types
    assert {(call.operation, call.per) for call in found.calls} == {
        ("yard:ListCrates", Per.PAGE),
        ("yard:GetLid", Per.RESOURCE),
        ("seals:Get", Per.RELATED),
        ("office:Get", Per.ACCOUNT),
    }
    assert len(found.calls) == 4
    assert found.rules == tuple(rules)


def test_a_listing_that_its_source_holds_makes_no_call() -> None:
    found = planned(Weight, kind=BARREL)
    assert (found.lister, found.source, found.lists) == (barrels, yard, False)
    assert [call.operation for call in found.calls] == ["yard:ListBarrels", "yard:Weigh"]
    assert planned(Weight).lists


def test_a_grant_is_on_the_narrowest_pattern_and_on_everything_once() -> None:
    rules = [Rule(reads(Weight), kind, "yard") for kind in (BARREL, CRATE)]
    assert read_plan(CATALOG, rules).grants == {
        ("yard:ListCrates", "*"),
        ("yard:GetCrate", "*"),
        ("yard:ListBarrels", "*"),
        ("yard:DescribeYard", "*"),
        ("yard:Weigh", "arn:{partition}:yard:*:*:barrel/*"),
    }
    everywhere = replace(weight, resource_type=CRATE, facet=Lid, on="*")
    both = replace(CATALOG, describers={**CATALOG.describers, (CRATE, Lid): everywhere})
    found = read_plan(both, [Rule(reads(Weight), BARREL, "yard"), Rule(reads(Lid), CRATE, "yard")]).grants
    assert [pattern for action, pattern in found if action == "yard:Weigh"] == ["*"]


def test_a_check_that_is_not_opted_into_reads_nothing_and_is_granted_all_the_same() -> None:
    rules = [Rule(reads(Lid, opt_in=("wanted",)), CRATE, "yard")]
    assert [call.operation for call in read_plan(CATALOG, rules).types[0].calls] == ["yard:ListCrates"]
    assert ("yard:GetLid", "*") in read_plan(CATALOG, rules, inactive=True).grants
    opted = [replace(rules[0], settings={"wanted": ("all",)})]
    assert read_plan(CATALOG, opted).types[0].stages == ((lid,),)


@pytest.mark.parametrize(
    ("shard", "types"),
    [
        pytest.param(SHARD, [BARREL, CRATE, REGION], id="what is listed first, then by name"),
        pytest.param(replace(SHARD, resource_type=CRATE), [CRATE], id="a shard of one type"),
        pytest.param(replace(SHARD, service="office"), [ACCOUNT], id="another service"),
        pytest.param(replace(SHARD, service="kitchen"), [], id="nothing is judged of the service"),
    ],
)
def test_the_types_of_a_shard_come_in_the_order_of_the_scan(shard: Shard, types: list[str]) -> None:
    rules = [
        Rule(reads(Yard), REGION, "yard"),
        Rule(reads(Office), ACCOUNT, "office"),
        Rule(reads(Weight), CRATE, "yard"),
        Rule(reads(Weight), BARREL, "yard"),
    ]
    assert [each.resource_type for each in read_plan(CATALOG, rules).of(shard)] == types


def test_describers_that_wait_for_each_other_are_refused() -> None:
    circular = {**CATALOG.describers, (CRATE, Lid): replace(lid, of=Seal)}
    with pytest.raises(TypeError, match="describers wait for each other: Lid, Seal"):
        read_plan(replace(CATALOG, describers=circular), [Rule(reads(Seal), CRATE, "yard")])


@pytest.mark.parametrize("found", load().checks.values(), ids=lambda each: each.id)
def test_every_check_of_the_catalogue_has_each_facet_before_it_is_needed(found: Check) -> None:
    for plan in plan_of(load(), found).types:
        known = set(plan.lister.facets if plan.lister else ())
        for stage in plan.stages:
            assert all(each.of is None or each.of in known for each in stage)
            known |= {each.facet for each in stage}
        known |= plan.page_facets
        for stage in plan.late_stages:
            assert all(each.of in known for each in stage)
            known |= {each.facet for each in stage}
        assert {each for each in found.facets.values() if hasattr(each, "parse") or gathers(each)} <= known


def test_no_reader_is_called_twice_for_a_type_with_all_checks() -> None:
    for plan in read_plan(load(), every_rule(load()), by_tags=True).types:
        describers = [*(each for stage in (*plan.stages, *plan.late_stages) for each in stage), plan.source, plan.tags]
        called = [call.reader.function for call in plan.calls if not isinstance(call.reader, Lister)]
        assert len({*map(id, called)}) == len(called)
        assert {id(each.function) for each in describers if each} == {*map(id, called)}
