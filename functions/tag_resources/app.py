"""Lambda: bring the compliance tag of the resources of a scan to what its findings say."""

import os
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from muster.scanning.arena import tune_allocator
from muster.sdk.session import Clients, open_session
from muster.stack.documents import events
from muster.stack.documents.request import Environment
from muster.stack.metrics import emit_tags
from muster.stack.tag_resources import tag_resources
from muster.storage.traffic import Traffic
from muster.tagging.tagger import Outcome
from muster.tagging.tally import TagTally

logger = Logger(service="muster")


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Tag the resources of a scan, as far as the time goes."""
    tune_allocator()
    logger.append_keys(scan_id=events.named(event))
    tally, traffic = TagTally(), Traffic()

    def left() -> float:
        return float(context.get_remaining_time_in_millis()) / 1000

    def note(outcome: Outcome) -> None:
        tally.count(outcome)
        level = logger.warning if outcome.action.failed else logger.info
        fields = {"resource": outcome.resource.key, "before": outcome.before, "after": outcome.after}
        level(f"tag {outcome.action}", extra={**fields, "reason": outcome.reason, "remarks": list(outcome.remarks)})

    environment = Environment.parse(os.environ)
    clients = Clients(open_session())
    done = tag_resources(event, environment, clients, left, traffic=traffic, note=note)
    emit_tags(environment.stack, tally.written, tally.resources - tally.written)
    answer: dict[str, Any] = done.to_json()
    logger.info("tagged", extra={**answer, **traffic.fields()})
    return answer
