"""Lambda: settle one account: publish its findings, compare them with its state, and write its result."""

import os
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from muster.scanning.arena import tune_allocator
from muster.sdk.session import Clients, open_session
from muster.stack.documents import events
from muster.stack.documents.request import Environment
from muster.stack.settle_account import settle_account
from muster.storage.traffic import Traffic

logger = Logger(service="muster")


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Settle an account whose batches have ended, as far as the time goes."""
    tune_allocator()
    logger.append_keys(scan_id=events.named(event))

    def left() -> float:
        return float(context.get_remaining_time_in_millis()) / 1000

    traffic = Traffic()
    clients = Clients(open_session())
    environment = Environment.parse(os.environ, "MUSTER_EVENT_TABLE")
    settled = settle_account(event, environment, clients, left, traffic=traffic)
    answer: dict[str, Any] = settled.to_json()
    logger.info("settled", extra={**answer, **traffic.fields()})
    return answer
