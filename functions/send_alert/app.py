"""Lambda: tell people what changed."""

import os
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from muster.session import Clients, open_session
from muster.stack.alert import send_alert
from muster.stack.request import Environment

logger = Logger(service="muster")


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Send the alert of a scan, when it has news."""
    logger.append_keys(scan_id=event.get("scan_id"))
    told = send_alert(event, Environment.parse(os.environ), Clients(open_session()))
    logger.info("alert", extra=told)
    return told
