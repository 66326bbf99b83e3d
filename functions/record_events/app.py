"""Lambda: record the events of findings from the stream of the event table."""

import os
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.typing import LambdaContext

from muster.sdk.session import Clients, open_session
from muster.stack.alerting.at_once import hand_over
from muster.stack.documents.request import Environment
from muster.stack.metrics import emit_record_failures
from muster.stack.record_events import record_events
from muster.storage.traffic import Traffic

logger = Logger(service="muster")


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], _context: LambdaContext) -> PartialItemFailureResponse:
    """Write the audit of a batch of the stream, and report the records that are to be delivered again."""
    environment, traffic = Environment.parse(os.environ), Traffic()
    clients = Clients(open_session())
    recorded = record_events(event, environment, clients, lambda found: hand_over(found, environment, clients), traffic)
    for number, reason in recorded.set_aside:
        logger.warning("set aside", extra={"sequence_number": number, "reason": reason})
    for number, reason in recorded.failures:
        logger.error("not recorded", extra={"sequence_number": number, "reason": reason})
    emit_record_failures(environment.stack, len(recorded.failures))
    counted = {
        "events": recorded.events,
        "alerted": recorded.alerted,
        "ignored": recorded.ignored,
        "set_aside": len(recorded.set_aside),
    }
    logger.info("recorded", extra={**counted, "failures": len(recorded.failures), **traffic.fields()})
    return recorded.response
