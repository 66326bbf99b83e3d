"""A spool gives texts back in the order of their ranks, in bounded memory."""

from hypothesis import given, settings
from hypothesis import strategies as st

from muster.reports.formats import spool
from muster.reports.formats.spool import Spool
from tests.examples import examples


@given(st.lists(st.tuples(st.integers(-4, 9), st.text(st.characters(exclude_categories=["Cs"])))))
@settings(max_examples=examples(50))
def test_texts_come_back_by_rank_and_in_order_of_arrival(texts: list[tuple[int, str]]) -> None:
    kept = Spool()
    for rank, text in texts:
        kept.of(rank).write(text)
    assert "".join(kept.pieces()) == "".join(text for _, text in sorted(texts, key=lambda each: each[0]))


def test_lines_come_back_one_by_one() -> None:
    kept = Spool()
    kept.of(1).write('{"b": 1}\n{"c": "\u2028"}\n')
    kept.of(0).write('{"a": 1}\n')
    assert list(kept.lines()) == ['{"a": 1}\n', '{"b": 1}\n', '{"c": "\u2028"}\n']
    assert list(kept.lines()) == []


def test_many_texts_go_to_a_file() -> None:
    kept = Spool()
    file = kept.of(0)
    for _ in range(2 * spool._IN_MEMORY // 100):
        file.write("x" * 100)
    assert file._rolled  # type: ignore[attr-defined]
    assert sum(map(len, kept.pieces())) >= spool._IN_MEMORY
