"""Every tool that is measured finds what the estate is, and asks no more than it must."""

import click
import pytest

from benchmarks import running
from testing.fake_aws.estate import Estate
from testing.fake_aws.process import FakeAws

ESTATE = Estate(1_200, 10, seed=3, abroad=("us-east-1",))


@pytest.fixture(scope="module")
def aws():
    with FakeAws(ESTATE) as started:
        yield started


@pytest.mark.parametrize("name", running.TOOLS)
def test_a_tool_counts_the_right_verdicts(aws, name):
    took = running.measure(aws, running.TOOLS[name], running.right_counts(ESTATE))
    assert took.cpu > 0
    assert took.wall > 0


def test_lean_asks_each_page_once_and_each_bucket_seven_times(aws):
    running.measure(aws, running.TOOLS[running.LEAN], running.right_counts(ESTATE))
    counts = aws.counts()
    assert counts.pop("ec2:DescribeInstances") == 2 + 1  # the region abroad has no instance
    assert counts.pop("s3:ListBuckets") == 1
    assert set(counts.values()) == {10}
    assert len(counts) == 7


def test_lean_stops_at_a_page_that_is_refused():
    with FakeAws(Estate(10, 0), deny=["ec2:DescribeInstances"]) as denied, pytest.raises(click.ClickException):
        running.measure(denied, running.TOOLS[running.LEAN], {})
