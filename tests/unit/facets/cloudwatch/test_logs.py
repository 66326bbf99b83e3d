"""CloudWatch Logs' answers, parsed."""

from typing import Any

import pytest

from muster.facets.cloudwatch.logs import LogGroup
from muster.model.finding import Unknown

KEY = "arn:aws-us-gov:kms:us-gov-west-1:123456789012:key/1"


def test_a_log_group_with_all_that_is_read() -> None:
    item = {
        "logGroupName": "/aws/lambda/orders",
        "retentionInDays": 400,
        "retentionPolicyName": "a-year",
        "logGroupClass": "INFREQUENT_ACCESS",
        "kmsKeyId": KEY,
    }
    assert LogGroup.parse(item) == LogGroup("INFREQUENT_ACCESS", 400, "a-year", KEY)


def test_a_log_group_of_which_only_the_name_is_said_keeps_its_events_for_ever() -> None:
    assert LogGroup.parse({"logGroupName": "/aws/lambda/orders"}) == LogGroup("STANDARD", None, "", "")
    assert LogGroup.parse({}) == LogGroup("STANDARD", None, "", "")


def test_a_day_is_the_shortest_retention() -> None:
    assert LogGroup.parse({"retentionInDays": 1}).retention_days == 1


@pytest.mark.parametrize("said", [0, -1, "400", 1.5])
def test_a_retention_that_is_no_number_of_days_is_not_known(said: Any) -> None:
    assert isinstance(LogGroup.parse({"retentionInDays": said}).retention_days, Unknown)
