"""Query logs of hosted zones."""

import pytest

from muster.checks.edge.route53 import route53_query_logging_enabled
from muster.facets.edge.route53 import HostedZone, QueryLogs
from muster.model.finding import GLOBAL, Resource, Status, Unknown, UnknownField

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
ZONE = Resource("AWS::Route53::HostedZone", "Z1", "123456789012", GLOBAL)
LOGS = QueryLogs.parse({"QueryLoggingConfigs": [{"HostedZoneId": "Z1", "CloudWatchLogsLogGroupArn": "arn:log"}]})


@pytest.mark.parametrize(
    ("zone", "logs", "status", "reason"),
    [
        (HostedZone("a.example.", False, ""), LOGS, C, "DNS queries of a.example. are logged to arn:log"),
        (HostedZone("a.example.", False, ""), QueryLogs({}), N, "DNS queries of a.example. are not logged"),
        (HostedZone("a.example.", False, ""), QueryLogs({"Z2": "arn:log"}), N, ""),
        (HostedZone("a.example.", True, ""), QueryLogs({}), NA, "Hosted zone is private"),
        (HostedZone("a.example.", False, "servicediscovery.amazonaws.com"), QueryLogs({}), NA,
         "servicediscovery.amazonaws.com manages the hosted zone"),
    ],
)  # fmt: skip
def test_query_logs(zone: HostedZone, logs: QueryLogs, status: Status, reason: str) -> None:
    verdict = route53_query_logging_enabled(zone, logs, ZONE)
    assert verdict.status is status
    assert reason in ("", verdict.reason)


def test_a_zone_is_parsed_and_whether_it_is_private_may_be_unknown() -> None:
    item = {"Id": "/hostedzone/Z1", "Name": "a.example.", "Config": {"PrivateZone": True}}
    assert HostedZone.parse(item) == HostedZone("a.example.", private=True, service="")
    with pytest.raises(UnknownField):
        route53_query_logging_enabled(HostedZone("a.", Unknown("x"), ""), LOGS, ZONE)
