"""Telling people: once per scan, and only when something changed."""

from collections.abc import Mapping
from typing import Any

import botocore.exceptions

from muster import keys
from muster.alerts import email
from muster.errors import EventError, Refused, Transient
from muster.refusals import EXPIRED, READ_ERRORS, code_of, transient
from muster.session import Clients
from muster.sinks.bucket import Bucket
from muster.stack.audience import somebody_listens
from muster.stack.request import Environment
from muster.stack.summarize import changes_of, commits_of, worst_of
from muster.texts import shortened

_LAST = "state/last-alert.json"


def send_alert(event: Mapping[str, Any], environment: Environment, clients: Clients) -> dict[str, Any]:
    """Publish the alert of a scan when it has news, and say whether it did and why not.

    Only a scan that records tells anybody; a retry does not tell twice, and a scan that was resumed tells what is new.
    An alert that reached nobody, because no subscription was confirmed or SNS refused it, is owed: the first scan that
    finds a confirmed subscription sends the whole summary.

    Raises:
        EventError: there is no summary of such a scan.
        Transient: the topic did not take it, and may take it later.
        Refused: SNS refuses this message, this caller or the topic's key; the same call fails again.
    """
    scan_id, attempt = str(event.get("scan_id", "")), str(event.get("attempt", ""))
    bucket = Bucket(environment.bucket, clients, environment.region)
    summary = bucket.get_json(keys.summary(scan_id)) if scan_id else None
    if summary is None:
        raise EventError(f"there is no summary of the scan {scan_id!r} in s3://{bucket.name}/scans/")
    if not summary["record"]:
        return {"sent": False, "why": 'the scan was not recorded; start it with "record": true to be told'}
    before = bucket.get_json(keys.alert(scan_id))
    if before is not None and before["attempt"] == attempt:
        return {"sent": True, "why": "it was sent before"}
    if summary["attempt"] != attempt:
        # Another execution of the scan summed up since: what it tells is for it to tell.
        summary = {**summary, "attempt": attempt, "changes": changes_of(attempt, commits_of(bucket, scan_id))}
    # The summary names no more than a few of them.
    unfinished = sorted(bucket.get_json(keys.incomplete(scan_id)) or ()) if not summary["complete"] else []
    last = bucket.get_json(_LAST) or {}
    news = email.worth_telling(summary, told_incomplete=last.get("incomplete") == unfinished)
    owed = bool(last.get("owed"))
    listened = somebody_listens(environment, clients) if news or owed else False
    if not news and not (owed and listened):
        _remember(bucket, last, unfinished, owed=owed)
        return {"sent": False, "why": "nothing changed"}
    if owed:
        summary = {**summary, "changes": {**summary["changes"], "owed": True}}
    report = bucket.get_json(keys.report(scan_id)) or {"findings": []}
    where = email.Where(environment.region, environment.database, environment.workgroup)
    alert = email.compose(summary, _events(bucket, scan_id, attempt, report), report["findings"], where)
    try:
        message_id = _publish(alert, environment, clients)
    except Refused:
        _remember(bucket, last, unfinished, owed=True)
        raise
    sent = {"attempt": attempt, "subject": alert.subject, "email": alert.email, "message_id": message_id}
    bucket.put_json(keys.alert(scan_id), sent)
    _remember(bucket, last, unfinished, owed=not listened)
    if not listened:
        return {"sent": True, "why": "no subscription is confirmed; the summary is sent again once one is"}
    return {"sent": True, "why": "something changed" if news else "the last alert reached nobody"}


def _remember(bucket: Bucket, last: Mapping[str, Any], unfinished: list[str], *, owed: bool) -> None:
    if (last.get("incomplete"), bool(last.get("owed"))) != (unfinished, owed):
        bucket.put_json(_LAST, {"incomplete": unfinished, "owed": owed})


def _events(bucket: Bucket, scan_id: str, attempt: str, report: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the worst changes of an attempt by kind: those of the report, where it is the report of that attempt."""
    if "changes" in report and report["summary"]["attempt"] == attempt:
        found: Mapping[str, Any] = report["changes"]
        return found
    return worst_of(attempt, commits_of(bucket, scan_id))


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
