"""A whole validation: enter both sides, read and compare every pair, and make the report."""

import math
from collections.abc import Callable
from datetime import UTC, datetime

from muster.migration.access import enter
from muster.migration.file import MigrationFile
from muster.migration.reading import Reader, Step
from muster.migration.report.report import Entry, MigrationReport, entry_of
from muster.model.coverage import Ledger
from muster.model.finding import Resource, Status
from muster.model.text import counted
from muster.sdk.session import Caller, Clients


def validate(  # noqa: PLR0913 - the file, the credentials, and what bounds the run
    file: MigrationFile,
    file_name: str,
    clients: Clients,
    caller: Caller,
    *,
    left: Callable[[], float] = lambda: math.inf,
    step: Step = lambda _what, _done: None,
) -> MigrationReport:
    """Validate a migration; `left` returns the seconds that there are.

    Raises:
        ConfigurationError: the file names another account and no role for it, or both sides are one.
        Throttled: AWS throttles the call that assumes a role.
        Transient: AWS or the network failed while a role was assumed.
    """
    started = datetime.now(UTC)
    run = f"{file.batch}-{started:%Y%m%dT%H%M%SZ}"
    ledger = Ledger(caller.account_id, file.target.region, "migration")
    accesses = enter(file, clients, caller, run).counting_in(ledger)
    reader = Reader(file, accesses, started, left)
    region, *entries = (entry_of(each, file_name) for each in reader.compared(step))
    return MigrationReport(
        file, file_name, run, region, tuple(entries), started, datetime.now(UTC),
        sum(row.calls for row in ledger.rows()), _incomplete(region, entries),
    )  # fmt: skip


def _incomplete(region: Entry, entries: list[Entry]) -> tuple[str, ...]:
    """Return why the report is not whole: resources of which nothing could be read."""
    sides = [side for entry in entries for side in (entry.source, entry.target) if side.exists is None]
    unread = [side.resource for side in sides]
    if region.findings and all(each.status is Status.INSUFFICIENT_DATA for each in region.findings):
        unread.append(region.resource)
    if not unread:
        return ()
    return (f"nothing could be read of {counted(len(unread), 'resource')}: {_names(unread)}",)


def _names(resources: list[Resource]) -> str:
    shown = ", ".join(f"{each.id} in {each.region}" for each in resources[:6])
    return shown + (" …" if len(resources) > 6 else "")  # noqa: PLR2004 - as many as a line holds
