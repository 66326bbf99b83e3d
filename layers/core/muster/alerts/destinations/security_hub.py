"""Security Hub CSPM: failures are imported as findings, updated in place, and archived when they are resolved.

https://docs.aws.amazon.com/securityhub/latest/partnerguide/guidelines-batchimportfindings.html
A finding must carry the account that imports it. The stack's account imports those of all accounts; the resource's own
account stands in `Resources` and in `ProductFields`.
"""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from muster.alerts.destinations.leftover import Leftover
from muster.alerts.destinations.sending import Place, Unsent, asking, persistently, require_time
from muster.lifecycle.events import EventStatus, FindingEvent
from muster.model.arn import Arn
from muster.model.finding import ACCOUNT
from muster.model.text import shortened

FINDINGS = 100
"""Findings of a call at most. One may have 240 KB; ours have a few, since all their texts are shortened."""
_TITLE, _DESCRIPTION, _GENERATOR, _FIELD = 256, 1_024, 512, 1_024
_TYPES = ["Software and Configuration Checks/AWS Security Best Practices"]
_FAILING = (EventStatus.FAILED, EventStatus.EXPIRED)
_AGAIN = ("InternalError", "InternalException", "Throttling", "LimitExceeded", "ServiceUnavailable")
NAMES: Mapping[str, str] = MappingProxyType(
    {
        "AWS::DynamoDB::Table": "AwsDynamoDbTable",
        "AWS::EC2::EIP": "AwsEc2Eip",
        "AWS::EC2::Instance": "AwsEc2Instance",
        "AWS::EC2::LaunchTemplate": "AwsEc2LaunchTemplate",
        "AWS::EC2::NetworkInterface": "AwsEc2NetworkInterface",
        "AWS::EC2::SecurityGroup": "AwsEc2SecurityGroup",
        "AWS::EC2::VPC": "AwsEc2Vpc",
        "AWS::EC2::Volume": "AwsEc2Volume",
        "AWS::ECS::Cluster": "AwsEcsCluster",
        "AWS::ECS::Service": "AwsEcsService",
        "AWS::ECS::TaskDefinition": "AwsEcsTaskDefinition",
        "AWS::ElasticLoadBalancingV2::LoadBalancer": "AwsElbv2LoadBalancer",
        "AWS::IAM::Group": "AwsIamGroup",
        "AWS::IAM::ManagedPolicy": "AwsIamPolicy",
        "AWS::IAM::Role": "AwsIamRole",
        "AWS::IAM::User": "AwsIamUser",
        "AWS::KMS::Key": "AwsKmsKey",
        "AWS::Lambda::Function": "AwsLambdaFunction",
        "AWS::S3::AccessPoint": "AwsS3AccessPoint",
        "AWS::S3::Bucket": "AwsS3Bucket",
        "AWS::SNS::Topic": "AwsSnsTopic",
        "AWS::SQS::Queue": "AwsSqsQueue",
        "AWS::CloudWatch::Alarm": "AwsCloudWatchAlarm",
        ACCOUNT: "AwsAccount",
    }
)
"""Security Hub's names of resource types; it calls all others `Other`."""


def send(events: Iterable[FindingEvent], place: Place, leftover: Leftover) -> None:
    """Import events as findings; those that Security Hub did not take are added to `leftover`.

    An event that a finding could not be read changes nothing there: what was known last stays.
    """
    client = place.clients.get("securityhub", place.region)
    stream = (event for event in events if event.status != EventStatus.UNREADABLE)
    try:
        while batch := list(itertools.islice(stream, FINDINGS)):
            _import(client, batch, place, leftover)
            if len(batch) == FINDINGS:
                require_time(place)
    except Unsent as error:
        leftover.rest(stream, str(error))


def _product_arn(place: Place) -> str:
    """Return the ARN of the product that every account may import findings for."""
    return f"arn:{place.partition}:securityhub:{place.region}:{place.account_id}:product/{place.account_id}/default"


