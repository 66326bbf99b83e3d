"""Results of accounts, of which the tests change what they are about."""

from dataclasses import replace
from typing import Any

from muster.model.coverage import Coverage
from muster.stack.documents.account import AccountResult, CheckCounts, Reported
from muster.stack.documents.commit import EventChanges, NotedChange, ShardChanges, ShardResources
from muster.stack.documents.notes import Size
from muster.stack.documents.summary import ApiTotals, ShardCounts
from tests.unit.stack.summaries import SCAN

ACCOUNT, REGION = "111122223333", "eu-west-1"
API = "ec2:DescribeVolumes"


def account_result(account_id: str = ACCOUNT, **changed: Any) -> AccountResult:
    """Return the result of an account with one shard of three resources, one of which fails the check `c`."""
    shard = f"{account_id}.{REGION}.ec2"
    result = AccountResult(
        scan_id=SCAN,
        attempt="",
        account_id=account_id,
        shards=ShardCounts(planned=1, committed=1, incomplete=0),
        incomplete=(),
        blocked=0,
        resources=ShardResources(scanned=3, non_compliant=1),
        checks={shard: (CheckCounts("c", REGION, True, 2, 1, 0, 0, 0),)},
        apis=(ApiTotals(API, calls=2, items=3, retries=0, denials=0, errors=0, out_of_scope=0, milliseconds=250),),
        coverage=(Coverage(account_id, REGION, "ec2", API, calls=2, items=3, seconds=0.25),),
        coverage_rows=1,
        findings=(finding(account_id),),
        sizes={shard: Size(3, {API: 3})},
        changes={"": ShardChanges(baseline=False, events={})},
        reported={shard: Reported("", "")},
    )
    return replace(result, **changed)


def finding(account_id: str = ACCOUNT, name: str = "v", **changed: Any) -> dict[str, Any]:
    """Return a failing finding as report.json has it; its id holds account and name."""
    resource = {"type": "AWS::EC2::Volume", "arn": None, "id": name, "account_id": account_id, "region": REGION}
    return {
        "finding_id": f"{account_id}/{name}",
        "check_id": "c",
        "title": "Be good",
        "severity": "HIGH",
        "status": "NON_COMPLIANT",
        "reason": "it is not",
        "resource": resource,
        "account_name": "",
        **changed,
    }


def change(account_id: str = ACCOUNT, name: str = "v", severity: str = "HIGH") -> NotedChange:
    """Return a change of a finding."""
    return NotedChange(
        finding_id=f"{account_id}/{name}",
        check_id="c",
        title="Be good",
        severity=severity,
        resource_type="AWS::EC2::Volume",
        resource_id=name,
        resource_arn=f"arn:aws:ec2:{REGION}:{account_id}:volume/{name}",
        account_id=account_id,
        region=REGION,
        reason="it is not",
        first_seen="2026-11-21T06:00:00+00:00",
    )


def changes(*, baseline: bool = False, lost: str = "", **events: tuple[NotedChange, ...]) -> ShardChanges:
    """Return the changes of an account, by kind."""
    noted = {event: EventChanges(len(each), each) for event, each in events.items()}
    return ShardChanges(baseline=baseline, events=noted, lost=lost)
