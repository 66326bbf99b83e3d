"""What an estate holds, counted with calls of the tests' own."""

import functools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from local import estates
from local.server import EmbeddedAws
from muster.sdk.session import Clients, open_session

REGIONS = len(estates.REGIONS)
"""How many regions are scanned: a listing without further pages is called once in each."""


@dataclass(frozen=True)
class Estate:
    """What is there, as AWS lists it: `held("ec2", "describe_volumes", "Volumes")` by region."""

    aws: EmbeddedAws
    known: dict[tuple[str, ...], dict[str, list[Any]]] = field(default_factory=dict)

    def held(self, service: str, operation: str, *path: str, **asked: Any) -> dict[str, list[Any]]:
        """Return the items of a listing by region, all pages; `path` leads to them."""
        key = (service, operation, *path, repr(asked))
        if key not in self.known:
            self.known[key] = {
                region: list(self._items(region, service, operation, path, asked)) for region in estates.REGIONS
            }
        return self.known[key]

    def all(self, service: str, operation: str, *path: str, **asked: Any) -> list[Any]:
        """Return the items of a listing, those of all regions in one list."""
        return [item for items in self.held(service, operation, *path, **asked).values() for item in items]

    def ask(self, region: str, service: str, operation: str, **asked: Any) -> Any:
        """Make one call."""
        return getattr(client_of(self.aws, service, region), operation)(**asked)

    def _items(
        self, region: str, service: str, operation: str, path: Sequence[str], asked: Mapping[str, Any]
    ) -> Iterable[Any]:
        client = client_of(self.aws, service, region)
        paged = client.can_paginate(operation)
        pages = client.get_paginator(operation).paginate(**asked) if paged else [getattr(client, operation)(**asked)]
        for page in pages:
            items = [page]
            for name in path:
                items = [each for item in items for each in item.get(name) or ()]
            yield from items


@functools.cache
def client_of(aws: EmbeddedAws, service: str, region: str) -> Any:
    """Return a client of the embedded AWS."""
    if service == "s3control":
        # Whose hosts are named after the account, unless they are told not to be.
        return Clients(open_session(region=region), endpoint_url=aws.endpoint).get(service, region)
    return aws.client(service, region)


def batches(items: Mapping[str, Sequence[Any]], size: int) -> int:
    """Return how many calls it takes to ask about the items of each region, so many a call."""
    return sum(math.ceil(len(each) / size) for each in items.values())


def places(*held: Mapping[str, Sequence[Any]]) -> int:
    """Return in how many regions there is any of it: what is shared is read where something is judged by it."""
    return sum(any(items.get(region) for items in held) for region in estates.REGIONS)
