"""How what is read is declared: names that keys are made of, and declarations that are refused."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self

import pytest

from muster.model.readers import Page, after, describes, lists
from muster.model.shard import Shard

CRATE = "AWS::Crates::Crate"


@dataclass(frozen=True, slots=True)
class Seal:
    """What a crate has."""

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:  # noqa: ARG003 - the protocol's parameter
        return cls()


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


def test_a_lister_spends_its_own_permission_first() -> None:
    @lists(CRATE, client="crates", permission="crates:List", also=("crates:Get",), facets=(Seal,))
    def crates(client: object, shard: object, token: object) -> Page:  # noqa: ARG001 - never called
        return Page(())

    assert (crates.resource_type, crates.client, crates.service, crates.facets) == (CRATE, "crates", "crates", (Seal,))
    assert (crates.permission, crates.permissions) == ("crates:List", ("crates:List", "crates:Get"))
    assert (crates.on, crates.of, crates.each_of) == ("*", None, "")


@pytest.mark.parametrize(("service", "belongs_to"), [(None, "crates"), ("seals", "seals")])
def test_a_describer_belongs_to_its_clients_service_unless_it_says_another(
    service: str | None, belongs_to: str
) -> None:
    @describes(CRATE, client="crates", permission="crates:ReadSeal", also=("crates:Get",), service=service)
    def seal(client: object, resource: object) -> Seal:  # noqa: ARG001 - never called
        return Seal()

    assert (seal.service, seal.client, seal.facet) == (belongs_to, "crates", Seal)
    assert seal.permissions == ("crates:ReadSeal", "crates:Get")
    assert (seal.at_once, seal.timed, seal.related, seal.absent) == (1, False, False, frozenset())


def test_what_means_that_there_is_none_is_kept_as_it_was_said() -> None:
    @describes(CRATE, client="crates", permission="crates:ReadSeal", absent=("NoSuchSeal",))
    def seal(client: object, resource: object, *, at: object) -> Seal:  # noqa: ARG001 - never called
        return Seal()

    assert seal.absent == {"NoSuchSeal"}
    assert seal.timed


def number(client: object, resource: object) -> int:  # noqa: ARG001 - never called
    return 0


def nothing(client: object, resource: object):  # noqa: ARG001 - never called
    return Seal()


def several(client: object, resources: object) -> Mapping[str, Seal]:  # noqa: ARG001 - never called
    return {}


@pytest.mark.parametrize(
    ("function", "said", "says"),
    [
        pytest.param(number, {}, "number: .* the facet it returns", id="what cannot be parsed is no facet"),
        pytest.param(nothing, {}, "nothing: .* the facet it returns", id="it does not say what it returns"),
        pytest.param(several, {}, "several: .* the facet it returns", id="many, though it is asked about one"),
        pytest.param(number, {"at_once": 10}, r"number: .* Mapping\[str, the facet\]", id="one, though of many"),
    ],
)
def test_a_wrong_declaration_is_refused(function: Callable[..., Any], said: dict[str, Any], says: str) -> None:
    with pytest.raises(TypeError, match=says):
        describes(CRATE, client="crates", permission="crates:ReadSeal", **said)(function)


def test_the_first_page_is_asked_for_without_a_token() -> None:
    assert (after(None), after("t"), after("t", "Marker")) == ({}, {"NextToken": "t"}, {"Marker": "t"})
