"""Alerts of a scan: once per scan and route, and only when something changed."""

import functools
import hashlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from muster.alerts.delivery.deliver import OWN_TOPIC, Delivery, Outcome, Result
from muster.alerts.destinations.parcel import MACHINES
from muster.alerts.digest import compose, is_news
from muster.alerts.news import News
from muster.alerts.routes import Router
from muster.errors import Damaged, EventError, Transient
from muster.lifecycle.events import FindingEvent
from muster.sdk.session import Clients
from muster.stack.alerting.audiences import Audience
from muster.stack.alerting.office import Office
from muster.stack.alerting.scan_news import ScanNews, announced_now
from muster.stack.documents import events, objects
from muster.stack.documents.commit import NotedChange
from muster.stack.documents.notes import AlertNote, AlertOutcome, FirstScan, Incomplete, LastAlert
from muster.stack.documents.request import Environment
from muster.stack.documents.summary import ReportDocument, Summary
from muster.stack.settling.outbox import events_of
from muster.stack.summarizing.accounts import news_of
from muster.stack.summarizing.changes import Changes
from muster.storage import keys
from muster.storage.bucket import Bucket, Conflict
from muster.storage.traffic import Traffic

_ROUNDS = 10
_UNSUBSCRIBED = "no subscription is confirmed; the summary is sent again once one is"


def _forever() -> float:
    return float("inf")


def send_alert(  # noqa: PLR0913 - what a function is invoked with
    event: object,
    environment: Environment,
    clients: Clients,
    at: datetime | None = None,
    traffic: Traffic | None = None,
    left: Callable[[], float] = _forever,
    sleep: Callable[[float], None] = time.sleep,
) -> AlertOutcome:
    """Send the alerts of a scan that has news, to each route its own, and return whether any was sent and why.

    Only a recorded scan sends alerts. A retry does not send them again, and a resumed scan reports what is new. While
    the stack's topic has no confirmed subscription, its alert stays due: the next scan that finds one sends the whole
    summary. Of several first scans at the same time, one sends the alert "first scan". `at` is the time, by default
    now; `traffic` counts the calls of the bucket; `left` returns the seconds that are left.

    Raises:
        EventError: it is no such event, or there is no summary of such a scan.
        Damaged: the summary cannot be read.
        Transient: a destination took nothing and it cannot be parked, or another run sends the same alerts now.
    """
    sent = events.scan("send_alert", event)
    scan_id, attempt = sent.scan_id, sent.attempt
    bucket, at = Bucket(environment.bucket, clients, environment.region, traffic), at or datetime.now(UTC)
    summary = objects.content(bucket, keys.summary(scan_id), Summary)
    if summary is None:
        raise EventError(f"there is no summary of the scan {scan_id!r} in s3://{bucket.name}/{keys.SCANS}")
    if not summary.record:
        return AlertOutcome(
            sent=False, why='the scan was not recorded: only scans started with "record": true send alerts'
        )
    problems: list[str] = []
    before = objects.or_none(bucket, keys.alert(scan_id), AlertNote, problems)
    if before is not None and before.attempt == attempt:
        return AlertOutcome(sent=True, why="it was sent before")
    office = Office(environment, clients, bucket, left, sleep)
    # Where no earlier attempt alerted, one that resumes the scan reports their changes too: they were stopped.
    reported = None if attempt and before is None else attempt
    return _sent(office, summary, attempt, reported, at, problems)


