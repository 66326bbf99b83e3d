"""What an account's scan saw, on disk: as a dictionary would hold it, sorted."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.lifecycle.transitions import Kind, Observation, State, Subject
from muster.stack.settling.observed import Observed, Row, place_of

KINDS = [Kind("eu-west-1.s3", check, "X should be", "HIGH", "AWS::S3::Bucket", "1", "eu-west-1") for check in "abc"]
names = st.text(st.characters(codec="utf-8"), max_size=6)
Seen = tuple[str, Kind, State, str]
seen = st.tuples(names, st.sampled_from(KINDS), st.sampled_from([State.OPEN, State.UNREAD, State.SUPPRESSED]), names)


def rows(observed: Observed, found: list[Seen]) -> list[Row]:
    return [
        (key, observed.place(kind), place_of(state), text, text, text, text, text) for key, kind, state, text in found
    ]


def expected(found: list[Seen]) -> list[tuple[str, Observation]]:
    last = {key: Observation(state, Subject(kind, text, text, text, text), text) for key, kind, state, text in found}
    return sorted(last.items())


@given(found=st.lists(seen, max_size=30))
def test_what_was_seen_last_of_each_finding_comes_back_in_the_order_of_ids(
    tmp_path_factory: pytest.TempPathFactory, found: list[Seen]
) -> None:
    observed = Observed(tmp_path_factory.mktemp("seen") / "db")
    for one in found:
        observed.add(rows(observed, [one]))
    assert list(observed.seen()) == expected(found)
    observed.close()


@given(before=st.lists(seen, max_size=10), after=st.lists(seen, max_size=10))
def test_one_function_goes_on_with_what_another_one_saved(
    tmp_path_factory: pytest.TempPathFactory, before: list[Seen], after: list[Seen]
) -> None:
    folder = tmp_path_factory.mktemp("saved")
    first, second = Observed(folder / "first"), Observed(folder / "second")
    first.add(rows(first, before))
    first.save(folder / "saved")
    second.load(folder / "saved")
    second.add(rows(second, after))
    assert list(second.seen()) == expected([*before, *after])
    assert set(first.kinds) <= set(second.kinds)
    first.close()
    second.close()


@given(failed=st.dictionaries(names, st.integers(0, 2**53), max_size=20), asked=st.lists(names, max_size=20))
def test_since_when_findings_failed_is_known_of_those_that_did(
    tmp_path_factory: pytest.TempPathFactory, failed: dict[str, int], asked: list[str]
) -> None:
    observed = Observed(tmp_path_factory.mktemp("failed") / "db")
    observed.failed(failed.items())
    wanted = [*asked, *list(failed)[::2]]
    assert observed.since(wanted) == {key: failed[key] for key in wanted if key in failed}
    observed.forget()
    assert observed.since(wanted) == {}
    observed.close()


def test_more_findings_than_a_query_has_parameters_are_looked_up_at_once(tmp_path: Path) -> None:
    observed = Observed(tmp_path / "db")
    observed.failed((f"{number:06d}", number) for number in range(0, 70_000, 2))
    found = observed.since([f"{number:06d}" for number in range(70_000)])
    assert (len(found), found["000002"]) == (35_000, 2)
    observed.close()
