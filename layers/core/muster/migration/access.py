"""The two sides of a migration as they are entered: a region, its account, and the clients of that account."""

from dataclasses import dataclass, replace

from muster.errors import ConfigurationError
from muster.migration.file import MigrationFile, Place
from muster.model.coverage import Ledger
from muster.model.finding import Resource
from muster.sdk.session import Caller, ClientProvider, Clients
from muster.targets.clients import Role, Sessions


@dataclass(frozen=True, slots=True)
class Access:
    """One side."""

    region: str
    account_id: str
    partition: str
    clients: ClientProvider


@dataclass(frozen=True, slots=True)
class Accesses:
    """Both sides."""

    source: Access
    target: Access

    def counting_in(self, ledger: Ledger) -> "Accesses":
        """Return the same sides with clients whose calls count in a ledger."""
        source, target = (
            replace(side, clients=side.clients.counting_in(ledger)) for side in (self.source, self.target)
        )
        return Accesses(source, target)

    def of(self, resource: Resource, side: Access) -> Access:
        """Return the side that reads a resource which belongs to `side`: one of its account, and of its region if any.

        Both sides of a pair may name the same key; read from one side it is read once. A resource of a third account is
        read with the credentials of `side`.
        """
        own = [each for each in (side, self.source, self.target) if each.account_id == resource.account_id]
        return next((each for each in own if each.region == resource.region), own[0] if own else side)


def enter(file: MigrationFile, own: Clients, caller: Caller, run: str) -> Accesses:
    """Return both sides of a migration; `run` names the sessions of roles that are assumed.

    An account whose role cannot be assumed is entered all the same: whatever is read there is unread, with the reason.

    Raises:
        ConfigurationError: the file names another account and no role for it, or both sides are one.
        Throttled: AWS throttles the call that assumes a role.
        Transient: AWS or the network failed while a role was assumed.
    """
    source, target = (_enter(side, place, own, caller, run) for side, place in _sides(file))
    if (source.region, source.account_id) == (target.region, target.account_id):
        raise ConfigurationError(
            f"source and target are both {source.region} in account {source.account_id}; name another region"
        )
    return Accesses(source, target)


def _sides(file: MigrationFile) -> tuple[tuple[str, Place], ...]:
    return ("source", file.source), ("target", file.target)


def _enter(side: str, place: Place, own: Clients, caller: Caller, run: str) -> Access:
    account_id = place.account_id or caller.account_id
    if account_id != caller.account_id and not place.role:
        raise ConfigurationError(
            f"{side}.account is {account_id}, and the credentials are of {caller.account_id}: add {side}.role, the "
            f"name of a role in {account_id} that these credentials may assume"
        )
    role = Role(place.role, place.external_id, caller.partition)
    clients = Sessions(own, caller.account_id, role, place.region, run).of(account_id)
    return Access(place.region, account_id, caller.partition, clients)
