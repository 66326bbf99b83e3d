"""Lambda: scan one batch of shards."""

import os
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from muster.catalog import load
from muster.session import Clients, open_session
from muster.stack.request import Environment
from muster.stack.work import scan_batch

logger = Logger(service="muster")


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Scan the shards of one item of the Distributed Map."""
    logger.append_keys(scan_id=event.get("scan_id"))
    done = scan_batch(event, Environment.parse(os.environ), load(), Clients(open_session()))
    logger.info("scanned", extra=done)
    return done
