"""`muster resume`: scan what is missing of a scan on the stack."""

import contextlib
import json
import secrets
import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click

from muster.cli.options import listed_as
from muster.cli.output import INCOMPLETE
from muster.cli.stacks import clients_of, on_stack
from muster.errors import ConfigurationError
from muster.model.json_values import loads
from muster.model.text import printable, shortened

if TYPE_CHECKING:
    from muster.sdk.session import Clients

FEW = 5
"""The most incomplete shards in the lines at the end; the whole summary has all."""
_EVERY = 5.0
_INSTEAD = "use credentials that may resume scans"


def _id(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    from muster.stack.documents.request import SCAN_ID

    if not SCAN_ID.match(value):
        raise click.BadParameter(
            f"{value!r} is not the id of a scan, like 20261121T060000Z-c22b102a\n"
            "  the id is in the scan's summary and in its mail"
        )
    return value


@click.command("resume", short_help="Finish an incomplete scan of the stack.")
@click.argument("scan_id", metavar="SCAN_ID", callback=_id)
@click.option("--stack", default="muster-dev", show_default=True, metavar="NAME", help="Stack of the scan.")
@on_stack
@click.option("--wait/--no-wait", default=True, show_default=True, help="Wait for the end, and print the summary.")
@listed_as
def command(**options: Any) -> int:
    """Finish an incomplete scan: re-run the parts that failed.

    This starts the stack's state machine again with {"resume": SCAN_ID}. Results that exist are kept; the report, the
    tables and the alert are written again. The id of a scan is in its summary and in its mail. At the end a short
    summary is printed; --format json prints the whole summary.

    \b
    Example:
      muster resume 20261121T060000Z-c22b102a --stack muster-prod

    \b
    Exit status:
      0  nothing is missing any more (with --no-wait: the execution has started)
      2  there is no such stack or scan, the scan still runs, or the execution
         failed or could not be watched
      3  something is still missing
    """  # noqa: D301 - click's mark for a paragraph that keeps its lines is a real backspace
    from muster.targets.deployed import described, outputs_of

    clients, region = clients_of(options)
    outputs = outputs_of(described(clients, region, options["stack"], _INSTEAD))
    _refuse_unknown(clients, region, options["stack"], outputs, options["scan_id"])
    states = clients.get("stepfunctions", region)
    arn = _started(states, outputs["StateMachineArn"], options["scan_id"])
    click.echo(f"started {arn}", err=True)
    return _waited(states, arn, options["form"]) if options["wait"] else 0


def _refuse_unknown(clients: "Clients", region: str, stack: str, outputs: Mapping[str, str], scan_id: str) -> None:
    """Refuse a scan that the stack never planned; where the bucket cannot be read, the stack itself will refuse it.

    Raises:
        ConfigurationError: there is no such scan.
    """
    from muster.sdk.errors import READ_ERRORS, code_of
    from muster.storage import keys

    bucket = outputs.get("ReportBucketName")
    if bucket is None:
        return
    try:
        clients.get("s3", region).head_object(Bucket=bucket, Key=keys.plan(scan_id))
    except READ_ERRORS as error:
        if code_of(error) in ("404", "NoSuchKey", "NotFound"):
            raise ConfigurationError(
                f"there is no scan {scan_id} on the stack {stack} (s3://{bucket}/{keys.plan(scan_id)} does not exist)\n"
                "  the id of a scan is in its summary and in its mail"
            ) from error


def _started(states: Any, machine: str, scan_id: str) -> str:
    from muster.sdk.first_calls import asking

    if running := _running(states, machine, scan_id):
        raise ConfigurationError(f"the scan {scan_id} still runs ({running})\n  wait for its end, or stop it")
    name, document = f"resume-{scan_id}-{secrets.token_hex(4)}", json.dumps({"resume": scan_id})
    answer = asking(
        "states:StartExecution",
        lambda: states.start_execution(stateMachineArn=machine, name=name, input=document),
        instead=_INSTEAD,
    )
    return str(answer["executionArn"])


def _running(states: Any, machine: str, scan_id: str) -> str:
    """Return the execution that is at work on a scan; empty where there is none, or executions cannot be listed."""
    from muster.sdk.errors import READ_ERRORS
    from muster.stack.documents.request import name_of

    try:
        pages = states.get_paginator("list_executions").paginate(stateMachineArn=machine, statusFilter="RUNNING")
        for execution in (each for page in pages for each in page["executions"]):
            arn, name = str(execution["executionArn"]), str(execution["name"])
            if name_of(arn) == scan_id.rpartition("-")[2] or name.startswith(f"resume-{scan_id}-"):
                return arn
    except READ_ERRORS:
        # Two executions of a scan are safe, only slower.
        pass
    return ""


def _waited(states: Any, arn: str, form: str) -> int:
    from muster.sdk.errors import READ_ERRORS, code_of
    from muster.sdk.retry import Retrier

    retrier = Retrier()
    try:
        while (found := retrier(arn, lambda: states.describe_execution(executionArn=arn)))["status"] == "RUNNING":
            time.sleep(_EVERY)
    except READ_ERRORS as error:
        raise ConfigurationError(f"the execution continues, but cannot be watched ({code_of(error)}): {arn}") from error
    except KeyboardInterrupt as error:
        raise ConfigurationError(f"the waiting was interrupted; the execution continues: {arn}") from error
    if found["status"] != "SUCCEEDED":
        raise ConfigurationError(f"the execution ended {found['status']}: {_why(found)}")
    summary = loads(found["output"])
    click.echo(json.dumps(summary, indent=2) if form == "json" else "\n".join(_lines(summary)))
    return 0 if summary["complete"] else INCOMPLETE


def _lines(summary: Mapping[str, Any]) -> Iterator[str]:
    """Yield a summary in a few lines; what it does not have is left out."""
    state = "nothing is missing any more" if summary["complete"] else "still incomplete"
    yield f"scan {summary.get('scan_id', '')}: {state}"
    if shards := summary.get("shards"):
        yield f"  shards    {shards['committed']} of {shards['planned']} scanned, {shards['incomplete']} incomplete"
    for each in summary.get("incomplete", ())[:FEW]:
        yield f"            {printable(str(each['shard']))}: {shortened(str(each['reason']))}"
    if findings := summary.get("findings"):
        yield f"  findings  {_counts(findings)}"
    if failing := {name: count for name, count in summary.get("failing", {}).items() if count}:
        yield f"  failing   {_counts(failing)}"
    if "report" in summary:
        yield f"  report    {summary['report']}"


def _counts(numbers: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in numbers.items())


def _why(found: Mapping[str, Any]) -> str:
    """Return the message of a function, without its stack: Step Functions wraps it in JSON."""
    error, cause = str(found.get("error", "")), str(found.get("cause", ""))
    with contextlib.suppress(ValueError, TypeError, KeyError):
        cause = str(loads(cause)["errorMessage"])
    return ": ".join(each for each in (error, cause) if each) or "it was stopped"
