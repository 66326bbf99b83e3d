"""`muster redrive`: scan what is missing of a scan on the stack."""

import json
import os
import secrets
import time
from typing import Any

import click

INCOMPLETE = 3
_EVERY = 5.0


@click.command("redrive", short_help="Scan what a scan on the stack left out.")
@click.argument("scan_id", metavar="SCAN_ID")
@click.option("--stack", default="muster-dev", show_default=True, metavar="NAME", help="The stack that it ran on.")
@click.option("--region", metavar="NAME", help="The stack's region. [default: AWS_REGION, or the profile's]")
@click.option("--profile", metavar="NAME", help="The AWS profile to use.")
@click.option("--endpoint-url", metavar="URL", help="Send every call there instead of to AWS.")
@click.option("--wait/--no-wait", default=True, show_default=True, help="Wait for the end and print the summary.")
def command(**options: Any) -> int:
    """Scan what is missing of a scan: shards that never ended, and those that could not be listed whole.

    It starts a new execution of the stack's state machine with {"resume": SCAN_ID}. What the scan found already stays;
    its report, tables and alert are written anew. The id of a scan stands in its summary and in its e-mail.

    \b
    Example:
      muster redrive 20261121T060000Z-c22b102a --stack muster-prod

    \b
    Exit status:
      0  nothing is missing any more (with --no-wait: the execution has begun)
      2  there is no such stack, or the execution failed
      3  something is still missing
    """  # noqa: D301 - click's mark for a paragraph that keeps its lines is a real backspace
    from muster.errors import ConfigurationError  # noqa: PLC0415 - `muster redrive --help` does not need botocore
    from muster.session import Clients, open_session  # noqa: PLC0415 - the same

    session = open_session(options["profile"], options["region"] or os.environ.get("AWS_REGION"))
    if session.region_name is None:
        raise ConfigurationError("no region is named: use --region or AWS_REGION")
    clients = Clients(session, endpoint_url=options["endpoint_url"])
    machine = _state_machine(clients.get("cloudformation", session.region_name), options["stack"])
    states = clients.get("stepfunctions", session.region_name)
    asked = json.dumps({"resume": options["scan_id"]})
    name = f"resume-{options['scan_id']}-{secrets.token_hex(4)}"
    arn = states.start_execution(stateMachineArn=machine, name=name, input=asked)["executionArn"]
    click.echo(f"started {arn}", err=True)
    return _waited(states, arn) if options["wait"] else 0


def _state_machine(cloudformation: Any, stack: str) -> str:
    from botocore.exceptions import ClientError  # noqa: PLC0415 - the same

    from muster.errors import ConfigurationError  # noqa: PLC0415 - the same

    try:
        (described,) = cloudformation.describe_stacks(StackName=stack)["Stacks"]
    except ClientError as error:
        raise ConfigurationError(f"the stack {stack} cannot be found ({error}): name it with --stack") from error
    outputs = {output["OutputKey"]: output["OutputValue"] for output in described.get("Outputs", ())}
    if "StateMachineArn" not in outputs:
        raise ConfigurationError(f"the stack {stack} has no output StateMachineArn: it is not a stack of Muster's")
    return str(outputs["StateMachineArn"])


def _waited(states: Any, arn: str) -> int:
    from muster.errors import ConfigurationError  # noqa: PLC0415 - the same

    while (found := states.describe_execution(executionArn=arn))["status"] == "RUNNING":
        time.sleep(_EVERY)
    if found["status"] != "SUCCEEDED":
        raise ConfigurationError(f"the execution ended {found['status']}: {found.get('cause') or found.get('error')}")
    summary = json.loads(found["output"])
    click.echo(json.dumps(summary, indent=2))
    return 0 if summary["complete"] else INCOMPLETE
