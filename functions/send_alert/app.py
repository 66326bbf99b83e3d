"""Lambda: tell people what changed."""

import os
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from muster.errors import Refused
from muster.sdk.session import Clients, open_session
from muster.stack.documents import events
from muster.stack.documents.request import Environment
from muster.stack.metrics import emit_refused
from muster.stack.send_alert import send_alert
from muster.storage.traffic import Traffic

logger = Logger(service="muster")


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Send the alert of a scan, when it has news."""
    logger.append_keys(scan_id=events.named(event))
    environment, traffic = Environment.parse(os.environ), Traffic()
    try:
        answer: dict[str, Any] = send_alert(event, environment, Clients(open_session()), traffic=traffic).to_json()
    except Refused:
        emit_refused(environment.stack)
        raise
    logger.info("alert", extra={**answer, **traffic.fields()})
    return answer
