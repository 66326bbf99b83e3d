"""Conversions of plain answers, for named examples."""

from typing import Any

from muster.model.finding import Resource
from muster.properties.conversion import Conversion, convert
from muster.snapshots.snapshot import Snapshot


class Examples:
    """Conversions of one resource from what AWS answers of a plain one, with some sections replaced."""

    def __init__(self, resource_type: str, name: str, plain: dict[str, Any]) -> None:
        """Take the answers of a resource on which nothing is set that it need not have."""
        self.resource = Resource(resource_type, name, "123456789012", "eu-west-1")
        self.plain = plain

    def converted(self, sections: dict[str, Any] | None = None) -> Conversion:
        """Return the conversion with some sections replaced."""
        return convert(Snapshot(self.resource, {**self.plain, **(sections or {})}))

    def written(self, sections: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the properties of the resource, which has no obstacle."""
        conversion = self.converted(sections)
        assert conversion.obstacles == ()
        return dict(conversion.resources[0].properties)

    def in_the_way(self, sections: dict[str, Any] | None = None) -> list[str]:
        """Return the settings that are obstacles."""
        return [each.setting for each in self.converted(sections).obstacles]
