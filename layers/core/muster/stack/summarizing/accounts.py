"""The results of a scan's accounts, read several at a time; an account without one is named with the reason."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from muster.errors import Damaged
from muster.model.finding import Severity
from muster.stack.documents import objects
from muster.stack.documents.account import AccountNews, AccountResult
from muster.stack.documents.fields import Malformed
from muster.stack.documents.notes import Failure
from muster.stack.documents.plan import PlanDocument
from muster.storage import keys
from muster.storage.bucket import Bucket
from muster.storage.traffic import each

_NEVER_SETTLED = "it was never settled"
_SHARD_NAMES = 3
"""Names in the id of a shard at least: account, region and service."""
_SEVERITIES = frozenset(severity.value for severity in Severity)
_TEXTS = ("severity", "check_id", "finding_id", "account_name", "reason")
_RESOURCE = ("arn", "id", "region", "account_id")


@dataclass(frozen=True, slots=True)
class LostAccount:
    """An account without a result that can be read, and why; `damaged` says that it has one that cannot be."""

    account_id: str
    reason: str
    damaged: bool = False


def results_of(bucket: Bucket, plan: PlanDocument) -> Iterator[AccountResult | LostAccount]:
    """Yield the result of each account of a scan, sorted by account; few of them are in memory at a time."""
    return each(sorted(set(plan.scan.accounts)), lambda account_id: _result(bucket, plan, account_id))


def readable_results(bucket: Bucket, plan: PlanDocument) -> Iterator[AccountResult]:
    """Yield the results of a scan that can be read, sorted by account; few of them are in memory at a time."""

    def read(account_id: str) -> AccountResult | None:
        try:
            return _read(bucket, plan, account_id)
        except Damaged:
            return None

    return (result for result in each(sorted(set(plan.scan.accounts)), read) if result is not None)


def news_of(bucket: Bucket, scan_id: str, problems: list[str]) -> Iterator[AccountNews]:
    """Yield what changed in each account of a scan; what is wrong with damaged results is added to `problems`."""
    found = [key for key, _ in bucket.keys(keys.accounts(scan_id))]
    for news in each(found, lambda key: objects.or_none(bucket, key, AccountNews, problems)):
        if news is not None:
            yield news


def _result(bucket: Bucket, plan: PlanDocument, account_id: str) -> AccountResult | LostAccount:
    try:
        result = _read(bucket, plan, account_id)
    except Damaged as error:
        return LostAccount(account_id, str(error), damaged=True)
    return result or LostAccount(account_id, _why_missing(bucket, plan.scan.scan_id, account_id))


def _read(bucket: Bucket, plan: PlanDocument, account_id: str) -> AccountResult | None:
    """Return the result of an account, or None where there is none.

    Raises:
        Damaged: it cannot be read, or not be added up with the others.
    """
    key = keys.account(plan.scan.scan_id, account_id)
    result = objects.content(bucket, key, AccountResult)
    if result is not None:
        try:
            _refuse_foreign(result, plan, account_id)
        except Malformed as error:
            raise objects.damaged(bucket, key, AccountResult, error) from error
    return result


def _why_missing(bucket: Bucket, scan_id: str, account_id: str) -> str:
    """Return why an account has no result, as the state machine noted it."""
    try:
        failure = objects.content(bucket, f"{keys.failures(scan_id)}settle-{account_id}.json", Failure)
    except Damaged as error:
        return f"it was not settled, and the note of the reason cannot be read ({error})"
    return failure.reason if failure else f'{_NEVER_SETTLED}; settle it with {{"resume": SCAN_ID}}'


def _refuse_foreign(result: AccountResult, plan: PlanDocument, account_id: str) -> None:
    """Refuse a result that cannot be added up with the others.

    Raises:
        Malformed: it is that of another account or scan, or has shards, checks or findings that the scan cannot have.
    """
    if (result.scan_id, result.account_id) != (plan.scan.scan_id, account_id):
        raise Malformed(f"it is that of account {result.account_id} in the scan {result.scan_id[:80]}")
    if result.resources.non_compliant > result.resources.scanned:
        raise Malformed("resources.non_compliant is more than resources.scanned")
    for shard, checks in result.checks.items():
        account, *names = shard.split(".")
        if account != account_id or len(names) + 1 < _SHARD_NAMES:
            raise Malformed(f"checks.{shard[:80]} is not a shard of the account")
        for counts in checks:
            if counts.check_id not in plan.severities:
                raise Malformed(f"checks.{shard[:80]} counts {counts.check_id[:80]}, which is no check of the scan")
    for place, finding in enumerate(result.findings):
        if not _is_finding(finding):
            raise Malformed(f"findings[{place}] is not a finding")


def _is_finding(record: Mapping[str, Any]) -> bool:
    """Whether a record has what the report is sorted by and the alert shows."""
    resource = record.get("resource")
    return (
        all(type(record.get(key)) is str for key in _TEXTS)
        and record["severity"] in _SEVERITIES
        and isinstance(resource, Mapping)
        and all(key in resource for key in _RESOURCE)
    )
