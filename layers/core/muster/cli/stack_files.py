"""The report bucket of a stack, as commands read it: findings of a scan, the latest findings, the configuration."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from muster.cli.stacks import clients_of
from muster.errors import ConfigurationError
from muster.stack.documents import objects
from muster.stack.documents.plan import PlanDocument
from muster.stack.documents.summary import Summary
from muster.storage import keys
from muster.storage.bucket import Bucket
from muster.storage.traffic import each
from muster.targets.deployed import described, outputs_of

_INSTEAD = "use credentials that may read the stack"
_AT_A_TIME = 4
"""Files that are fetched side by side: each may have tens of megabytes."""


@dataclass(frozen=True, slots=True)
class StackBucket:
    """The bucket of a stack, and the stack's name."""

    stack: str
    bucket: Bucket

    def url(self, key: str) -> str:
        """Return the address of an object."""
        return f"s3://{self.bucket.name}/{key}"

    def latest(self, accounts: tuple[str, ...] = ()) -> list[str]:
        """Return the keys of the table `latest`, of some accounts or of all.

        Raises:
            ConfigurationError: the table is empty: no scan has been settled, or none of these accounts.
        """
        prefixes = [keys.every_latest(account) for account in accounts] or [keys.files("latest")]
        found = [key for prefix in prefixes for key, _ in self.bucket.keys(prefix) if key.endswith(".parquet")]
        if not found:
            of = f" of {', '.join(accounts)}" if accounts else ""
            raise ConfigurationError(
                f"the stack {self.stack} has no findings{of} in {self.url(keys.files('latest'))}: no scan of "
                f"{'these accounts' if accounts else 'it'} has ended yet"
            )
        return found

    def plan(self, scan_id: str) -> PlanDocument:
        """Return the plan of a scan.

        Raises:
            ConfigurationError: there is no such scan.
        """
        plan = objects.content(self.bucket, keys.plan(scan_id), PlanDocument)
        if plan is None:
            raise ConfigurationError(
                f"there is no scan {scan_id} on the stack {self.stack}: {self.url(keys.plan(scan_id))} does not exist\n"
                "  the id of a scan is in its summary and in its mail"
            )
        return plan

    def summary(self, scan_id: str) -> Summary:
        """Return the summary of a scan.

        Raises:
            ConfigurationError: there is none yet.
        """
        summary = objects.content(self.bucket, keys.summary(scan_id), Summary)
        if summary is None:
            raise ConfigurationError(f"the scan {scan_id} has no summary: it still runs, or it failed")
        return summary

    def last_scan(self) -> str:
        """Return the id of the last scan whose results were saved.

        Raises:
            ConfigurationError: there is none.
        """
        # Ids begin with the time of the scan.
        scans = sorted((keys.summarized(key) for key, _ in self.bucket.keys(keys.SCANS)), reverse=True)
        for scan_id in filter(None, scans):
            if self.summary(scan_id).record:
                return scan_id
        raise ConfigurationError(
            f"the stack {self.stack} has no saved scan yet: {self.url(keys.SCANS)} has no summary of one"
        )

    def published(self, table: str, plan: PlanDocument) -> list[str]:
        """Return the keys of a scan's files in a table, `findings` or `coverage`."""
        prefix = f"{keys.partition(table, plan.scan.header.scan_date)}{plan.scan.scan_id}-"
        return [key for key, _ in self.bucket.keys(prefix)]

    def files(self, names: list[str], folder: Path) -> Iterator[tuple[Path, str]]:
        """Yield objects as files with their addresses; each file is deleted when the next one is asked for."""
        paths = {key: folder / f"{number:06d}.parquet" for number, key in enumerate(names)}
        fetched = each(names, lambda key: self.bucket.fetch(key, paths[key]), _AT_A_TIME)
        for key, etag in zip(names, fetched, strict=True):
            # An object may be replaced or expire between its listing and its reading.
            if etag is not None:
                yield paths[key], self.url(key)
                paths[key].unlink(missing_ok=True)


def opened(options: Mapping[str, Any]) -> StackBucket:
    """Return the bucket of the stack that --stack names.

    Raises:
        ConfigurationError: there is no such stack.
        CredentialsError: the credentials cannot be used, or may not describe the stack.
    """
    clients, region = clients_of(options)
    outputs = outputs_of(described(clients, region, options["stack"], _INSTEAD))
    if "ReportBucketName" not in outputs:
        raise ConfigurationError(
            f"the stack {options['stack']} has no output ReportBucketName\n  deploy the current template"
        )
    return StackBucket(options["stack"], Bucket(outputs["ReportBucketName"], clients, region))
