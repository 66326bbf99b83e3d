"""The embedded AWS with an estate of every resource type."""

import time
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
import tenacity

from local import estates
from local.server import EmbeddedAws
from muster.sdk.session import ClientProvider
from tests.faults.scans import Fair, in_good_weather, lasting


@pytest.fixture(scope="package")
def aws() -> Iterator[EmbeddedAws]:
    """Serve the estates to the tests of this folder: moto's state is this process's, those of others begin without."""
    with EmbeddedAws() as running:
        estates.seed_all(running)
        yield running


@pytest.fixture(scope="package")
def clients(aws: EmbeddedAws) -> ClientProvider:
    """Return clients for all scans that nothing is counted of."""
    return lasting(aws)


@pytest.fixture(scope="package")
def fair(aws: EmbeddedAws, clients: ClientProvider) -> dict[str, Fair]:
    """Scan each shard in good weather."""
    return in_good_weather(aws, clients)


@pytest.fixture(autouse=True)
def _retries_wait_a_twentieth(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorten the waits between attempts, the SDK's and ours: how often a call is tried stays the same."""
    whole = tenacity.wait_random_exponential.__call__
    monkeypatch.setattr(tenacity.wait_random_exponential, "__call__", lambda wait, state: whole(wait, state) / 20)
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda seconds: time.sleep(seconds / 20)))
    monkeypatch.setattr("muster.sdk.wire.s3_fast_path._FIRST", 0.02)
