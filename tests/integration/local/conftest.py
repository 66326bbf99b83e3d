"""An embedded AWS for the tests of a module, emptied after each."""

from collections.abc import Iterator

import pytest

from local.server import EmbeddedAws


@pytest.fixture(scope="module")
def running() -> Iterator[EmbeddedAws]:
    with EmbeddedAws() as aws:
        yield aws


@pytest.fixture
def aws(running: EmbeddedAws) -> Iterator[EmbeddedAws]:
    yield running
    running.reset()
