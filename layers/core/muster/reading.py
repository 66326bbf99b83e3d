"""How a lister and a describer declare what they read, with which call and which permission."""

import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

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

    `endpoint_region` is where its lister calls, `scope` the regions whose resources it judges.
    """

    account_id: str
    region: str
    service: str
    endpoint_region: str
    scope: tuple[str, ...]
    partition: str = "aws"

    @property
    def id(self) -> str:
        """The shard's name in keys and reports."""
        return f"{self.account_id}.{self.region}.{self.service}"


@dataclass(frozen=True, slots=True)
class Listed:
    """One resource as it was listed, with the facets that the listing holds.

    `unavailable` says why nothing more of it can be read, for example because its region is not known.
    """

    resource: Resource
    facets: Mapping[type, object] = field(default_factory=dict)
    unavailable: Unavailable | None = None


@dataclass(frozen=True, slots=True)
class Lister:
    """Lists one resource type, page by page."""

    resource_type: str
    service: str
    client: str
    permission: str
    permissions: tuple[str, ...]
    facets: tuple[type, ...]
    function: Callable[[Any, Shard], Iterator[Sequence[Listed]]]


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


Lists = TypeVar("Lists", bound=Callable[[Any, Shard], Iterator[Sequence[Listed]]])


def lists(
    resource_type: str, *, client: str, permission: str, facets: tuple[type, ...] = (), also: tuple[str, ...] = ()
) -> Callable[[Callable[[Any, Shard], Iterator[Sequence[Listed]]]], Lister]:
    """Declare a lister; `facets` come with the listing, `also` are permissions that it spends besides."""

    def declare(function: Callable[[Any, Shard], Iterator[Sequence[Listed]]]) -> Lister:
        return Lister(resource_type, client, client, permission, (permission, *also), facets, function)

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


def listed(resource: Resource, item: Mapping[str, Any], facets: tuple[type, ...]) -> Listed:
    """Parse the facets of one listed item; one that has an unexpected shape becomes `Unavailable`, not an error."""
    return Listed(resource, {facet: parsed(facet, item) for facet in facets})


def parsed(facet: type, response: Mapping[str, Any]) -> object:
    """Parse an answer of AWS into a facet, or say that its shape is not one we understand."""
    try:
        return typing.cast("type[Facet]", facet).parse(response)
    except (AttributeError, KeyError, IndexError, TypeError, ValueError) as error:
        return Unavailable(None, f"AWS answered in a shape Muster does not understand ({facet.__name__}: {error!r})")
