"""The key `tags` of muster.yaml: a short form for settings of the checks of tags."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from muster.model.json_values import freeze_items, to_json

REQUIRED_TAGS = "required-tags"
"""The check whose settings `keys` and `values` are `required` and `values` here."""

_SPELLED_ALIKE = "tag-keys-spelled-alike"
"""The check that keeps to the keys of `required`: a key that is required is never another spelling of a default."""


@dataclass(frozen=True, slots=True)
class TypeTags:
    """The tags that one resource type needs; None leaves what holds for all types."""

    required: tuple[str, ...] | None = None
    values: Mapping[str, object] | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the tags as the file spells them."""
        entry = {"required": self.required, "values": self.values}
        return {key: to_json(value) for key, value in entry.items() if value is not None}

    @property
    def settings(self) -> Mapping[str, object]:
        """The settings of the check `required-tags`."""
        given = {"keys": self.required, "values": self.values}
        return {name: value for name, value in given.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Tags(TypeTags):
    """The tags that resources need, with what differs for a resource type.

    A value of `values` is a tuple of allowed texts or a mapping with one key, `pattern`. `spellings` has the spellings
    that count as a key besides itself.
    """

    resource_types: Mapping[str, TypeTags] = field(default_factory=dict)
    spellings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the tags as the file spells them."""
        by_type = {name: tags.to_json() for name, tags in self.resource_types.items()}
        spellings = {"spellings": to_json(self.spellings)} if self.spellings else {}
        return {**TypeTags.to_json(self), **spellings, "resource_types": by_type}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Tags":
        """Read the tags as the file spells them."""
        by_type = document.get("resource_types", {})
        return cls(
            *_fields(document),
            {name: TypeTags(*_fields(entry)) for name, entry in by_type.items()},
            {key: tuple(others) for key, others in document.get("spellings", {}).items()},
        )

    def settings_of(
        self, check: str, resource_type: str, given: Mapping[str, Any]
    ) -> tuple[Mapping[str, object], Mapping[str, object]]:
        """Return what the tags say of a check's settings: for all types, and what is stronger, for this one.

        `given` are the settings that the check has without them.
        """
        of_type = self.resource_types.get(resource_type, TypeTags())
        spellings = {"spellings": self.spellings} if self.spellings else {}
        if check == REQUIRED_TAGS:
            return {**self.settings, **spellings}, of_type.settings
        if check == _SPELLED_ALIKE:
            keys = given["keys"] if self.required is None else self.required
            return {"keys": tuple(dict.fromkeys([*(of_type.required or ()), *keys])), **spellings}, {}
        return {}, {}


def _fields(entry: Mapping[str, Any]) -> tuple[tuple[str, ...] | None, Mapping[str, object] | None]:
    required, values = entry.get("required"), entry.get("values")
    return None if required is None else tuple(required), None if values is None else dict(freeze_items(values))
