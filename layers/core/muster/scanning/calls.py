"""The calls of one shard: each with its client and region, made again where that may help, a failure as a value."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from muster.model.coverage import Ledger
from muster.model.finding import GLOBAL, Resource, Unavailable
from muster.model.listing import Listed
from muster.model.readers import Describer
from muster.model.shard import Shard
from muster.scanning.cache import RegionCache
from muster.sdk.errors import Meaning, lost_credentials, meaning_of
from muster.sdk.failures import Failure, read
from muster.sdk.retry import Retrier
from muster.sdk.session import ClientProvider


@dataclass(frozen=True, slots=True)
class ScanContext:
    """The clients of an account, the time of the scan, and what all shards share that one process scans.

    `retrier` waits for an API that is down once for all of them; `concurrency` is how many calls of a shard are in
    flight. `seen` takes each resource with its facets before it is judged.
    """

    clients: ClientProvider
    observed_at: datetime
    retrier: Retrier = field(default_factory=Retrier)
    cache: RegionCache = field(default_factory=RegionCache)
    concurrency: int = 16
    seen: Callable[[Listed], None] = lambda _item: None


class ShardCalls:
    """Makes the calls of one shard, counted in its ledger.

    `lost` says that the credentials stopped working, `expired` that they ran out.
    """

    def __init__(self, shard: Shard, context: ScanContext, ledger: Ledger) -> None:
        """Prepare; no call is made."""
        self._shard, self._at, self.retrier = shard, context.observed_at, context.retrier
        self._clients = context.clients.counting_in(ledger)
        self.lost, self.expired = "", False

    def client(self, service: str, region: str = "") -> Any:
        """Return the client of a service, in the region where the shard calls or in another."""
        return self._clients.get(service, region or self._shard.endpoint_region)

    def describe(self, describer: Describer, resource: Resource, *arguments: object) -> Any:
        """Return what a describer reads with these arguments after the client, or its `Failure`."""
        key = self.key(describer, resource)
        named: dict[str, object] = {"at": self._at} if describer.timed else {}
        if describer.elsewhere:
            named["clients"] = self.client

        def call() -> Any:
            client = self.client(describer.client, key[1])
            return self.retrier(key, lambda: describer.function(client, *arguments, **named))

        return read(call, describer.permissions, describer.facet.__name__)

    def key(self, describer: Describer, resource: Resource) -> tuple[str, str, str]:
        """Return account, region and permission of a call: the API that is retried as one."""
        region = self._shard.endpoint_region if resource.region not in self._shard.scope else resource.region
        region = self._shard.endpoint_region if region == GLOBAL else region
        return self._shard.account_id, region, describer.permission

    def reason(self, failure: Failure) -> Unavailable:
        """Return the reason of a failure, and remember it where no later call can succeed."""
        if lost_credentials(failure.error):
            self.lost = f"the credentials stopped working ({failure.code})"
            self.expired = meaning_of(failure.code) is Meaning.EXPIRED
        return failure.unavailable
