"""A page of a listing: resources, each with the facets that the listing holds."""

import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from muster.model.finding import Resource, Unavailable
from muster.model.text import shortened

SHAPE_ERRORS = (AttributeError, KeyError, IndexError, TypeError, ValueError, RecursionError)
"""The errors that parsing an answer raises where it has not the shape that AWS documents."""


class Facet(Protocol):
    """A frozen value parsed from what AWS answered; an empty answer means there is none of it."""

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> typing.Self:
        """Parse one answer of AWS, or one item of a listing."""
        ...


def gathers(facet: type) -> bool:
    """Whether a facet is made of the facets of all resources of a page, by its class method `gather`."""
    return hasattr(facet, "gather")


def made_of(facet: type) -> tuple[type, ...]:
    """Return the facets of each resource of a page that a facet of the whole page is made of."""
    found: tuple[type, ...] = getattr(facet, "MADE_OF", ())
    return found


def with_page_facets(items: Iterable["Listed"], facets: Iterable[type], *, only_page: bool) -> "list[Listed]":
    """Return the resources of a page with the facets that are made of all of them.

    `only_page` is true where all resources of the type are on this page.
    """
    page = list(items)
    read = [(item.resource.id, item.facets) for item in page]
    made = {facet: typing.cast("Any", facet).gather(read, whole=only_page) for facet in facets}
    return [replace(item, facets={**item.facets, **made}) for item in page]


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
    except SHAPE_ERRORS as error:
        return malformed(facet.__name__, error)


def malformed(name: str, error: Exception) -> Unavailable:
    """Return the reason why an answer cannot be read; `name` is the facet or resource type that it was read for."""
    return Unavailable(None, f"AWS returned an unexpected response ({name}: {shortened(repr(error))})")


@dataclass(frozen=True, slots=True)
class Narrowing:
    """How a listing is narrowed to named resources: parameters of the call, made of up to `at_once` ids."""

    parameters: Callable[[Sequence[str]], Mapping[str, Any]]
    at_once: int = 1


def filtered(name: str) -> Narrowing:
    """Narrow a listing of EC2 by a filter, which takes up to 200 values and refuses none that does not exist.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Filter.html
    """
    return Narrowing(lambda ids: {"Filters": [{"Name": name, "Values": list(ids)}]}, 200)


def prefixed(parameter: str) -> Narrowing:
    """Narrow a listing by the beginning of the names, which is a whole name here."""
    return Narrowing(lambda ids: {parameter: ids[0]})
