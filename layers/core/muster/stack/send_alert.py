"""Telling people: once per scan, and only when something changed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import botocore.exceptions

from muster.errors import Damaged, EventError, Refused, Transient
from muster.model.text import shortened
from muster.reports.formats import email
from muster.sdk.errors import READ_ERRORS, Meaning, code_of, meaning_of, transient
from muster.sdk.session import Clients
from muster.stack.documents import events, objects
from muster.stack.documents.commit import NotedChange
from muster.stack.documents.fields import plain
from muster.stack.documents.notes import AlertNote, AlertOutcome, FirstScan, Incomplete, LastAlert
from muster.stack.documents.request import Environment
from muster.stack.documents.summary import ReportDocument, Summary
from muster.stack.summarizing.accounts import news_of
from muster.stack.summarizing.changes import Changes
from muster.storage import keys
from muster.storage.bucket import Bucket, Conflict
from muster.storage.traffic import Traffic

_ROUNDS = 10


def send_alert(
    event: object,
    environment: Environment,
    clients: Clients,
    at: datetime | None = None,
    traffic: Traffic | None = None,
) -> AlertOutcome:
    """Publish the alert of a scan when it has news, and return whether it was sent and why.

    Only a recorded scan sends an alert. A retry does not send it again, and a resumed scan reports what is new. If no
    subscription was confirmed, or SNS refused the alert, it stays due: the next scan that finds a confirmed
    subscription sends the whole summary. Of several first scans at the same time, one sends the mail "first scan". `at`
    is the time, by default now; `traffic` counts the calls of the bucket.

    Raises:
        EventError: it is no such event, or there is no summary of such a scan.
        Damaged: the summary cannot be read.
        Transient: the topic did not take it, and may take it later.
        Refused: SNS refuses this message, this caller or the topic's key; the same call fails again.
    """
    sent = events.scan("send_alert", event)
    scan_id, attempt = sent.scan_id, sent.attempt
    bucket = Bucket(environment.bucket, clients, environment.region, traffic)
    summary = objects.content(bucket, keys.summary(scan_id), Summary)
    if summary is None:
        raise EventError(f"there is no summary of the scan {scan_id!r} in s3://{bucket.name}/{keys.SCANS}")
    if not summary.record:
        return AlertOutcome(sent=False, why='the scan was not recorded; start it with "record": true to be told')
    problems: list[str] = []
    before = objects.or_none(bucket, keys.alert(scan_id), AlertNote, problems)
    if before is not None and before.attempt == attempt:
        return AlertOutcome(sent=True, why="it was sent before")
    changes: Changes | None = None
    if summary.attempt != attempt:
        # Another execution of the scan wrote the summary since, and reports the changes in it.
        changes = _changes(bucket, scan_id, attempt, problems)
        summary = replace(summary, attempt=attempt, changes=changes.counts())
    # The summary names no more than a few of them.
    incomplete = _incomplete(bucket, summary, problems)
    last = objects.or_none(bucket, keys.last_alert(), LastAlert, problems) or LastAlert()
    if summary.changes.baseline and not _first(bucket, scan_id, summary.started_at, at or datetime.now(UTC)):
        summary = replace(summary, changes=replace(summary.changes, baseline=False))
    now = LastAlert(incomplete, summary.damaged, last.owed)
    news = bool(now.damaged and last.damaged != now.damaged) or email.worth_telling(
        summary.to_json(), known_incomplete=last.incomplete == incomplete
    )
    confirmed = _has_subscriber(environment, clients) if news or last.owed else False
    if not news and not (last.owed and confirmed):
        _remember(bucket, last, now)
        return AlertOutcome(sent=False, why="nothing changed")
    if last.owed:
        summary = replace(summary, changes=replace(summary.changes, owed=True))
    report = objects.or_none(bucket, keys.report(scan_id), ReportDocument, problems)
    worst = _worst(bucket, summary, report, changes, problems)
    summary = replace(summary, damaged=(*summary.damaged, *problems))
    where = email.Where(environment.region, environment.database, environment.workgroup)
    alert = email.compose(summary.to_json(), plain(worst), report.findings if report else (), where)
    try:
        message_id = _publish(alert, environment, clients)
    except Refused:
        _remember(bucket, last, replace(now, owed=True))
        raise
    bucket.put_json(keys.alert(scan_id), AlertNote(attempt, alert.subject, alert.email, message_id).to_json())
    _remember(bucket, last, replace(now, owed=not confirmed))
    if not confirmed:
        why = "no subscription is confirmed; the summary is sent again once one is"
    else:
        why = "something changed" if news else "the last alert had no confirmed subscription"
    return AlertOutcome(sent=True, why=why)


def _incomplete(bucket: Bucket, summary: Summary, problems: list[str]) -> tuple[str, ...]:
    """Return the names of the shards that were not scanned to the end: all, or where the list is damaged some."""
    if summary.complete:
        return ()
    names = objects.or_none(bucket, keys.incomplete(summary.scan_id), Incomplete, problems)
    return tuple(sorted(names.shards if names else (item.shard for item in summary.incomplete)))


def _first(bucket: Bucket, scan_id: str, started_at: datetime, at: datetime) -> bool:
    """Whether a scan is the one to tell of a first look: of those that ran side by side, the one that tells first.

    A check or region that is added later has a first look of its own, in a scan that began after the last one was told.

    Raises:
        Transient: others wrote the note again and again.
    """
    for _ in range(_ROUNDS):
        try:
            found = objects.read(bucket, keys.first_scan(), FirstScan)
            first, etag = found or (None, None)
        except Damaged as error:
            first, etag = None, error.etag
        if first and first.scan_id == scan_id:
            return True
        if first and started_at <= first.told_at:
            return False
        try:
            bucket.put_json(keys.first_scan(), FirstScan(scan_id, at).to_json(), etag=etag)
        except Conflict:
            continue
        return True
    raise Transient(f"other scans write s3://{bucket.name}/{keys.first_scan()} again and again")


def _remember(bucket: Bucket, last: LastAlert, now: LastAlert) -> None:
    if last != now:
        bucket.put_json(keys.last_alert(), now.to_json())


def _changes(bucket: Bucket, scan_id: str, attempt: str, problems: list[str]) -> Changes:
    """Return the changes that an attempt reports, from the results of the accounts."""
    changes = Changes()
    for news in news_of(bucket, scan_id, problems):
        if attempt in news.changes:
            changes.add(news.changes[attempt])
    return changes


def _worst(
    bucket: Bucket, summary: Summary, report: ReportDocument | None, changes: Changes | None, problems: list[str]
) -> Mapping[str, Sequence[NotedChange]]:
    """Return the worst changes of an attempt by kind: those of the report, where it is the report of that attempt."""
    if report and report.summary.attempt == summary.attempt:
        return report.changes
    return (changes or _changes(bucket, summary.scan_id, summary.attempt, problems)).worst()


def _has_subscriber(environment: Environment, clients: Clients) -> bool:
    """Return whether the topic has a confirmed subscription: SNS delivers to no other, and keeps nothing for later.

    Where the topic cannot be read, the answer is yes: the alert is sent once and is not due again.

    https://docs.aws.amazon.com/sns/latest/api/API_GetTopicAttributes.html
    """
    try:
        answer = clients.get("sns", environment.region).get_topic_attributes(TopicArn=environment.topic_arn)
    except READ_ERRORS:
        return True
    return str(answer.get("Attributes", {}).get("SubscriptionsConfirmed", "")) != "0"


def _publish(alert: email.Alert, environment: Environment, clients: Clients) -> str:
    try:
        answer = clients.get("sns", environment.region).publish(
            TopicArn=environment.topic_arn, Subject=alert.subject, Message=alert.message, MessageStructure="json"
        )
    except READ_ERRORS as error:
        refusal = f"the topic {environment.topic_arn} did not take the alert ({code_of(error)})"
        if _for_good(error):
            raise Refused(f"{refusal}: {shortened(str(error))}; trying again does not help") from error
        raise Transient(refusal) from error
    return str(answer["MessageId"])


def _for_good(error: Exception) -> bool:
    """Whether SNS refuses the call itself: a wrong parameter, a missing permission, a key that cannot be used.

    A topic that is not found may be one that was just made. Throttling by KMS has a code of its own.
    https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
    """
    code = code_of(error)
    expired = meaning_of(code) is Meaning.EXPIRED
    passing = expired or transient(error) or "Throttling" in code or code == "NotFound"
    return isinstance(error, botocore.exceptions.ClientError) and not passing
