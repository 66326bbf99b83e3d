"""The embedded AWS with an estate of every resource type."""

import time
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
import tenacity

from local import estate, estates
from local.server import EmbeddedAws
from muster.catalog.catalog import load
from muster.sdk.session import Clients, open_session
from tests.faults.scans import Fair, in_good_weather


@pytest.fixture(scope="package")
def aws() -> Iterator[EmbeddedAws]:
    """Serve the estates to the tests of this folder: moto's state is this process's, those of others begin without."""
    with EmbeddedAws() as running:
        estates.seed_all(running)
        yield running


@pytest.fixture(scope="package")
def clients(aws: EmbeddedAws) -> Clients:
    """Return clients as a scan has them."""
    return Clients(open_session(region=estate.HOME, projections=load().projections()), endpoint_url=aws.endpoint)


@pytest.fixture(scope="package")
def fair(aws: EmbeddedAws, clients: Clients) -> dict[str, Fair]:
    """Scan each shard in good weather."""
    return in_good_weather(aws, clients)


@pytest.fixture(autouse=True)
def _retries_wait_a_twentieth(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorten the waits between attempts, the SDK's and ours: how often a call is tried stays the same."""
    whole = tenacity.wait_random_exponential.__call__
    monkeypatch.setattr(tenacity.wait_random_exponential, "__call__", lambda wait, state: whole(wait, state) / 20)
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda seconds: time.sleep(seconds / 20)))
    monkeypatch.setattr("muster.sdk.wire.s3_fast_path._FIRST", 0.02)
