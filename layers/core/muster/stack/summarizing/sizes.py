"""The sizes of shards that a scan leaves to the next plan. Pure."""

from collections.abc import Mapping

from muster.stack.documents.account import AccountResult
from muster.stack.documents.notes import Size


class ScannedSizes:
    """Collects the sizes of shards that were scanned to their end; one that was cut by types counts as a whole.

    Most shards of most accounts are empty, and are not written.
    """

    def __init__(self) -> None:
        """Begin without a shard."""
        self._sizes: dict[str, Size] = {}
        self._scanned: dict[str, frozenset[str]] = {}
        # Most accounts have the same regions and services.
        self._alike: dict[frozenset[str], frozenset[str]] = {}

    def add(self, result: AccountResult) -> None:
        """Add the shards of an account."""
        incomplete = {_names(shard.shard) for shard in result.incomplete}
        scanned = frozenset({*map(_names, result.reported), *map(_names, result.sizes)} - incomplete)
        self._scanned[result.account_id] = self._alike.setdefault(scanned, scanned)
        self._sizes |= {
            shard: size
            for shard, size in result.sizes.items()
            if (size.resources or size.listed) and _names(shard) not in incomplete
        }

    def merged(self, known: Mapping[str, Size]) -> dict[str, Size]:
        """Return these sizes and those that are known of shards that were not scanned to their end this time."""
        kept = {
            shard: size
            for shard, size in known.items()
            if (size.resources or size.listed) and _names(shard) not in self._scanned.get(shard.partition(".")[0], ())
        }
        return {**kept, **self._sizes}


def _names(shard: str) -> str:
    """Return region and service of a shard."""
    return ".".join(shard.split(".")[1:3])
