"""The line of progress: what fits 80 and 120 columns, and how far a scan is by its parts."""

import pytest

from muster.cli.pace import Pace
from muster.cli.progress import line_of, time_left

MARKS = ("━", "╸", "━")
PARTS = ["24 of 42 parts", "1,036 calls", "88 failures", "about 20 s left"]


@pytest.mark.parametrize(
    ("columns", "shown"),
    [
        pytest.param(119, ["57 %", *PARTS], id="everything"),
        pytest.param(79, ["57 %", *PARTS], id="a short bar"),
        pytest.param(60, ["57 %", *PARTS[1:]], id="the first part is left out"),
        pytest.param(12, ["57 %"], id="only the percent"),
    ],
)
def test_the_line_fits_the_terminal(columns: int, shown: list[str]) -> None:
    line = "".join(line_of(0.57, PARTS, columns, MARKS))
    assert len(line) <= columns
    assert [part for part in ["57 %", *PARTS] if part in line] == shown


def test_the_bar_is_as_full_as_the_share() -> None:
    full, empty, rest = line_of(0.5, [], 27, MARKS)
    assert (full, empty, rest) == ("━" * 9 + "╸", "━" * 10, "   50 %")
    assert line_of(1, [], 27, MARKS)[:2] == ("━" * 20, "")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, ""),
        (0, "about 5 s left"),
        (21, "about 20 s left"),
        (89, "about 90 s left"),
        (100, "about 2 min left"),
        (1_200, "about 20 min left"),
        (9_000, "about 2 h left"),
    ],
)
def test_a_time_left_is_rounded(seconds: float | None, words: str) -> None:
    assert time_left(seconds) == words


def _pace(**expected: float) -> Pace:
    return Pace(expected, {part: part[0] for part in expected}, 2)


def test_nothing_is_said_before_a_part_has_ended() -> None:
    pace = _pace(a1=10, a2=10)
    pace.begin("a1", 0)
    assert (pace.share(0), pace.left(5)) == (0, None)


def test_parts_that_are_alike_take_what_the_ended_ones_took() -> None:
    pace = _pace(a1=1, a2=1, b1=100)
    pace.begin("a1", 0)
    pace.end("a1", 8)
    pace.begin("b1", 8)
    # One unit took 8 s: a2 takes 8 s, b1 800 s, and the two run side by side.
    assert pace.left(8) == 800
    pace.begin("a2", 8)
    assert pace.left(12) == 796


def test_the_share_never_goes_back_and_is_whole_at_the_end_only() -> None:
    pace = _pace(a=1, b=1)
    pace.begin("a", 0)
    pace.end("a", 4)
    pace.begin("b", 4)
    shares = [pace.share(now) for now in (4, 6, 100)]
    assert shares == sorted(shares)
    assert shares[0] == 0.5
    assert shares[-1] < 1
    pace.end("b", 100)
    assert pace.share(100) == 1
    assert pace.left(100) == 0
