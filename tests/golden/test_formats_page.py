"""docs/formats.md: its examples are a real scan of the estate, its table is the registry, its commands run."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from local import estates
from local.server import EmbeddedAws
from muster.cli.formats import FORMATS
from muster.storage import parquet

from .stored import WRITE, Command, fixed

PAGE = Path(__file__).parents[2] / "docs" / "formats.md"
EXAMPLE = re.compile(r"(<!-- example (\w+) -->\n(`{3,})\w+\n)(.*?)(^\3$)", re.MULTILINE | re.DOTALL)
SHELL = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ONE = ("--check", "ec2-instance-detailed-monitoring-enabled", "--tag", "Owner=platform", "--region", "eu-west-1")
"""A check and a tag that one instance has."""
FILES = {
    "json": "findings.json",
    "ndjson": "findings.ndjson",
    "csv": "findings.csv",
    "html": "report.html",
    "markdown": "summary.md",
    "ocsf": "findings.ocsf.json",
    "asff": "findings.asff.json",
    "sarif": "findings.sarif",
    "junit": "findings.junit.xml",
    "parquet": "findings.parquet",
    "table": "findings.txt",
}


@pytest.fixture(scope="module")
def folder(aws: EmbeddedAws, muster: Command, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:  # noqa: ARG001 - the scan calls it
    """Return a folder with one scan in every format."""
    folder = tmp_path_factory.mktemp("formats")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("COLUMNS", "100")
        Path("muster.yaml").write_text(estates.CONFIGURATION.read_text() + "account_names: {'123456789012': shop}\n")
        outputs = [word for name in FILES.values() for word in ("--output", name)]
        said = muster("scan", *ONE, *outputs, "--fail-on", "never", "--quiet")
        assert said.endswith("= 0\n\n"), said
        yield folder


def laid_out(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False, default=str) + "\n"


def examples(folder: Path) -> dict[str, str]:
    text = {form: (folder / name).read_bytes().decode() for form, name in FILES.items() if form != "parquet"}
    (row,) = parquet.read(folder / FILES["parquet"])
    made = {
        "json": laid_out(json.loads(text["json"])["findings"][0]),
        "csv": text["csv"],
        "markdown": text["markdown"].rstrip("\n") + "\n",
        "ocsf": laid_out(json.loads(text["ocsf"])[0]),
        "asff": laid_out(json.loads(text["asff"])[0]),
        "sarif": laid_out(json.loads(text["sarif"])["runs"][0]["results"][0]),
        "junit": text["junit"],
        "parquet": laid_out(row),
    }
    return {form: fixed(each) for form, each in made.items()}


def test_the_examples_are_what_a_scan_writes(folder: Path) -> None:
    page, made = PAGE.read_text("utf-8"), examples(folder)

    def filled(match: re.Match[str]) -> str:
        return match[1] + made.pop(match[2]) + match[5]

    expected = EXAMPLE.sub(filled, page)
    assert made == {}
    if os.environ.get(WRITE):
        PAGE.write_text(expected, encoding="utf-8")
    elif page != expected:
        pytest.fail(f"docs/formats.md has other examples: {WRITE}=1 .venv/bin/pytest tests/golden/test_formats_page.py")


def test_the_table_is_the_registry() -> None:
    rows = re.findall(
        r"^\| `(\w+)` \| ((?:`[^`]+`(?:, )?)+) \| [^|]+ \| [^|]+ \|$", PAGE.read_text("utf-8"), re.MULTILINE
    )
    assert [(name, tuple(re.findall(r"`([^`]+)`", extensions))) for name, extensions in rows] == [
        (each.name, each.extensions) for each in FORMATS.values()
    ]
    assert re.findall(r"^## (\w+)$", PAGE.read_text("utf-8"), re.MULTILINE) == list(FORMATS)


def commands(word: str) -> list[str]:
    """Return the commands of the page that begin with a word; a command that goes on ends where its block does."""
    found = []
    for block in SHELL.findall(PAGE.read_text("utf-8")):
        if block.startswith(word):
            found += [block] if "; do\n" in block else block.strip().splitlines()
    return [each for each in found if each.startswith(word)]


@pytest.mark.skipif(shutil.which("jq") is None, reason="there is no jq on this machine")
@pytest.mark.parametrize("command", commands("jq"))
def test_every_command_with_jq_runs(command: str, folder: Path) -> None:
    aws = folder / "bin" / "aws"
    aws.parent.mkdir(exist_ok=True)
    aws.write_text('#!/bin/sh\necho "$@" "$(jq length batch.json)"\n')
    aws.chmod(0o755)
    environment = {**os.environ, "PATH": f"{aws.parent}:{os.environ['PATH']}"}
    ran = subprocess.run(  # noqa: S603 - the page's own command
        ["/bin/bash", "-o", "pipefail", "-ec", command],
        capture_output=True, text=True, check=False, cwd=folder, env=environment,
    )  # fmt: skip
    assert (ran.returncode, ran.stderr) == (0, "")
    written = folder / "events.ndjson"
    assert ran.stdout or written.exists() or "CRITICAL" in command
    if "batch-import-findings" in command:
        assert ran.stdout == "securityhub batch-import-findings --findings file://batch.json 1\n"


@pytest.mark.parametrize("command", commands("duckdb"))
def test_every_query_with_duckdb_runs(command: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    (sql,) = re.findall(r'^duckdb -c "(.*)"$', command)
    found = duckdb.sql(sql)
    assert found is None or found.fetchall()
    if "COPY" in sql:
        ((class_uid, account),) = duckdb.sql(
            "SELECT class_uid, cloud.account.uid FROM 'findings.ocsf.parquet'"
        ).fetchall()
        assert (class_uid, account) == (2003, "123456789012")
