"""Alerts that quiet hours hold back: kept in the bucket, and sent together afterwards."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from typing import Any

from muster.alerts.delivery.quiet import waits
from muster.alerts.digest import compose
from muster.alerts.news import Acceptance, News
from muster.configuration.alerts import Route
from muster.errors import Damaged, EventError
from muster.lifecycle.events import FindingEvent
from muster.model.finding import Severity
from muster.storage import keys
from muster.storage.bucket import Bucket

VERSION = 1
MOST = 200
"""Events that news keep when they are joined: the worst. A digest names fewer."""
_WRONG = (KeyError, TypeError, ValueError, AttributeError, EventError)


@dataclass(frozen=True, slots=True)
class Held:
    """News of a route that wait: the key of the object, the route with its quiet hours, and the news."""

    key: str
    route: Route
    news: News


def hold(bucket: Bucket, route: Route, news: News, identity: str) -> str:
    """Keep news of a route until its quiet hours end, and return the key; the same news have the same key."""
    key = keys.held_alert(route.name, identity)
    bucket.put_json(key, {"version": VERSION, "route": route.to_json(), "news": to_json(news)})
    return key


def mark_sent(bucket: Bucket, held: "Held") -> None:
    """Empty the object of held news that were sent: no function of the stack may delete, and it expires by itself."""
    bucket.put_bytes(held.key, b"")


def held_by_route(bucket: Bucket, problems: list[str]) -> Iterator[tuple[str, list[Held]]]:
    """Yield the held news by route, in the order of their time; what is wrong with an object is added to `problems`."""
    found: dict[str, list[Held]] = {}
    for key, size in bucket.keys(keys.HELD_ALERTS):
        if not size:
            # It was sent.
            continue
        try:
            document = bucket.get_json(key)
            if document is not None:
                held = Held(key, Route.from_json(document["route"], None), from_json(document["news"]))
                _examine(held)
                found.setdefault(held.route.name, []).append(held)
        except Damaged as error:
            problems.append(str(error))
        except _WRONG as error:
            problems.append(
                f"s3://{bucket.name}/{key} is damaged ({error!r}): delete it, the event store has its events"
            )
    for name, items in sorted(found.items()):
        yield name, sorted(items, key=lambda held: (held.news.at, held.key))


def _examine(held: Held) -> None:
    """Do with one object what is done with all of a route, so that a damaged one is found by itself.

    Raises:
        ValueError, TypeError, AttributeError, KeyError: it is damaged.
    """
    if held.news.at.tzinfo is None:
        raise ValueError("news.at has no offset from UTC")
    news = joined((held,))
    waits(held.route.quiet_hours, news.events, news.at)
    keys.alert_page(held.route.name, identity_of((held,)))
    compose(news, {})


def identity_of(items: Sequence[Held]) -> str:
    """Return the id of held news that are sent together; it follows from their keys."""
    return hashlib.sha256("\n".join(sorted(held.key for held in items)).encode()).hexdigest()[:16]


def joined(items: Sequence[Held]) -> News:
    """Join held news of one route, in the order of their time: counts are added up, the worst events are kept.

    What only the last scan can say (its failures, what it did not scan, suppressions) is that of the last.
    """
    news = [held.news for held in items]
    last = news[-1]
    counts: Counter[str] = Counter()
    for each in news:
        counts.update(each.counts)
    events = sorted((event for each in news for event in each.events), key=_worst_first)[:MOST]
    scans = [each for each in news if each.failing or each.shards]
    base = replace(scans[-1], at=last.at) if scans else last
    return replace(
        base,
        counts=dict(counts),
        events=tuple(events),
        baseline=any(each.baseline for each in news),
        worst=next((each.worst for each in reversed(news) if each.worst), ()),
        damaged=tuple(dict.fromkeys(text for each in news for text in each.damaged)),
        acceptances=next((each.acceptances for each in reversed(news) if each.acceptances), ()),
        owed=any(each.owed for each in news),
    )


def to_json(news: News) -> dict[str, Any]:
    """Return news as JSON."""
    # `asdict` cannot copy a Counter.
    plain = replace(news, counts=dict(news.counts), failing=dict(news.failing))
    return {**asdict(plain), "at": news.at.isoformat()}


def from_json(document: Mapping[str, Any]) -> News:
    """Read news; keys of another version of Muster are ignored."""
    known = {field.name for field in fields(News)}
    found = {name: value for name, value in document.items() if name in known}
    found |= {
        "at": datetime.fromisoformat(document["at"]),
        "events": tuple(FindingEvent(**each) for each in document["events"]),
        "acceptances": tuple(Acceptance(**each) for each in document["acceptances"]),
        "incomplete": tuple((str(name), str(reason)) for name, reason in document["incomplete"]),
        "worst": tuple(document["worst"]),
        "damaged": tuple(document["damaged"]),
    }
    return News(**found)


def _worst_first(event: FindingEvent) -> tuple[int, int, str]:
    return -Severity(event.severity).rank, event.timestamp, event.finding_id
