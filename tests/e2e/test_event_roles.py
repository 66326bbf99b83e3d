"""The roles of alerts and of events allow what is called and nothing that is not, whatever an alert can be sent to.

Embedded only: it records every call. The roles of scans are tried in test_fresh_account.py.
"""

import json

from local import permissions, workflow
from local.deploy import deploy
from local.runtime import Runtime
from local.server import EmbeddedAws
from local.webhook import Webhook
from muster.catalog.catalog import load
from muster.catalog.permissions import scanner_actions
from muster.configuration.selection import every_rule
from tests.unit.stack.recording.stream import event, item

from .conftest import EVENT_ROLES, configure

EVERYWHERE = """\
checks: [s3-bucket-versioning-enabled]
alerts:
  routes:
    - name: everywhere
      to:
        - topic
        - {bus: default}
        - {security_hub: true}
        - {slack: "ssm:/muster/slack"}
        - {teams: "secretsmanager:muster/teams"}
"""


def test_the_roles_of_alerts_and_events_allow_what_is_called_and_nothing_else(
    embedded: tuple[EmbeddedAws, Runtime],
) -> None:
    aws, runtime = embedded
    with Webhook() as slack, Webhook() as teams:
        stack = deploy(aws, {"AlertEmail": "platform@example.com", "ChangeEvents": "ENABLED"})
        runtime.folders.update(stack.functions)
        configure(aws, stack, EVERYWHERE)
        aws.client("securityhub").enable_security_hub()
        aws.client("ssm").put_parameter(Name="/muster/slack", Value=slack.url(), Type="SecureString")
        aws.client("secretsmanager").create_secret(Name="muster/teams", SecretString=teams.url())
        bucket(aws, "trail")
        trail = aws.client("cloudtrail")
        trail.create_trail(Name="trail", S3BucketName="trail")
        trail.start_logging(Name="trail")
        aws.quicken(0.02)
        teams.refuse(404, times=None)
        aws.front.calls.clear()
        assert workflow.fire(aws, stack).status == "SUCCEEDED"
        bucket(aws, "wrong")
        table = stack.outputs["EventTableName"]
        aws.client("dynamodb").put_item(TableName=table, Item=item(event(finding_id="c" * 32)))
        aws.client("dynamodb").put_item(
            TableName=table, Item={"finding_id": {"S": "d" * 32}, "timestamp": {"N": "7"}, "status": {"S": "FAILED"}}
        )
        aws.client("sqs").send_message(QueueUrl=stack.outputs["ChangeQueueUrl"], MessageBody="no event")
        runtime.settle()
        teams.accept()
        request = json.dumps({"parked": True})
        aws.client("lambda").invoke(FunctionName=stack.outputs["SendAlertFunctionName"], Payload=request)
        assert len(slack.accepted) >= 2
        assert len(teams.accepted) >= 2
    assert permissions.denied(aws, stack) == []
    reads = scanner_actions(load(), every_rule(load()))
    unused = [line for line in permissions.unused(aws, stack) if line.startswith(EVENT_ROLES)]
    left = [line for line in unused if not any(f" {action} " in line for action in reads)]
    assert left == [], "\n".join(left)


def bucket(aws: EmbeddedAws, name: str) -> None:
    """Make a bucket without versioning."""
    where = {"LocationConstraint": "eu-west-1"}
    aws.client("s3", "eu-west-1").create_bucket(Bucket=name, CreateBucketConfiguration=where)
