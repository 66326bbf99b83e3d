"""The calls that read and write the tags of one resource type, one key at a time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from muster.model.finding import Resource

ClientOf = Callable[[str], Any]
"""Returns the client of a service in the account and region of a resource."""
Read = Callable[[ClientOf, Resource], Mapping[str, str]]
Write = Callable[[ClientOf, Resource, str, str], str]
"""Sets a key to a value, and returns a remark for the user, or nothing."""
Erase = Callable[[ClientOf, Resource, str], str]
"""Takes a key off, and returns a remark for the user, or nothing."""


@dataclass(frozen=True, slots=True)
class TagApi:
    """How the tags of a resource type are read and written; each call keeps all tags with other keys.

    `actions` are the IAM actions of reading, setting and taking off, each with the narrowest pattern of ARNs that it
    takes. `also` are actions besides. With `any_case` two keys that differ in case are one. `caution` returns a
    remark on writing tags of this resource, or nothing.
    """

    resource_type: str
    read: Read
    write: Write
    erase: Erase
    actions: tuple[tuple[str, str], ...]
    any_case: bool = False
    caution: Callable[[ClientOf, Resource], str] = lambda _client, _resource: ""

    @property
    def reads(self) -> str:
        """The IAM action that reads the tags."""
        return self.actions[0][0]

    def writes(self, value: str | None) -> str:
        """Return the IAM action that sets a value, or takes the key off where there is none."""
        return self.actions[2 if value is None else 1][0]


def tag_api(  # noqa: PLR0913 - each says one thing about the calls
    resource_type: str,
    service: str,
    on: str,
    *,
    read: tuple[str, Callable[[Any, Resource], Any]],
    write: tuple[str, Callable[[Any, Resource, str, str], object]],
    erase: tuple[str, Callable[[Any, Resource, str], object]],
    prefix: str = "",
    reads_on: str = "",
    any_case: bool = False,
) -> TagApi:
    """Declare the calls of a type by one client of the SDK, each with the operation's name in IAM.

    `on` is the narrowest pattern of ARNs, `reads_on` that of the read call where it differs; `prefix` is IAM's name of
    the service where it differs from the SDK's. `read` returns a mapping, or a list of keys and values.
    """

    def read_tags(client: ClientOf, resource: Resource) -> Mapping[str, str]:
        found = read[1](client(service), resource)
        return dict(found) if isinstance(found, Mapping) else {each["Key"]: each.get("Value") or "" for each in found}

    def write_tag(client: ClientOf, resource: Resource, key: str, value: str) -> str:
        write[1](client(service), resource, key, value)
        return ""

    def erase_tag(client: ClientOf, resource: Resource, key: str) -> str:
        erase[1](client(service), resource, key)
        return ""

    names = (read[0], write[0], erase[0])
    patterns = (reads_on or on, on, on)
    actions = tuple((f"{prefix or service}:{name}", pattern) for name, pattern in zip(names, patterns, strict=True))
    return TagApi(resource_type, read_tags, write_tag, erase_tag, actions, any_case)


def pair(key: str, value: str) -> list[dict[str, str]]:
    """Return one tag as most services take it."""
    return [{"Key": key, "Value": value}]
