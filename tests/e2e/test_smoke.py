"""The command that tries a deployed stack, on the embedded AWS."""

import json
import os
import subprocess
import sys
from typing import Any

from .conftest import Deployed

MUSTER = [sys.executable, "-c", "import sys; from muster.cli import main; sys.exit(main())"]


def smoke(*arguments: str) -> tuple[int, dict[str, dict[str, Any]], str]:
    done = subprocess.run(  # noqa: S603 - our own command
        [*MUSTER, "smoke", *arguments, "--region", "eu-west-1", "--format", "json"],
        env=dict(os.environ), capture_output=True, text=True, timeout=400, check=False,
    )  # fmt: skip
    lines = json.loads(done.stdout) if done.stdout else []
    return done.returncode, {line["name"]: line for line in lines}, done.stderr


def test_every_line_holds_that_the_embedded_aws_can_show(deployed: Deployed) -> None:
    """Embedded only: on a real account it is the command itself that is run."""
    aws = deployed.aws
    aws.enforcement.closed.add("ap-south-1")
    status, lines, errors = smoke(deployed.stack.name, "--denied-region", "ap-south-1")
    failing = {name: line["detail"] for name, line in lines.items() if line["result"] not in ("holds", "not shown")}
    assert failing == {}, errors
    assert status == 0
    assert [name for name, line in lines.items() if line["result"] == "not shown"] == ["near real time", "crawler"]
    assert "only AWS itself shows" in lines["latest_findings"]["detail"]
    queues = aws.client("sqs").list_queues(QueueNamePrefix="muster-smoke").get("QueueUrls", [])
    assert queues == []


def test_a_stack_that_is_broken_is_found_out(deployed: Deployed) -> None:
    """Embedded only: it takes the topic's subscription away."""
    sns = deployed.aws.client("sns")
    topic = deployed.stack.outputs["AlertTopicArn"]
    for each in sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]:
        sns.unsubscribe(SubscriptionArn=each["SubscriptionArn"])
    status, lines, _ = smoke(deployed.stack.name)
    assert (status, lines["subscribers"]["result"]) == (1, "fails")
    assert lines["denied region"]["result"] == "not shown"


def test_a_stack_that_is_not_there_is_named() -> None:
    """Embedded only: any account lacks it."""
    status, lines, errors = smoke("muster-nowhere")
    assert (status, lines) == (2, {})
    assert "the stack muster-nowhere cannot be found in eu-west-1" in errors
