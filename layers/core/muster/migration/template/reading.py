"""Reading the live sources that a template is made from."""

from datetime import UTC, datetime

from muster.migration.access import enter
from muster.migration.file import MigrationFile
from muster.migration.reading import Reader, Step
from muster.migration.template.plan import Plan
from muster.model.coverage import Ledger
from muster.sdk.session import Caller, Clients


def read_plan(file: MigrationFile, clients: Clients, caller: Caller, step: Step) -> Plan:
    """Read the sources of a migration file.

    Raises:
        ConfigurationError: the file names another account and no role for it, or both sides are one.
        Throttled: AWS throttles the call that assumes a role.
        Transient: AWS or the network failed while a role was assumed.
    """
    started = datetime.now(UTC)
    ledger = Ledger(caller.account_id, file.source.region, "migration")
    accesses = enter(file, clients, caller, f"{file.batch}-{started:%Y%m%dT%H%M%SZ}").counting_in(ledger)
    sources = tuple(Reader(file, accesses, started).sources(step))
    side = accesses.source
    return Plan(file, side.partition, side.account_id, accesses.target.account_id, sources)
