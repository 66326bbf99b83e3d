"""What a resource type is to the embedded AWS's CloudFormation: how to make, delete, find and tag a resource."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import boto3

from local.clients import CLIENTS

Properties = Mapping[str, Any]
"""A resource's properties: typed as the schema says, with a name and with all tags that the resource gets."""
Made = tuple[str, dict[str, str]]
"""A physical id (what Ref gives) and attributes (what Fn::GetAtt gives)."""
Make = Callable[[Properties, str, str], Made]
"""Makes a resource of its properties, a region and an account."""
Delete = Callable[[str, str], None]
"""Deletes a resource by its physical id and region."""
Undo = Callable[[Mapping[str, str], str], None]
"""Takes a resource away by its attributes, in a region: for types whose physical id does not say what it is."""
Find = Callable[[Properties, str, str], Made]
"""Finds the resource that an import identifies, in a region and an account; a client error says that there is none."""
Tag = Callable[[str, Mapping[str, str], str], None]
"""Adds tags to the resource of a physical id in a region."""

_HOME = "123456789012"
_account: ContextVar[str] = ContextVar("account", default=_HOME)


@dataclass(frozen=True, slots=True)
class Kind:
    """One resource type."""

    type: str
    make: Make
    delete: Delete | None = None
    undo: Undo | None = None
    name: str = ""
    """The property that names a resource, for which CloudFormation makes up a name where a template has none."""
    find: Find | None = None
    tag: Tag | None = None
    left_out: tuple[str, ...] = ()
    """The properties that change nothing here, so that a template may have them."""


class Given(Mapping[str, Any]):
    """Properties that remember which of them were read, so that none is dropped in silence."""

    def __init__(self, properties: Mapping[str, Any]) -> None:
        """Take the properties; none is read yet."""
        self._properties = dict(properties)
        self._read: set[str] = set()

    def __getitem__(self, key: str) -> Any:
        """Read a property."""
        self._read.add(key)
        return self._properties[key]

    def __contains__(self, key: object) -> bool:
        """Whether a property is given; that does not read it."""
        return key in self._properties

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names."""
        return iter(self._properties)

    def __len__(self) -> int:
        """Count the properties."""
        return len(self._properties)

    @property
    def unread(self) -> list[str]:
        """The names of those that no maker read."""
        return sorted(self._properties.keys() - self._read)


def client(service: str, region: str) -> Any:
    """Return a client of the embedded AWS with an administrator's credentials in the account of the stack."""
    if "MOTO_PORT" not in os.environ:
        # A test has moto in its own process, and an earlier test in it has installed the resource types.
        in_process: Any = boto3.session.Session("testing", "testing", region_name=region)
        return in_process.client(service)
    endpoint, account = f"http://127.0.0.1:{os.environ['MOTO_PORT']}", _account.get()
    if account == _HOME:
        return CLIENTS.client(service, endpoint, region)
    role = f"arn:aws:iam::{account}:role/administrator"
    sts = CLIENTS.client("sts", endpoint, region)
    key = sts.assume_role(RoleArn=role, RoleSessionName="cloudformation")["Credentials"]
    session: Any = boto3.session.Session(
        key["AccessKeyId"], key["SecretAccessKey"], key["SessionToken"], region_name=region
    )
    return session.client(service, endpoint_url=endpoint)


@contextmanager
def acting_in(account: str) -> Iterator[None]:
    """Let the clients that are made meanwhile act in an account."""
    token = _account.set(account)
    try:
        yield
    finally:
        _account.reset(token)


def chosen(properties: Properties, *names: str, **renamed: str) -> dict[str, Any]:
    """Return those of some properties that are given; `renamed` is `theApiName="ThePropertysName"`."""
    kept = {name: properties[name] for name in names if name in properties}
    return kept | {api: properties[name] for api, name in renamed.items() if name in properties}


def tags_of(properties: Properties) -> dict[str, str]:
    """Return a resource's tags as a map."""
    return {tag["Key"]: tag["Value"] for tag in properties.get("Tags", ())}
