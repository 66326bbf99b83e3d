"""Every tool that is measured finds what the estate is, and asks no more than it must."""

import pytest

from benchmarks import run
from testing.fake_aws.estate import Estate
from testing.fake_aws.process import FakeAws

ESTATE = Estate(1_200, 7, seed=3)


@pytest.fixture(scope="module")
def aws():
    with FakeAws(ESTATE) as started:
        yield started


@pytest.mark.parametrize("name", run.TOOLS)
def test_a_tool_counts_the_right_verdicts(aws, name):
    took = run.measure(aws, run.TOOLS[name], run.right_counts(ESTATE))
    assert took.cpu > 0
    assert took.wall > 0


def test_lean_asks_each_page_once_and_each_bucket_seven_times(aws):
    run.measure(aws, run.TOOLS[run.LEAN], run.right_counts(ESTATE))
    counts = aws.counts()
    assert counts.pop("ec2:DescribeInstances") == 2
    assert counts.pop("s3:ListBuckets") == 1
    assert set(counts.values()) == {7}
    assert len(counts) == 7


def test_lean_stops_at_a_page_that_is_refused():
    with FakeAws(Estate(10, 0), deny=["ec2:DescribeInstances"]) as denied, pytest.raises(run.click.ClickException):
        run.measure(denied, run.TOOLS[run.LEAN], {})
