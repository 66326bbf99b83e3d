"""What all tests share: how Hypothesis searches, what is read once, and how seldom garbage is collected."""

import gc
import os
from collections.abc import Iterator
from functools import cache
from types import SimpleNamespace
from typing import Any

import botocore.session
import pytest
from botocore.loaders import JSONFileLoader, Loader, create_loader
from hypothesis import HealthCheck, settings

from local.kept import IMAGES, keep

# moto reads the variable when its module of images is imported, and again for each region.
os.environ["MOTO_AMIS_PATH"] = str(IMAGES)
keep()

_UNTIMED = (HealthCheck.too_slow,)

# Nothing is timed, and every run of a tree draws the same. `make nightly` draws others, and many more.
settings.register_profile("steady", deadline=None, suppress_health_check=_UNTIMED, derandomize=True, max_examples=40)
settings.register_profile("nightly", deadline=None, suppress_health_check=_UNTIMED, max_examples=1_000)
settings.register_profile("once", parent=settings.get_profile("steady"), max_examples=1)
settings.load_profile("steady")


def pytest_collection_finish() -> None:
    """Leave the collected tests out of garbage collection: they stay until the end, and each full pass walks them."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


@pytest.fixture(scope="session", autouse=True)
def _nobody_waits_for_a_credential_report() -> Iterator[None]:
    """Ask again at once whether IAM has made its report: drawn answers say for half a minute that it has not."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("muster.readers.iam.credentials.time", SimpleNamespace(sleep=lambda _: None))
        yield


@pytest.fixture(scope="session", autouse=True)
def _models_are_read_once() -> Iterator[None]:
    """Share botocore's loader of models between sessions: each test makes its own session, each would read anew."""
    read = cache(JSONFileLoader().load_file)
    loader = cache(create_loader)

    def load_file(_self: JSONFileLoader, path: str) -> Any:
        return read(path)

    def shared_loader(search_path: str | None = None) -> Loader:
        shared = loader(search_path)
        # boto3 appends its own directory once a session.
        shared._search_paths[:] = dict.fromkeys(shared._search_paths)
        return shared

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(JSONFileLoader, "load_file", load_file)
        patch.setattr(botocore.session, "create_loader", shared_loader)
        yield
