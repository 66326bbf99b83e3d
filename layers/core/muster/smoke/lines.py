"""One line of the test of a stack, and how a line comes to hold or not."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import botocore.exceptions

from muster.errors import MusterError
from muster.sdk.errors import READ_ERRORS, Meaning, code_of, meaning_of, refuses_single_item
from muster.smoke.stack import Stack


class Result(StrEnum):
    """The outcome of a line."""

    HOLDS = "holds"
    FAILS = "fails"
    UNKNOWN = "unknown"
    """A call was refused or failed, so that nothing is known."""
    NOT_SHOWN = "not shown"
    """This account, or this stand-in for AWS, has nothing to show it with."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table."""

    name: str
    result: Result
    detail: str


class BrokenError(MusterError):
    """The stack does not do what the line says."""


class NotKnownError(MusterError):
    """A call that the line needs was refused, or failed for the moment."""


class NotShownError(MusterError):
    """There is nothing here to try it with."""


@dataclass(slots=True)
class Visit:
    """The values that lines share: the stack, the user's choices, and the scan that an earlier line started."""

    stack: Stack
    denied_region: str = ""
    scan_id: str = ""
    """The scan that was started by hand, once it has ended."""


Try = Callable[[Visit], str]
"""Tries one thing on the stack and returns a sentence about it."""


@dataclass(frozen=True, slots=True)
class Probe:
    """A thing to try; `only_aws` says which part of it a stand-in for AWS cannot show."""

    name: str
    run: Try
    only_aws: str = ""


_NOT_KNOWN: tuple[type[BaseException], ...] = (MusterError, *READ_ERRORS)


def tried(visit: Visit, probes: Sequence[Probe], begins: Callable[[str], None]) -> Iterator[Line]:
    """Try each probe in order and yield its line; one that breaks stops no other."""
    for probe in probes:
        begins(probe.name)
        yield _line(visit, probe)


def _line(visit: Visit, probe: Probe) -> Line:
    try:
        seen = probe.run(visit)
    except BrokenError as error:
        return Line(probe.name, Result.FAILS, str(error))
    except NotShownError as error:
        return Line(probe.name, Result.NOT_SHOWN, str(error))
    except botocore.exceptions.ClientError as error:
        text = error.response["Error"].get("Message") or code_of(error)
        denied = meaning_of(code_of(error)) is Meaning.DENIED
        detail = f"{error.operation_name} {'was refused' if denied else 'failed'}: {text}"
        return Line(probe.name, Result.FAILS if refuses_single_item(error) else Result.UNKNOWN, detail)
    except _NOT_KNOWN as error:
        return Line(probe.name, Result.UNKNOWN, str(error))
    if probe.only_aws and not visit.stack.real:
        seen += f"; only AWS itself shows {probe.only_aws}"
    return Line(probe.name, Result.HOLDS, seen)


def until(stack: Stack, seconds: float, every: float, look: Callable[[], Any]) -> Any:
    """Look again and again until there is something, and return it; None when the time is over."""
    waited = 0.0
    while True:
        if found := look():
            return found
        if waited >= seconds:
            return None
        stack.sleep(every)
        waited += every
