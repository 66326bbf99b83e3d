"""The calls of CloudTrail, and those that follow a trail's events to a subscription."""

from local import estate
from tests.faults.held import Estate


def calls(there: Estate) -> dict[str, int]:
    trails = there.ask(estate.HOME, "cloudtrail", "list_trails")["Trails"]
    described = [
        there.ask(each["HomeRegion"], "cloudtrail", "get_trail", Name=each["TrailARN"])["Trail"] for each in trails
    ]
    everywhere = [each for each in described if each["IsMultiRegionTrail"]]
    logging = [each for each in described if each.get("CloudWatchLogsLogGroupArn")]
    return {
        "cloudtrail:ListTrails": 1,
        "cloudtrail:GetTrail": len(trails),
        "cloudtrail:ListTags": len(trails),
        "cloudtrail:DescribeTrails": 1,
        # Of the trails that send events to a log group, and once more of those that the account is judged by.
        "cloudtrail:GetTrailStatus": len(logging) + len(everywhere),
        "cloudtrail:GetEventSelectors": sum(each["HasCustomEventSelectors"] for each in everywhere),
        "logs:DescribeMetricFilters": len(logging),
    }
