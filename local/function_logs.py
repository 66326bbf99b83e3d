"""Writes what functions print to CloudWatch Logs, as Lambda does."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any


def keep(function: Any, environment: str, lines: Sequence[str]) -> None:
    """Append lines to the log of a function, in the stream of the execution environment that printed them.

    `function` is moto's.
    """
    if not lines:
        return
    backend, group = function.logs_backend, str(function.logs_group_name)
    if group not in backend.groups:
        backend.create_log_group(group, {})
    stream = f"{datetime.now(UTC):%Y/%m/%d}/[$LATEST]{environment}"
    if stream not in backend.groups[group].streams:
        backend.create_log_stream(group, stream)
    now = round(time.time() * 1000)
    backend.put_log_events(group, stream, [{"timestamp": now, "message": line} for line in lines])
