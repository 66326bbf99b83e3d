"""How a lister and a describer declare what they read, with which call and which permission."""

import inspect
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from muster.model.finding import Resource, Unavailable
from muster.model.paging import Paging
from muster.model.text import shortened


class Facet(Protocol):
    """A frozen value parsed from what AWS answered; an empty answer means there is none of it."""

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> typing.Self:
        """Parse one answer of AWS, or one item of a listing."""
        ...


def gathers(facet: type) -> bool:
    """Whether a facet is made of the facets of all resources of a page, by its class method `gather`."""
    return hasattr(facet, "gather")


def gathered(items: Iterable["Listed"], facets: Iterable[type], *, whole: bool) -> "list[Listed]":
    """Return the resources of a page with the facets that are made of all of them.

    `whole` says that no resource of the type is on another page.
    """
    page = list(items)
    known = [(item.resource.id, item.facets) for item in page]
    found = {facet: typing.cast("Any", facet).gather(known, whole=whole) for facet in facets}
    return [replace(item, facets={**item.facets, **found}) for item in page]


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


List = Callable[..., Page]
"""Asks for one page with (client, shard, token): the first, or the one that a token names."""


@dataclass(frozen=True, slots=True)
class Lister:
    """Lists one resource type, a page a call; `page` is how many resources a full page holds.

    `of` is a facet of the region or account that the listing is made from, handed in as the fourth argument: what is
    read once for other checks is not listed again. `each_of` is the resource type whose resources are listed for one by
    one. `reads` names what is read of an answer, where nothing else is parsed: see `muster.sdk.wire`. `on` is the
    narrowest pattern of ARNs that the permissions besides the listing's take. `operation_name` is the API operation
    where IAM's action has another name.
    """

    resource_type: str
    service: str
    client: str
    permission: str
    permissions: tuple[str, ...]
    facets: tuple[type, ...]
    function: List
    reads: tuple[str, ...] = ()
    page: int = 100
    of: type | None = None
    on: str = "*"
    each_of: str = ""
    operation_name: str = ""

    @property
    def operation(self) -> str:
        """The API that it calls, as `service:Operation`, both as the SDK calls them."""
        return _operation(self)


@dataclass(frozen=True, slots=True)
class Describer:
    """Reads one facet of one resource with one call, or of up to `at_once` resources.

    `absent` are the error codes by which AWS says that there is none. With `of` and `keys` it reads the facet
    of the resources that the judged one names: once for each key, which `keys` finds in the facet `of` of the resource,
    both of which it is given. With `of` and `when` it is called only for the
    resources whose facet `of` says so; for others there is none. `timed` says that it wants to know when the scan
    began. `permissions` are all that it spends, `on` the narrowest pattern of ARNs that they take, or that each takes:
    what is not in there takes none. `operation_name` is the API operation where IAM's action has another name. `page`
    is for one that reads a whole region: how many calls that takes; without, it counts as one.
    """

    resource_type: str
    service: str
    client: str
    permission: str
    facet: type
    function: Callable[..., Any]
    absent: frozenset[str]
    of: type | None = None
    keys: Callable[[Any, Resource], Sequence[str]] | None = None
    when: Callable[[Any], bool] | None = None
    at_once: int = 1
    timed: bool = False
    permissions: tuple[str, ...] = ()
    on: str | Mapping[str, str] = "*"
    operation_name: str = ""
    page: Paging | None = None

    @property
    def operation(self) -> str:
        """The API that it calls, as `service:Operation`, both as the SDK calls them."""
        return _operation(self)

    @property
    def related(self) -> bool:
        """Whether it reads other resources than the judged one."""
        return self.keys is not None


def _operation(reader: Lister | Describer) -> str:
    return f"{reader.client}:{reader.operation_name or reader.permission.partition(':')[2]}"


def lists(  # noqa: PLR0913 - each says one thing about the call
    resource_type: str,
    *,
    client: str,
    permission: str,
    facets: tuple[type, ...] = (),
    also: tuple[str, ...] = (),
    reads: tuple[str, ...] = (),
    page: int = 100,
    of: type | None = None,
    on: str = "*",
    each_of: str = "",
    operation: str = "",
) -> Callable[[List], Lister]:
    """Declare a lister; `facets` come with the listing, `also` are permissions that it spends besides.

    `operation` is the API operation where IAM's action has another name.
    """

    def declare(function: List) -> Lister:
        return Lister(
            resource_type=resource_type,
            service=client,
            client=client,
            permission=permission,
            permissions=(permission, *also),
            facets=facets,
            function=function,
            reads=reads,
            page=page,
            of=of,
            on=on,
            each_of=each_of,
            operation_name=operation,
        )

    return declare


def describes(  # noqa: PLR0913 - each says one thing about the call
    resource_type: str,
    *,
    client: str,
    permission: str,
    absent: tuple[str, ...] = (),
    also: tuple[str, ...] = (),
    service: str | None = None,
    of: type | None = None,
    keys: Callable[..., Sequence[str]] | None = None,
    when: Callable[[Any], bool] | None = None,
    at_once: int = 1,
    on: str | Mapping[str, str] = "*",
    operation: str = "",
    page: Paging | None = None,
) -> Callable[[Callable[..., Any]], Describer]:
    """Declare a describer, called with (client, resource), or (client, resource, key) where it has keys.

    The facet is what the function returns. With a keyword-only parameter `at` it is told when the scan began. `keys`
    is given the facet `of`, and the resource if it takes two.

    With `at_once` it is called with (client, resources) and returns `Mapping[str, the facet]` by the resources' ids;
    with keys it is called with (client, region, keys) and answers by key. Whoever is missing in the answer could not
    be read.

    `operation` is the API operation where IAM's action has another name; `page` says how many calls a whole region
    takes.

    Raises:
        TypeError: the declaration is incomplete; the message says what to change.
    """

    def declare(function: Callable[..., Any]) -> Describer:
        if (keys or when) and of is None:
            raise TypeError(f"{function.__name__}: keys and when are read from a facet; name it with of")
        return Describer(
            resource_type=resource_type,
            service=service or client,
            client=client,
            permission=permission,
            facet=_returned(function, many=at_once > 1),
            function=function,
            absent=frozenset(absent),
            of=of,
            keys=_of_resource(keys) if keys else None,
            when=when,
            at_once=at_once,
            timed="at" in inspect.signature(function).parameters,
            permissions=(permission, *also),
            on=on,
            operation_name=operation,
            page=page,
        )

    return declare


def _returned(function: Callable[..., Any], *, many: bool) -> type:
    """Return the facet that a describer is annotated with."""
    facet = function.__annotations__.get("return")
    if many:
        answer = typing.get_args(facet)
        facet = answer[1] if len(answer) == 2 else None  # noqa: PLR2004 - key and value
    if not isinstance(facet, type) or not hasattr(facet, "parse"):
        wanted = "Mapping[str, the facet], as it reads many at once" if many else "the facet it returns"
        raise TypeError(f"{function.__name__}: a describer is annotated with {wanted}")
    return facet


def _of_resource(keys: Callable[..., Sequence[str]]) -> Callable[[Any, Resource], Sequence[str]]:
    """Return keys that are given the resource too, as most need not be."""
    if len(inspect.signature(keys).parameters) > 1:
        return keys

    def of_facet(facet: Any, _resource: Resource | None = None) -> Sequence[str]:
        return keys(facet)

    return of_facet


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
    except (AttributeError, KeyError, IndexError, TypeError, ValueError, RecursionError) as error:
        return Unavailable(
            None, f"AWS answered in a shape Muster does not understand ({facet.__name__}: {shortened(repr(error))})"
        )
