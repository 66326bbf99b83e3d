"""The composite action of GitHub: its steps are run by a shell with the variables that a runner sets."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement

from local.server import EmbeddedAws

ROOT = Path(__file__).parents[3]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
INSTALL, SCAN = ACTION["runs"]["steps"]
CHECK, REGION = "s3-bucket-versioning-enabled", "eu-west-1"


@pytest.fixture
def runner(tmp_path: Path, running: EmbeddedAws) -> dict[str, str]:
    """Set what a runner sets, with Muster where the first step installs it."""
    running.reset()
    running.client("s3").create_bucket(Bucket="photos", CreateBucketConfiguration={"LocationConstraint": REGION})
    installed = tmp_path / "temp" / "muster" / "bin"
    installed.mkdir(parents=True)
    (installed / "muster").symlink_to(Path(sys.executable).with_name("muster"))
    return {
        "PATH": os.environ["PATH"],
        "RUNNER_TEMP": str(tmp_path / "temp"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "AWS_ENDPOINT_URL": running.endpoint,
        "AWS_ACCESS_KEY_ID": "embedded",
        "AWS_SECRET_ACCESS_KEY": "embedded",
        "AWS_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


def run(step: Mapping[str, Any], place: Path, runner: Mapping[str, str], **inputs: str) -> tuple[int, str]:
    """Run a step as `shell: bash` runs it, and return its exit status and what it printed."""
    variables = {
        name: inputs.get(given, ACTION["inputs"][given]["default"])
        for name, value in step["env"].items()
        if (given := re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", r"\1", value))
    }
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
    done = subprocess.run(command, cwd=place, env={**runner, **variables}, capture_output=True, text=True, check=False)  # noqa: S603 - our own
    return done.returncode, done.stdout + done.stderr


def outputs(runner: Mapping[str, str]) -> dict[str, str]:
    lines = Path(runner["GITHUB_OUTPUT"]).read_text("utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines[-4:])


def test_a_failure_ends_the_job_until_it_is_in_the_baseline(tmp_path: Path, runner: dict[str, str]) -> None:
    asked = {"arguments": f"--check {CHECK} --region {REGION}", "fail-on": "MEDIUM"}
    status, printed = run(SCAN, tmp_path, runner, **asked)
    assert status == 1, printed
    written = outputs(runner)
    assert written == {
        "html": "muster/report.html",
        "json": "muster/report.json",
        "sarif": "muster/findings.sarif",
        "exit-status": "1",
    }
    assert all((tmp_path / path).stat().st_size for name, path in written.items() if name != "exit-status")
    assert "photos" in Path(runner["GITHUB_STEP_SUMMARY"]).read_text("utf-8")
    status, printed = run(SCAN, tmp_path, runner, **asked, baseline="muster/report.json", folder="again")
    assert status == 0, printed
    assert outputs(runner)["exit-status"] == "0"


def test_a_wrong_argument_ends_the_job_without_reports(tmp_path: Path, runner: dict[str, str]) -> None:
    status, printed = run(SCAN, tmp_path, runner, arguments="--check nonsense")
    assert status == 2, printed
    assert outputs(runner)["exit-status"] == "2"
    assert not Path(runner["GITHUB_STEP_SUMMARY"]).exists()


def test_every_input_and_output_is_described_and_used() -> None:
    used = {name for step in ACTION["runs"]["steps"] for name in re.findall(r"inputs\.([\w-]+)", str(step["env"]))}
    assert used == set(ACTION["inputs"])
    written = set(re.findall(r'echo "([\w-]+)=', SCAN["run"]))
    assert written == set(ACTION["outputs"])
    page = (ROOT / "docs" / "ci.md").read_text("utf-8")
    assert [name for name in (*ACTION["inputs"], *ACTION["outputs"]) if f"`{name}`" not in page] == []


def test_the_versions_are_those_of_the_environment(tmp_path: Path) -> None:
    """The constraints have a line for each pinned package, with its marker and without its hashes."""
    (line,) = (line for line in INSTALL["run"].splitlines() if line.startswith("sed "))
    runner = {"SOURCE": str(ROOT), "RUNNER_TEMP": str(tmp_path), "PATH": os.environ["PATH"]}
    subprocess.run(["bash", "-c", line], env=runner, check=True)  # noqa: S603, S607 - a line of our own
    pinned = (ROOT / "requirements" / "dev.txt").read_text("utf-8").splitlines()
    names = [row.split("==")[0] for row in pinned if re.match(r"[a-z0-9]", row)]
    found = [Requirement(row) for row in (tmp_path / "muster-versions.txt").read_text("utf-8").splitlines()]
    assert [each.name + (f"[{','.join(sorted(each.extras))}]" if each.extras else "") for each in found] == names
    assert all(str(each.specifier).startswith("==") for each in found)
