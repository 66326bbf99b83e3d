"""`make deploy` and `make delete` act in AWS_REGION, whatever region the profile has."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAKE = shutil.which("make") or "make"


def printed(*arguments: str, **environment: str) -> str:
    """Return the commands that make would run."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "MAKE", "MFLAGS"))}
    command = [MAKE, "-n", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=kept | environment, capture_output=True, text=True, check=True)  # noqa: S603 - our own
    return done.stdout


@pytest.mark.parametrize(
    ("arguments", "environment", "runs"),
    [
        pytest.param(
            ["deploy"], {"AWS_REGION": "eu-west-1"}, "sam deploy --config-env dev --region eu-west-1\n", id="deploy"
        ),
        pytest.param(
            ["deploy", "CONFIG=prod"],
            {"AWS_REGION": "eu-west-1", "AWS_PROFILE": "elsewhere", "AWS_DEFAULT_REGION": "us-west-2"},
            "sam deploy --config-env prod --region eu-west-1\n",
            id="deploy, with a profile and a default region",
        ),
        pytest.param(
            ["deploy", "AWS_REGION=eu-north-1"],
            {"AWS_REGION": "eu-west-1"},
            "sam deploy --config-env dev --region eu-north-1\n",
            id="deploy, the region on the command line",
        ),
        pytest.param(["deploy"], {}, "sam deploy --config-env dev \n", id="deploy, to the profile's region"),
        pytest.param(
            ["delete", "STACK=muster-dev"],
            {"AWS_REGION": "eu-west-1"},
            "-m tools.delete_stack --region eu-west-1 muster-dev\n",
            id="delete",
        ),
        pytest.param(
            ["delete", "STACK=muster-dev"],
            {},
            "-m tools.delete_stack  muster-dev\n",
            id="delete, in the profile's region",
        ),
    ],
)
def test_the_region_is_passed_on(arguments: list[str], environment: dict[str, str], runs: str) -> None:
    assert runs in printed(*arguments, **environment)
