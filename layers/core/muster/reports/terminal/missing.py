"""Sections about what a scan did not see: permissions that are missing, and parts that were not read. Pure."""

from collections.abc import Iterator

from rich.text import Text

from muster.model.text import counted, listed, printable
from muster.reports.overview import Facts, Unread
from muster.reports.terminal.layout import View, apart, wrapped

LINES = 12
"""Reasons of one kind that a terminal shows; a pipe gets all of them."""
_CHECKS = 3


def not_evaluated(facts: Facts, view: View) -> Iterator[Text]:
    """Yield why findings have no answer: the missing permission, the reason, examples, and the checks."""
    if not facts.unread:
        return
    yield Text(f"Not evaluated: {counted(facts.not_evaluated, 'finding')}", "bold")
    most = LINES if view.width else None
    width = max(len(each.permission or "—") for each in facts.unread[:most])
    for unread in facts.unread[:most]:
        yield from _gap(unread, width, view)
    if most and len(facts.unread) > most:
        yield Text(f"  … and {counted(len(facts.unread) - most, 'more reason')}", "dim")
    if any(each.permission for each in facts.unread):
        yield Text("  All permissions that the checks need: muster iam-policy", "dim")
    yield Text()


def _gap(unread: Unread, width: int, view: View) -> Iterator[Text]:
    before = f"  {(unread.permission or '—').ljust(width)}  "
    examples = ", ".join(map(printable, unread.examples)) + (" …" if unread.findings > len(unread.examples) else "")
    indent = len(before)
    room = None if view.width is None else view.width - indent
    if room is not None and room < view.width // 3 * 2:  # type: ignore[operator]
        # The name of the permission is long: the reason stands below it.
        yield Text(before.rstrip())
        before, indent, room = "    ", 4, view.width - 4  # type: ignore[operator]
    *lines, last = wrapped(f"{unread.reason}: {examples}" if examples else unread.reason, room)
    for number, line in enumerate([*lines, last]):
        start = Text(" " * indent if number else before)
        if number < len(lines):
            yield Text.assemble(start, line)
        else:
            yield from apart(Text.assemble(start, line), Text(listed(unread.checks, _CHECKS), "dim"), view.width)


def incomplete(facts: Facts, view: View) -> Iterator[Text]:
    """Yield why the scan is incomplete."""
    if not facts.incomplete:
        return
    yield Text("The scan is INCOMPLETE", "bold red")
    most = LINES if view.width else None
    for reason in facts.incomplete[:most]:
        for number, line in enumerate(wrapped(reason, None if view.width is None else view.width - 4)):
            yield Text(f"{'    ' if number else '  '}{line}")
    if most and len(facts.incomplete) > most:
        yield Text(f"  … and {counted(len(facts.incomplete) - most, 'more reason')}", "dim")
    yield Text()
