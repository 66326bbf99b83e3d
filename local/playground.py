"""`make playground`: an embedded AWS with the stack and an estate, up until ^C, for any AWS client to play with."""

import argparse
import contextlib
import logging
import shlex
import signal
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rich.console import Console

from local import estate, estates
from local.clock import Clock
from local.deploy import Stack, deploy
from local.mailbox import Mail, Mailbox
from local.runtime import Runtime
from local.server import EmbeddedAws, PortTakenError
from muster.storage import keys

PORT = 4599
MAILS = Path("out") / "mails"
_USAGE = 2


def main(arguments: list[str] | None = None) -> int:
    """Run the playground until it is interrupted, and return its exit status."""
    parser = argparse.ArgumentParser(prog="make playground", description=__doc__)
    parser.add_argument("--port", type=_port, default=PORT, help="the port of 127.0.0.1 to listen on (%(default)s)")
    parser.add_argument("--no-scan", action="store_true", help="do not start a scan of everything at once")
    chosen = parser.parse_args(arguments)
    port = chosen.port
    logging.getLogger("moto").setLevel(logging.CRITICAL)
    console = Console(highlight=False, soft_wrap=True)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        with opened(port, console) as (aws, stack):
            if not chosen.no_scan:
                _start_scan(aws, stack)
            _say(console, aws.endpoint, stack)
            threading.Event().wait()
    except PortTakenError as error:
        console.print(f"[red]{error}[/] Stop it, or choose another port: make playground PORT={port + 1}")
        return _USAGE
    except KeyboardInterrupt:
        console.print(
            "\nThe playground is closed, and everything in it is gone. Run this in the shell you used it from:"
        )
        console.print(f"  unset {' '.join(variables(''))}", markup=False)
    return 0


@contextlib.contextmanager
def opened(port: int, console: Console) -> Iterator[tuple[EmbeddedAws, Stack]]:
    """Start the AWS, seed the estate, deploy the stack and let its schedule run.

    Raises:
        PortTakenError: something else listens on the port.
    """

    def came(mail: Mail, path: Path) -> None:
        to = ", ".join(mail.to) or "no subscriber"
        console.print(f"[green]Mail[/] to {to}: {mail.subject} [dim]({path})[/]")

    with EmbeddedAws(port) as aws, Runtime(aws) as runtime:
        with console.status("Seeding an estate: some resources of every type, in two regions"):
            estates.seed_all(aws)
        with console.status("Deploying template.yaml"):
            stack = deploy(aws, {"Regions": ",".join(estates.REGIONS), "AlertEmail": "platform@example.com"})
            runtime.folders.update(stack.functions)
        with Mailbox(MAILS, stack.region, came), Clock(aws, stack.region):
            yield aws, stack


def _start_scan(aws: EmbeddedAws, stack: Stack) -> None:
    """Start what the schedule starts, now: a person does not wait six hours for the first findings."""
    group, _, name = stack.outputs["ScheduleName"].partition("/")
    target = aws.client("scheduler", stack.region).get_schedule(Name=name, GroupName=group)["Target"]
    aws.client("stepfunctions", stack.region).start_execution(stateMachineArn=target["Arn"], input=target["Input"])


def variables(endpoint: str) -> Mapping[str, str]:
    """Return the environment in which an AWS client calls the playground."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "playground",
        "AWS_SECRET_ACCESS_KEY": "playground",
        "AWS_REGION": estate.HOME,
        "AWS_DEFAULT_REGION": estate.HOME,
    }


def first_steps(stack: Stack) -> Iterator[tuple[str, str]]:
    """Yield commands to begin with, each below what it shows."""
    out = stack.outputs
    suffix = stack.parameters["EnvironmentSuffix"]
    machine, sql = out["StateMachineArn"], "SELECT severity, count(*) AS n FROM latest_findings GROUP BY severity"
    yield "Everything that Muster finds here", "muster scan --severity HIGH --fail-on never"
    yield (
        "The stack's scans: the first one has begun, and the schedule starts one every six hours",
        (f"aws stepfunctions list-executions --state-machine-arn {machine} --query 'executions[].[name,status]'"),
    )
    yield (
        "A scan by hand, whose findings are not kept",
        (
            f"aws stepfunctions start-execution --state-machine-arn {machine} "
            """--input '{"pack": "s3-compliance", "record": false}'"""
        ),
    )
    yield "The reports, once a scan has ended", f"aws s3 ls --recursive s3://{out['ReportBucketName']}/{keys.SCANS}"
    yield (
        "A query, and then its rows with the id that it prints",
        (
            f"aws athena start-query-execution --work-group {out['WorkgroupName']} "
            f"--query-execution-context Database={out['DatabaseName']} --query-string {shlex.quote(sql)}"
        ),
    )
    yield "", "aws athena get-query-results --query-execution-id ID"
    yield (
        "An alarm, and the mail that it sends",
        (
            f"aws cloudwatch set-alarm-state --alarm-name muster-execution-failed-{suffix} "
            "--state-value ALARM --state-reason 'to try it'"
        ),
    )
    yield (
        "What a function printed",
        (
            f"aws logs filter-log-events --log-group-name /aws/lambda/{out['PlanScanFunctionName']} "
            "--query 'events[].message' --output text"
        ),
    )
    yield (
        "A message for each part of a scan that is done (version 1 of the AWS CLI wants the endpoint for queues)",
        (f'aws --endpoint-url "$AWS_ENDPOINT_URL" sqs receive-message --queue-url {out["ShardResultQueueUrl"]}'),
    )
    yield "Whether the whole stack works", f"muster smoke {stack.name}"


def _say(console: Console, endpoint: str, stack: Stack) -> None:
    console.print(f"The stack {stack.name} runs on an embedded AWS at {endpoint}.")
    console.print("\n[bold]Copy these into another shell:[/]")
    console.print('  export PATH="$PWD/.venv/bin:$PATH"', markup=False)
    for name, value in variables(endpoint).items():
        console.print(f"  export {name}={value}", markup=False)
    console.print("  unset AWS_PROFILE AWS_SESSION_TOKEN", markup=False)
    console.print("\n[bold]Then try:[/]")
    for title, command in first_steps(stack):
        if title:
            console.print(f"  [dim]# {title}[/]")
        console.print(f"  {command}", markup=False)
    console.print(f"\nMails are shown here and kept in {MAILS}/. Press ^C to end the playground.\n")


def _port(text: str) -> int:
    port = int(text) if text.isdecimal() else 0
    if not 1 <= port <= 65535:  # noqa: PLR2004 - the ports there are
        raise argparse.ArgumentTypeError(f"{text} is not a port: use a number from 1 to 65535")
    return port


def _interrupt(_signal: int, _frame: Any) -> None:
    """End on SIGTERM as on ^C."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
