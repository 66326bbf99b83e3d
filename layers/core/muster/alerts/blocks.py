"""Failures in blocks: those of one resource together, and equal failures of one check as one. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from muster.alerts.failures import NAME, Failure, clean, distinct, grouped, rank
from muster.model.text import counted, listed
from muster.reports.nouns import counted_noun
from muster.reports.remedy import Step, filled, folded

_FOLD = 3
"""Failures of one check from which they are one block, whatever their reasons; two are with the same reason."""
LINE = 1_400
"""Characters of a line at most, so that forty of four bytes each fit into a message of SNS."""
MOST = 40
"""Blocks of one kind that are made: a text of forty lines has no room for more."""
_LINES = 4
"""Failures of one resource that are named, and names that a folded block lists."""
_STEPS, _SENTENCE = 3, 400
"""Steps of a fix that are shown, and characters of a sentence in it."""
_PORT = re.compile(r"\bPORT\b")
_PORTS: Mapping[str, str] = MappingProxyType({"21": "FTP", "22": "SSH", "23": "Telnet", "445": "SMB", "3389": "RDP"})
"""The ports that people know by another name."""


@dataclass(frozen=True, slots=True)
class Remedy:
    """Texts of a check for a digest: its fix with placeholders, and the problem in a few words (may be empty)."""

    fix: str
    problem: str


@dataclass(frozen=True, slots=True)
class Line:
    """One failure of a block: its severity, what is wrong, and the steps of its fix."""

    severity: str
    text: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """One resource with its failures, or many resources with the same failure.

    `brief` is the block in one line, without its severity. `size` is the number of failures in it.
    """

    severity: str
    head: str
    place: str
    lines: tuple[Line, ...]
    console: str
    brief: str
    size: int

    def text(self, *, sentences: bool = True) -> tuple[str, ...]:
        """Return the block as lines of plain text; without sentences, only commands say what to do where there are."""
        found = [f"{self.severity}  {self.head}. {self.place}"]
        for line in self.lines:
            severity = f"{line.severity} " if len(self.lines) > 1 else ""
            commands = any(step.command for step in line.steps)
            steps = [step.text for step in line.steps if step.command or sentences or not commands]
            found += [f"  {severity}{line.text}", *(f"  {step}" for step in steps)]
        if self.console:
            found.append(f"  {self.console}")
        # A command that two failures have in common is named once.
        return tuple(dict.fromkeys(each for each in found if len(each) <= LINE))


def by_resource(failures: Sequence[Failure], remedies: Mapping[str, Remedy]) -> list[Block]:
    """Return a block for each of the worst MOST resources, the one with the worst failures first."""
    groups = grouped(failures, lambda failure: failure.resource)
    return [_resource(group, remedies) for group in sorted(groups, key=_weight, reverse=True)[:MOST]]


def by_job(failures: Sequence[Failure], remedies: Mapping[str, Remedy]) -> list[Block]:
    """Return a block for equal failures of a check, and one for each resource with others: the worst MOST."""
    jobs, single = [], []
    for group in grouped(failures, lambda failure: (failure.check_id, failure.severity)):
        same = len(group) > 1 and len({failure.reason for failure in group}) == 1
        if len(group) >= _FOLD or same:
            jobs.append(group)
        else:
            single += group
    jobs += grouped(single, lambda failure: failure.resource)
    return [
        _resource(group, remedies) if len({failure.resource for failure in group}) == 1 else _job(group, remedies)
        for group in sorted(jobs, key=_weight, reverse=True)[:MOST]
    ]


def problem(failure: Failure, remedies: Mapping[str, Remedy]) -> str:
    """Return what is wrong in a few words: the check's own, otherwise its title, which says what should be.

    `PORT` in it stands for the ports that the reason begins with: `SSH (port 22) and 2 more ports are open to …`.
    """
    found = remedies.get(failure.check_id)
    words = (found.problem if found else "") or failure.title or failure.check_id
    return _PORT.sub(_ports(failure.reason), words)


def _ports(reason: str) -> str:
    ports, opened, _ = reason.partition(" open to ")
    numbers = re.findall(r"\bport (\d+)", ports, re.IGNORECASE) if opened else []
    more = re.search(r" and (\d+) more ports\b", ports)
    left = len(numbers) - 1 + (int(more[1]) if more else 0)
    name = _PORTS.get(numbers[0], f"port {numbers[0]}") if numbers else "a port"
    return f"{name} and {counted(left, 'more port')}" if numbers and left else name


def _weight(group: Sequence[Failure]) -> tuple[int, ...]:
    """Weigh a group by its worst severity, then by how many failures of each severity it has."""
    ranks = [rank(failure.severity) for failure in group]
    return max(ranks), *(ranks.count(each) for each in range(4, -1, -1))


def _place(failures: Sequence[Failure]) -> str:
    accounts, regions = distinct(f.account for f in failures), distinct(f.region for f in failures)
    owners = distinct(f.owner for f in failures)
    owned = f"Owner: {listed(owners, 3)}" if owners else "No owner tag"
    return f"{listed(accounts, 2)}, {listed(regions, 3)}. {owned}"


def _resource(group: Sequence[Failure], remedies: Mapping[str, Remedy]) -> Block:
    ordered = sorted(group, key=lambda failure: -rank(failure.severity))
    first, shown = ordered[0], ordered[:_LINES]
    head = f"{first.name} ({first.noun})"
    lines = tuple(_line(each, remedies) for each in shown)
    if more := len(ordered) - len(shown):
        lines = (*lines[:-1], Line(lines[-1].severity, f"{lines[-1].text} And {more} more failures.", lines[-1].steps))
    besides = f" and {len(ordered) - 1} more" if len(ordered) > 1 else ""
    brief = f"{first.name} ({first.noun}): {problem(first, remedies)}{besides}. {_place(ordered)}"
    return Block(first.severity, head, _place(ordered), lines, first.console, brief, len(ordered))


def _job(group: Sequence[Failure], remedies: Mapping[str, Remedy]) -> Block:
    first = group[0]
    resources = [same[0] for same in grouped(group, lambda failure: failure.resource)]
    names = listed([each.name for each in resources], _LINES)
    types = {each.target.type for each in resources}
    kind = clean(counted_noun(len(resources), first.target.type), NAME)
    count = kind if len(types) == 1 else f"{len(resources):,} resources"
    reasons = distinct(each.reason for each in group)
    steps, covered = folded(_fix(first, remedies), [each.target for each in resources])
    left = len(resources) - covered
    partly = left and any(step.command for step in steps)
    besides = f" The command is for {covered} of them; the report has the others." if partly else ""
    reason = reasons[0] if len(reasons) == 1 else f"{first.name}: {reasons[0]}" if reasons else ""
    since = min(each.since for each in group) or "an unknown time"
    line = Line(first.severity, f"{names}. {_ended(reason)} Since {since}. {first.check_id}.{besides}", _steps(steps))
    head, place = f"{count}: {problem(first, remedies)}", _place(resources)
    return Block(first.severity, head, place, (line,), first.console, f"{head}. {place}", len(group))


def _line(failure: Failure, remedies: Mapping[str, Remedy]) -> Line:
    since = f" Since {failure.since}." if failure.since else ""
    text = f"{_ended(failure.reason)}{since} {failure.check_id}."
    return Line(failure.severity, text, _steps(filled(_fix(failure, remedies), failure.target)))


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith((".", "...", "!", "?")) else f"{sentence}."


def _fix(failure: Failure, remedies: Mapping[str, Remedy]) -> str:
    found = remedies.get(failure.check_id)
    return found.fix if found else ""


def _steps(steps: Sequence[Step]) -> tuple[Step, ...]:
    """Return the steps to show: a sentence is cleaned, a command stays as it is or is left out."""
    shown = (step if step.command else Step(clean(step.text, _SENTENCE), command=False) for step in steps)
    return tuple(step for step in shown if step.text and len(step.text) < LINE)[:_STEPS]
