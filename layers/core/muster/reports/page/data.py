"""The findings of a report as columns that point into lists: what the page's script reads. Pure.

R has columns of resources, F of findings, in the order of the overview. `n` counts the findings of each resource; names
and dates stand as texts or numbers; every other number is a place in one of the lists, -1 where there is nothing:
A accounts, G regions, O owners, T types, C checks, K rules, M reasons, X fixes, H further facts, N keys, U addresses.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from muster.model.finding import Finding, Resource, Severity, Status
from muster.model.json_values import timestamp
from muster.reports.nouns import short_name
from muster.reports.overview import Item, News, Overview
from muster.reports.page.fixes import left
from muster.reports.page.names import without
from muster.reports.remedy import Step, fix_steps

_SEVERITIES = {severity: place for place, severity in enumerate(reversed(Severity))}
_STATUSES = {News.STILL: 0, News.NEW: 1, News.REOPENED: 2, News.EXPIRED: 3}
_SUPPRESSED, _UNREAD = 4, 5


_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
"""The names of stacks, as CloudFormation takes them."""


class _Places(dict[Any, int]):
    """A list without repetitions: the place of each value, which a value gets when it is first asked for."""

    def __missing__(self, value: Any) -> int:
        self[value] = len(self)
        return self[value]


class _Encoder:
    """Takes the items of an overview one after another."""

    def __init__(self, overview: Overview) -> None:
        self.lists: defaultdict[str, _Places] = defaultdict(_Places)
        self.resources: defaultdict[str, list[Any]] = defaultdict(list)
        self.findings: defaultdict[str, list[Any]] = defaultdict(list)
        self._texts = overview.texts
        self._accounts = dict(overview.facts.accounts)
        self._checks: dict[str, int] = {}
        self._resource: Resource | None = None
        self._names: tuple[str, ...] = ()

    def add(self, item: Item) -> None:
        finding = item.finding
        if finding.resource is not self._resource:
            if self._resource is None or finding.resource.identity != self._resource.identity:
                self._begin(item)
            self._resource = finding.resource
        self.resources["n"][-1] += 1
        status = _SUPPRESSED if finding.suppression else _STATUSES[item.news]
        steps = fix_steps(finding)
        columns = self.findings
        columns["k"].append(self._rule(finding))
        columns["s"].append(_UNREAD if finding.status is Status.INSUFFICIENT_DATA else status)
        columns["m"].append(self.lists["M"][finding.reason])
        columns["d"].append(finding.first_seen.date() if finding.first_seen else None)
        columns["x"].append(self.lists["X"][self._fix(finding, steps)] if steps else -1)
        more = _more(finding)
        columns["h"].append(self.lists["H"][more] if more else -1)

    def _begin(self, item: Item) -> None:
        one = item.finding.resource
        short = short_name(one.type, one.id)
        own = (one.id, short, one.account_id, one.region)
        self._names = (one.arn or "", *own)
        account = self._accounts.setdefault(one.account_id, item.finding.account_name)
        row = {
            "n": 0,
            "id": one.id,
            "name": item.name if item.name != one.id else "",
            "short": short if short != one.id else "",
            "t": self.lists["T"][one.type, item.noun],
            "a": self.lists["A"][one.account_id, account],
            "g": self.lists["G"][one.region, one.partition],
            "o": self.lists["O"][item.owner],
            "key": self.lists["N"][without(one.key, ("", *own))],
            "u": self.lists["U"][without(item.console, [_percent(each) for each in self._names])],
        }
        for name, value in row.items():
            self.resources[name].append(value)

    def _rule(self, finding: Finding) -> int:
        check = self._checks.get(finding.check_id)
        if check is None:
            texts = self._texts.get(finding.check_id)
            check = self.lists["C"][finding.check_id, finding.title, texts.why if texts else ""]
            self._checks[finding.check_id] = check
        severity = _SEVERITIES[finding.severity]
        return self.lists["K"][check, severity, finding.variant, finding.controls, finding.docs_url]

    def _fix(self, finding: Finding, steps: tuple[Step, ...]) -> tuple[Any, ...]:
        made = tuple((without(step.text, self._names), int(step.command)) for step in steps)
        texts = self._texts.get(finding.check_id)
        template = finding.remediation if finding.values is not None else texts.fix if texts else ""
        return (*left(template, tuple(text for text, command in made if command)), *made)


def pieces(overview: Overview) -> Iterator[str]:
    """Yield the data as pieces of one JSON document, in ASCII and without `<`."""
    encoder = _Encoder(overview)
    for item in overview.items:
        encoder.add(item)
    days = sorted({day for day in encoder.findings["d"] if day})
    place = {day: number for number, day in enumerate(days)}
    encoder.findings["d"] = [place.get(day, -1) for day in encoder.findings["d"]]
    changes = overview.changes
    head = {
        "stack": overview.facts.stack if _PLAIN.fullmatch(overview.facts.stack) else "",
        "at": timestamp(overview.facts.at),
        "previous": timestamp(changes.previous) if changes and changes.previous else None,
        "days": [day.isoformat() for day in days],
        **{name: list(encoder.lists[name]) for name in "AGOTCKMXHNU"},
    }
    yield "{"
    for name, value in head.items():
        yield f'"{name}":{_json(value)},'
    for name, columns in (("R", encoder.resources), ("F", encoder.findings)):
        yield f'"{name}":{{'
        for number, (column, values) in enumerate(columns.items()):
            yield f'{"," * bool(number)}"{column}":{_json(values)}'
        yield "}," if name == "R" else "}}"


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":")).replace("<", "\\u003c")


def _percent(name: str) -> str:
    return quote(name, safe="", errors="replace")


def _more(finding: Finding) -> tuple[tuple[str, str], ...]:
    """Return facts that few findings have, each with its name."""
    accepted = finding.suppression
    if accepted:
        facts = {
            "Until": accepted.expires,
            "Reason": accepted.reason,
            "Owner": accepted.owner,
            "Ticket": accepted.ticket,
        }
        return tuple((name, value) for name, value in facts.items() if value)
    return tuple(("Missing", each.permission) for each in finding.unavailable if each.permission)
