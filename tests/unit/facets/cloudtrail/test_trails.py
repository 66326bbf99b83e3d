"""Trails as AWS's answers describe them."""

import pytest

from muster.facets.cloudtrail.event_selectors import DEFAULT
from muster.facets.cloudtrail.trails import AccountTrails, Trail, TrailStatus
from muster.model.finding import Unavailable, Unknown

OWN, OTHER = "123456789012", "111122223333"
ARN = f"arn:aws:cloudtrail:us-east-2:{OWN}:trail/all"
GROUP = f"arn:aws:logs:us-east-2:{OWN}:log-group:trail/events:*"
ANSWER = {
    "Name": "all",
    "TrailARN": ARN,
    "HomeRegion": "us-east-2",
    "IsMultiRegionTrail": True,
    "LogFileValidationEnabled": False,
    "CloudWatchLogsLogGroupArn": GROUP,
    "HasCustomEventSelectors": False,
}


def test_what_a_trail_lacks_is_not_in_the_answer() -> None:
    assert Trail.parse({"Trail": ANSWER}) == Trail(kms_key="", validated=False, log_group=GROUP)
    found = Trail.parse({"Trail": {"TrailARN": ARN}})
    assert isinstance(found.validated, Unknown)
    assert not found.has_log_group


def test_an_answer_without_the_trail_is_none() -> None:
    with pytest.raises(KeyError):
        Trail.parse({})


def test_a_status_says_whether_the_trail_logs() -> None:
    assert TrailStatus.parse({"IsLogging": True}) == TrailStatus(logging=True, logs_error="")
    failed = {"IsLogging": False, "LatestCloudWatchLogsDeliveryError": "AccessDenied"}
    assert TrailStatus.parse(failed) == TrailStatus(logging=False, logs_error="AccessDenied")
    assert isinstance(TrailStatus.parse({}).logging, Unknown)


def test_the_trails_of_an_account_and_of_its_organization() -> None:
    denied = Unavailable("cloudtrail:GetEventSelectors", "access denied")
    foreign = {**ANSWER, "TrailARN": f"arn:aws:cloudtrail:us-east-2:{OTHER}:trail/org", "Name": "org"}
    found = AccountTrails.parse(
        {
            "trailList": [
                {**ANSWER, "Status": {"IsLogging": True}, "Selectors": DEFAULT},
                {**foreign, "Status": {"IsLogging": True}, "Selectors": denied},
            ]
        }
    )
    own, other = found.trails
    assert found.owned_by(OWN) == (own,)
    assert (own.region, own.group_name, own.gap, own.silent) == ("us-east-2", "trail/events", None, False)
    assert (other.owner, other.gap) == (OTHER, denied)
