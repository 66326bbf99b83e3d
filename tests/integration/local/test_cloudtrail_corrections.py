"""The embedded AWS lists trails and their event selectors as CloudTrail documents."""

import pytest
from botocore.exceptions import ClientError

from local.server import EmbeddedAws

HOME, AWAY = "eu-west-1", "us-east-1"


def test_trails_of_all_regions_and_their_selectors(aws: EmbeddedAws) -> None:
    """https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_ListTrails.html."""
    at_home, away = aws.client("cloudtrail", HOME), aws.client("cloudtrail", AWAY)
    aws.client("s3", AWAY).create_bucket(Bucket="trails")
    at_home.create_trail(Name="everything", S3BucketName="trails", IsMultiRegionTrail=True)
    away.create_trail(Name="one", S3BucketName="trails")
    for client in (at_home, away):
        listed = client.list_trails()["Trails"]
        assert {(each["Name"], each["HomeRegion"]) for each in listed} == {("everything", HOME), ("one", AWAY)}
    assert [each["Name"] for each in at_home.describe_trails()["trailList"]] == ["everything"]
    assert {each["Name"] for each in away.describe_trails()["trailList"]} == {"everything", "one"}
    assert [each["Name"] for each in away.describe_trails(includeShadowTrails=False)["trailList"]] == ["one"]
    arn = next(each["TrailARN"] for each in away.list_trails()["Trails"] if each["HomeRegion"] == HOME)
    described = away.get_trail(Name=arn)["Trail"]
    assert described["HasCustomEventSelectors"] is False
    assert "KmsKeyId" not in described
    default = {"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": []}
    assert at_home.get_event_selectors(TrailName=arn)["EventSelectors"] == [default]
    with pytest.raises(ClientError, match="TrailNotFoundException"):
        away.get_event_selectors(TrailName=arn)
    fields = [{"Field": "eventCategory", "Equals": ["Management"]}]
    at_home.put_event_selectors(TrailName=arn, AdvancedEventSelectors=[{"FieldSelectors": fields}])
    found = at_home.get_event_selectors(TrailName=arn)
    assert [each["FieldSelectors"][0]["Field"] for each in found["AdvancedEventSelectors"]] == ["eventCategory"]
    assert "EventSelectors" not in found
    at_home.put_event_selectors(TrailName=arn, EventSelectors=[{"ReadWriteType": "ReadOnly"}])
    assert at_home.get_event_selectors(TrailName=arn)["EventSelectors"][0]["ReadWriteType"] == "ReadOnly"
    assert at_home.describe_trails()["trailList"][0]["HasCustomEventSelectors"] is True
