"""The embedded AWS with an estate of every resource type."""

from collections.abc import Iterator

import pytest

from local import estates
from local.server import EmbeddedAws


@pytest.fixture(scope="module")
def aws() -> Iterator[EmbeddedAws]:
    """Serve the estates to the tests of one module: moto's state is this process's, others begin without it."""
    with EmbeddedAws() as running:
        estates.seed_all(running)
        yield running
