"""An embedded AWS, and the command that writes bundles of what is in it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from local.server import EmbeddedAws
from muster.cli import main
from tests.integration.bundle.estate import HOME

Command = Callable[..., int]


@pytest.fixture
def aws(running: EmbeddedAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> EmbeddedAws:
    running.reset()
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("AWS_REGION", raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", HOME)
    return running


@pytest.fixture
def muster(aws: EmbeddedAws) -> Command:
    def run(tool: str, *options: str, output: str = "out") -> int:
        where = () if "--dry-run" in options else ("--output", output)
        return main(["import-bundle", "--to", tool, "--endpoint-url", aws.endpoint, *where, *options])

    return run