def finding(event: FindingEvent, place: Place) -> dict[str, Any]:
    """Return an event as a finding of Security Hub (ASFF).

    Resolved ones are archived as passed, accepted ones (SUPPRESSED) as failed: neither needs action. A failure
    that returns has the same id and is active again.
    """
    failing = event.status in _FAILING
    resolved = event.status == EventStatus.RESOLVED
    fields = {
        "muster/account": event.account_id,
        "muster/account_name": event.account_name,
        "muster/check": event.check_id,
        "muster/event": event.event,
        "muster/owner": event.owner,
        "muster/outcome": event.outcome,
        "muster/accepted_until": event.until,
        "muster/scan": event.scan_id,
        "muster/stack": place.stack,
    }
    return {
        "SchemaVersion": "2018-10-08",
        "Id": f"muster/{place.stack or 'muster'}/{event.finding_id}",
        "ProductArn": _product_arn(place),
        "ProductName": "Muster",
        "CompanyName": "Muster",
        "GeneratorId": shortened(f"muster/{event.check_id}", _GENERATOR),
        "AwsAccountId": place.account_id,
        "CreatedAt": _time(event.first_seen),
        "UpdatedAt": _time(event.timestamp),
        "Title": shortened(event.title, _TITLE) or event.check_id,
        "Description": shortened(event.reason, _DESCRIPTION) or "No reason is known.",
        "FindingProviderFields": {"Severity": {"Label": event.severity, "Original": event.severity}, "Types": _TYPES},
        "Resources": [_resource(event, place)],
        "Compliance": {"Status": "PASSED" if resolved else "FAILED"},
        "RecordState": "ACTIVE" if failing else "ARCHIVED",
        "ProductFields": {key: shortened(value, _FIELD) for key, value in fields.items() if value},
    }


def _resource(event: FindingEvent, place: Place) -> dict[str, Any]:
    found = {"Type": NAMES.get(event.resource_type, "Other"), "Id": _identity(event)}
    arn = Arn.parse(event.resource_arn)
    partition = arn.partition if arn else place.partition
    region = {"Region": event.region} if "-" in event.region else {}
    about = {"account": event.account_id, "id": event.resource_id, "type": event.resource_type}
    shown = {key: shortened(value, _FIELD) for key, value in about.items() if value}
    return {**found, "Partition": partition, **region, "Details": {"Other": shown}}


def _identity(event: FindingEvent) -> str:
    """Return the ARN of a resource; Security Hub writes an account as `AWS::::Account:ID`."""
    if event.resource_type == ACCOUNT:
        return f"{ACCOUNT}:{event.account_id}"
    return event.resource_arn or shortened(event.resource_id, _GENERATOR) or event.resource_type


def _time(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _import(client: Any, batch: Sequence[FindingEvent], place: Place, leftover: Leftover) -> None:
    """Import one batch, and again what of it may pass later.

    Raises:
        Unsent: Security Hub takes nothing now; the batch is in `leftover`.
    """
    # Of two events of one finding the later one is what is true now, in whatever order they come.
    ordered = sorted(batch, key=lambda event: event.timestamp)
    waiting = {str(item["Id"]): (event, item) for event in ordered for item in (finding(event, place),)}

    def call() -> None:
        nonlocal waiting
        findings = [item for _, item in waiting.values()]
        answer = asking("Security Hub did not import findings", lambda: client.batch_import_findings(Findings=findings))
        waiting, reason = _failed(waiting, answer.get("FailedFindings", ()), leftover)
        if waiting:
            raise Unsent(f"Security Hub did not import {len(waiting)} findings ({reason})", again=True)

    try:
        persistently(call, place)
    except Unsent as error:
        leftover.rest((event for event, _ in waiting.values()), str(error))
        raise


_Waiting = dict[str, tuple[FindingEvent, dict[str, Any]]]


def _failed(waiting: _Waiting, failed: Iterable[Mapping[str, Any]], leftover: Leftover) -> tuple[_Waiting, str]:
    """Return the findings that are worth another try, and why; those that are refused for good are left over."""
    again: _Waiting = {}
    reason = ""
    for item in failed:
        name, code = str(item.get("Id", "")), str(item.get("ErrorCode", ""))
        if name not in waiting:
            continue
        if any(code.startswith(each) for each in _AGAIN):
            again[name] = waiting[name]
            reason = code
        else:
            leftover.add(waiting[name][0], f"Security Hub refuses a finding ({code}): {item.get('ErrorMessage', '')}")
    return again, reason
