"""What a comparison remembers of a finding and of a scan: few fields, since a scan may have a million findings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple

from muster.model.finding import GLOBAL, TARGET, Status
from muster.model.text import shortened

Cell = tuple[str, str, str]
"""Account, region and check id."""


class Seen(IntEnum):
    """What a scan saw of a finding."""

    FINE = 0
    OPEN = 1
    SUPPRESSED = 2
    UNREAD = 3


def seen(status: str, *, suppressed: bool) -> Seen:
    """Return what a scan saw; only a failure can be suppressed.

    Raises:
        ValueError: it is no status of a finding.
    """
    match Status(status):
        case Status.NON_COMPLIANT:
            return Seen.SUPPRESSED if suppressed else Seen.OPEN
        case Status.INSUFFICIENT_DATA:
            return Seen.UNREAD
        case _:
            return Seen.FINE


class Sighting(NamedTuple):
    """A finding as one scan saw it. Times are RFC 3339 or empty; `until` is the last day of its suppression."""

    finding_id: str
    check_id: str
    title: str
    severity: str
    reason: str
    resource_type: str
    resource_id: str
    resource_arn: str
    account_id: str
    region: str
    first_seen: str
    observed_at: str
    until: str

    @property
    def cell(self) -> Cell:
        """The account, region and check."""
        return self.account_id, self.region, self.check_id

    @property
    def resource(self) -> str:
        """The name of the resource among all resources of the scan."""
        return "\x1f".join(
            (self.account_id, self.region, self.resource_arn or f"{self.resource_type}/{self.resource_id}")
        )


@dataclass(slots=True, kw_only=True)
class Looked:
    """What a scan looked at: whether a finding that it does not have means anything.

    `checks`, `accounts` and `regions` are None where the report does not name them; what it has findings of stands for
    them then. `cells` are the accounts, regions and checks that it has findings of, `unlisted` those whose resources it
    could not list, `blocked` the accounts and regions that a policy blocks. `complete` is None where the report does
    not say so. `only_failing` says that it has failing findings only, `truncated` that it does not have all of these;
    `hidden` has the checks then of which it counts others: suppressed ones, and those that could not be read.
    `narrowed` has the options of the command that leave out resources. `certain_only` says that an incomplete scan
    looked only where it has findings.
    """

    name: str
    scan_ids: set[str] = field(default_factory=set)
    started_at: str = ""
    checks: frozenset[str] | None = None
    accounts: frozenset[str] | None = None
    regions: frozenset[str] | None = None
    complete: bool | None = None
    only_failing: bool = False
    truncated: bool = False
    cells: set[Cell] = field(default_factory=set)
    unlisted: set[Cell] = field(default_factory=set)
    blocked: set[tuple[str, str]] = field(default_factory=set)
    hidden: frozenset[str] = frozenset()
    narrowed: frozenset[str] = frozenset()
    certain_only: bool = False
    findings: int = 0

    def note(self, sighting: Sighting, what: Seen) -> None:
        """Take one finding."""
        self.findings += 1
        self.cells.add(sighting.cell)
        if what is Seen.UNREAD and sighting.resource_type == TARGET:
            self.unlisted.add(sighting.cell)
        self.started_at = max(self.started_at, sighting.observed_at)

    def gap(self, cell: Cell) -> str:
        """Return why the scan has no findings of a check in an account and region; empty where it looked there."""
        account, region, check = cell
        gaps = (
            (self.checks is not None and check not in self.checks, f"the check is not in {self.name}"),
            (self.accounts is not None and account not in self.accounts, f"account {account} is not in {self.name}"),
            (
                self.regions is not None and region not in (*self.regions, GLOBAL),
                f"region {region} is not in {self.name}",
            ),
            (
                bool({(account, region), ("", region)} & self.blocked),
                f"region {region} is blocked by policy in {self.name}",
            ),
            (
                self.certain_only and self.complete is False and cell not in self.cells,
                f"{self.name} is incomplete, and has no finding of the check in account {account}, {region}",
            ),
            (cell in self.unlisted, f"the resources could not be listed in {self.name}"),
            (
                self.checks is None and cell not in self.cells,
                f"{self.name} has no finding of the check in account {account}, {region}",
            ),
        )
        return next((why for there, why in gaps if there), "")

    def narrowing(self, sighting: Sighting, other: "Looked") -> str:
        """Return why the scan may have left out a resource that another scan has; empty where it did not.

        With the same options both left out the same, unless a resource has lost the tag that they name.
        """
        if not self.narrowed or self.narrowed == {f"--resource {sighting.resource_arn}"}:
            return ""
        if self.narrowed == other.narrowed and not any(each.startswith("--tag") for each in self.narrowed):
            return ""
        options = shortened(" ".join(sorted(self.narrowed)))
        return f"{self.name} is of some resources only ({options})"

    def absence(self, cell: Cell) -> str:
        """Return why it means nothing that the scan does not have a failing finding; empty where it means something."""
        gaps = (
            (self.truncated, f"{self.name} does not have all failing findings"),
            (self.complete is False, f"{self.name} is incomplete"),
            (
                cell[2] in self.hidden,
                f"{self.name} has failing findings only, and others of the check are suppressed or could not be read",
            ),
        )
        return self.gap(cell) or next((why for there, why in gaps if there), "")


def with_header(looked: Looked, scan: Mapping[str, object]) -> None:
    """Take what a report says of its scan; what it does not say, or says in another form, stays unknown."""
    for name in ("checks", "accounts", "regions"):
        values = scan.get(name)
        if isinstance(values, list | tuple) and values:
            setattr(looked, name, frozenset(map(str, values)))
    narrowed = scan.get("narrowed")
    looked.narrowed = frozenset(map(str, narrowed if isinstance(narrowed, list) else ()))
    complete, blocked = scan.get("complete"), scan.get("blocked_by_policy")
    looked.complete = complete if isinstance(complete, bool) else None
    for place in blocked if isinstance(blocked, list) else ():
        region, _, account = str(place).partition(" of ")
        looked.blocked.add((account, region))
