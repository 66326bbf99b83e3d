"""The options of a scan in one process: which checks, which accounts, regions and resources, and how AWS is called."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from muster.model.finding import Severity


@dataclass(frozen=True, slots=True)
class ScanOptions:
    """The options of a scan, one field each; an empty one leaves the choice to the configuration."""

    packs: Sequence[str] = ()
    checks: Sequence[str] = ()
    exclude_checks: Sequence[str] = ()
    services: Sequence[str] = ()
    severity: Severity | None = None
    metrics: bool = False
    frameworks: Sequence[str] = ()
    accounts: Sequence[str] = ()
    role: str = ""
    external_id: str = ""
    regions: Sequence[str] = ()
    exclude_regions: Sequence[str] = ()
    tags: Mapping[str, str] | None = None
    resources: Sequence[str] = ()
    profile: str | None = None
    endpoint_url: str | None = None
    concurrency: int = 16

    @property
    def narrowing(self) -> Iterator[str]:
        """The options that leave out resources of the checks, as they are typed."""
        yield from (f"--service {name}" for name in self.services)
        yield from (f"--framework {name}" for name in self.frameworks)
        yield from (f"--tag {key}={value}" for key, value in (self.tags or {}).items())
        yield from (f"--resource {arn}" for arn in self.resources)

    @property
    def chooses_checks(self) -> bool:
        """Whether the options name the checks to run, or leave some out."""
        named = self.checks or self.exclude_checks or self.services or self.frameworks
        return bool(named or self.severity or self.resources)
