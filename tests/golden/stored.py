"""Stored files, and how a report becomes a text that can be compared with one."""

import contextlib
import difflib
import io
import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

WRITE = "MUSTER_WRITE_GOLDEN"
_LONG = re.compile(r"\b\d+\.\d{9,}")
"""Sums of fractions: their last digits are other ones since Python 3.12, which adds more exactly."""
_SHOWN, _WIDE = 40, 400
"""Lines of a difference, the rest is counted; characters of each."""
_HINT = f"If the change is meant: {WRITE}=1 .venv/bin/pytest tests/golden, then review git diff tests/golden/stored"
_SCAN_ID = (re.compile(r"\b(\d{8}T\d{6}Z)-[0-9a-f]{8}\b"), r"\1-00000000")
"""The command draws the end of a scan's id; the stack derives it from its execution."""
_DRAWN = (
    (re.compile(r"\b127\.0\.0\.1:\d+"), "127.0.0.1:55555"),
    (re.compile(r"(/events/\d{12}/)[0-9a-f]{16}\b"), r"\g<1>0000000000000000"),
    (re.compile(r'"(milli)?seconds": [\d.]+'), r'"\1seconds": 0'),
)
"""What nothing can seed: the port of the embedded AWS, digests of events that name it, and how long calls took."""


_ALWAYS = ("check_id", "seconds")
"""Fields that each line has: one names it, the other differs by chance."""


@dataclass(frozen=True)
class Stored:
    """A folder of stored files."""

    folder: Path

    def compare(self, name: str, text: str, *, derived_ids: bool = False) -> None:
        """Fail with the first lines of the difference where a text is not the stored one; write it where asked to."""
        path, text = self.folder / name, fixed(text, derived_ids=derived_ids)
        if os.environ.get(WRITE):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
            return
        expected = path.read_bytes().decode() if path.exists() else ""
        if text != expected:
            pytest.fail(f"{name} is not as stored.\n{_difference(expected, text)}\n{_HINT}", pytrace=False)


def _difference(expected: str, text: str) -> str:
    lines = list(difflib.unified_diff(_lines(expected), _lines(text), "stored", "now", n=1, lineterm=""))
    more = [f"… and {len(lines) - _SHOWN} more lines"] if len(lines) > _SHOWN else []
    return "\n".join([*(line[:_WIDE] for line in lines[:_SHOWN]), *more])


def _lines(text: str) -> list[str]:
    """Cut a text into lines to show, those of JSON after each member; a carriage return is shown as such."""
    return [repr(part)[1:-1] for line in text.split("\n") for part in line.replace(', "', ',\n "').split("\n")]


def fixed(text: str, *, derived_ids: bool = False) -> str:
    """Return a text with zeros in place of what is drawn anew in every run."""
    for pattern, instead in _DRAWN if derived_ids else (_SCAN_ID, *_DRAWN):
        text = pattern.sub(instead, text)
    return _LONG.sub(lambda number: f"{float(number[0]):.9g}", text)


@dataclass(frozen=True)
class Command:
    """The command `muster`, run in this process."""

    main: Callable[[Sequence[str]], int]

    def __call__(self, *arguments: str) -> str:
        """Return all that a person sees of one run: the command line, both streams, the exit status."""
        out, err = io.StringIO(newline=""), io.StringIO(newline="")
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = self.main(arguments)
        errors = "".join(f"! {line}\n" for line in err.getvalue().splitlines())
        return f"$ muster {' '.join(arguments)}\n{out.getvalue()}{errors}= {status}\n\n"


def brief(records: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield a line for each finding of a report, in which nothing is repeated and nothing is lost.

    Findings of different shards come in the order in which calls were answered; they are grouped by type and region,
    and keep their order within.
    """
    groups: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for each in records:
        groups.setdefault((each["resource"]["type"], each["resource"]["region"]), []).append(each)
    return brief_rows(each for _, group in sorted(groups.items()) for each in group)


def brief_rows(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield a line of JSON for each row, without the fields that are as in the last line of the same check.

    Without a field that says something of the resource, too, where it is as in the line before.
    """
    of_check: dict[str, Mapping[str, Any]] = {}
    before: Mapping[str, Any] = {}
    for each in rows:
        last = of_check.get(each.get("check_id", ""), {})
        said = {
            name: value
            for name, value in each.items()
            if name in _ALWAYS or value != (before if name.startswith("resource") else last).get(name, ...)
        }
        if last and list(last) != list(each):
            said["fields"] = list(each)
        of_check[each.get("check_id", "")] = before = each
        yield json.dumps(said, ensure_ascii=False, default=str)


def steady(report: Mapping[str, Any]) -> str:
    """Return the rest of a report as lines.

    What several shards side by side add to it is sorted, and their calls are added up: one of them makes the calls that
    all of them need.
    """
    scan = {name: value for name, value in report["scan"].items() if name != "coverage"}
    summary = dict(report["summary"])
    summary["unread"] = sorted(({**gap, "examples": []} for gap in summary["unread"]), key=lambda gap: gap["reason"])
    sums: dict[str, Counter[str]] = {}
    for row in report["scan"]["coverage"]:
        numbers = {name: value for name, value in row.items() if isinstance(value, int)}
        sums.setdefault(row["api"], Counter()).update(numbers)
    said = json.dumps({"summary": summary, "scan": scan}, indent=1, ensure_ascii=False)
    return "\n".join([said, *(json.dumps({"api": api, **numbers}) for api, numbers in sorted(sums.items())), ""])
