"""Says what it gets, and reports what is called bad as failed."""

import logging
from typing import Any

LOGGER = logging.getLogger(__name__)


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    failed = []
    for record in event["Records"]:
        stream = record.get("dynamodb")
        content = stream["NewImage"]["id"]["S"] if stream else record["body"]
        LOGGER.warning("got %s of %s in %d", content, record["eventSource"], len(event["Records"]))
        if "bad" in content:
            failed.append({"itemIdentifier": stream["SequenceNumber"] if stream else record["messageId"]})
    return {"batchItemFailures": failed}
