"""Telling people: once per scan, and only when something changed."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import botocore.exceptions

from muster.errors import Damaged, EventError, Refused, Transient
from muster.model.text import shortened
from muster.reports.formats import email
from muster.sdk.errors import EXPIRED, READ_ERRORS, code_of, transient
from muster.sdk.session import Clients
from muster.stack.audience import has_subscriber
from muster.stack.documents import events, objects
from muster.stack.documents.request import Environment
from muster.stack.results import commits_of
from muster.stack.summarize_scan import changes_of, worst_of
from muster.storage import keys
from muster.storage.bucket import Bucket, Conflict

_LAST = keys.last_alert()
_ROUNDS = 10


def send_alert(event: object, environment: Environment, clients: Clients, at: datetime | None = None) -> dict[str, Any]:
    """Publish the alert of a scan when it has news, and return whether it was sent and why.

    Only a recorded scan sends an alert. A retry does not send it again, and a resumed scan reports what is new. If no
    subscription was confirmed, or SNS refused the alert, it stays due: the next scan that finds a confirmed
    subscription sends the whole summary. Of several first scans at the same time, one sends the mail "first scan". `at`
    is the time, by default now.

    Raises:
        EventError: it is no such event, or there is no summary of such a scan.
        Damaged: the summary cannot be read.
        Transient: the topic did not take it, and may take it later.
        Refused: SNS refuses this message, this caller or the topic's key; the same call fails again.
    """
    scan_id, attempt = events.scan("send_alert", event)
    bucket = Bucket(environment.bucket, clients, environment.region)
    summary = objects.content(bucket, keys.summary(scan_id), objects.SUMMARY)
    if summary is None:
        raise EventError(f"there is no summary of the scan {scan_id!r} in s3://{bucket.name}/scans/")
    if not summary["record"]:
        return {"sent": False, "why": 'the scan was not recorded; start it with "record": true to be told'}
    damaged: list[str] = []
    before = objects.or_none(bucket, keys.alert(scan_id), objects.ALERT, damaged)
    if before is not None and before["attempt"] == attempt:
        return {"sent": True, "why": "it was sent before"}
    if summary["attempt"] != attempt:
        # Another execution of the scan summed up since: what it tells is for it to tell.
        summary = {
            **summary,
            "attempt": attempt,
            "changes": changes_of(attempt, commits_of(bucket, scan_id, kind=objects.NEWS)),
        }
    # The summary names no more than a few of them.
    unfinished = _unfinished(bucket, scan_id, summary, damaged)
    last = objects.or_none(bucket, _LAST, objects.LAST_ALERT, damaged) or {}
    if summary["changes"]["baseline"] and not _first(bucket, scan_id, summary["started_at"], at or datetime.now(UTC)):
        summary = {**summary, "changes": {**summary["changes"], "baseline": False}}
    now = {"incomplete": unfinished, "damaged": summary.get("damaged", [])}
    lost = bool(now["damaged"]) and last.get("damaged") != now["damaged"]
    news = lost or email.worth_telling(summary, told_incomplete=last.get("incomplete") == unfinished)
    owed = bool(last.get("owed"))
    listened = has_subscriber(environment, clients) if news or owed else False
    if not news and not (owed and listened):
        _remember(bucket, last, {**now, "owed": owed})
        return {"sent": False, "why": "nothing changed"}
    if owed:
        summary = {**summary, "changes": {**summary["changes"], "owed": True}}
    report = objects.or_none(bucket, keys.report(scan_id), objects.REPORT, damaged) or {"findings": []}
    summary = {**summary, "damaged": [*summary.get("damaged", ()), *damaged]}
    where = email.Where(environment.region, environment.database, environment.workgroup)
    alert = email.compose(summary, _events(bucket, scan_id, attempt, report), report["findings"], where)
    try:
        message_id = _publish(alert, environment, clients)
    except Refused:
        _remember(bucket, last, {**now, "owed": True})
        raise
    sent = {"attempt": attempt, "subject": alert.subject, "email": alert.email, "message_id": message_id}
    bucket.put_json(keys.alert(scan_id), sent)
    _remember(bucket, last, {**now, "owed": not listened})
    if not listened:
        return {"sent": True, "why": "no subscription is confirmed; the summary is sent again once one is"}
    return {"sent": True, "why": "something changed" if news else "the last alert had no confirmed subscription"}


def _unfinished(bucket: Bucket, scan_id: str, summary: Mapping[str, Any], damaged: list[str]) -> list[str]:
    """Return the names of the shards that were not scanned to the end: all, or where the list is damaged some."""
    if summary["complete"]:
        return []
    names = objects.or_none(bucket, keys.incomplete(scan_id), objects.INCOMPLETE, damaged)
    return sorted(names if names is not None else (item["shard"] for item in summary["incomplete"]))


def _first(bucket: Bucket, scan_id: str, started_at: str, at: datetime) -> bool:
    """Whether a scan is the one to tell of a first look: of those that ran side by side, the one that tells first.

    A check or region that is added later has a first look of its own, in a scan that began after the last one was told.

    Raises:
        Transient: others wrote the note again and again.
    """
    for _ in range(_ROUNDS):
        try:
            found = objects.read(bucket, keys.first_scan(), objects.FIRST_SCAN)
            etag = found[1] if found else None
        except Damaged as error:
            found, etag = None, error.etag
        if found and found[0]["scan_id"] == scan_id:
            return True
        if found and datetime.fromisoformat(started_at) <= datetime.fromisoformat(found[0]["told_at"]):
            return False
        try:
            bucket.put_json(keys.first_scan(), {"scan_id": scan_id, "told_at": at.isoformat()}, etag=etag)
        except Conflict:
            continue
        return True
    raise Transient(f"other scans write s3://{bucket.name}/{keys.first_scan()} again and again")


def _remember(bucket: Bucket, last: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    if {"damaged": [], "owed": False, **last} != now:
        bucket.put_json(_LAST, now)


def _events(bucket: Bucket, scan_id: str, attempt: str, report: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the worst changes of an attempt by kind: those of the report, where it is the report of that attempt."""
    if "changes" in report and report["summary"]["attempt"] == attempt:
        found: Mapping[str, Any] = report["changes"]
        return found
    return worst_of(attempt, commits_of(bucket, scan_id, kind=objects.NEWS))


def _publish(alert: email.Alert, environment: Environment, clients: Clients) -> str:
    try:
        answer = clients.get("sns", environment.region).publish(
            TopicArn=environment.topic_arn, Subject=alert.subject, Message=alert.message, MessageStructure="json"
        )
    except READ_ERRORS as error:
        said = f"the topic {environment.topic_arn} did not take the alert ({code_of(error)})"
        if _for_good(error):
            raise Refused(f"{said}: {shortened(str(error))}; trying again does not help") from error
        raise Transient(said) from error
    return str(answer["MessageId"])


def _for_good(error: Exception) -> bool:
    """Whether SNS refuses the call itself: a wrong parameter, a missing permission, a key that cannot be used.

    A topic that is not found may be one that was just made. Throttling by KMS has a code of its own.
    https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
    """
    code = code_of(error)
    passing = transient(error) or code in EXPIRED or "Throttling" in code or code == "NotFound"
    return isinstance(error, botocore.exceptions.ClientError) and not passing
