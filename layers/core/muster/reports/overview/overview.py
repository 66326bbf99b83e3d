"""The values of an overview: verdict, news, the resources to start with, equal failures as one job, what is missing.

Texts are as AWS and the configuration have them: an output escapes them for its own form.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from muster.model.finding import Finding, Severity
from muster.reports.links import console_link
from muster.reports.nouns import noun, shown_name
from muster.reports.remedy import Step, fix_steps


class News(StrEnum):
    """How a failure is new since the scan before; STILL is none of them, or nothing was compared."""

    STILL = ""
    NEW = "new"
    REOPENED = "reopened"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Item:
    """A finding that fails, is suppressed or was not evaluated, with its news and the value of the owner tag."""

    finding: Finding
    news: News = News.STILL
    owner: str = ""

    @property
    def name(self) -> str:
        """The name of the resource."""
        return shown_name(self.finding.resource.type, self.finding.resource.id)

    @property
    def noun(self) -> str:
        """The words for the type of the resource."""
        return noun(self.finding.resource.type)

    @property
    def account(self) -> str:
        """The name of the account, its id where it has none."""
        return self.finding.account_name or self.finding.resource.account_id

    @property
    def console(self) -> str:
        """The address of the resource in the AWS console, empty where it has none."""
        one = self.finding.resource
        return console_link(one.type, one.id, one.arn or "", one.account_id, one.region, one.partition)

    @property
    def steps(self) -> tuple[Step, ...]:
        """The fix with the names of the resource; nothing for what does not fail."""
        return fix_steps(self.finding)


@dataclass(frozen=True, slots=True)
class Start:
    """A resource to start with: its failures, worst first."""

    items: tuple[Item, ...]

    @property
    def worst(self) -> Item:
        """The worst failure, a new one before others of its severity."""
        return self.items[0]


@dataclass(frozen=True, slots=True)
class JobPart:
    """The fix of a job in one account and region, and how many of its failures the commands are for."""

    account_id: str
    account: str
    region: str
    steps: tuple[Step, ...]
    failures: int
    covered: int


@dataclass(frozen=True, slots=True)
class Job:
    """Failures of one check. `failures` counts all of them, `items` has those that are known here, worst first."""

    check_id: str
    title: str
    severity: Severity
    failures: int
    items: tuple[Item, ...]
    parts: tuple[JobPart, ...]


@dataclass(frozen=True, slots=True)
class CheckTexts:
    """Texts of a check: its fix with words in capitals for names, why it matters, and the problem in a few words."""

    fix: str = ""
    why: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Unread:
    """Something that could not be read: the missing permission (None where none would help) and what stays unknown."""

    permission: str | None
    reason: str
    findings: int
    checks: tuple[str, ...]
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """A failure of the scan before that is gone. `outcome` is fixed, deleted, or empty where that is not known."""

    finding_id: str
    check_id: str
    title: str
    severity: Severity
    name: str
    noun: str
    account: str
    region: str
    owner: str = ""
    outcome: str = ""
    days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A suppression of the configuration: `state` is expired, ending, stale or active, `count` its failures."""

    check_id: str
    where: str
    owner: str
    reason: str
    ticket: str
    until: str
    state: str
    count: int


@dataclass(frozen=True, slots=True)
class CoverageLine:
    """How the reading of one service went, over all accounts and regions; `reasons` says what was not listed."""

    service: str
    regions: tuple[str, ...]
    items: int
    calls: int
    retries: int
    denials: int
    errors: int
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Point:
    """An earlier scan of the trend: its failures by severity."""

    scan_id: str
    at: datetime
    complete: bool
    failing: Mapping[Severity, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What changed since an earlier scan.

    `first` says that there is no earlier scan of this stack. `news` maps ids of findings to how they are new. `counts`
    has the number of changes by word (those of News, fixed, deleted and gone), also of those that are not listed.
    """

    first: bool = False
    previous: datetime | None = None
    news: Mapping[str, News] = field(default_factory=dict)
    gone: tuple[Gone, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def fresh(self) -> int:
        """The number of failures that are new, reopened or no longer suppressed."""
        return sum(self.counts.get(word, 0) for word in (News.NEW, News.REOPENED, News.EXPIRED))

    @property
    def resolved(self) -> int:
        """The number of failures that are gone."""
        return sum(self.counts.get(word, 0) for word in ("fixed", "deleted", "gone"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is counted of a scan, and where it comes from; the same for the command and for the stack.

    `stack` is its name, empty for the command. `incomplete` are sentences. `checks_off` is the number of checks of the
    catalogue that the scan did not run. `rest` says where the failures are that the report does not show.
    """

    scan_id: str
    at: datetime
    stack: str = ""
    seconds: float | None = None
    accounts: tuple[tuple[str, str], ...] = ()
    regions: tuple[str, ...] = ()
    packs: tuple[str, ...] = ()
    checks: int = 0
    checks_off: int = 0
    resources: int = 0
    failing_resources: int = 0
    failing: Mapping[Severity, int] = field(default_factory=dict)
    failing_checks: Mapping[str, int] = field(default_factory=dict)
    passed: int = 0
    not_applicable: int = 0
    suppressed: int = 0
    not_evaluated: int = 0
    incomplete: tuple[str, ...] = ()
    unread: tuple[Unread, ...] = ()
    coverage: tuple[CoverageLine, ...] = ()
    rest: str = ""

    @property
    def failures(self) -> int:
        """The number of failures without a suppression."""
        return sum(self.failing.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """A scan as people read it.

    `verdict` is one sentence without a full stop. `items` are failures, suppressed failures and what was not evaluated,
    those of a resource together and the worst resource first. They may be fewer than `facts` counts. `changes` is None
    where nothing was compared. `texts` are those of the checks by their ids.
    """

    facts: Facts
    verdict: str
    items: tuple[Item, ...]
    start: tuple[Start, ...]
    jobs: tuple[Job, ...]
    news: tuple[Item, ...]
    changes: Changes | None
    suppressions: tuple[Accepted, ...] = ()
    trend: tuple[Point, ...] = ()
    texts: Mapping[str, CheckTexts] = field(default_factory=dict)

    @property
    def shown(self) -> int:
        """The number of failures among the items."""
        return sum(item.finding.failing for item in self.items)
