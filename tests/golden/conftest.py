"""An estate that is the same in every run: the clock stands still, and moto draws the same ids."""

import os
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import entry_points
from pathlib import Path

import pytest
import time_machine

from local import estates
from local.server import EmbeddedAws

from .stored import Command, Stored

AT = datetime(2026, 11, 21, 6, tzinfo=UTC)
REGIONS = tuple(word for region in estates.REGIONS for word in ("--region", region))
_VARIABLES = {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "COLUMNS": "120",
    "NO_COLOR": "1",
    "TERM": "dumb",
}


@pytest.fixture(scope="module")
def clock() -> Iterator[time_machine.Traveller]:
    """Stop the clock: every date in a report is the same, and so is every age."""
    with time_machine.travel(AT, tick=False) as traveller:
        yield traveller


@pytest.fixture(scope="module", autouse=True)
def _surroundings() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("AWS_REGION", raising=False)
        for name, value in _VARIABLES.items():
            patch.setenv(name, value)
        yield


@pytest.fixture(scope="module")
def aws(clock: time_machine.Traveller) -> Iterator[EmbeddedAws]:  # noqa: ARG001 - it stands while the estate is made
    """Serve an estate of every resource type, with the ids that moto draws from one seed."""
    from moto.iam.models import ManagedPolicy  # noqa: PLC0415 - moto takes seconds to import
    from moto.moto_api._internal import mock_random  # noqa: PLC0415 - the same

    with EmbeddedAws() as running, pytest.MonkeyPatch.context() as patch:
        # moto lists policies out of a set, whose order differs from process to process otherwise.
        patch.setattr(ManagedPolicy, "__hash__", lambda policy: zlib.crc32(policy.name.encode()))
        # Each service draws its own ids: those of the others stay as they are when it has more resources.
        estates.seed_all(running, before=lambda name: mock_random.seed(zlib.crc32(name.encode())))
        yield running


@pytest.fixture(scope="module")
def muster() -> Command:
    """Return the command that is installed as `muster`."""
    [script] = entry_points(group="console_scripts", name="muster")
    return Command(script.load())


@pytest.fixture
def stored(request: pytest.FixtureRequest) -> Stored:
    """Return the stored files of the module that runs."""
    return Stored(Path(__file__).parent / "stored" / request.path.stem.removeprefix("test_"))
