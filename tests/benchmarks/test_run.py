import click
import pytest

from benchmarks import run, running
from testing.fake_aws.estate import Estate
from testing.fake_aws.process import FakeAws


def test_a_wrong_count_stops_the_run_and_is_named():
    estate = Estate(5, 0)
    wrong = running.right_counts(estate) | {"required-tags COMPLIANT": 99}
    with FakeAws(estate) as aws, pytest.raises(click.ClickException, match="required-tags COMPLIANT: 4, not 99"):
        running.measure(aws, running.TOOLS[running.LEAN], wrong)


@pytest.mark.parametrize(
    ("counts", "right", "said"),
    [
        ({"a PASS": 1}, {"a PASS": 1}, ""),
        ({"a PASS": 1, "b PASS": 0}, {"a PASS": 1}, ""),
        ({"a PASS": 1}, {"a PASS": 2}, "a PASS: 1, not 2"),
        ({"a PASS": 1}, {}, "a PASS: 1, not 0"),
        ({}, {"a PASS": 1}, "a PASS: 0, not 1"),
    ],
)
def test_differences_name_what_is_too_many_and_what_is_missing(counts, right, said):
    assert running.differences(counts, right) == said


@pytest.mark.parametrize(
    ("estate", "calls"),
    [
        (Estate(10_000, 200), 1 + 88),  # 1,400 calls for buckets, 16 at a time, after one list
        (Estate(1_000_000, 20), 1_000),  # the pages take longer than the buckets
        (Estate(0, 0), 1),
    ],
)
def test_the_bound_is_the_longer_of_pages_and_buckets(estate, calls):
    assert run.bound(estate, 30) == pytest.approx(calls * 0.030)


def test_of_two_runs_the_lesser_times_and_the_higher_peak_are_kept():
    first, second = running.Took(1.0, 0.2, 5.0, 100, 40), running.Took(2.0, 0.1, 4.0, 90, 41)
    assert second.better(first) == running.Took(1.0, 0.1, 4.0, 100, 41)
    assert first.better(None) == first


def test_a_section_is_written_and_the_others_are_left(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# Benchmarks\n\nHow.\n\n## CPU and wall time\n\nold\n\n### a\n\n## Memory\n\nkept \\1\n")
    run.write_section(run.COST, ["new \\1", "| a |"], page)
    expected = "# Benchmarks\n\nHow.\n\n## CPU and wall time\n\nnew \\1\n\n| a |\n\n## Memory\n\nkept \\1\n"
    assert page.read_text() == expected
    run.write_section(run.COST, ["new \\1", "| a |"], page)
    assert page.read_text() == expected


def test_a_page_without_the_section_is_refused(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# Benchmarks\n")
    with pytest.raises(click.ClickException, match="no section Memory"):
        run.write_section(run.MEMORY, ["new"], page)


def test_the_page_of_the_project_has_every_section_once():
    lines = run.PAGE.read_text().splitlines()
    assert [lines.count(f"## {title}") for title in (run.COST, run.MEMORY, run.PEERS)] == [1, 1, 1]


def test_a_table_has_names_on_the_left_and_numbers_on_the_right():
    assert run.markdown([["tool", "CPU"], ["lean", "1 s"]]) == "| tool | CPU |\n| --- | ---: |\n| lean | 1 s |"


def test_a_tool_sees_no_profile_and_no_key_of_ours(monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "ours")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "ours")
    assert "ours" not in running.environment().values()


def test_an_estate_that_is_not_understood_is_refused():
    with pytest.raises(click.BadParameter, match="10000x200"):
        run._estate("10000 200")
