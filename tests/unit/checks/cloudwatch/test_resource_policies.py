"""Resource policies of CloudWatch Logs."""

import json
from typing import Any

import pytest

from muster.checks.cloudwatch.logs import logs_resource_policy_not_public
from muster.facets.cloudwatch.logs import LogsResourcePolicies
from muster.model.finding import Severity, Status, UnknownField

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
WRITES = {"Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": "*"}
OF_SERVICE = {**WRITES, "Principal": {"Service": "route53.amazonaws.com"}}
OF_ANYONE = {**WRITES, "Principal": "*"}


def policies(*statements: dict[str, Any], **more: str) -> LogsResourcePolicies:
    texts = {f"p{number}": json.dumps({"Statement": [each]}) for number, each in enumerate(statements, 1)}
    items = [{"policyName": name, "policyDocument": text} for name, text in {**texts, **more}.items()]
    return LogsResourcePolicies.parse({"resourcePolicies": items})


@pytest.mark.parametrize(
    ("judged", "status", "reason"),
    [
        pytest.param(policies(), NA, "The region has no resource policy of CloudWatch Logs", id="none"),
        pytest.param(
            policies(OF_SERVICE), C, "No resource policy of CloudWatch Logs is public (1 in the region)", id="a service"
        ),
        pytest.param(
            policies(OF_SERVICE, OF_ANYONE),
            N,
            'Resource policy "p2" is public: statement 1 allows logs:PutLogEvents to everyone (Principal "*")',
            id="everyone",
        ),
        pytest.param(
            policies({**OF_ANYONE, "Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}}}),
            C,
            "",
            id="of one account",
        ),
        pytest.param(policies({**OF_ANYONE, "Action": "es:ESHttpPost"}), C, "", id="an action of another service"),
        pytest.param(policies(OF_ANYONE, odd="{"), N, "", id="public beside one that cannot be parsed"),
    ],
)
def test_logs_resource_policy_not_public(judged: LogsResourcePolicies, status: Status, reason: str) -> None:
    verdict = logs_resource_policy_not_public(judged)
    assert verdict.status is status
    if reason:
        assert verdict.reason == reason


def test_a_policy_that_cannot_be_parsed_is_no_pass() -> None:
    with pytest.raises(UnknownField, match="named odd"):
        logs_resource_policy_not_public(policies(OF_SERVICE, odd="{"))
    assert logs_resource_policy_not_public.severity is Severity.HIGH
