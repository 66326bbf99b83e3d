"""`muster init`: a file that `muster validate` accepts, and no file where an answer is wrong."""

from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from muster.catalog.catalog import load
from muster.cli import main
from muster.cli.init import command
from muster.configuration import load as read
from muster.configuration.selection import selection

FILE = Path("muster.yaml")


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def checks() -> frozenset[str]:
    return selection(load(), read(FILE, load())).checks


def test_the_defaults_are_the_default_scan() -> None:
    assert main(["init", "--yes"]) == 0
    assert main(["validate", "--strict"]) == 0
    default = checks()
    FILE.write_text("", encoding="utf-8")
    assert default == checks()


def test_options_answer_every_question() -> None:
    arguments = [
        *("--accounts", "111122223333, ou-ab12-cdef3456", "--role", "Audit", "--regions", "eu-west-1,us-east-1"),
        *("--packs", "finops,s3-compliance", "--required-tags", "Owner, Cost Center", "--alert-severity", "high"),
    ]
    assert main(["init", *arguments]) == 0
    found = read(FILE, load())
    assert found.accounts.include == ("111122223333", "ou-ab12-cdef3456")
    assert (found.accounts.role, found.regions, found.packs) == (
        "Audit", ("eu-west-1", "us-east-1"), ("finops", "s3-compliance"),
    )  # fmt: skip
    assert found.tags.required == ("Owner", "Cost Center")
    assert [(route.severity.value, len(route.to)) for route in found.alerts.routes] == [("HIGH", 1)]


@pytest.mark.parametrize("packs", ["foundational", "all", "s3-compliance"])
def test_required_tags_are_checked_whatever_the_packs(packs: str) -> None:
    assert main(["init", "--yes", "--packs", packs, "--required-tags", "Owner"]) == 0
    assert "required-tags" in checks()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(["--packs", "foundatonal"], "did you mean: foundational", id="pack"),
        pytest.param(["--regions", "eu-wst-1"], "eu-wst-1", id="region"),
        pytest.param(["--accounts", "12"], "is not an account id of 12 digits", id="account"),
        pytest.param(["--alert-severity", "hgih"], "did you mean: HIGH", id="severity"),
        pytest.param(["--packs", ","], "an answer is empty", id="no pack"),
        pytest.param(["--required-tags", " "], "an answer is empty", id="no tag"),
    ],
)
def test_a_wrong_answer_writes_nothing(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "--yes", *arguments]) == 2
    told = capsys.readouterr().err
    assert said in told
    assert "muster.yaml:" not in told
    assert not FILE.exists()


def test_a_file_that_exists_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    FILE.write_text("packs: [s3-compliance]\n", encoding="utf-8")
    assert main(["init", "--yes"]) == 2
    assert "muster.yaml exists" in capsys.readouterr().err
    assert FILE.read_text("utf-8") == "packs: [s3-compliance]\n"
    assert main(["init", "--yes", "--force"]) == 0
    assert "packs: [s3-compliance]" not in FILE.read_text("utf-8")


def test_nobody_is_asked_without_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "--packs", "all"]) == 2
    told = capsys.readouterr().err
    assert "standard input is no terminal" in told
    assert "--required-tags" in told
    assert "--packs," not in told
    assert not FILE.exists()


@pytest.fixture
def terminal() -> Iterator[CliRunner]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("click.testing._NamedTextIOWrapper.isatty", lambda _self: True, raising=False)
        yield CliRunner()


def test_the_questions_are_asked_until_they_are_answered(terminal: CliRunner) -> None:
    answers = "\neu-wst-1\nall\nfoundational,finops\nOwner\nHIGH\n"
    done = terminal.invoke(command, [], input=answers, standalone_mode=False)
    assert done.exception is None
    assert "5 of 5" in done.output
    assert "eu-wst-1" in done.output
    found = read(FILE, load())
    assert (found.regions, found.packs, found.tags.required) == (("all",), ("foundational", "finops"), ("Owner",))
    assert found.accounts.include == ()


def test_an_option_saves_its_question(terminal: CliRunner) -> None:
    done = terminal.invoke(
        command, ["--packs", "all", "--required-tags", "none"], input="\n\n\n", standalone_mode=False
    )
    assert done.exception is None
    assert "Which packs" not in done.output
    assert read(FILE, load()).packs == ("all",)


def test_giving_up_writes_nothing(terminal: CliRunner) -> None:
    done = terminal.invoke(command, [], input="\n", standalone_mode=False)
    assert isinstance(done.exception, click.Abort)
    assert not FILE.exists()


def test_it_can_be_written_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "--yes", "--output", "-"]) == 0
    assert capsys.readouterr().out.startswith("# What Muster scans")
    assert not FILE.exists()
