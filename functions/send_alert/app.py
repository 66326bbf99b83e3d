"""Lambda: send the alerts of a scan, of events that cannot wait, and of what waited."""

import os
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from muster.sdk.session import Clients, open_session
from muster.stack.alerting.at_once import alert_at_once
from muster.stack.alerting.office import Office
from muster.stack.alerting.waiting import release_held, resume_parked
from muster.stack.documents import events
from muster.stack.documents.request import Environment
from muster.stack.metrics import emit_deliveries
from muster.stack.send_alert import send_alert
from muster.storage.bucket import Bucket
from muster.storage.traffic import Traffic

logger = Logger(service="muster")
_MARGIN = 5.0
"""Seconds that are kept for the end of the function."""


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Send the alerts of a scan ({"scan_id": …}), of {"events": […]}, or {"held": true} or {"parked": true}."""
    logger.append_keys(scan_id=events.named(event))
    environment, traffic = Environment.parse(os.environ), Traffic()
    clients = Clients(open_session())

    def left() -> float:
        return context.get_remaining_time_in_millis() / 1_000 - _MARGIN

    office = Office(environment, clients, Bucket(environment.bucket, clients, environment.region, traffic), left)
    deliveries: tuple[dict[str, str], ...] = ()
    kind = events.alert_kind(event)
    if kind == "parked":
        answer = resume_parked(office, events.skipped(event)).to_json()
    elif kind == "held":
        outcomes, problems = release_held(office)
        deliveries = tuple(outcome.to_json() for outcome in outcomes)
        answer = {"sent": len(outcomes), "problems": list(problems)}
    elif kind == "events":
        deliveries = tuple(outcome.to_json() for outcome in alert_at_once(event, office))
        answer = {"sent": len(deliveries)}
    else:
        found = send_alert(event, environment, clients, traffic=traffic, left=left)
        answer, deliveries = found.to_json(), found.deliveries
    emit_deliveries(environment.stack, [each["result"] for each in deliveries])
    for each in deliveries:
        logger.info("delivery", extra=each)
    logger.info("alert", extra={**answer, **traffic.fields()})
    return answer
