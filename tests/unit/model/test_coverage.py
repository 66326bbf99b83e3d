"""The ledger of what was asked of AWS: nothing is counted twice, and nothing is lost."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from muster.model.coverage import ALL, ONLY_TAGS, Coverage, Ledger

SHARD = ("111122223333", "eu-west-1", "s3")
API, OTHER = "s3:GetBucketAcl", "s3:GetBucketPolicy"


def ledger(*rows: Coverage) -> Ledger:
    return Ledger(*SHARD, rows)


def test_an_api_that_was_never_called_has_no_row() -> None:
    assert list(ledger().rows()) == []


def test_each_call_is_counted_with_how_it_went() -> None:
    counted = ledger()
    counted.called(API, seconds=0.5)
    counted.called(API, retries=2, denied=True, seconds=1)
    counted.called(API, retries=3, failed=True, seconds=2)
    assert list(counted.rows()) == [Coverage(*SHARD, API, calls=3, retries=5, denials=1, errors=1, seconds=3.5)]


def test_each_api_has_a_row_of_its_own_sorted_by_its_name() -> None:
    counted = ledger()
    counted.called(OTHER, seconds=0)
    counted.called(API, seconds=0)
    assert list(counted.rows()) == [Coverage(*SHARD, API, calls=1), Coverage(*SHARD, OTHER, calls=1)]


def test_the_items_of_all_pages_are_counted() -> None:
    counted = ledger()
    counted.listed(API, 10)
    counted.listed(API, 5, 2)
    counted.listed(API, 1, 1)
    assert list(counted.rows()) == [Coverage(*SHARD, API, items=16, out_of_scope=3)]


def test_a_listing_that_begins_again_forgets_its_items_and_keeps_its_calls() -> None:
    counted = ledger()
    counted.called(API, retries=1, seconds=1)
    counted.listed(API, 10, 2)
    counted.listed(OTHER, 4)
    counted.unlisted_again(API)
    assert list(counted.rows()) == [
        Coverage(*SHARD, API, calls=1, retries=1, seconds=1),
        Coverage(*SHARD, OTHER, items=4),
    ]


def test_a_lister_that_stops_says_why_beside_what_it_had_listed() -> None:
    counted = ledger()
    counted.listed(API, 10)
    counted.stopped(API, "throttled")
    assert list(counted.rows()) == [Coverage(*SHARD, API, items=10, reason="throttled")]


def test_a_ledger_goes_on_from_the_rows_of_an_earlier_attempt() -> None:
    earlier = Coverage(*SHARD, API, calls=2, items=10, retries=1, denials=1, errors=1, seconds=2.0, out_of_scope=3)
    counted = ledger(earlier)
    counted.called(API, retries=1, denied=True, failed=True, seconds=1)
    counted.listed(API, 1, 1)
    assert list(counted.rows()) == [
        Coverage(*SHARD, API, calls=3, items=11, retries=2, denials=2, errors=2, seconds=3.0, out_of_scope=4)
    ]


def test_a_shard_that_may_not_be_looked_at_is_one_row_with_all_its_calls() -> None:
    counted = ledger()
    counted.called(API, retries=2, failed=True, seconds=1)
    counted.called(API, denied=True, seconds=1)
    counted.listed(API, 10)
    counted.called(OTHER, retries=1, denied=True, seconds=2)
    counted.blocked("blocked by policy")
    assert list(counted.rows()) == [
        Coverage(*SHARD, ALL, calls=3, retries=3, denials=2, errors=1, seconds=4, reason="blocked by policy")
    ]


def test_calls_from_many_threads_are_all_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    counted = ledger()
    began = counted._row

    def slowly(api: str) -> Coverage:
        row = began(api)
        time.sleep(0.001)
        return row

    monkeypatch.setattr(counted, "_row", slowly)
    with ThreadPoolExecutor(4) as pool:
        for _ in range(10):
            pool.submit(counted.called, API, seconds=1)
            pool.submit(counted.listed, API, 2)
            pool.submit(counted.stopped, API, "why")
    assert list(counted.rows()) == [Coverage(*SHARD, API, calls=10, items=20, seconds=10, reason="why")]


def test_resources_that_are_looked_at_for_their_tags_only_are_counted_by_type() -> None:
    counted = ledger()
    counted.listed(API, 3)
    counted.tagged({"glue job": 2})
    counted.tagged({"glue job": 1, "events rule": 1})
    rows = {row.api: (row.items, row.calls, row.reason) for row in counted.rows()}
    assert rows == {API: (3, 0, ""), "glue job": (3, 0, ONLY_TAGS), "events rule": (1, 0, ONLY_TAGS)}


def test_a_listing_of_the_rest_that_begins_again_forgets_its_types() -> None:
    counted = ledger()
    counted.listed(API, 3)
    counted.tagged({"glue job": 2})
    counted.unlisted_again(API, rest=True)
    assert [(row.api, row.items) for row in counted.rows()] == [(API, 0)]
