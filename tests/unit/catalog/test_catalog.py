"""Promises about every check that exists: they fail for the one somebody forgot."""

import inspect
import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import pytest

from muster.catalog import packs
from muster.catalog.catalog import Catalog, _examine, _unique, load
from muster.checks.tagging.tags import required_tags
from muster.facets.ec2.instances import Instance, Volume
from muster.facets.tagging.tags import Tags
from muster.model.check import Check, check
from muster.model.finding import ACCOUNT, REGION, ObservedAt, Resource, Severity, Status, Verdict, compliant
from muster.model.listing import Page, gathers
from muster.model.readers import Describer, describes, lists

CATALOG = load()
TESTS = Path(__file__).parents[1] / "checks"
CHECKS = [pytest.param(found, id=found.id) for found in CATALOG.checks.values()]


@pytest.mark.parametrize("found", CHECKS)
def test_every_check_has_a_title_a_why_and_a_fix(found: Check) -> None:
    assert found.title
    assert found.why
    assert found.fix


@pytest.mark.parametrize("found", CHECKS)
def test_every_facet_of_a_check_can_be_read(found: Check) -> None:
    for resource_type in CATALOG.resource_types(found):
        listed = CATALOG.listers[resource_type].facets if resource_type in CATALOG.listers else ()
        described = {describer.facet for describer in CATALOG.describers_for(found, resource_type)}
        made = {facet for facet in found.facets.values() if gathers(facet)}
        assert set(found.facets.values()) - {ObservedAt, Resource} - made <= described | set(listed)


def test_every_listed_type_that_can_be_tagged_is_judged_by_its_tags_the_never_tagged_too() -> None:
    cannot_be_tagged = {
        "AWS::ApiGatewayV2::Integration",
        "AWS::ApiGatewayV2::Route",
        "AWS::AutoScaling::LaunchConfiguration",
        "AWS::EMR::SecurityConfiguration",
        "AWS::IAM::Group",
        "AWS::S3::MultiRegionAccessPoint",
        "AWS::SNS::Subscription",
    }
    wanted = set(CATALOG.listers) - cannot_be_tagged
    for name in ("required-tags", "tagged", "tag-keys-spelled-alike", "tags-follow-organization-policy"):
        assert set(CATALOG.resource_types(CATALOG.checks[name])) == wanted
    # Nothing but the resource's own tags is asked, so that no inventory of what is tagged decides who is judged.
    assert set(CATALOG.checks["required-tags"].facets.values()) == {Tags}
    assert required_tags(Tags.parse({})).status is Status.NON_COMPLIANT


def test_every_check_is_exampled_both_ways(tmp_path: Path) -> None:
    """Runs the checks' own tests in a process that notes every answer; their laws need one example each for that."""
    notes = tmp_path / "verdicts.json"
    options = ["-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--hypothesis-profile=once"]
    command = [sys.executable, "-m", "pytest", *options, str(TESTS)]
    environment = {**os.environ, "MUSTER_NOTED_VERDICTS": str(notes)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - our own
    assert done.returncode == 0, done.stdout[-2000:]
    noted = {tuple(each) for each in json.loads(notes.read_text(encoding="utf-8"))}
    wanted = {(name, status.value) for name in CATALOG.checks for status in (Status.COMPLIANT, Status.NON_COMPLIANT)}
    assert wanted - noted == set()


@pytest.mark.parametrize("found", CHECKS)
def test_a_check_has_no_client_no_clock_and_no_try(found: Check) -> None:
    source = inspect.getsource(found.function)
    assert not re.search(r"\btry:|\.now\(|utcnow|boto|\bopen\(|print\(", source)


def test_every_permission_is_spelled_as_iam_spells_them() -> None:
    for declared in (*CATALOG.listers.values(), *CATALOG.describers.values()):
        for permission in declared.permissions:
            assert re.fullmatch(r"[a-z0-9-]+:[A-Z][A-Za-z0-9]+", permission)


def test_shared_facets_belong_to_the_account_or_region() -> None:
    shared = [each for (owner, _), each in CATALOG.describers.items() if owner in (ACCOUNT, REGION)]
    assert shared
    assert all(isinstance(each, Describer) and not each.related for each in shared)
    owners = {each.facet: each.resource_type for each in shared}
    deciding = {(owners[each.of], each.resource_type) for each in shared if each.of}
    # What all regions share decides for each region, and what a region says decides for itself only.
    assert deciding <= {(ACCOUNT, ACCOUNT), (ACCOUNT, REGION), (REGION, REGION)}


def test_every_pack_names_checks_that_exist() -> None:
    for pack in packs.load(CATALOG).values():
        assert {entry.check for entry in pack.entries} <= set(CATALOG.checks)


@check(severity=Severity.LOW)
def mixed(instance: Instance, volume: Volume) -> Verdict:
    """Instances and volumes should not be judged at once.

    Why: so.
    Fix: so.
    """
    return compliant(f"{instance} {volume}")


def test_a_check_of_two_resource_types_judges_none() -> None:
    both = Catalog({mixed.id: mixed}, CATALOG.listers, CATALOG.describers)
    assert both.resource_types(mixed) == ()


class Facet:
    """What stands for a facet where only its type matters."""

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:  # noqa: ARG003 - the protocol's parameter
        return cls()


class Weight(Facet):
    pass


class Seal(Facet):
    pass


class Lid(Facet):
    pass


class Region(Facet):
    pass


class Account(Facet):
    pass


CRATE, BARREL = "Test::Yard::Crate", "Test::Yard::Barrel"


@lists(CRATE, client="yard", permission="yard:ListCrates", facets=(Weight,))
def crates(client: object, shard: object, token: object) -> Page:  # noqa: ARG001 - never called
    return Page(())


@lists(BARREL, client="yard", permission="yard:ListBarrels", of=Region)
def barrels(client: object, shard: object, token: object, region: object) -> Page:  # noqa: ARG001 - never called
    return Page(())


@describes(BARREL, client="scales", permission="scales:Weigh")
def weight(client: object, resource: Resource) -> Weight:  # noqa: ARG001 - never called
    return Weight()


@describes(CRATE, client="yard", permission="yard:GetSeal", of=Lid, when=bool)
def seal(client: object, resource: Resource) -> Seal:  # noqa: ARG001 - never called
    return Seal()


@describes(CRATE, client="yard", permission="yard:GetLid")
def lid(client: object, resource: Resource) -> Lid:  # noqa: ARG001 - never called
    return Lid()


@describes(REGION, client="yard", permission="yard:GetRegion")
def region(client: object, resource: Resource) -> Region:  # noqa: ARG001 - never called
    return Region()


@describes(ACCOUNT, client="yard", permission="yard:GetAccount", service="office")
def account(client: object, resource: Resource) -> Account:  # noqa: ARG001 - never called
    return Account()


def reads(**facets: type) -> Check:
    """Make a check that reads these facets."""

    def judge(**_facets: object) -> Verdict:
        """Things should be.

        Why: so.
        Fix: so.
        """
        return compliant("")

    parameters = [inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD) for name in facets]
    judge.__signature__ = inspect.Signature(parameters)
    judge.__annotations__ = {**facets, "return": Verdict}
    return check(severity=Severity.LOW)(judge)


