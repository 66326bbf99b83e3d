"""Scans of the stack: by hand, stopped and resumed, and in a region that a policy closes."""

import json
import secrets
from collections.abc import Mapping
from typing import Any

from muster.smoke.lines import BrokenError, NotShownError, Visit, until
from muster.smoke.stack import Stack
from muster.storage import keys

CHEAP = ("ec2-ebs-encryption-by-default", "s3-account-level-public-access-blocks")
"""Two checks of one call each, whatever the account holds; the roles of a stack may run every check."""

_EVERY = 3.0
_LONGEST = 1800.0


def by_hand(visit: Visit) -> str:
    """Start a scan of two checks and read what it published."""
    checks = list(CHEAP)
    summary = _ended(visit.stack, _started(visit.stack, {"checks": checks, "regions": [visit.stack.region]}))
    visit.scan_id = str(summary["scan_id"])
    _whole(summary, "the scan")
    names = [check["check_id"] for check in summary["checks"]]
    if sorted(names) != sorted(checks):
        few = f"{', '.join(names[:3])} ({len(names)} in all)" if names else "nothing"
        raise BrokenError(f"the input named {' and '.join(checks)}, and the scan ran {few}")
    for key in (keys.summary(visit.scan_id), keys.report(visit.scan_id)):
        visit.stack.client("s3").head_object(Bucket=visit.stack.outputs["ReportBucketName"], Key=key)
    count = sum(summary["findings"].values())
    return f"{visit.scan_id}: {count} findings of {len(names)} checks, complete; summary.json and report.json are there"


def resumed(visit: Visit) -> str:
    """Stop a scan once it is planned, resume it, and see it whole."""
    states = visit.stack.client("stepfunctions")
    checks = list(CHEAP)
    arn = _started(visit.stack, {"checks": checks, "regions": [visit.stack.region]})
    planned = until(visit.stack, _LONGEST, 0.5, lambda: _planned(states, arn))
    if not planned:
        raise BrokenError("the scan that was to be stopped was not planned within half an hour")
    status = states.describe_execution(executionArn=arn)["status"]
    if status == "RUNNING":
        states.stop_execution(executionArn=arn, cause="muster smoke stops this scan to resume it")
    summary = _ended(
        visit.stack, _started(visit.stack, {"resume": planned}, f"resume-{planned}-{secrets.token_hex(4)}")
    )
    if summary["scan_id"] != planned:
        raise BrokenError(f"{planned} was to be resumed, and {summary['scan_id']} was summed up")
    _whole(summary, "the resumed scan")
    stopped = "was stopped after its plan" if status == "RUNNING" else "had ended before it could be stopped"
    return f"{planned} {stopped}, was resumed, and is complete"


def closed_region(visit: Visit) -> str:
    """Scan a region that a policy of the organization closes, and see it named as blocked."""
    region = visit.denied_region
    if not region:
        raise NotShownError("name a region that an SCP closes with --denied-region")
    summary = _ended(visit.stack, _started(visit.stack, {"checks": list(CHEAP), "regions": [region]}))
    if not summary["blocked"]:
        why = "; ".join(item["reason"] for item in summary["incomplete"]) or "it could be read"
        raise BrokenError(f"{region} is not reported as blocked by policy: {why}")
    _whole(summary, f"a scan of {region}")
    return f"{region} is blocked by policy, in one line of coverage, and the scan is complete"


def _started(stack: Stack, order: Mapping[str, Any], name: str = "") -> str:
    answer = stack.client("stepfunctions").start_execution(
        stateMachineArn=stack.outputs["StateMachineArn"],
        name=name or f"smoke-{secrets.token_hex(6)}",
        input=json.dumps(order if "resume" in order else {**order, "record": False}),
    )
    return str(answer["executionArn"])


def _ended(stack: Stack, arn: str) -> dict[str, Any]:
    """Return the summary of an execution."""
    states = stack.client("stepfunctions")

    def look() -> Any:
        found = states.describe_execution(executionArn=arn)
        return found if found["status"] != "RUNNING" else None

    found = until(stack, _LONGEST, _EVERY, look)
    if found is None:
        raise BrokenError(f"the execution still runs after half an hour: {arn}")
    if found["status"] != "SUCCEEDED":
        reason = ": ".join(str(found[each]) for each in ("error", "cause") if found.get(each))
        raise BrokenError(f"the execution ended {found['status']}: {reason[:500] or arn}")
    summary: dict[str, Any] = json.loads(found["output"])
    return summary


def _planned(states: Any, arn: str) -> str:
    """Return the id of the scan that an execution has planned, nothing before it has."""
    for event in states.get_execution_history(executionArn=arn, maxResults=100)["events"]:
        details = event.get("stateExitedEventDetails", {})
        if details.get("name") == "Plan scan":
            return str(json.loads(details["output"])["scan_id"])
    if (found := states.describe_execution(executionArn=arn))["status"] != "RUNNING":
        raise BrokenError(f"the execution ended {found['status']} before it had planned: {found.get('cause', arn)}")
    return ""


def _whole(summary: Mapping[str, Any], what: str) -> None:
    if not summary["complete"]:
        reasons = "; ".join(f"{item['shard']}: {item['reason']}" for item in summary["incomplete"][:3])
        raise BrokenError(f"{what} is incomplete: {reasons}")
