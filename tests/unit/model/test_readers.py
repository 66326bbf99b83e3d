"""Listers and describers are declared in one way, and a wrong declaration says what to change."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self

import pytest

from muster.model.finding import ACCOUNT, Related, Resource
from muster.model.listing import Page, after
from muster.model.paging import Pages
from muster.model.readers import describes, lists, reads, related
from muster.model.shard import Shard

CRATE = "AWS::Crates::Crate"


ONE = Resource(CRATE, "one", "111122223333", "eu-west-1", arn="arn:aws:crates:one")


@dataclass(frozen=True, slots=True)
class Seal:
    """What a crate has."""

    name: str = ""

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        return cls(response.get("Seal", ""))


@dataclass(frozen=True, slots=True)
class Lid:
    """What names other crates."""

    others: tuple[str, ...]

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        return cls(tuple(response.get("Others", ())))


@pytest.mark.parametrize(
    ("resource_type", "name"),
    [
        pytest.param("", "111122223333.eu-west-1.ec2", id="a whole service"),
        pytest.param("AWS::EC2::Volume", "111122223333.eu-west-1.ec2.Volume", id="one type of it"),
    ],
)
def test_a_shard_is_named_after_what_it_looks_at(resource_type: str, name: str) -> None:
    shard = Shard("111122223333", "eu-west-1", "ec2", "eu-west-1", ("eu-west-1",), resource_type=resource_type)
    assert shard.id == name


def test_a_lister_needs_its_own_permission_first() -> None:
    @lists(CRATE, permission="crates:List", also=("crates:Get",), facets=(Seal,))
    def crates(client: object, shard: object, token: object) -> Page:  # noqa: ARG001 - never called
        return Page(())

    assert (crates.resource_type, crates.client, crates.facets) == (CRATE, "crates", (Seal,))
    assert (crates.permission, crates.permissions) == ("crates:List", ("crates:List", "crates:Get"))
    assert (crates.on, crates.of, crates.each_of, crates.once_per_account) == ("*", None, "", False)


def answer(client: Any, resource: Resource, *keys: str) -> dict[str, Any]:
    """Call a client that is a function of names."""
    found: dict[str, Any] = client(resource.id, *keys)
    return found


@pytest.mark.parametrize(
    ("options", "client", "operation"),
    [
        pytest.param({}, "crates", "crates:ReadSeal", id="as IAM names both"),
        pytest.param({"client": "boxes"}, "boxes", "boxes:ReadSeal", id="another name of the service"),
        pytest.param({"operation": "GetSeal"}, "crates", "crates:GetSeal", id="another name of the operation"),
    ],
)
def test_the_permission_names_the_service_and_the_operation(
    options: dict[str, Any], client: str, operation: str
) -> None:
    lister = lists(CRATE, permission="crates:ReadSeal", **options)(lambda *_: Page(()))
    short: Any = reads(CRATE, Seal, "crates:ReadSeal", answer, **options)
    assert {lister.client, short.client} == {client}
    assert {lister.operation, short.operation} == {operation}


def test_a_describer_is_declared_by_its_function() -> None:
    made = describes(CRATE, permission="crates:ReadSeal", also=("crates:Get",), absent=("NoSuchSeal",))(sealed)
    assert (made.service, made.client, made.facet) == ("crates", "crates", Seal)
    assert (made.permissions, made.absent) == (("crates:ReadSeal", "crates:Get"), {"NoSuchSeal"})
    assert (made.at_once, made.timed, made.related, made.of, made.on) == (1, False, False, None, "*")


def test_a_describer_may_be_given_the_time_of_the_scan() -> None:
    assert describes(CRATE, permission="crates:ReadSeal", timed=True)(dated).timed


def test_a_facet_of_the_account_may_belong_to_another_service() -> None:
    assert reads(ACCOUNT, Seal, "crates:ReadSeal", answer, service="yard").service == "yard"


def test_a_short_form_parses_the_answer_of_its_call() -> None:
    made = reads(CRATE, Seal, "crates:ReadSeal", answer)
    assert (made.resource_type, made.facet, made.permissions) == (CRATE, Seal, ("crates:ReadSeal",))
    assert made.function(lambda name: {"Seal": f"seal of {name}"}, ONE) == Seal("seal of one")


def test_a_short_form_with_keys_calls_for_each_key() -> None:
    made = reads(CRATE, Seal, "crates:ReadSeal", answer, of=Lid, keys=lambda lid: lid.others)
    assert made.keys is not None
    assert made.keys(Lid(("two",)), ONE) == ("two",)
    assert made.function(lambda name, key: {"Seal": f"{key} of {name}"}, ONE, "two") == Seal("two of one")


def test_keys_may_depend_on_the_resource_and_on_facets_of_related_ones() -> None:
    made = reads(CRATE, Seal, "crates:ReadSeal", answer, of=Related[Lid], keys_for=lambda lids, one: (*lids, one.id))
    assert (made.of, made.related) == (Lid, True)
    assert made.keys is not None
    assert made.keys(Related({"two": Lid(())}), ONE) == ("two", "one")


class OtherSeal(Seal):
    """The seal of another crate."""


def test_a_short_form_reads_related_resources_too() -> None:
    seal = reads(CRATE, Seal, "crates:ReadSeal", answer, absent=("NoSuchSeal",), operation="GetSeal")
    other = related(seal, OtherSeal, of=Lid, keys=lambda lid: lid.others, gone="NoSuchCrate")
    assert (other.facet, other.of, other.related, other.absent) == (OtherSeal, Lid, True, {"NoSuchSeal", "NoSuchCrate"})
    assert (other.resource_type, other.permissions, other.operation) == (CRATE, ("crates:ReadSeal",), "crates:GetSeal")
    assert other.function(lambda name: {"Seal": f"seal of {name}"}, ONE, "two") == OtherSeal("seal of two")


def number(client: object, resource: object) -> int:  # noqa: ARG001 - never called
    return 0


def nothing(client: object, resource: object):  # noqa: ARG001 - never called
    return Seal()


def several(client: object, resources: object) -> Mapping[str, Seal]:  # noqa: ARG001 - never called
    return {}


def dated(client: object, resource: object, *, at: object) -> Seal:  # noqa: ARG001 - never called
    return Seal()


def sealed(client: object, resource: object) -> Seal:  # noqa: ARG001 - never called
    return Seal()


@pytest.mark.parametrize(
    ("function", "options", "reason"),
    [
        pytest.param(number, {}, "number: .* the facet it returns", id="what cannot be parsed is no facet"),
        pytest.param(nothing, {}, "nothing: .* the facet it returns", id="no return type"),
        pytest.param(several, {}, "several: .* the facet it returns", id="many, though it reads one"),
        pytest.param(number, {"at_once": 10}, r"number: .* Mapping\[str, the facet\]", id="one, though it reads many"),
        pytest.param(dated, {}, "dated: .* timed=True", id="a time that is not declared"),
        pytest.param(sealed, {"timed": True}, "sealed: .* parameter `at`", id="no parameter for the time"),
        pytest.param(sealed, {"elsewhere": True}, "sealed: .* parameter `clients`", id="no parameter for clients"),
        pytest.param(sealed, {"given": True}, "sealed: only a facet of the account", id="given, of no facet"),
        pytest.param(sealed, {"when": bool}, "sealed: .* name it with of", id="when, of no facet"),
        pytest.param(sealed, {"keys": list}, "sealed: .* name it with of", id="keys, of no facet"),
        pytest.param(sealed, {"keys_for": zip}, "sealed: .* name it with of", id="keys of the resource, of no facet"),
        pytest.param(sealed, {"service": "yard"}, "sealed: the service is the lister's", id="a service of its own"),
    ],
)
def test_a_wrong_declaration_is_refused(function: Callable[..., Any], options: dict[str, Any], reason: str) -> None:
    with pytest.raises(TypeError, match=f"{__name__}.{reason}"):
        describes(CRATE, permission="crates:ReadSeal", **options)(function)


def test_only_a_short_form_of_the_same_facet_reads_related_resources() -> None:
    long = describes(CRATE, permission="crates:ReadSeal")(sealed)
    short = reads(CRATE, Seal, "crates:ReadSeal", answer)
    for describer, facet in ((long, OtherSeal), (short, Lid)):
        with pytest.raises(TypeError, match=f"{facet.__name__}: it is no Seal"):
            related(describer, facet, of=Lid, keys=lambda lid: lid.others, gone="NoSuchCrate")


@pytest.mark.parametrize(
    ("held", "calls"), [(0, 1), (1, 1), (100, 1), (101, 2)], ids=["none", "one", "a full page", "one more"]
)
def test_pages_are_counted_by_the_number_of_resources(held: int, calls: int) -> None:
    assert Pages(CRATE, 100).calls("crates:List", lambda _: held) == {"crates:List": calls}
    assert Pages(CRATE, 100).types == (CRATE,)


def test_the_first_page_is_requested_without_a_token() -> None:
    assert (after(None), after("t"), after("t", "Marker")) == ({}, {"NextToken": "t"}, {"Marker": "t"})
