"""A stack whose clients answer what a test says."""

from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from muster.smoke.lines import Visit
from muster.smoke.stack import Resource, Stack

OUTPUTS = {
    "StateMachineArn": "arn:aws:states:eu-west-1:123456789012:stateMachine:muster-scan-dev",
    "ReportBucketName": "muster-reports",
    "AlertTopicArn": "arn:aws:sns:eu-west-1:123456789012:muster-alerts-dev",
    "ShardResultQueueUrl": "https://sqs.eu-west-1.amazonaws.com/123456789012/muster-shard-results-dev",
    "ScheduleDeadLetterQueueUrl": "https://sqs.eu-west-1.amazonaws.com/123456789012/muster-schedule-dead-letters-dev",
    "AlertDeadLetterQueueUrl": "https://sqs.eu-west-1.amazonaws.com/123456789012/muster-alert-dead-letters-dev",
    "ShardResultDeadLetterQueueUrl": "https://sqs.eu-west-1.amazonaws.com/123456789012/muster-result-dead-letters-dev",
    "DatabaseName": "muster_dev",
    "WorkgroupName": "muster-dev",
    "CrawlerName": "muster-dev",
}


class Client:
    """Answers each operation with a value, the next of a list, or an error; remembers what it was called with."""

    def __init__(self, answers: Mapping[str, Any], endpoint: str) -> None:
        self._answers = dict(answers)
        self.meta = type("Meta", (), {"endpoint_url": endpoint})()
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        def call(**parameters: Any) -> Any:
            self.calls.append((operation, parameters))
            answer = self._answers[operation]
            if isinstance(answer, list):
                answer = answer.pop(0) if len(answer) > 1 else answer[0]
            if isinstance(answer, Exception):
                raise answer
            return answer

        return call

    def get_paginator(self, operation: str) -> Any:
        return type("Pages", (), {"paginate": lambda _, **asked: [getattr(self, operation)(**asked)]})()


class Clients:
    """One client a service."""

    def __init__(self, services: Mapping[str, Mapping[str, Any]], endpoint: str) -> None:
        self.made = {name: Client(answers, endpoint) for name, answers in services.items()}
        self.made.setdefault("cloudformation", Client({}, endpoint))

    def get(self, service: str, region: str) -> Client:
        assert region == "eu-west-1"
        return self.made[service]


def visit(
    services: Mapping[str, Mapping[str, Any]],
    *,
    endpoint: str = "https://cloudformation.eu-west-1.amazonaws.com",
    alarms: tuple[str, ...] = ("muster-errors-dev",),
    scan_id: str = "20261121T060000Z-c22b102a",
    denied_region: str = "",
) -> Visit:
    """Return a visit of a stack whose services answer as the test says, and where nobody waits."""
    clients: Any = Clients(services, endpoint)
    resources = [Resource(name, "AWS::CloudWatch::Alarm", name) for name in alarms]
    stack = Stack("muster-dev", "eu-west-1", OUTPUTS, resources, clients, sleep=lambda _: None)
    return Visit(stack, denied_region, scan_id)


def error(code: str, message: str = "", operation: str = "Operation") -> ClientError:
    """Return an error as botocore raises it."""
    return ClientError({"Error": {"Code": code, "Message": message}}, operation)
