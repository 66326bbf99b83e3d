"""A section of a resource's configuration: the one call that reads it, and its permission."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from muster.errors import Signal
from muster.model.readers import Describer

Answer = Mapping[str, Any]
Call = Callable[..., Answer]
"""Calls AWS with (client, resource), or with (client, resource, answer) where another section is read first."""


class NotListed(Signal):
    """A listing that would hold the resource does not: the resource does not exist."""


@dataclass(frozen=True, slots=True)
class Section:
    """One call that reads a part of a resource.

    `absent` are the error codes by which AWS says that the resource has none of it. `of` names the section whose answer
    the call needs; where that one could not be read, this one cannot be either. `on` is the narrowest pattern of ARNs
    that the permissions take. `regional` lists what a region has for all resources of the type: it is called with the
    client, and its answer is passed to `call` as the last argument.
    """

    name: str
    client: str
    permissions: tuple[str, ...]
    call: Call
    absent: frozenset[str] = frozenset()
    of: str = ""
    on: str = "*"
    regional: Callable[[Any], Answer] | None = None


def section(  # noqa: PLR0913 - each says one thing about the call
    name: str,
    permission: str,
    call: Call,
    *,
    client: str = "",
    absent: tuple[str, ...] = (),
    of: str = "",
    also: tuple[str, ...] = (),
    on: str = "*",
    regional: Callable[[Any], Answer] | None = None,
) -> Section:
    """Declare a section; `client` is the SDK's name of the service where IAM's differs, `also` are more permissions."""
    service = client or permission.partition(":")[0]
    return Section(name, service, (permission, *also), call, frozenset(absent), of, on, regional)


def read_as(name: str, describer: Describer, *, on: str = "") -> Section:
    """Declare a section that makes the call of a describer; `on` is the pattern of ARNs where that declares none.

    Raises:
        TypeError: the describer has no call of its own, or reads other resources than the described one.
    """
    if describer.call is None or describer.keys is not None:
        raise TypeError(f"{name}: {describer.facet.__name__} is not read by one call with one resource")
    on = on or (describer.on if isinstance(describer.on, str) else "*")
    return Section(name, describer.client, describer.permissions, describer.call, describer.absent, "", on)