YARD = Catalog(
    {},
    {each.resource_type: each for each in (crates, barrels)},
    {(each.resource_type, each.facet): each for each in (weight, seal, lid, region, account)},
)


@pytest.mark.parametrize(
    ("found", "types"),
    [
        pytest.param(reads(a=Weight), (BARREL, CRATE), id="every type that has it, listed or described"),
        pytest.param(reads(a=Weight, b=Seal), (CRATE,), id="the type that has both"),
        pytest.param(reads(a=Seal, b=Region, c=Account), (CRATE,), id="what is shared narrows nothing"),
        pytest.param(reads(a=Seal, at=ObservedAt, it=Resource), (CRATE,), id="what is given narrows nothing"),
        pytest.param(reads(a=Region), (REGION,), id="the region alone"),
        pytest.param(reads(a=Account), (ACCOUNT,), id="the account alone"),
        pytest.param(reads(a=Region, b=Account), (REGION,), id="the account, region by region"),
    ],
)
def test_which_types_a_check_judges(found: Check, types: tuple[str, ...]) -> None:
    assert YARD.resource_types(found) == types


def test_a_check_of_which_the_type_was_said_judges_that_alone() -> None:
    found = reads(a=Weight)
    assert replace(YARD, kinds={found.id: BARREL}).resource_types(found) == (BARREL,)


@pytest.mark.parametrize(
    ("found", "resource_type", "called"),
    [
        pytest.param(reads(a=Weight), CRATE, [], id="the listing has it"),
        pytest.param(reads(a=Weight), BARREL, [weight], id="it is read of each"),
        pytest.param(reads(a=Seal), CRATE, [lid, seal], id="what it is read by is read too"),
        pytest.param(reads(a=Lid, b=Seal), CRATE, [lid, seal], id="and is read once"),
        pytest.param(reads(a=Seal, b=Lid), CRATE, [seal, lid], id="whatever the order"),
        pytest.param(reads(a=Lid, b=Region, at=ObservedAt), CRATE, [region, lid], id="what is shared is read too"),
    ],
)
def test_what_is_called_for_one_resource(found: Check, resource_type: str, called: list[Describer]) -> None:
    yielded = list(YARD.describers_for(found, resource_type))
    assert sorted(each.permission for each in yielded) == sorted(each.permission for each in called)


def test_what_a_listing_is_made_from_is_read_of_the_region() -> None:
    assert YARD.source(barrels) is region
    assert YARD.source(crates) is None


def test_a_service_is_the_listers_or_that_of_what_is_read() -> None:
    assert YARD.service_of(reads(a=Weight), BARREL) == "yard"
    assert YARD.service_of(reads(a=Account), ACCOUNT) == "office"


@pytest.mark.parametrize(
    ("found", "says"),
    [
        pytest.param(reads(a=Facet), "nothing describes Facet", id="what nobody reads"),
        pytest.param(reads(a=Weight, b=Facet), "nothing describes Facet", id="among others"),
        pytest.param(mixed, "nothing describes Instance", id="what another catalogue reads"),
    ],
)
def test_a_check_that_reads_what_nothing_describes_is_refused(found: Check, says: str) -> None:
    with pytest.raises(TypeError, match=says):
        _examine(YARD, found)


def test_a_check_of_two_resource_types_is_refused() -> None:
    with pytest.raises(TypeError, match="no type offers all of Instance, Volume"):
        _examine(CATALOG, mixed)


def test_two_of_a_kind_are_refused() -> None:
    with pytest.raises(TypeError, match="two of the lister of x"):
        _unique("lister of", iter([("x", crates), ("y", barrels), ("x", barrels)]))
    assert list(_unique("lister of", iter([("y", barrels), ("x", crates)]))) == ["x", "y"]
