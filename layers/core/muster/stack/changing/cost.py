"""The cost of near real time: what changes a day cost on the stack, besides its scans."""

from collections.abc import Mapping

from muster.estimate.prices import Cost, Price
from muster.stack.cost import DAYS
from muster.stack.limits import MEMORY

WINDOW = 20
"""Seconds for which Lambda gathers messages, as in the template."""
SECONDS = 3.0
"""Seconds that a batch is taken to need: reading the configuration and the state, the calls, and settling."""
_POLLERS = 5
"""Connections with which Lambda asks a queue for messages, each for 20 s, also where there are none.

https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
"""
_BATCH_OF_CALLS = 10
"""Messages of one call of ReceiveMessage or DeleteMessageBatch."""
_READS, _WRITES = 3, 2
"""Objects that a batch reads and writes at most: configuration, state, outbox."""
_DAY = 86_400


def changes(a_day: int, prices: Mapping[str, Price]) -> tuple[Cost, ...]:
    """Return what so many changes a day cost in a month, part by part, where each comes alone as far as it can.

    Rules and events of AWS's services cost nothing, nor does the first trail's copy of management events. Changes that
    come within one window are one batch.
    https://aws.amazon.com/eventbridge/pricing/ https://aws.amazon.com/cloudtrail/pricing/
    """
    batches = min(a_day, _DAY // WINDOW) * DAYS
    polls = _POLLERS * _DAY / WINDOW * DAYS
    messages = a_day * DAYS * (1 + 2 / _BATCH_OF_CALLS)
    used = (
        ("Lambda", "GB-seconds of changes", "lambda_gb_second", batches * SECONDS * MEMORY / 1024),
        ("Lambda", "requests of changes", "lambda_request", float(batches)),
        ("SQS", "requests of the queue of changes", "sqs_request", polls + messages),
        ("S3", "GET requests of changes", "s3_read", float(batches * _READS)),
        ("S3", "PUT requests of changes", "s3_write", float(batches * _WRITES)),
    )
    return tuple(
        Cost(service, what, units, prices[name].of(units) if name in prices else None)
        for service, what, name, units in used
    )
