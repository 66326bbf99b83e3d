"""Workflows: a state machine that writes its log and one that writes none, and activities with and without tags."""

import json

from local.server import ACCOUNT, EmbeddedAws

_DEFINITION = json.dumps({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}})
_TAGS = [{"key": "Owner", "value": "shop"}]


def seed(aws: EmbeddedAws, region: str) -> None:
    """Make the estate of one region."""
    stepfunctions = aws.client("stepfunctions", region)
    role = f"arn:aws:iam::{ACCOUNT}:role/orders-workflow"
    group = f"arn:aws:logs:{region}:{ACCOUNT}:log-group:/aws/vendedlogs/states/orders:*"
    stepfunctions.create_state_machine(
        name="orders", definition=_DEFINITION, roleArn=role, tags=_TAGS,
        loggingConfiguration={
            "level": "ERROR",
            "includeExecutionData": False,
            "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": group}}],
        },
    )  # fmt: skip
    stepfunctions.create_state_machine(name="bills", definition=_DEFINITION, roleArn=role)
    stepfunctions.create_activity(name="approve-orders", tags=_TAGS)
    stepfunctions.create_activity(name="approve-bills")
