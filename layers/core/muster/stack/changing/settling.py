"""Settling what was seen of changed resources: the findings, and those that are gone, become events of findings."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from muster.catalog.catalog import Catalog
from muster.lifecycle import state_store
from muster.lifecycle.state_store import Findings
from muster.model.arn import Named
from muster.model.finding import GLOBAL, Finding, Resource, Status
from muster.reports.schema import Row
from muster.reports.tables import ScanHeader, finding_row
from muster.sdk.session import Clients
from muster.stack.documents.request import Environment
from muster.stack.handle_change import AccountLook, Settle
from muster.stack.settling.flushing import open_store
from muster.stack.settling.remember import ResourceName
from muster.stack.settling.resources import ResourceLook, settle_resources
from muster.storage import keys
from muster.storage.bucket import Bucket, scratch
from muster.storage.traffic import Traffic

_KIND = "change"


def settle_by(environment: Environment, clients: Clients, catalog: Catalog, traffic: Traffic | None = None) -> Settle:
    """Return what settles a look in the report bucket and the event store of the stack."""
    bucket = Bucket(environment.bucket, clients, environment.region, traffic)
    store = open_store(environment, clients)

    def settle(look: AccountLook, left: Callable[[], float]) -> None:
        header = ScanHeader(look.scan_id, _KIND, look.at)
        rows = [
            finding_row(finding, header, _shard(finding, catalog))
            for findings in look.judged.values()
            for finding in findings
            if _says_something(finding)
        ]
        looked = {_name(each.resource): True for findings in look.judged.values() for each in findings}
        looked |= dict.fromkeys(_known(bucket, look.account_id, look.absent), True)
        settle_resources(bucket, store, _look(look, header, rows, looked), left)

    return settle


def _look(look: AccountLook, header: ScanHeader, rows: Iterable[Row], looked: dict[ResourceName, bool]) -> ResourceLook:
    return ResourceLook(
        account_id=look.account_id,
        header=header,
        rows=tuple(rows),
        looked=looked,
        owner_tag=look.owner_tag,
        suppressions=look.suppressions,
    )


def _says_something(finding: Finding) -> bool:
    """Whether a finding changes what is known: a read that failed for a moment does not, the next scan tries again."""
    return finding.status is not Status.INSUFFICIENT_DATA or any(gap.permission for gap in finding.unavailable)


def _shard(finding: Finding, catalog: Catalog) -> str:
    """Return the shard whose findings a scan would have it among."""
    region = GLOBAL if finding.service in catalog.global_services else finding.resource.region
    return f"{finding.resource.account_id}.{region}.{finding.service}"


def _name(resource: Resource) -> ResourceName:
    return ResourceName(resource.region, resource.type, resource.id)


def _known(bucket: Bucket, account_id: str, absent: Iterable[Named]) -> set[ResourceName]:
    """Return the names under which the account's state has resources that are gone; an event may lack their region."""
    gone = tuple(absent)
    found: set[ResourceName] = set()

    def examine(findings: Findings) -> None:
        found.update(_matching(findings, gone))

    if gone:
        with scratch() as folder:
            state_store.fetch(bucket, keys.state(account_id), Path(folder) / "state", examine)
    return found


def _matching(findings: Findings, gone: Iterable[Named]) -> Iterator[ResourceName]:
    for _, tracked in findings:
        subject = tracked.subject
        kind = subject.kind
        resource = Resource(
            kind.resource_type, subject.resource_id, kind.account_id, kind.region, arn=subject.resource_arn or None
        )
        if any(each.names(resource) for each in gone):
            yield ResourceName.of(subject)
