"""The wheel, installed as a user installs it: by pip from a file, in an environment that does not see this tree."""

import json
import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from local.server import EmbeddedAws
from muster import __version__

# ruff: noqa: S603 - the commands are ours

ROOT = Path(__file__).parents[3]
REGION = "eu-west-1"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel without a network, install it alone, and return the folder of its commands.

    The dependencies are those of this environment; the package itself comes from the wheel.
    """
    folder = tmp_path_factory.mktemp("wheel")
    _run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)], ROOT)
    (wheel,) = folder.glob("*.whl")
    venv.create(folder / "venv", with_pip=True)
    scripts = folder / "venv" / "bin"
    _run([str(scripts / "pip"), "install", "--quiet", "--no-index", "--no-deps", str(wheel)], folder)
    purelib = _run([str(scripts / "python"), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], folder)
    # A path of a .pth file is searched, but the .pth files within it are not read: the editable package stays unseen.
    Path(purelib.strip(), "dependencies.pth").write_text(sysconfig.get_path("purelib"), "utf-8")
    return scripts


def _run(command: list[str], folder: Path, **environment: str) -> str:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    done = subprocess.run(command, cwd=folder, env=kept | environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def test_the_package_comes_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    code = "import muster, pathlib; p = pathlib.Path(muster.__file__).parent; print(p, (p / 'py.typed').exists())"
    where, typed = _run([str(installed / "python"), "-c", code], tmp_path).split()
    assert installed.parent in Path(where).parents
    assert typed == "True"


@pytest.mark.parametrize(
    ("arguments", "prints"),
    [
        pytest.param(["--version"], f"muster {__version__}\n", id="version"),
        pytest.param(["list", "checks"], "s3-bucket-versioning-enabled", id="list checks"),
        pytest.param(["explain", "s3-bucket-versioning-enabled"], "put-bucket-versioning", id="explain"),
        pytest.param(["validate", "--help"], "Exit status", id="help"),
        pytest.param(["query", "--list"], "worst-accounts", id="query"),
        pytest.param(["completion", "bash"], "_MUSTER_COMPLETE=bash_complete", id="completion"),
    ],
)
def test_a_command_runs(installed: Path, tmp_path: Path, arguments: list[str], prints: str) -> None:
    assert prints in _run([str(installed / "muster"), *arguments], tmp_path)


def test_a_scan_runs(installed: Path, tmp_path: Path, running: EmbeddedAws) -> None:
    running.client("s3").create_bucket(Bucket="of-the-wheel", CreateBucketConfiguration={"LocationConstraint": REGION})
    check = "s3-bucket-versioning-enabled"
    arguments = ["scan", "--check", check, "--fail-on", "never", "--output", "report.json", "--quiet"]
    _run(
        [str(installed / "muster"), *arguments], tmp_path,
        AWS_ENDPOINT_URL=running.endpoint, AWS_ACCESS_KEY_ID="embedded", AWS_SECRET_ACCESS_KEY="embedded",
        AWS_REGION=REGION, AWS_CONFIG_FILE=os.devnull, AWS_SHARED_CREDENTIALS_FILE=os.devnull,
    )  # fmt: skip
    report = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert report["scan"]["complete"]
    failing = {(each["resource"]["id"], each["status"]) for each in report["findings"]}
    assert ("of-the-wheel", "NON_COMPLIANT") in failing
