"""The texts of a catalogue's checks that digests show."""

from collections.abc import Mapping
from types import MappingProxyType

from muster.alerts.blocks import Remedy
from muster.catalog.catalog import Catalog


def of_catalog(catalog: Catalog) -> Mapping[str, Remedy]:
    """Return the fix and the problem of each check by its id; a catalogue with custom checks has theirs too."""
    return MappingProxyType({name: Remedy(check.fix, check.problem) for name, check in catalog.checks.items()})
