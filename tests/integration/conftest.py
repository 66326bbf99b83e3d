"""moto in process, and sessions with credentials that open nothing."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import boto3
import pytest
import tenacity
from moto import mock_aws

from muster.model.listing import Listed
from muster.model.readers import Lister
from muster.model.shard import Shard
from muster.scanning.pagination import pages
from muster.sdk.retry import Retrier
from muster.sdk.session import Clients

if TYPE_CHECKING:
    from local.server import EmbeddedAws

REGION = "eu-west-1"


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)


@pytest.fixture(autouse=True)
def _retries_wait_a_twentieth(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorten the waits between attempts: moto lacks a few operations, and each such call is tried for ten seconds."""
    whole = tenacity.wait_random_exponential.__call__
    monkeypatch.setattr(tenacity.wait_random_exponential, "__call__", lambda wait, state: whole(wait, state) / 20)
    monkeypatch.setattr("muster.sdk.wire.s3_fast_path._FIRST", 0.01)


@pytest.fixture(scope="module")
def running() -> "Iterator[EmbeddedAws]":
    """An embedded AWS for the tests of a module, whose CloudFormation makes every type in this process too."""
    from local import resources  # noqa: PLC0415 - most tests of this folder need moto alone
    from local.server import EmbeddedAws  # noqa: PLC0415 - the same

    resources.install()
    with EmbeddedAws() as embedded:
        yield embedded


@pytest.fixture
def aws() -> Iterator[None]:
    with mock_aws():
        yield


@pytest.fixture
def clients(aws: None) -> Clients:  # noqa: ARG001 - moto is on while it is used
    return Clients(boto3.session.Session(region_name=REGION))


def listing(lister: Lister, client: Any, shard: Shard, *made_from: object) -> list[Listed]:
    """List everything, page by page."""
    patience = Retrier(sleep=lambda _: None)
    return [item for items, _ in pages(lister, client, shard, patience, None, *made_from) for item in items]
