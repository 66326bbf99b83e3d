"""Which regions are meant: names are checked before anything runs, `all` is what the account has enabled."""

from collections.abc import Iterable, Sequence

from muster.errors import ConfigurationError
from muster.names import unknown
from muster.session import Clients, enabled_regions

ALL = "all"


def resolve_regions(
    asked: Sequence[str], *, excluded: Iterable[str] = (), partition: str, clients: Clients, region: str
) -> tuple[str, ...]:
    """Return the regions to scan, sorted; `region` is where to ask which are enabled.

    Raises:
        ConfigurationError: a region does not exist in the partition, or none is left.
        CredentialsError: the enabled regions may not be asked for.
    """
    known = known_regions(clients, partition)
    left_out = set(excluded)
    for name in (*asked, *left_out):
        if name != ALL and name not in known:
            raise ConfigurationError(unknown(name, f"a region of {partition}", known))
    names = set(enabled_regions(clients, region)) if ALL in asked else set(asked)
    if not names - left_out:
        raise ConfigurationError("no region is left to scan: all that were asked for are excluded")
    return tuple(sorted(names - left_out))


def known_regions(clients: Clients, partition: str) -> tuple[str, ...]:
    """Return the regions of a partition that the SDK knows, sorted."""
    return tuple(sorted(clients.session.get_available_regions("ec2", partition_name=partition)))
