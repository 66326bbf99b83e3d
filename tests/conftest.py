"""What all tests share: how Hypothesis searches, and models of AWS's services that are read once."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from botocore.loaders import JSONFileLoader
from hypothesis import HealthCheck, settings

_UNTIMED = (HealthCheck.too_slow,)

settings.register_profile("tune_allocator", deadline=None, suppress_health_check=_UNTIMED, derandomize=True)
settings.register_profile("search", deadline=None, suppress_health_check=_UNTIMED, max_examples=1_000)
# Nothing is timed, and the same tree gets the same answer everywhere; pytest --hypothesis-profile=search looks further.
settings.load_profile("tune_allocator")


@pytest.fixture(scope="session", autouse=True)
def _models_are_read_once() -> Iterator[None]:
    """Keep what botocore reads from its files: it reads them anew for each session, and each test has its own."""
    reader = JSONFileLoader()
    read = cache(reader.load_file)

    def load_file(_self: JSONFileLoader, path: str) -> Any:
        return read(path)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(JSONFileLoader, "load_file", load_file)
        yield
