"""What becomes of a line: it holds, fails, is not known, or there is nothing to show it with."""

import pytest

from muster.errors import Transient
from muster.smoke.lines import BrokenError, Line, NotKnownError, NotShownError, Probe, Result, Visit, tried, until

from .stubs import error, visit


def raising(what: Exception) -> Probe:
    def run(_: Visit) -> str:
        raise what

    return Probe("a part", run)


@pytest.mark.parametrize(
    ("raised", "result", "detail"),
    [
        (BrokenError("it is broken"), Result.FAILS, "it is broken"),
        (NotShownError("nothing here"), Result.NOT_SHOWN, "nothing here"),
        (error("AccessDenied", "you may not", "GetThing"), Result.UNKNOWN, "GetThing was refused: you may not"),
        (
            error("ResourceNotFoundException", "", "GetThing"),
            Result.FAILS,
            "GetThing failed: ResourceNotFoundException",
        ),
        (error("Throttling", "slow down", "GetThing"), Result.UNKNOWN, "GetThing failed: slow down"),
        (error("ExpiredToken", "expired", "GetThing"), Result.UNKNOWN, "GetThing failed: expired"),
        (error("InternalFailure", "", "GetThing"), Result.UNKNOWN, "GetThing failed: InternalFailure"),
        (NotKnownError("refused"), Result.UNKNOWN, "refused"),
        (Transient("no answer"), Result.UNKNOWN, "no answer"),
    ],
)
def test_an_error_makes_the_line_and_stops_no_other(raised: Exception, result: Result, detail: str) -> None:
    lines = list(tried(visit({}), [raising(raised), Probe("the next", lambda _: "seen")], lambda _: None))
    assert lines == [Line("a part", result, detail), Line("the next", Result.HOLDS, "seen")]


@pytest.mark.parametrize(
    ("endpoint", "detail"),
    [
        ("https://cloudformation.eu-west-1.amazonaws.com", "seen"),
        ("https://cloudformation.cn-north-1.amazonaws.com.cn", "seen"),
        ("http://127.0.0.1:5000", "seen; only AWS itself shows the rest"),
        ("https://amazonaws.com.example.org", "seen; only AWS itself shows the rest"),
    ],
)
def test_a_stand_in_for_aws_is_named_as_one(endpoint: str, detail: str) -> None:
    (line,) = tried(visit({}, endpoint=endpoint), [Probe("a part", lambda _: "seen", "the rest")], lambda _: None)
    assert line.detail == detail


def test_it_says_what_it_tries_before_it_does() -> None:
    said: list[str] = []
    lines = tried(visit({}), [Probe("one", lambda _: str(said)), Probe("two", lambda _: str(said))], said.append)
    assert [line.detail for line in lines] == ["['one']", "['one', 'two']"]


def test_waiting_ends_when_there_is_something_or_the_time_is_over() -> None:
    looks = iter([None, None, "there"])
    assert until(visit({}).stack, 10, 1, lambda: next(looks)) == "there"
    counted: list[int] = []
    assert until(visit({}).stack, 10, 1, lambda: counted.append(1)) is None
    assert len(counted) == 11
