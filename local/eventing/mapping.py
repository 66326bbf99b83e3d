"""What an event source mapping says, as Lambda documents it.

https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

FOREVER = -1
STREAM_BATCH, QUEUE_BATCH = 100, 10
QUEUE_CONCURRENCY = 5
"""How many batches of a queue Lambda handles at a time at first, where nothing else is said.

https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
"""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a mapping at a moment; window and age in seconds, -1 for no limit."""

    enabled: bool
    function: str
    source: str
    batch_size: int
    window: float
    retries: int
    max_age: int
    bisect: bool
    partial: bool
    """Whether the function's answer may name the items that failed."""
    factor: int
    concurrency: int
    destination: str
    patterns: tuple[str, ...]

    @classmethod
    def of(cls, mapping: Any) -> "Settings":
        """Read moto's mapping."""
        failure = (mapping.destination_config or {}).get("OnFailure") or {}
        filters = (mapping.filter_criteria or {}).get("Filters") or ()
        return cls(
            enabled=mapping.enabled is not False,
            function=str(mapping.function_arn),
            source=str(mapping.event_source_arn),
            batch_size=int(mapping.batch_size),
            window=float(mapping.max_batch_window or 0),
            retries=_or(mapping.max_retry_attempts, FOREVER),
            max_age=_or(mapping.max_record_age, FOREVER),
            bisect=bool(mapping.bisect_on_error),
            partial="ReportBatchItemFailures" in (mapping.function_response_types or ()),
            factor=_or(mapping.parallelization_factor, 1),
            concurrency=_or((mapping.scaling_config or {}).get("MaximumConcurrency"), QUEUE_CONCURRENCY),
            destination=str(failure.get("Destination", "")),
            patterns=tuple(str(each["Pattern"]) for each in filters),
        )

    def wants(self, event: Mapping[str, Any]) -> bool:
        """Whether a record passes one of the filters, or there is none.

        https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
        """
        from moto.events.models import EventPattern  # noqa: PLC0415 - moto takes seconds to import

        return not self.patterns or any(EventPattern.load(each).matches_event(event) for each in self.patterns)


def _or(value: Any, otherwise: int) -> int:
    return otherwise if value is None else int(value)


def failed_items(payload: str, known: Sequence[str]) -> set[str] | None:
    """Return which items of a batch a function's answer reports as failed; None when the whole batch failed.

    The batch failed when the answer is no JSON object, or when an identifier is missing, empty, null, or of no item.
    https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
    """
    try:
        answer = json.loads(payload) if payload else None
    except ValueError:
        return None
    if answer is None:
        return set()
    if not isinstance(answer, dict):
        return None
    reported = answer.get("batchItemFailures") or []
    if not isinstance(reported, list):
        return None
    found = [each.get("itemIdentifier") if isinstance(each, dict) else None for each in reported]
    return {str(each) for each in found} if all(each in known for each in found) else None
