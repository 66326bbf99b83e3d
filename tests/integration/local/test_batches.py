"""How a part of a stream is delivered again: counted with Powertools' own batch processor as the function."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.batch.exceptions import BatchProcessingError
from hypothesis import given
from hypothesis import strategies as st

from local.eventing.batches import Answer, Batches, Lost, Part, Record
from local.eventing.mapping import Settings, failed_items

SETTINGS = Settings(
    enabled=True,
    function="f",
    source="s",
    batch_size=100,
    window=0,
    retries=3,
    max_age=-1,
    bisect=False,
    partial=True,
    factor=1,
    concurrency=5,
    destination="",
    patterns=(),
)
HALVING = {"bisect": True}


def changed(**given: Any) -> Settings:
    return Settings(**{**{name: getattr(SETTINGS, name) for name in Settings.__slots__}, **given})


def streamed(number: int, made: float = 0) -> Record:
    stream = {"SequenceNumber": str(number)}
    return Record(str(number), made, {"eventName": "INSERT", "dynamodb": stream})


class Powertools:
    """A function whose handler fails on bad records, some of them only a number of times."""

    def __init__(self, bad: dict[int, int], *, raises: bool = True) -> None:
        self.bad = dict(bad)
        self.handled: Counter[int] = Counter()
        self.calls = self.errors = 0
        self.processor = BatchProcessor(EventType.DynamoDBStreams, raise_on_entire_batch_failure=raises)

    def handle(self, record: Any) -> None:
        number = int(record.dynamodb.sequence_number)
        self.handled[number] += 1
        if self.bad.get(number, 0) > 0:
            self.bad[number] -= 1
            raise ValueError(number)

    def __call__(self, part: Part) -> Answer:
        self.calls += 1
        event = {"Records": [each.event for each in part.records]}
        try:
            answer = process_partial_response(event, self.handle, self.processor)
        except BatchProcessingError:
            self.errors += 1
            return Answer(errored=True)
        return Answer(json.dumps(answer))


def run(records: Sequence[Record], call: Callable[[Part], Answer], settings: Settings) -> list[Lost]:
    batches, lost = Batches(records), []
    while part := batches.next:
        if given_up := batches.take(call(part), settings):
            lost.append(given_up)
    return lost


ALWAYS = 10**9
HUNDRED = [streamed(number) for number in range(100)]


def numbers(lost: Sequence[Lost]) -> list[int]:
    return [int(each.number) for one in lost for each in one.part.records]


def test_without_bisecting_one_bad_record_takes_those_behind_it_along() -> None:
    function = Powertools({37: ALWAYS})
    lost = run(HUNDRED, function, SETTINGS)
    assert (function.calls, numbers(lost)) == (5, list(range(37, 100)))
    assert [each.part.failures for each in lost] == [4]


def test_with_bisecting_only_the_bad_record_is_lost() -> None:
    function = Powertools({37: ALWAYS})
    lost = run(HUNDRED, function, changed(**HALVING))
    assert (function.calls, function.errors, numbers(lost)) == (15, 4, [37])
    assert max(count for number, count in function.handled.items() if number != 37) == 7
    assert function.handled.keys() == set(range(100))


def test_without_raising_on_a_wholly_failed_batch_the_calls_are_the_same_and_none_is_an_error() -> None:
    function = Powertools({37: ALWAYS}, raises=False)
    assert numbers(run(HUNDRED, function, changed(**HALVING))) == [37]
    assert (function.calls, function.errors) == (15, 0)


def test_three_bad_records_are_lost_and_no_other() -> None:
    function = Powertools({20: ALWAYS, 37: ALWAYS, 80: ALWAYS})
    assert numbers(run(HUNDRED, function, changed(**HALVING))) == [20, 37, 80]


def test_a_record_that_heals_at_its_third_try_is_not_lost() -> None:
    function = Powertools({37: 2})
    assert run(HUNDRED, function, changed(**HALVING)) == []
    assert function.calls == 4


@given(st.sets(st.integers(0, 29)), st.integers(0, 3), st.integers(1, 30))
def test_exactly_the_bad_records_are_lost_and_every_record_is_handled_in_order(
    bad: set[int], retries: int, size: int
) -> None:
    """The law of bisecting with partial responses, whatever is bad and however large the batch."""
    first: dict[int, None] = {}

    def call(part: Part) -> Answer:
        wrong = []
        for each in part.records:
            first.setdefault(int(each.number))
            if int(each.number) in bad:
                wrong.append({"itemIdentifier": each.number})
        return Answer(json.dumps({"batchItemFailures": wrong}))

    lost = run(HUNDRED[:size], call, changed(bisect=True, retries=retries))
    assert numbers(lost) == sorted(number for number in bad if number < size)
    assert all(one.part.failures == retries + 1 for one in lost)
    assert list(first) == list(range(size))


def test_throttling_uses_up_no_retry() -> None:
    refused = iter([True] * 50 + [False])
    assert run(HUNDRED, lambda _: Answer(throttled=next(refused)), changed(retries=0)) == []


def test_without_a_limit_a_failing_batch_blocks_its_shard() -> None:
    batches = Batches(HUNDRED)
    for _ in range(1_000):
        assert batches.take(Answer(errored=True), changed(retries=-1)) is None
    assert batches.next is not None
    assert len(batches.next.records) == 100


def test_what_is_too_old_is_given_up_and_the_rest_goes_on() -> None:
    batches = Batches([streamed(number, made=number) for number in range(100)])
    lost = batches.age(159.5, changed(max_age=100))
    assert lost is not None
    assert (numbers([lost]), lost.condition) == (list(range(60)), "RecordAgeExceeded")
    assert batches.next is not None
    assert [int(each.number) for each in batches.next.records] == list(range(60, 100))
    assert batches.age(159.5, changed(max_age=100)) is None


def test_a_returned_list_counts_only_where_the_mapping_says_so() -> None:
    answer = Answer(json.dumps({"batchItemFailures": [{"itemIdentifier": "37"}]}))
    batches = Batches(HUNDRED)
    batches.take(answer, changed(partial=False))
    assert batches.next is None


@pytest.mark.parametrize(
    ("payload", "failed"),
    [
        ("", set()),
        ("null", set()),
        ("{}", set()),
        ('{"batchItemFailures": null}', set()),
        ('{"batchItemFailures": []}', set()),
        ('{"batchItemFailures": [{"itemIdentifier": "2"}, {"itemIdentifier": "1"}]}', {"1", "2"}),
        ('{"batchItemFailures": [{"itemIdentifier": ""}]}', None),
        ('{"batchItemFailures": [{"itemIdentifier": null}]}', None),
        ('{"batchItemFailures": [{"identifier": "1"}]}', None),
        ('{"batchItemFailures": [{"itemIdentifier": "1"}, {"itemIdentifier": "9"}]}', None),
        ('{"batchItemFailures": ["1"]}', None),
        ('{"batchItemFailures": [{"itemIdentifier": {}}]}', None),
        ('{"batchItemFailures": "1"}', None),
        ("no JSON", None),
        ('"text"', None),
    ],
)
def test_what_an_answer_reports(payload: str, failed: set[str] | None) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html."""
    assert failed_items(payload, ["1", "2"]) == failed
