"""Once no embedded AWS runs, moto is as it is by itself: tests do not depend on those before them in the process."""

import json

import boto3
from moto import mock_aws

from local.server import ACCOUNT, EmbeddedAws

HOME = "eu-west-1"


def test_rules_deliver_as_moto_does_when_no_embedded_aws_runs() -> None:
    """moto does not look at a queue's policy."""
    with EmbeddedAws():
        pass
    with mock_aws():
        session = boto3.session.Session("a", "b", region_name=HOME)
        sqs, events = session.client("sqs"), session.client("events")
        url = sqs.create_queue(QueueName="q")["QueueUrl"]
        events.put_rule(Name="r", EventPattern=json.dumps({"source": ["things"]}))
        events.put_targets(Rule="r", Targets=[{"Id": "1", "Arn": f"arn:aws:sqs:{HOME}:{ACCOUNT}:q"}])
        events.put_events(Entries=[{"Source": "things", "DetailType": "Made", "Detail": "{}"}])
        assert len(sqs.receive_message(QueueUrl=url)["Messages"]) == 1
