"""Taking an answer of AWS apart, member by member: a member that no converter took is an obstacle. Pure.

A converter takes what it writes, drops what is no setting, and says what has no property. All else that AWS answered,
for example a setting newer than Muster, becomes an obstacle: it is never left out silently.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from muster.model.finding import Unavailable
from muster.properties.conversion import Conversion, Obstacle, TemplateResource
from muster.snapshots.snapshot import Snapshot

_UNKNOWN = "Muster does not know this setting and cannot write it as a property"
_NOTHING: tuple[Any, ...] = (None, [], ())


@dataclass
class Part:
    """A structure of an answer. `path` names it for people, for example `lifecycle.Rules[0].Filter`."""

    path: str
    members: Mapping[str, Any]
    _taken: set[str] = field(default_factory=set)
    _parts: "list[Part]" = field(default_factory=list)
    _obstacles: list[Obstacle] = field(default_factory=list)

    def take(self, name: str) -> Any:
        """Take a member whole; None where it is not there."""
        self._taken.add(name)
        return self.members.get(name)

    def copy(self, *names: str, **renamed: str) -> dict[str, Any]:
        """Take the members that are there, under their own names or as `TheirName="PropertyName"`."""
        wanted = {**{name: name for name in names}, **renamed}
        values = {there: self.take(here) for here, there in wanted.items()}
        return {there: value for there, value in values.items() if value is not None}

    def part(self, name: str) -> "Part":
        """Take a structure to take it apart in turn; empty where it is not there."""
        return self._inside(f"{self.path}.{name}", self.take(name) or {})

    def parts(self, name: str) -> "list[Part]":
        """Take a list of structures to take each apart in turn."""
        items: Sequence[Mapping[str, Any]] = self.take(name) or ()
        return [self._inside(f"{self.path}.{name}[{number}]", item) for number, item in enumerate(items)]

    def drop(self, *names: str) -> None:
        """Take members that are no settings: names, states and times that AWS answers beside them."""
        self._taken.update(names)

    def has(self, name: str) -> bool:
        """Whether a member is there, with a value."""
        return self.members.get(name) not in _NOTHING

    def refuse(self, name: str, reason: str) -> None:
        """Take a member that has no property; where it is set, that is an obstacle."""
        if self.take(name) not in _NOTHING:
            self.obstacle(reason, name)

    def obstacle(self, reason: str, name: str = "") -> None:
        """Say that this structure, or a member of it, cannot be written."""
        self._obstacles.append(Obstacle(f"{self.path}.{name}" if name else self.path, reason))

    def __bool__(self) -> bool:
        """Whether the structure holds anything."""
        return bool(self.members)

    def obstacles(self) -> Iterator[Obstacle]:
        """Yield the obstacles here and in the parts: the named settings, and the members that no converter took."""
        yield from self._obstacles
        for name, value in self.members.items():
            if name not in self._taken and value not in _NOTHING:
                yield Obstacle(f"{self.path}.{name}", _UNKNOWN)
        for each in self._parts:
            yield from each.obstacles()

    def _inside(self, path: str, members: Mapping[str, Any]) -> "Part":
        part = Part(path, members)
        self._parts.append(part)
        return part


class Sections:
    """The sections of a snapshot, each to be taken apart; those that no converter takes are obstacles too."""

    def __init__(self, snapshot: Snapshot) -> None:
        """Begin with a snapshot of which nothing was taken yet."""
        self.snapshot = snapshot
        self._parts: dict[str, Part] = {}
        self._obstacles: list[Obstacle] = []

    def part(self, name: str) -> Part:
        """Return a section; empty where there is none of it, or where it was not read, which is an obstacle.

        Every call returns the same part.
        """
        if name not in self._parts:
            value = self.snapshot.sections.get(name, Unavailable(None, f"{name} was not read"))
            if isinstance(value, Unavailable):
                self._obstacles.append(Obstacle(name, f"could not be read: {value.reason}"))
            self._parts[name] = Part(name, {} if value is None or isinstance(value, Unavailable) else value)
        return self._parts[name]

    def has(self, name: str) -> bool:
        """Whether the resource is known to have what a section reads."""
        value = self.snapshot.sections.get(name)
        return value is not None and not isinstance(value, Unavailable)

    def skip(self, *names: str) -> None:
        """Pass over sections that are about other resources: read or not, they are no obstacle."""
        self._parts.update({name: Part(name, {}) for name in names})

    def obstacle(self, setting: str, reason: str) -> None:
        """Say that a setting cannot be written."""
        self._obstacles.append(Obstacle(setting, reason))

    def conversion(self, *resources: TemplateResource, remarks: Sequence[str] = ()) -> Conversion:
        """Return the resources with everything that stands in the way of them."""
        if not self.snapshot.exists:
            return Conversion((), (Obstacle(self.snapshot.resource.type, "the resource does not exist"),))
        for name in self.snapshot.sections:
            self.part(name)
        left = (obstacle for part in self._parts.values() for obstacle in part.obstacles())
        return Conversion(resources, tuple(dict.fromkeys((*self._obstacles, *left))), tuple(remarks))


def without(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return properties without those that are None or empty lists or objects: unset ones are left out."""
    return {name: value for name, value in properties.items() if value not in (None, [], {}, ())}


def pairs(tags: Sequence[Mapping[str, str]] | None, key: str = "Key", value: str = "Value") -> list[dict[str, str]]:
    """Return tags in CloudFormation's spelling."""
    return [{"Key": str(tag[key]), "Value": str(tag[value])} for tag in tags or ()]


def own_tags(tags: Sequence[Mapping[str, str]] | None, key: str = "Key", value: str = "Value") -> list[dict[str, str]]:
    """Return tags in CloudFormation's spelling without those of AWS, which begin with `aws:` and cannot be set.

    https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
    """
    return [tag for tag in pairs(tags, key, value) if not tag["Key"].lower().startswith("aws:")]


def document(part: Part, name: str) -> dict[str, Any]:
    """Take a policy, parsed or as text; one that is no JSON object is an obstacle, and empty here as if unset."""
    value = part.take(name)
    if not value or isinstance(value, dict):
        return value or {}
    try:
        parsed = json.loads(value)
    except (TypeError, ValueError):
        parsed = None
    if isinstance(parsed, dict):
        return parsed
    part.obstacle("the policy is not a JSON object", name)
    return {}


def logical_id(name: str) -> str:
    """Return a logical id: letters and digits of the name, and a hash, since `a.b` and `a-b` have the same letters.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/resources-section-structure.html
    """
    words = "".join(word[:1].upper() + word[1:] for word in re.split(r"[^A-Za-z0-9]+", name) if word)
    return f"{words[:200] or 'Resource'}{hashlib.sha256(name.encode()).hexdigest()[:8]}"
