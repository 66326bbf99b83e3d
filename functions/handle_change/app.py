"""Lambda: check again the resources that API calls changed, and settle what was seen."""

import os
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from muster.catalog.catalog import load
from muster.scanning.arena import tune_allocator
from muster.sdk.session import Clients, open_session
from muster.stack.changing.memory import Memory
from muster.stack.changing.settling import settle_by
from muster.stack.documents.request import Environment
from muster.stack.handle_change import handle_change
from muster.storage.traffic import Traffic

logger = Logger(service="muster")
memory = Memory()


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Handle a batch of changes, and report the messages that are to be delivered again."""
    tune_allocator()

    def left() -> float:
        return float(context.get_remaining_time_in_millis()) / 1000

    catalog, environment, traffic = load(), Environment.parse(os.environ), Traffic()
    clients = Clients(open_session(projections=catalog.projections()))
    settle = settle_by(environment, clients, catalog, traffic)
    done = handle_change(event, environment, catalog, clients, settle, memory, left, traffic=traffic)
    for name, reason in done.set_aside:
        logger.warning("set aside", extra={"message_id": name, "reason": reason})
    for reason in done.failures:
        logger.warning("not done", extra={"reason": reason})
    counts = {"resources": done.resources, "looked_at": done.looked_at, "delivered_again": len(done.failed)}
    logger.info("handled", extra={**counts, "ignored": dict(done.ignored), **traffic.fields()})
    return done.response
