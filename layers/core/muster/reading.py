"""How a lister and a describer declare what they read, with which call and which permission."""

import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from muster.model import Resource, Unavailable


class Facet(Protocol):
    """A frozen value parsed from what AWS answered; an empty answer means there is none of it."""

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> typing.Self:
        """Parse one answer of AWS, or one item of a listing."""
        ...


@dataclass(frozen=True, slots=True)
class Shard:
    """The unit of work: one service in one region of one account, or `global` for a service no region owns.

    `endpoint_region` is where its lister calls, `scope` the regions whose resources it judges. A large one is cut
    by `resource_type`; without, it has all types of the service.
    """

    account_id: str
    region: str
    service: str
    endpoint_region: str
    scope: tuple[str, ...]
    partition: str = "aws"
    resource_type: str = ""

    @property
    def id(self) -> str:
        """The shard's name in keys and reports."""
        kind = f".{self.resource_type.rpartition('::')[2]}" if self.resource_type else ""
        return f"{self.account_id}.{self.region}.{self.service}{kind}"


@dataclass(frozen=True, slots=True)
class Listed:
    """One resource as it was listed, with the facets that the listing holds.

    `unavailable` says why nothing more of it can be read, for example because its region is not known.
    """

    resource: Resource
    facets: Mapping[type, object] = field(default_factory=dict)
    unavailable: Unavailable | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a listing, in AWS's order; `then` is the token of the next page, None after the last.

    Items may be read out of the answer only as they are iterated over: once.
    """

    items: Iterable[Listed]
    then: str | None = None


List = Callable[[Any, Shard, str | None], Page]
"""Asks for one page: the first, or the one that a token names."""


@dataclass(frozen=True, slots=True)
class Lister:
    """Lists one resource type, a page a call.

    `reads` names what is read of an answer, where nothing else is parsed: see `muster.wire`.
    """

    resource_type: str
    service: str
    client: str
    permission: str
    permissions: tuple[str, ...]
    facets: tuple[type, ...]
    function: List
    reads: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Describer:
    """Reads one facet of one resource with one call.

    `absent` are the error codes by which AWS says that there is none. With `of` and `keys` it reads the facet
    of the resources that the judged one names: once for each key.
    """

    resource_type: str
    service: str
    client: str
    permission: str
    facet: type
    function: Callable[..., Any]
    absent: frozenset[str]
    of: type | None = None
    keys: Callable[[Any], Sequence[str]] | None = None


def lists(  # noqa: PLR0913 - each says one thing about the call
    resource_type: str,
    *,
    client: str,
    permission: str,
    facets: tuple[type, ...] = (),
    also: tuple[str, ...] = (),
    reads: tuple[str, ...] = (),
) -> Callable[[List], Lister]:
    """Declare a lister; `facets` come with the listing, `also` are permissions that it spends besides."""

    def declare(function: List) -> Lister:
        return Lister(resource_type, client, client, permission, (permission, *also), facets, function, reads)

    return declare


def describes(  # noqa: PLR0913 - each says one thing about the call
    resource_type: str,
    *,
    client: str,
    permission: str,
    absent: tuple[str, ...] = (),
    service: str | None = None,
    of: type | None = None,
    keys: Callable[[Any], Sequence[str]] | None = None,
) -> Callable[[Callable[..., Any]], Describer]:
    """Declare a describer; the facet is what the function returns.

    Raises:
        TypeError: the function's return annotation is not a facet's type.
    """

    def declare(function: Callable[..., Any]) -> Describer:
        facet = function.__annotations__.get("return")
        if not isinstance(facet, type) or not hasattr(facet, "parse"):
            raise TypeError(f"{function.__name__}: a describer is annotated with the facet it returns")
        return Describer(
            resource_type, service or client, client, permission, facet, function, frozenset(absent), of, keys
        )

    return declare


def after(token: str | None, name: str = "NextToken") -> dict[str, Any]:
    """Return the parameter that asks for the page which a token names; none asks for the first."""
    return {name: token} if token else {}


def listed(resource: Resource, item: Mapping[str, Any], facets: tuple[type, ...]) -> Listed:
    """Parse the facets of one listed item; one that has an unexpected shape becomes `Unavailable`, not an error."""
    return Listed(resource, {facet: parsed(facet, item) for facet in facets})


def parsed(facet: type, response: Mapping[str, Any]) -> object:
    """Parse an answer of AWS into a facet, or say that its shape is not one we understand."""
    try:
        return typing.cast("type[Facet]", facet).parse(response)
    except (AttributeError, KeyError, IndexError, TypeError, ValueError) as error:
        return Unavailable(None, f"AWS answered in a shape Muster does not understand ({facet.__name__}: {error!r})")
