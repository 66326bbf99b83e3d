"""A scan as a Python object: iterate over it for its findings, then ask it what could not be read."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import Self

from botocore.exceptions import BotoCoreError

from muster import configuration as configurations
from muster.catalog import catalog as catalogs
from muster.configuration import Configuration
from muster.errors import ConfigurationError, CredentialsError
from muster.library import named_resources
from muster.library.job import Job
from muster.library.options import ScanOptions
from muster.library.preparation import prepare
from muster.library.region_names import regions as known_regions
from muster.model.coverage import Coverage
from muster.model.finding import Finding, Severity
from muster.reports.tally import STATUSES
from muster.sdk.setup.errors import explained


@dataclass(frozen=True, slots=True)
class Unread:
    """Something that could not be read, and the findings that have no answer because of it.

    `permission` is the missing IAM action, None where the cause is another one; `reason` is a sentence. `findings` is
    how many findings it concerns, `checks` are the ids of their checks, `examples` up to three ids of resources.
    """

    permission: str | None
    reason: str
    findings: int
    checks: tuple[str, ...]
    examples: tuple[str, ...]


class Scan(Iterator[Finding]):
    """A scan: an iterator of its findings. Only `scan()` makes it.

    The findings of one resource come one after another; apart from that, their order is not defined. A second loop
    yields nothing. Every property can be read at any time; the scan is incomplete until its last finding was yielded.
    A loop that ends early should close the scan, with `close()` or with `with scan(...) as running:`.
    """

    def __init__(self, job: Job[ScanOptions], notes: Sequence[str] = ()) -> None:
        """Take a scan that is prepared, and what was not certain while it was."""
        self.notes = tuple(notes)
        """Sentences about what could not be confirmed before the scan, such as a region that the SDK does not know."""
        self._job = job
        self._findings = job.findings()
        self._ended = False

    @property
    def scan_id(self) -> str:
        """The id of the scan: its start in UTC and 8 hexadecimal digits."""
        return self._job.report.scan_id

    @property
    def started_at(self) -> datetime:
        """When the scan began, in UTC. Ages and expiry dates are judged as of this time."""
        return self._job.report.started_at

    @property
    def accounts(self) -> tuple[str, ...]:
        """The ids of the accounts that are scanned."""
        return tuple(self._job.report.accounts)

    @property
    def regions(self) -> tuple[str, ...]:
        """The regions that are scanned in at least one account."""
        return tuple(self._job.report.regions)

    @property
    def checks(self) -> tuple[str, ...]:
        """The ids of the checks that are selected, sorted."""
        return tuple(self._job.report.checks)

    @property
    def complete(self) -> bool:
        """Whether the scan ended and could list everything that it should look at."""
        return not self.incomplete

    @property
    def incomplete(self) -> tuple[str, ...]:
        """Why the scan is incomplete, a sentence each; empty when it is complete."""
        reasons = tuple(self._job.report.incomplete)
        if self._ended:
            return reasons
        return (*reasons, f"the scan has not ended: {self._job.at[1]} of {len(self._job.scan.shards)} shards are done")

    @property
    def unread(self) -> tuple[Unread, ...]:
        """What could not be read so far. Its findings have the status INSUFFICIENT_DATA; they are no failures."""
        return tuple(
            Unread(permission, reason, gap.findings, tuple(sorted(gap.checks)), tuple(gap.examples))
            for (permission, reason), gap in self._job.tally.gaps.items()
        )

    @property
    def counts(self) -> Mapping[str, int]:
        """How many findings were yielded, by status in lower case; those that a suppression accepts as `suppressed`."""
        counted = self._job.tally.counts.statuses
        return {status: counted[status] for status in STATUSES}

    @property
    def coverage(self) -> tuple[Coverage, ...]:
        """The calls to AWS of the shards that ended: one row for each API, account, region and service."""
        return tuple(self._job.report.coverage)

    def __next__(self) -> Finding:
        """Return the next finding; a shard is read while its findings are taken.

        Raises:
            ConfigurationError: `resources` were named, and none of them exists.
        """
        finding = next(self._findings, None)
        if finding is not None:
            self._job.tally.count(finding)
            return finding
        if not self._ended:
            self._end()
        raise StopIteration

    def close(self) -> None:
        """Stop: no more calls are made, and the scan stays incomplete if it had not ended."""
        self._findings.close()

    def __enter__(self) -> Self:
        """Return the scan itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop the scan, however the block ended."""
        self.close()

    def _end(self) -> None:
        report = self._job.report
        if self._job.at[1] < len(self._job.scan.shards):
            return
        self._ended = True
        report.finished_at = datetime.now(UTC)
        try:
            report.incomplete += named_resources.missing(self._job.looks)
        except ConfigurationError as error:
            report.incomplete.append(str(error))
            raise


def scan(  # noqa: PLR0913 - the options of `muster scan`, each with its default
    *,
    packs: Sequence[str] = (),
    checks: Sequence[str] = (),
    exclude_checks: Sequence[str] = (),
    services: Sequence[str] = (),
    severity: Severity | None = None,
    metrics: bool = False,
    frameworks: Sequence[str] = (),
    configuration: str | PathLike[str] | None = None,
    accounts: Sequence[str] = (),
    role: str = "",
    external_id: str = "",
    regions: Sequence[str] = (),
    exclude_regions: Sequence[str] = (),
    tags: Mapping[str, str] | None = None,
    resources: Sequence[str] = (),
    profile: str | None = None,
    endpoint_url: str | None = None,
    concurrency: int = 16,
) -> Scan:
    """Begin a scan and return it: an iterator of findings that are read from AWS while you take them.

    The arguments are the options of `muster scan`. `configuration` is the path of a muster.yaml; no file is read unless
    it is named. `concurrency` is how many calls a shard has under way at a time. Credentials and the region come from
    where the AWS SDKs find them. Nothing is printed, and only `muster tag` ever writes to an account.

    Raises:
        ConfigurationError: an argument or the configuration is wrong; the message has a line for each mistake.
        CredentialsError: there are no credentials, or AWS does not accept them.
        MusterError: AWS could not be reached, or refused a call that the scan begins with.
    """
    options = ScanOptions(
        packs=packs,
        checks=checks,
        exclude_checks=exclude_checks,
        services=services,
        severity=severity,
        metrics=metrics,
        frameworks=frameworks,
        accounts=accounts,
        role=role,
        external_id=external_id,
        regions=regions,
        exclude_regions=exclude_regions,
        tags=tags,
        resources=resources,
        profile=profile,
        endpoint_url=endpoint_url,
        concurrency=concurrency,
    )
    catalog, notes = catalogs.load(), list[str]()
    read = (
        Configuration() if configuration is None else configurations.load(Path(configuration), catalog, known_regions)
    )
    try:
        return Scan(prepare(options, read, catalog, note=notes.append), notes)
    except BotoCoreError as error:
        raise CredentialsError(explained(error, profile)) from error
