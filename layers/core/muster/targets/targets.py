"""The targets of a scan: accounts, and in each the regions that it has enabled."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from muster.catalog.catalog import Catalog
from muster.configuration import Configuration
from muster.errors import ConfigurationError, CredentialsError
from muster.model.rule import Rule
from muster.model.shard import Shard
from muster.sdk.errors import AssumeRoleError
from muster.sdk.session import Clients, enabled_regions
from muster.targets.clients import Role, Sessions
from muster.targets.organization import Account, Found, find_accounts
from muster.targets.regions import ALL, resolve_regions
from muster.targets.sharding import shards

_SIDE_BY_SIDE = 16
_MANAGEMENT = (
    "it is the organization's management account, where service-managed StackSets deploy nothing: "
    "deploy member-role.yaml there by hand to have it scanned"
)


@dataclass(frozen=True, slots=True)
class Target:
    """One account and the regions that are scanned in it."""

    account_id: str
    partition: str
    regions: tuple[str, ...]

    def shards(self, catalog: Catalog, rules: Iterable[Rule], sizes: Mapping[str, int]) -> tuple[Shard, ...]:
        """Cut the account into shards; `sizes` says how large each was last."""
        if not self.regions:
            return ()
        global_services = catalog.global_services
        return shards(
            self.account_id, self.partition, self.regions, rules, global_services=global_services, sizes=sizes
        )


@dataclass(frozen=True, slots=True)
class Targets:
    """The targets of a scan: the accounts that were found, the targets among them, and their clients."""

    found: Found
    scanned: tuple[Target, ...]
    sessions: Sessions

    @property
    def regions(self) -> tuple[str, ...]:
        """The regions of all accounts."""
        return tuple(sorted({region for target in self.scanned for region in target.regions}))


def targets(  # noqa: PLR0913 - the caller, and what is wanted
    clients: Clients,
    configuration: Configuration,
    *,
    own: str,
    partition: str,
    region: str,
    regions: Sequence[str],
    only: Sequence[str] = (),
    scan_id: str = "",
    keep: bool = True,
    note: Callable[[str], None] = lambda _sentence: None,
) -> Targets:
    """Return what is scanned: accounts by the configuration, `only` some of them, and the `regions` in each.

    `own` is the account of the clients' credentials, `region` is the region of calls that belong to no
    region. Role sessions are named after `scan_id`. Without `keep` they are forgotten once the regions are known: a
    planner does not need them again, and a thousand take 350 MB. `note` is called with what could not be checked.

    Raises:
        ConfigurationError: accounts or regions are named that cannot be scanned.
        CredentialsError: a call for the organization or the enabled regions is denied.
    """
    wanted, excluded = configuration.accounts, configuration.exclude
    found = find_accounts(clients, wanted, own=own, partition=partition, excluded=excluded.accounts)
    _refuse_strangers(found, own, wanted.role, only)
    resolved = resolve_regions(
        regions, excluded=excluded.regions, partition=partition, clients=clients, region=region, note=note
    )
    sessions = Sessions(clients, own, Role(wanted.role, wanted.external_id, partition), region, scan_id)
    found = _without_management(found, own, sessions)
    _refuse_left_out(found, only)
    accounts = [account for account in found.accounts if not only or account.id in only]
    if not accounts:
        reasons = "; ".join(f"{account}: {reason}" for account, reason in found.excluded.items())
        raise ConfigurationError(f"no account is left to scan: {reasons or 'the selected units have none'}")
    everywhere = ALL in regions

    def target(account: Account) -> Target:
        here = resolved
        if everywhere and account.id != own:
            here = _enabled(sessions, account.id, region, excluded.regions, resolved)
            if not keep:
                sessions.forget(account.id)
        return Target(account.id, partition, here)

    with ThreadPoolExecutor(_SIDE_BY_SIDE, thread_name_prefix="target") as pool:
        return Targets(found, tuple(pool.map(target, accounts)), sessions)


def _enabled(
    sessions: Sessions, account_id: str, region: str, excluded: Iterable[str], otherwise: Sequence[str]
) -> tuple[str, ...]:
    """Return the regions that an account has enabled; where the call is denied, those of the own account.

    The scan then reports each shard that it cannot read.
    """
    try:
        return tuple(sorted(set(enabled_regions(sessions.of(account_id), region)) - set(excluded)))
    except (AssumeRoleError, CredentialsError):
        return tuple(otherwise)


def _without_management(found: Found, own: str, sessions: Sessions) -> Found:
    name = found.management
    if not name or name == own or name not in {account.id for account in found.accounts}:
        return found
    if sessions.open(name):
        return found
    left = tuple(account for account in found.accounts if account.id != name)
    return replace(found, accounts=left, excluded={**found.excluded, name: _MANAGEMENT})


def _refuse_strangers(found: Found, own: str, role: str, only: Sequence[str]) -> None:
    known = {account.id for account in found.accounts}
    if strangers := sorted(set(only) - known - found.excluded.keys()):
        raise ConfigurationError(
            f"the configuration does not name {', '.join(strangers)}: add it to accounts.include in muster.yaml, and "
            "to accounts.role the role that member-role.yaml deploys there"
        )
    others = sorted(known - {own})
    if others and not role:
        raise ConfigurationError(
            f"accounts.role is missing (--role): {len(others)} other account{'s' * (len(others) > 1)} cannot be "
            "entered without the role that member-role.yaml deploys there"
        )


def _refuse_left_out(found: Found, only: Sequence[str]) -> None:
    if out := sorted(found.excluded.keys() & set(only)):
        says = (f"the account {name} is not scanned: {found.excluded[name]}" for name in out)
        raise ConfigurationError("; ".join(says))
