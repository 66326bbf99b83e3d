"""Lambda: fix what a scan does and deal its shards into batches."""

import os
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from muster.catalog.catalog import load
from muster.sdk.session import Clients, open_session
from muster.stack.documents import events
from muster.stack.documents.request import Environment
from muster.stack.plan_scan import plan_scan
from muster.storage.traffic import Traffic

logger = Logger(service="muster")


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Plan the scan that an execution of the state machine asks for."""
    logger.append_keys(scan_id=events.named(event))
    catalog = load()
    clients = Clients(open_session(projections=catalog.projections()))
    traffic = Traffic()
    plan = plan_scan(event, Environment.parse(os.environ), catalog, clients, traffic)
    logger.append_keys(scan_id=plan.scan_id)
    answer: dict[str, Any] = plan.to_json()
    logger.info("planned", extra={**answer, **traffic.fields()})
    return answer
