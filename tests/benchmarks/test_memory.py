"""Every format of the command is measured, and its findings are counted."""

from pathlib import Path

import click
import pytest

from benchmarks import memory
from muster.cli.scan import command
from testing.fake_aws.estate import Estate
from testing.fake_aws.process import FakeAws


@pytest.fixture(scope="module")
def aws():
    with FakeAws(Estate(20, 2)) as started:
        yield started


def test_every_format_of_the_command_is_measured_or_said_not_to_be():
    (option,) = (each for each in command.params if each.name == "form")
    assert sorted(option.type.choices) == sorted([*memory.COUNTED, *memory.SUMMARIES])


@pytest.mark.parametrize("name", [*memory.COUNTED, memory.PARQUET])
def test_a_scan_in_a_format_has_all_findings_and_a_peak(aws, name):
    peak = memory.peak_of(aws, name)
    assert peak.findings == (20 * 3 + 2 * 7 if name == memory.PARQUET else 20 * 2 + 2 * 6)
    assert peak.mb > 20
    assert peak.cpu > 0


def test_findings_that_are_missing_stop_the_run(aws, monkeypatch):
    monkeypatch.setattr(memory, "COUNTED", {"csv": lambda path: memory._in_csv(path) - 1})
    with pytest.raises(click.ClickException, match="csv has 51 findings, not 52"):
        memory.peak_of(aws, "csv")


@pytest.mark.parametrize(
    ("block", "count"),
    [
        ("1,004 failures on 2 resources: 4 HIGH\n3 passed, 2 suppressed\n1 not evaluated\n\nStart here\n 1 HIGH", 1010),
        ("No failures. 7 checks passed on 9 resources.\n1 not applicable  shop, 2 regions, 2 s\n", 8),
    ],
)
def test_the_table_is_counted_by_its_closing_block(tmp_path: Path, block: str, count: int):
    (tmp_path / "a.txt").write_text(f"x  20 failures on y\n{'─' * 78}\n{block}", encoding="utf-8")
    assert memory._in_table(tmp_path / "a.txt") == count
