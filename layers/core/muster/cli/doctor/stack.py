"""A deployed stack: its state, its alarms, its last scan, its bucket with the key, and Lambda's concurrency."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC
from typing import Any

from muster.cli.doctor.lines import Line, Mark
from muster.errors import MusterError
from muster.model.arn import Arn
from muster.model.text import counted, listed
from muster.sdk.errors import READ_ERRORS, code_of, unavailable
from muster.sdk.session import Clients
from muster.storage import keys
from muster.storage.bucket import Bucket
from muster.targets.deployed import described, outputs_of

_FEW = 50
"""Concurrent executions below which a scan takes much longer; a new account has 10."""
_MOST = 6
_ALARMS = "muster-"
_INSTEAD = "use credentials that may describe the stack"
_FAILURES: tuple[type[Exception], ...] = (MusterError, *READ_ERRORS)
_ENDED_WELL = ("SUCCEEDED", "RUNNING")
"""States of an execution that ask for nothing."""


def stack_lines(clients: Clients, region: str, name: str) -> Iterator[Line]:
    """Yield lines about a stack.

    Raises:
        ConfigurationError: there is no such stack, or it is not Muster's.
        CredentialsError: CloudFormation denies the call.
    """
    description = described(clients, region, name, _INSTEAD)
    outputs = outputs_of(description)
    yield _state(name, str(description.get("StackStatus", "")))
    parts: tuple[tuple[str, Callable[[], Iterator[Line]]], ...] = (
        ("cloudwatch:DescribeAlarms", lambda: _alarms(clients.get("cloudwatch", region), outputs)),
        ("states:ListExecutions", lambda: _executions(clients.get("stepfunctions", region), outputs)),
        ("lambda:GetAccountSettings", lambda: _concurrency(clients.get("lambda", region))),
        ("s3:GetObject", lambda: _bucket(clients, region, outputs)),
    )
    for permission, lines in parts:
        try:
            yield from lines()
        except READ_ERRORS as error:
            why = unavailable(permission, error).reason
            yield Line(
                Mark.WARNING, "stack", f"{permission} failed, so this part of the stack is not known: {why}",
                f"allow {permission}" if code_of(error).startswith("AccessDenied") else "", permission=permission,
            )  # fmt: skip


def _state(name: str, status: str) -> Line:
    if status.endswith("_COMPLETE") and "ROLLBACK" not in status:
        return Line(Mark.OK, "stack", f"{name} is {status}")
    if status.endswith("_IN_PROGRESS"):
        return Line(Mark.WARNING, "stack", f"{name} is {status}", "wait until it is done")
    if status == "UPDATE_ROLLBACK_COMPLETE":
        then = "the last update failed and the version before runs: read the events of the stack, and deploy again"
        return Line(Mark.WARNING, "stack", f"{name} is {status}", then)
    return Line(Mark.PROBLEM, "stack", f"{name} is {status}", "read the events of the stack, and deploy again")


def _alarms(cloudwatch: Any, outputs: Mapping[str, str]) -> Iterator[Line]:
    """Yield a line about the stack's alarms: their names end in the suffix that the stack's names have."""
    suffix = Arn.of(outputs["StateMachineArn"]).name.rpartition("-")[2]
    pages = cloudwatch.get_paginator("describe_alarms").paginate(AlarmNamePrefix=_ALARMS)
    alarms = [each for page in pages for each in page["MetricAlarms"] if each["AlarmName"].endswith(f"-{suffix}")]
    raised = sorted(each["AlarmName"] for each in alarms if each["StateValue"] == "ALARM")
    if raised:
        text = f"{counted(len(raised), 'alarm')} in the state ALARM: {listed(raised, _MOST)}"
        yield Line(Mark.PROBLEM, "alarms", text, "docs/operations.md has each alarm and what to do")
    else:
        yield Line(Mark.OK, "alarms", f"{counted(len(alarms), 'alarm')}, none in the state ALARM")


def _executions(states: Any, outputs: Mapping[str, str]) -> Iterator[Line]:
    found = states.list_executions(stateMachineArn=outputs["StateMachineArn"], maxResults=1)["executions"]
    if not found:
        yield Line(
            Mark.WARNING,
            "last scan",
            "the stack has not scanned yet",
            "start the state machine, or wait for the schedule",
        )
        return
    last = found[0]
    text = f"{last['name']} {last['status']}, begun {last['startDate'].astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    if last["status"] in _ENDED_WELL:
        yield Line(Mark.OK, "last scan", text)
    else:
        then = "read the execution in Step Functions; 'muster resume SCAN --stack NAME' goes on where it stopped"
        yield Line(Mark.PROBLEM, "last scan", text, then)


def _concurrency(lambda_: Any) -> Iterator[Line]:
    limits = lambda_.get_account_settings()["AccountLimit"]
    free, whole = limits.get("UnreservedConcurrentExecutions", 0), limits.get("ConcurrentExecutions", 0)
    text = f"Lambda runs {whole:,} functions at a time, {free:,} of them not reserved"
    if free < _FEW:
        then = "ask Service Quotas for more (L-B99A9384, Concurrent executions): a scan takes half of what is free"
        yield Line(Mark.WARNING, "quota", text, then)
    else:
        yield Line(Mark.OK, "quota", text)


def _bucket(clients: Clients, region: str, outputs: Mapping[str, str]) -> Iterator[Line]:
    """Yield a line about the report bucket: reading one object needs its key as well."""
    name = outputs.get("ReportBucketName", "")
    bucket = Bucket(name, clients, region)
    allow = f"allow s3:ListBucket and s3:GetObject on {name}, and kms:Decrypt with its key"
    try:
        key = next((key for key, _ in bucket.keys(keys.files("latest"))), "")
        if not key:
            yield Line(Mark.OK, "bucket", f"{name} can be listed; it has no findings yet")
            return
        clients.get("s3", region).get_object(Bucket=name, Key=key, Range="bytes=0-0")["Body"].read()
    except _FAILURES as error:
        yield Line(Mark.WARNING, "bucket", f"s3://{name} cannot be read with these credentials: {error}", allow)
        return
    yield Line(Mark.OK, "bucket", f"s3://{name} can be listed, read and decrypted")
