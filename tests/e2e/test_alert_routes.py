"""Routes on a deployed stack, with its roles enforced: every kind of destination, parked alerts, quiet hours.

Embedded only: a webhook is on this machine.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from local import workflow
from tests.integration.alerts.hooks import SECRET, Hook, admitting, hook

from .conftest import Deployed, configure

MUSTER = [sys.executable, "-c", "import sys; from muster.cli import main; sys.exit(main())"]
CHECKS = "checks: [s3-bucket-versioning-enabled]\n"
ROUTES = """
alerts:
  routes:
    - {name: everything, to: [topic]}
    - {name: chat, to: [{slack: "ssm:/muster/slack"}, {teams: "secretsmanager:muster/teams"}]}
    - {name: machines, to: [{bus: default}, {security_hub: true}]}
    - {name: nobody, severity: CRITICAL, to: [{bus: nowhere}]}
"""


@pytest.fixture(scope="module")
def hooks() -> Iterator[tuple[Hook, Hook]]:
    with hook() as slack, hook() as teams:
        teams.answers = [(202, {}, "")]
        yield slack, teams


@pytest.fixture(scope="module")
def queue(deployed: Deployed, hooks: tuple[Hook, Hook]) -> str:
    """Make what the routes name, and return the URL of a queue that gets the events of the bus."""
    aws, (slack, teams) = deployed.aws, hooks
    aws.client("ssm").put_parameter(Name="/muster/slack", Value=slack.url, Type="SecureString")
    aws.client("secretsmanager").create_secret(Name="muster/teams", SecretString=json.dumps({"url": teams.url}))
    aws.client("securityhub").enable_security_hub(EnableDefaultStandards=False)
    sqs, events = aws.client("sqs"), aws.client("events")
    url = str(sqs.create_queue(QueueName="from-the-bus")["QueueUrl"])
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": admitting(arn)})
    events.put_rule(Name="muster-findings", EventPattern='{"source": ["muster"]}')
    events.put_targets(Rule="muster-findings", Targets=[{"Id": "queue", "Arn": arn}])
    return url


def received(deployed: Deployed, url: str) -> list[dict[str, Any]]:
    """Return the details of the events in a queue, and delete them."""
    sqs, found = deployed.aws.client("sqs"), []
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1).get("Messages", ()):
        for message in messages:
            found.append(json.loads(message["Body"])["detail"])
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return found


def bucket(deployed: Deployed, name: str) -> None:
    location = {"LocationConstraint": "eu-west-1"}
    deployed.aws.client("s3", "eu-west-1").create_bucket(Bucket=name, CreateBucketConfiguration=location)


def resumed() -> tuple[int, dict[str, Any]]:
    command = [*MUSTER, "resume-alerts", "--region", "eu-west-1", "--format", "json"]
    done = subprocess.run(command, env=dict(os.environ), capture_output=True, text=True, timeout=120, check=False)  # noqa: S603 - our own command
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def test_every_destination_gets_the_news_of_a_scan(deployed: Deployed, hooks: tuple[Hook, Hook], queue: str) -> None:
    aws, (slack, teams) = deployed.aws, hooks
    bucket(deployed, "first-bucket")
    configure(aws, deployed.stack, CHECKS + ROUTES)
    scan = workflow.fire(aws, deployed.stack).output
    failing = scan["findings"]["non_compliant"]
    assert failing >= 1
    note = workflow.read_json(aws, deployed.stack, f"scans/{scan['scan_id']}/alert.json")
    assert {(each["route"], each["destination"], each["result"]) for each in note["deliveries"]} == {
        ("everything", "topic", "sent"),
        ("chat", "slack:ssm:/muster/slack", "sent"),
        ("chat", "teams:secretsmanager:muster/teams", "sent"),
        ("machines", "bus:default", "sent"),
        ("machines", "security_hub", "sent"),
    }
    assert len(workflow.mails(deployed.stack)) == len(slack.got) == len(teams.got) == 1
    assert "first-bucket" in json.dumps(slack.got)
    assert "first-bucket" in json.dumps(teams.got)
    assert len(received(deployed, queue)) == failing
    imported = aws.client("securityhub").get_findings()["Findings"]
    assert {found["RecordState"] for found in imported} == {"ACTIVE"}
    assert len(imported) == failing


def test_an_unchanged_estate_sends_nothing(deployed: Deployed, hooks: tuple[Hook, Hook], queue: str) -> None:
    before = len(workflow.mails(deployed.stack)), len(hooks[0].got), len(hooks[1].got)
    workflow.fire(deployed.aws, deployed.stack)
    assert (len(workflow.mails(deployed.stack)), len(hooks[0].got), len(hooks[1].got)) == before
    assert received(deployed, queue) == []


def test_what_a_webhook_does_not_take_is_parked_and_sent_later(
    deployed: Deployed, hooks: tuple[Hook, Hook], queue: str
) -> None:
    aws, (slack, _) = deployed.aws, hooks
    slack.answers = [(404, {}, "no_service")]
    bucket(deployed, "second-bucket")
    before = len(workflow.mails(deployed.stack))
    assert workflow.fire(aws, deployed.stack).status == "SUCCEEDED"
    assert len(workflow.mails(deployed.stack)) == before + 1
    status, answer = resumed()
    assert (status, answer["sent"]) == (1, 0)
    assert [(each["destination"], each["why"]) for each in answer["kept"]] == [
        ("slack:ssm:/muster/slack", "the webhook answered HTTP 404: 'no_service'")
    ]
    slack.answers, sent = [(200, {}, "ok")], len(slack.got)
    assert resumed() == (0, {"sent": 1, "kept": []})
    assert "second-bucket" in json.dumps(slack.got[sent:])
    assert resumed() == (0, {"sent": 0, "kept": []})
    assert [detail["resource_id"] for detail in received(deployed, queue)] == ["second-bucket"]


def test_quiet_hours_hold_the_news_and_the_schedule_sends_it(
    deployed: Deployed, hooks: tuple[Hook, Hook], queue: str
) -> None:
    aws, (slack, _) = deployed.aws, hooks
    now = datetime.now(UTC)
    hours = f"{{from: '{now - timedelta(hours=1):%H:%M}', to: '{now + timedelta(hours=1):%H:%M}'}}"
    configure(aws, deployed.stack, CHECKS + ROUTES.replace("alerts:\n", f"alerts:\n  quiet_hours: {hours}\n"))
    bucket(deployed, "third-bucket")
    before = len(workflow.mails(deployed.stack)), len(slack.got)
    workflow.fire(aws, deployed.stack)
    assert (len(workflow.mails(deployed.stack)), len(slack.got)) == before
    assert [detail["resource_id"] for detail in received(deployed, queue)] == ["third-bucket"]
    function = deployed.stack.outputs["SendAlertFunctionName"]

    def released() -> Any:
        answer = aws.client("lambda").invoke(FunctionName=function, Payload=json.dumps({"held": True}))
        return json.loads(answer["Payload"].read())

    assert released() == {"sent": 0, "problems": []}
    for key in workflow.keys(aws, deployed.stack, "alerts/held/"):
        ended = workflow.read_json(aws, deployed.stack, key)
        ended["route"]["quiet_hours"] = {
            "from": f"{now - timedelta(hours=2):%H:%M}",
            "to": f"{now - timedelta(hours=1):%H:%M}",
        }
        name = deployed.stack.outputs["ReportBucketName"]
        aws.client("s3", "eu-west-1").put_object(Bucket=name, Key=key, Body=json.dumps(ended).encode())
    assert released() == {"sent": 3, "problems": []}
    assert "third-bucket" in workflow.mails(deployed.stack)[-1][1]
    assert "third-bucket" in json.dumps(slack.got[-1])
    assert released() == {"sent": 0, "problems": []}


def test_a_fix_archives_the_finding_and_is_told(deployed: Deployed, hooks: tuple[Hook, Hook], queue: str) -> None:
    aws, (slack, _) = deployed.aws, hooks
    configure(aws, deployed.stack, CHECKS + ROUTES)
    s3 = aws.client("s3", "eu-west-1")
    s3.put_bucket_versioning(Bucket="third-bucket", VersioningConfiguration={"Status": "Enabled"})
    workflow.fire(aws, deployed.stack)
    (detail,) = received(deployed, queue)
    assert (detail["resource_id"], detail["status"], detail["outcome"]) == ("third-bucket", "RESOLVED", "fixed")
    states = {
        found["Resources"][0]["Id"].rpartition(":")[2]: (found["RecordState"], found["Compliance"]["Status"])
        for found in aws.client("securityhub").get_findings(MaxResults=100)["Findings"]
    }
    assert states["third-bucket"] == ("ARCHIVED", "PASSED")
    assert states["second-bucket"] == ("ACTIVE", "FAILED")
    assert "fixed" in json.dumps(slack.got[-1])


@pytest.mark.usefixtures("queue")
def test_the_url_of_a_webhook_is_nowhere(deployed: Deployed) -> None:
    """After all that: in no object, log, table or queue of the stack."""
    aws, outputs = deployed.aws, deployed.stack.outputs
    texts = []
    for key in workflow.keys(aws, deployed.stack):
        body = aws.client("s3", "eu-west-1").get_object(Bucket=outputs["ReportBucketName"], Key=key)["Body"].read()
        texts.append(body.decode("latin-1"))
    logs = aws.client("logs")
    for group in logs.describe_log_groups()["logGroups"]:
        for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"]):
            texts += [each["message"] for each in page["events"]]
    for name in (outputs["DeliveryTableName"], outputs["EventTableName"]):
        pages = aws.client("dynamodb").get_paginator("scan").paginate(TableName=name)
        texts += [json.dumps(page["Items"]) for page in pages]
    assert len(texts) > 20
    whole = "\n".join(texts)
    assert "sent" in whole
    assert [part for part in (SECRET, SECRET.rpartition("/")[2]) if part in whole] == []
