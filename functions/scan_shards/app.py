"""Lambda: scan one batch of shards."""

import os
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from muster.catalog.catalog import load
from muster.scanning.arena import tune_allocator
from muster.sdk.session import Clients, open_session
from muster.stack.documents import events
from muster.stack.documents.commit import ShardLine
from muster.stack.documents.request import Environment
from muster.stack.scan_batch import scan_batch
from muster.storage.traffic import Traffic

logger = Logger(service="muster")


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Scan the shards of one batch, as far as the time goes."""
    tune_allocator()
    logger.append_keys(scan_id=events.named(event))

    def left() -> float:
        return float(context.get_remaining_time_in_millis()) / 1000

    def log(line: ShardLine) -> None:
        logger.info("shard", extra=line.to_json())

    catalog = load()
    clients = Clients(open_session(projections=catalog.projections()))
    traffic = Traffic()
    done = scan_batch(event, Environment.parse(os.environ), catalog, clients, left, log, traffic)
    answer: dict[str, Any] = done.to_json()
    logger.info("scanned", extra={**answer, **traffic.fields()})
    return answer