def _sent(  # noqa: PLR0913 - what is alerted of, and of which attempts
    office: Office, summary: Summary, attempt: str, reported: str | None, at: datetime, problems: list[str]
) -> AlertOutcome:
    """Send the alerts of an attempt; `reported` is the attempt whose changes they have, None for all."""
    bucket, scan_id = office.bucket, summary.scan_id
    noted: Mapping[str, Sequence[NotedChange]] | None = None
    if summary.attempt != attempt or reported is None:
        # Another execution of the scan wrote the summary since, or did not alert: the summary has other changes.
        changes = _changes(bucket, scan_id, reported, problems)
        noted = changes.worst()
        summary = replace(summary, attempt=attempt, changes=changes.counts())
    # The summary names no more than a few of them.
    incomplete = _incomplete(bucket, summary, problems)
    last = objects.or_none(bucket, keys.last_alert(), LastAlert, problems) or LastAlert()
    if summary.changes.baseline and not _first(bucket, scan_id, summary.started_at, at):
        summary = replace(summary, changes=replace(summary.changes, baseline=False))
    report = objects.or_none(bucket, keys.report(scan_id), ReportDocument, problems)
    if noted is None:
        of_report = report is not None and report.summary.attempt == attempt
        noted = report.changes if report and of_report else _changes(bucket, scan_id, reported, problems).worst()
    configuration, catalog = office.configured(scan_id, problems)
    router = office.router(configuration.alerts, catalog)
    scan = ScanNews(
        summary=summary,
        report=report,
        configuration=configuration,
        noted=noted,
        severities={name: check.severity.value for name, check in catalog.checks.items()},
        announced=announced_now(configuration, summary, report, last.acceptances),
        problems=problems,
        environment=office.environment,
        at=at,
    )
    now = LastAlert(incomplete, summary.damaged, last.owed, scan.announced.remember)
    found = scan.audiences(router, events_of(bucket, scan_id, reported, problems))
    problems += [f"the accounts of the organizational unit {unit} cannot be read" for unit in router.unread]
    letters = {audience.route.name: scan.news(audience, router) for audience in found}
    worth = {name for name, news in letters.items() if _is_news(news, now, last)}
    own = {route.name for route in router.routes if OWN_TOPIC in route.to}
    confirmed = office.has_subscriber() if last.owed or worth & own else False
    changed = bool(worth)
    if last.owed:
        letters |= {
            audience.route.name: replace(news, **scan.owed(news, audience, router))
            for audience in found
            if audience.route.name in own and (news := letters[audience.route.name])
        }
        worth |= own if confirmed else set()
    delivery = office.delivery(catalog)
    outcomes = tuple(
        _delivered(delivery, router, found, {name: letters[name] for name in worth}, scan, (attempt, reported), bucket)
    )
    if not outcomes:
        _remember(bucket, last, now)
        return AlertOutcome(sent=False, why="nothing changed")
    if worth:
        first = next(letters[audience.route.name] for audience in found if audience.route.name in worth)
        bucket.put_json(keys.alert(scan_id), _note(attempt, first, delivery, outcomes).to_json())
    results = [outcome.result for outcome in outcomes if outcome.destination == OWN_TOPIC.name]
    unheard = not confirmed and any(result in (Result.SENT, Result.BEFORE) for result in results)
    _remember(bucket, last, replace(now, owed=unheard if results else last.owed))
    if unheard:
        why = _UNSUBSCRIBED
    else:
        why = "something changed" if changed or not worth else "the last alert had no confirmed subscription"
    return AlertOutcome(sent=True, why=why, deliveries=tuple(outcome.to_json() for outcome in outcomes))


def _is_news(news: News, now: LastAlert, last: LastAlert) -> bool:
    """Whether news are worth an alert; what the last alert said of the scan itself is not."""
    fresh = now.damaged if news.damaged and now.damaged != last.damaged else ()
    return is_news(replace(news, damaged=fresh), known_incomplete=last.incomplete == now.incomplete)


def _delivered(  # noqa: PLR0913 - all that a delivery takes
    delivery: Delivery,
    router: Router,
    found: Sequence[Audience],
    letters: Mapping[str, News],
    scan: ScanNews,
    attempts: tuple[str, str | None],
    bucket: Bucket,
) -> Iterator[Outcome]:
    """Deliver to people what is news for them, and to machines all events, whether they are news or not.

    `attempts` are the one that alerts, and the one whose changes it reports, None for all.
    """
    attempt, reported = attempts
    for audience in found:
        route, name = audience.route, audience.route.name
        kinds = [each for each in route.to if (not audience.empty if each.kind in MACHINES else name in letters)]
        if kinds:
            news = letters.get(name) or scan.news(audience, router)
            stream = functools.partial(_events, bucket, scan.summary.scan_id, reported, router, audience)
            identity = hashlib.sha256(f"{scan.summary.scan_id} {attempt} {name}".encode()).hexdigest()[:16]
            yield from delivery.deliver(replace(route, to=tuple(kinds)), news, stream, identity, scan.at)


def _events(
    bucket: Bucket, scan_id: str, attempt: str | None, router: Router, audience: Audience
) -> Iterator[FindingEvent]:
    """Yield all events of an attempt that go to a route; None is for all attempts."""
    return (event for event in events_of(bucket, scan_id, attempt) if router.matches(audience.route, event))


def _note(attempt: str, news: News, delivery: Delivery, outcomes: Sequence[Outcome]) -> AlertNote:
    digest = compose(news, delivery.remedies)
    return AlertNote(attempt, digest.subject, digest.text, deliveries=tuple(outcome.to_json() for outcome in outcomes))


def _incomplete(bucket: Bucket, summary: Summary, problems: list[str]) -> tuple[str, ...]:
    """Return the names of the shards that were not scanned to the end: all, or where the list is damaged some."""
    if summary.complete:
        return ()
    names = objects.or_none(bucket, keys.incomplete(summary.scan_id), Incomplete, problems)
    return tuple(sorted(names.shards if names else (item.shard for item in summary.incomplete)))


def _first(bucket: Bucket, scan_id: str, started_at: datetime, at: datetime) -> bool:
    """Whether a scan alerts of a first look: of those that ran side by side, the one that alerts first.

    A check or region that is added later has a first look of its own, in a scan that began after the last alert of one.

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


def _changes(bucket: Bucket, scan_id: str, attempt: str | None, problems: list[str]) -> Changes:
    """Return the changes that an attempt reports, from the results of the accounts; None is for all attempts."""
    changes = Changes()
    for news in news_of(bucket, scan_id, problems):
        for by, found in news.changes.items():
            if attempt in (None, by):
                changes.add(found)
    return changes
