"""AWS's condition keys, from data/condition_keys.yaml: what each is, whose requests carry it, what a value fixes."""

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from muster.analysis.patterns.globs import intersects
from muster.data import package_data


@dataclass(frozen=True, slots=True)
class Key:
    """One condition key.

    `type` is AWS's data type. `many` says that a request has several values of it. `sent_by` is `everybody`, `signed`,
    `principals` (of IAM) or `services`: whose requests may carry it; with `always` theirs all do. `given` is what must
    be true of a request besides: it comes over the `internet` or by a VPC `endpoint`, or its caller is in an
    `organization`. `actions` are those whose requests carry it, in lower case, none for all; a key of one `service` is
    in requests to that service only.

    `holds` is the kind of what a fixed value names: `account`, `organization`, `path` (of an organization), `arn`,
    `vpc` (an ARN), `id`, `userid`, `address`, `endpoint`, or nothing, where anybody can have any value.
    `whom` says who is held: the `caller`, the `source` a service acts for, the `network`, the `access point`, or the
    `receiver` of what is sent.
    """

    name: str
    type: str = "String"
    many: bool = False
    sent_by: str = "everybody"
    always: bool = False
    given: str = ""
    holds: str = ""
    whom: str = ""
    service: str = ""
    actions: tuple[str, ...] = ()

    def carried(self, action: str) -> bool:
        """Whether requests of an action, in lower case, may carry the key; a pattern stands for what it matches.

        Of a pattern, only actions that the table does not name are meant where the table names some.
        """
        if not self.service:
            return True
        if not intersects(action, f"{self.service}:*"):
            return False
        return not self.actions or action in self.actions


@functools.cache
def table() -> Mapping[str, Key]:
    """Return the keys by their names in lower case; a name that ends in `*` stands for all that begin so."""
    return {key.name.lower(): key for key in _read()}


@functools.lru_cache(maxsize=4096)
def find(name: str) -> Key:
    """Return the key of a name, in letters of any case.

    A key that the table does not hold is taken for one that anybody can have with any value, or not at all.
    """
    lowered = name.lower()
    if found := table().get(lowered):
        return found
    for end, letter in enumerate(lowered, 1):
        if letter in "/:" and (found := table().get(f"{lowered[:end]}*")):
            return found
    return Key(name)


def _read() -> Iterator[Key]:
    document: dict[str, Any] = package_data.read("condition_keys.yaml")
    common = document["global"]
    for name, fields in {**common["keys"], **common["undocumented"]}.items():
        yield _key(name, "", fields)
    for service, page in document["services"].items():
        for name, fields in page["keys"].items():
            yield _key(name, service, fields)


def _key(name: str, service: str, fields: Mapping[str, Any]) -> Key:
    given = dict(fields)
    actions = tuple(f"{service}:{action}".lower() for action in given.pop("actions", ()))
    return Key(name, many=given.pop("values", "one") == "many", service=service, actions=actions, **given)


def spelled(name: str) -> str:
    """Return a condition key as AWS spells it, as far as it is known: `aws:SourceAccount`."""
    key = find(name)
    return name if key.name.endswith("*") else key.name
