"""Lambda: publish what the shards committed and sum it up."""

import os
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from muster.sdk.session import Clients, open_session
from muster.stack.documents import events
from muster.stack.documents.request import Environment
from muster.stack.metrics import emit
from muster.stack.summarize_scan import summarize_scan
from muster.storage.traffic import Traffic

logger = Logger(service="muster")


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Summarize a scan whose shards have ended."""
    logger.append_keys(scan_id=events.named(event))
    traffic = Traffic()
    summary = summarize_scan(event, Environment.parse(os.environ), Clients(open_session()), traffic)
    emit(summary)
    answer: dict[str, Any] = summary.to_json()
    for row in answer["coverage"]:
        logger.info("coverage", extra=row)
    counted = {"complete": summary.complete, "findings": summary.findings, **traffic.fields()}
    logger.info("summarized", extra=counted)
    return answer
