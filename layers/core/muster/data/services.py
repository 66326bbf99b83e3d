"""The services that Muster reads and their resource types, in words: data/services, read once."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from muster.data import package_data


@dataclass(frozen=True, slots=True)
class Words:
    """The words for a resource type, and the path of its page in the AWS console.

    `console` has the holes {id}, {arn}, {account} and {region}. It is empty where the path needs more than that, or
    where there is no page: `without` says why then.
    """

    noun: str
    console: str = ""
    without: str = ""


@functools.cache
def titles() -> Mapping[str, str]:
    """Return the services as AWS writes them, by the SDK's names."""
    return MappingProxyType({name: document["title"] for name, document in _documents().items()})


@functools.cache
def words() -> Mapping[str, Words]:
    """Return the words of every resource type."""
    return MappingProxyType(
        {kind: Words(**each) for document in _documents().values() for kind, each in document["types"].items()}
    )


@functools.cache
def _documents() -> Mapping[str, Any]:
    return {name.removesuffix(".yaml"): package_data.read("services", name) for name in package_data.names("services")}
