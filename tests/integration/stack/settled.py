"""What the tests of several functions need of an account that is settled: the call, and what is remembered of it."""

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from muster.lifecycle import state_store
from muster.lifecycle.transitions import TrackedFinding
from muster.sdk.session import Clients
from muster.stack.documents.account import AccountResult
from muster.stack.documents.objects import content
from muster.stack.documents.request import Environment
from muster.stack.settle_account import settle_account
from muster.storage import keys
from muster.storage.bucket import Bucket


def settled(  # noqa: PLR0913 - the event of the function, its surroundings and the clock
    clients: Clients,
    environment: Environment,
    scan_id: str,
    item: Mapping[str, Any],
    attempt: str = "",
    left: Callable[[], float] = lambda: 900.0,
) -> int:
    """Settle an account of a work list once, and return what is left."""
    event = {"scan_id": scan_id, "attempt": attempt, "account": item}
    return settle_account(event, environment, clients, left).left


def remembered(bucket: Bucket, account_id: str) -> dict[str, TrackedFinding]:
    """Return what is remembered of an account by finding id."""
    found: dict[str, TrackedFinding] = {}
    with tempfile.TemporaryDirectory() as folder:
        state = state_store.fetch(bucket, keys.state(account_id), Path(folder) / "state", found.update)
    assert not state.damage
    return found


def result(bucket: Bucket, scan_id: str, account_id: str) -> AccountResult:
    """Return the result of an account."""
    found = content(bucket, keys.account(scan_id, account_id), AccountResult)
    assert found is not None
    return found
