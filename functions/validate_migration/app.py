"""Lambda: validate the migrations whose files are in the report bucket."""

import os
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from muster.errors import Transient
from muster.sdk.session import Clients, open_session
from muster.stack.documents.request import Environment
from muster.stack.metrics import emit_migrations
from muster.stack.migrations.validate import validate_migrations
from muster.storage.traffic import Traffic

logger = Logger(service="muster")


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Validate all migrations, or the one of a batch."""

    def left() -> float:
        return float(context.get_remaining_time_in_millis()) / 1000

    environment, traffic = Environment.parse(os.environ, "MUSTER_TOPIC_ARN"), Traffic()
    done = validate_migrations(event, environment, Clients(open_session()), left, traffic)
    for name, reason in done.wrong.items():
        logger.warning("wrong file", extra={"file": name, "reason": reason})
    for reason in done.failures:
        logger.warning("not validated", extra={"reason": reason})
    if done.all_batches:
        emit_migrations(environment.stack, done.without_parity + len(done.failures))
    answer = done.to_json()
    logger.info("validated", extra={**answer, **traffic.fields()})
    if done.failures:
        # Lambda invokes it again, and keeps the event in the dead-letter queue when that fails too.
        raise Transient("; ".join(done.failures))
    return answer
