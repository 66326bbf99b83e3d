"""What a shard's function is given and what it leaves: the plan it reads, the parts it writes page by page."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from muster.catalog.catalog import Catalog
from muster.configuration import Configuration
from muster.errors import EventError
from muster.model.finding import GLOBAL
from muster.model.rule import Rule
from muster.model.shard import Shard
from muster.reports.schema import Row
from muster.reports.tables import FINDINGS, ScanHeader, finding_row
from muster.reports.tally import Tally
from muster.scanning.scope import Annotator
from muster.stack.documents import objects
from muster.stack.documents.fields import Malformed
from muster.stack.documents.plan import PlanDocument, ScanDetails
from muster.stack.shards.coalesce import PartInput
from muster.storage import keys, parquet
from muster.storage.bucket import Bucket, scratch


@dataclass(frozen=True, slots=True)
class Plan:
    """What plan.json fixed: shards read nothing else of what they are to do."""

    scan: ScanDetails
    configuration: Configuration
    rules: tuple[Rule, ...]

    @classmethod
    def read(cls, bucket: Bucket, scan_id: str, catalog: Catalog) -> "Plan":
        """Read the plan of a scan.

        Raises:
            EventError: there is no such scan.
            Damaged: its plan cannot be read.
        """
        key = keys.plan(scan_id)
        document = objects.content(bucket, key, PlanDocument)
        if document is None:
            raise EventError(f"there is no scan {scan_id}: s3://{bucket.name}/{key} does not exist")
        try:
            _, configuration, rules = document.selection(catalog)
        except Malformed as error:
            raise objects.damaged(bucket, key, PlanDocument, error) from error
        return cls(document.scan, configuration, rules)

    @property
    def header(self) -> ScanHeader:
        """The columns of every row about the scan."""
        return self.scan.header

    def refuse(self, shard: Shard) -> None:
        """Refuse a shard that the scan did not plan: of another account, region, service or resource type.

        Raises:
            EventError: it is one.
        """
        scan, types = self.scan, {rule.resource_type for rule in self.rules if rule.service == shard.service}
        wrong = {
            "account_id": shard.account_id not in scan.accounts,
            "region": shard.region not in (*scan.regions, GLOBAL),
            "scope": not {*shard.scope} <= {*scan.regions, GLOBAL},
            "service": not types,
            "resource_type": shard.resource_type and shard.resource_type not in types,
        }
        for name, is_wrong in wrong.items():
            if is_wrong:
                value = f"{name} is {getattr(shard, name)!r}"
                raise EventError(f"the scan {scan.scan_id} has no such shard in its batches: {value}")


class PartWriter:
    """Writes the findings of a shard page by page; since when they fail is filled in when the account is settled."""

    def __init__(self, shard: Shard, plan: Plan, attempt: str, bucket: Bucket) -> None:
        """Write parts of an attempt."""
        self._shard, self._plan, self._attempt, self._bucket = shard, plan, attempt, bucket
        self._annotate = Annotator(plan.configuration, plan.header.observed_at.date())

    def write(self, part_input: PartInput, number: int) -> tuple[str | None, Tally]:
        """Write the findings of an input to the part of that number; there is no part without findings."""
        header, tally = self._plan.header, Tally()
        with scratch() as folder:
            path = Path(folder) / "part.parquet"
            if not parquet.write(path, FINDINGS, self._rows(part_input, tally)):
                return None, tally
            part = keys.part(header.scan_id, self._shard.id, number, self._attempt)
            self._bucket.upload(path, part)
        return part, tally

    def _rows(self, part_input: PartInput, tally: Tally) -> Iterator[Row]:
        for bare in part_input.findings():
            finding = self._annotate(bare)
            tally.count(finding)
            yield finding_row(finding, self._plan.header, self._shard.id)
