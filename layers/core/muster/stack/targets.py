"""What a scan looks at: accounts, and in each the regions that it has enabled."""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from muster.accounts import Account, Found, find_accounts
from muster.aws import BUCKET_LIKE
from muster.errors import ConfigurationError, CredentialsError
from muster.evaluate import Rule
from muster.reading import Shard
from muster.refusals import AssumeRoleError
from muster.regions import ALL, resolve_regions
from muster.session import Clients, enabled_regions
from muster.settings import Configuration
from muster.sharding import shards
from muster.stack.request import Environment, Request
from muster.stack.sessions import Role, Sessions

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

    def shards(self, rules: Iterable[Rule], sizes: Mapping[str, int]) -> tuple[Shard, ...]:
        """Cut the account into shards; `sizes` says how large each was last."""
        if not self.regions:
            return ()
        return shards(self.account_id, self.partition, self.regions, rules, bucket_like=BUCKET_LIKE, sizes=sizes)


def targets(
    request: Request, configuration: Configuration, environment: Environment, clients: Clients
) -> tuple[Found, tuple[Target, ...]]:
    """Return which accounts were found, and what is scanned in those that are asked for.

    Raises:
        ConfigurationError: accounts or regions are asked for that cannot be scanned.
        CredentialsError: the organization or the enabled regions may not be asked for.
    """
    wanted, own = configuration.accounts, request.account_id
    found = find_accounts(
        clients, wanted, own=own, partition=request.partition, excluded=configuration.exclude.accounts
    )
    _refuse_strangers(request, found, wanted.role)
    asked = request.regions or configuration.regions or environment.regions or (environment.region,)
    regions = resolve_regions(
        asked, excluded=configuration.exclude.regions, partition=request.partition,
        clients=clients, region=environment.region,
    )  # fmt: skip
    sessions = Sessions(clients, own, Role(wanted.role, wanted.external_id, request.partition), environment.region)
    found = _without_management(found, own, sessions)
    accounts = [account for account in found.accounts if not request.accounts or account.id in request.accounts]
    everywhere = ALL in asked

    def target(account: Account) -> Target:
        here = regions
        if everywhere and account.id != own:
            here = _enabled(sessions, account.id, environment.region, configuration.exclude.regions, regions)
        return Target(account.id, request.partition, here)

    with ThreadPoolExecutor(_SIDE_BY_SIDE, thread_name_prefix="target") as pool:
        return found, tuple(pool.map(target, accounts))


def _enabled(
    sessions: Sessions, account_id: str, region: str, excluded: Iterable[str], otherwise: Sequence[str]
) -> tuple[str, ...]:
    """Return the regions that an account has enabled; where it cannot be asked, the stack's own stand for them.

    So the scan finds out, shard by shard, and tells of it.
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


def _refuse_strangers(request: Request, found: Found, role: str) -> None:
    known = {account.id for account in found.accounts}
    if strangers := sorted(set(request.accounts) - known - found.excluded.keys()):
        raise ConfigurationError(
            f"this stack does not scan {', '.join(strangers)}: name it under accounts.include in muster.yaml, and "
            "under accounts.role the role that member-role.yaml deploys there"
        )
    others = sorted(known - {request.account_id})
    if others and not role:
        raise ConfigurationError(
            f"accounts.role is missing: {len(others)} other account{'s' * (len(others) > 1)} cannot be entered without "
            "the role that member-role.yaml deploys there"
        )
