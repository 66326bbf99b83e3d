"""The embedded AWS with an estate of every resource type."""

import time
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
import tenacity

from local import estates
from local.server import EmbeddedAws


@pytest.fixture(scope="module")
def aws() -> Iterator[EmbeddedAws]:
    """Serve the estates to the tests of one module: moto's state is this process's, others begin without it."""
    with EmbeddedAws() as running:
        estates.seed_all(running)
        yield running


@pytest.fixture(autouse=True)
def _retries_wait_a_twentieth(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorten the waits between attempts, the SDK's and ours: how often a call is tried stays the same."""
    whole = tenacity.wait_random_exponential.__call__
    monkeypatch.setattr(tenacity.wait_random_exponential, "__call__", lambda wait, state: whole(wait, state) / 20)
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda seconds: time.sleep(seconds / 20)))
    monkeypatch.setattr("muster.sdk.wire.s3_fast_path._FIRST", 0.02)
