"""The preparation of a scan, for the command and for the stack: accounts, regions, rules, reads and shards."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from muster.catalog.catalog import Catalog
from muster.catalog.read_plan import ReadPlan, read_plan
from muster.configuration import Configuration
from muster.configuration.configuration import Accounts
from muster.model.arn import Named
from muster.model.rule import Rule
from muster.model.shard import Shard
from muster.scanning.named_scan import shards_of
from muster.scanning.scope import Scope, scope_of
from muster.sdk.session import Clients
from muster.targets.regions import sdk_regions
from muster.targets.targets import Targets, targets


@dataclass(frozen=True, slots=True)
class Origin:
    """The origin of a scan: the clients of its own account, and the region of calls that belong to no region."""

    clients: Clients
    account_id: str
    partition: str
    region: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One scan: its name, its start, the regions to scan, and what narrows it down.

    `accounts` are the only ones of the configuration's accounts, where any are named; `tags` the tags of the resources;
    `resources` are the only ones that are scanned, where any are named: in whatever region they are;
    `sizes` how many resources each shard had, so that large ones are cut. `only_plan` says that this process scans no
    account.
    """

    scan_id: str
    started_at: datetime
    regions: Sequence[str]
    accounts: Sequence[str] = ()
    tags: Mapping[str, str] | None = None
    resources: Sequence[Named] = ()
    sizes: Mapping[str, int] = field(default_factory=dict)
    only_plan: bool = False


@dataclass(frozen=True, slots=True)
class PreparedScan:
    """A scan that can begin: nothing of it is refused any more. The configuration has the names of all accounts."""

    order: Order
    configuration: Configuration
    rules: tuple[Rule, ...]
    targets: Targets
    shards: tuple[Shard, ...]
    scope: Scope
    reads: ReadPlan
    named: Mapping[Shard, tuple[Named, ...]] = field(default_factory=dict)
    """The resources that each shard is narrowed to, where the order names any."""

    @property
    def accounts(self) -> tuple[str, ...]:
        """The ids of the accounts that are scanned."""
        return tuple(target.account_id for target in self.targets.scanned)

    @property
    def checks(self) -> tuple[str, ...]:
        """The ids of the checks, sorted."""
        return tuple(sorted({rule.check.id for rule in self.rules}))


def scan_id(started_at: datetime, suffix: str) -> str:
    """Return the id of a scan: when it began, in UTC, and 8 hexadecimal digits."""
    return f"{started_at:%Y%m%dT%H%M%SZ}-{suffix}"


def first_of(accounts: Accounts, others: Accounts) -> Accounts:
    """Return accounts whose list, role and external id are those of others where they have none."""
    return replace(
        accounts,
        include=accounts.include or others.include,
        role=accounts.role or others.role,
        external_id=accounts.external_id or others.external_id,
    )


def packs_of(
    configuration: Configuration, packs: Sequence[str], checks: Sequence[str], default: Sequence[str]
) -> tuple[str, ...]:
    """Return the packs that a scan is of: `default` where neither the order nor the configuration names any check."""
    if packs or checks:
        return tuple(packs)
    return configuration.packs or (() if configuration.checks else tuple(default))


def prepare_scan(  # noqa: PLR0913 - what is selected, where it runs, and the order
    catalog: Catalog,
    configuration: Configuration,
    rules: tuple[Rule, ...],
    origin: Origin,
    order: Order,
    note: Callable[[str], None] = lambda _sentence: None,
) -> PreparedScan:
    """Find the accounts and regions of a scan, and plan its reads and its shards; `note` is given what is not certain.

    Raises:
        ConfigurationError: accounts or regions are named that cannot be scanned.
        CredentialsError: the calls that find accounts and regions are denied.
    """
    found = targets(
        origin.clients, configuration, own=origin.account_id, partition=origin.partition, region=origin.region,
        regions=order.regions, only=order.accounts, scan_id=order.scan_id, keep=not order.only_plan, note=note,
    )  # fmt: skip
    configuration = replace(configuration, account_names={**found.found.names, **configuration.account_names})
    scope = scope_of(configuration, order.tags)
    named = shards_of(
        order.resources, rules, partition=origin.partition, regions=sdk_regions().get(origin.partition, order.regions),
        global_services=catalog.global_services, endpoint_region=origin.region,
    )  # fmt: skip
    return PreparedScan(
        order=order,
        configuration=configuration,
        rules=rules,
        targets=found,
        shards=tuple(named)
        or tuple(shard for target in found.scanned for shard in target.shards(catalog, rules, order.sizes)),
        scope=scope,
        reads=read_plan(catalog, rules, by_tags=scope.by_tags),
        named=named,
    )
