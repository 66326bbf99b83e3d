"""The regions of a scan: the SDK lists regions, EC2 confirms new ones, `all` are those enabled in the account."""

import functools
import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from botocore.loaders import create_loader
from botocore.regions import EndpointResolver

from muster.errors import ConfigurationError, CredentialsError, Throttled, Transient
from muster.model.suggest import unknown
from muster.sdk.session import Clients, enabled_regions, existing_regions
from muster.targets.partitions import home_region, partition_of

ALL = "all"
_SPELLED = re.compile(
    r"[a-z]{2,5}(-[a-z]{2,5})?-(north|south|east|west|central|northeast|northwest|southeast|southwest)-[1-9]"
)


def may_be_region(name: str) -> bool:
    """Whether a name is spelled as AWS spells regions: an area, a compass direction and a number of one digit."""
    return _SPELLED.fullmatch(name) is not None


@functools.cache
def sdk_regions() -> Mapping[str, tuple[str, ...]]:
    """Return the regions of each partition that the SDK knows, sorted. No profile of AWS is read for it."""
    resolver = EndpointResolver(create_loader().load_data("endpoints"))
    return {
        partition: tuple(sorted(resolver.get_available_endpoints("ec2", partition)))
        for partition in resolver.get_available_partitions()
    }


def region_of_calls(region: str) -> str:
    """Return the region of calls that belong to no region: the one named, if the SDK knows it.

    A region that it does not know may be a mistake, and nothing would answer there: the home of its partition will.
    """
    if any(region in names for names in sdk_regions().values()):
        return region
    return home_region(partition_of(region))


def resolve_regions(  # noqa: PLR0913 - the names, and how to look them up
    names: Sequence[str],
    *,
    excluded: Iterable[str] = (),
    partition: str,
    clients: Clients,
    region: str,
    note: Callable[[str], None] = lambda _sentence: None,
) -> tuple[str, ...]:
    """Return the regions to scan, sorted; EC2 in `region` lists which exist and which are enabled.

    EC2 is called for which exist only where the SDK does not know a name. Where that call is denied, a name that is
    spelled like a region is taken, and `note` is called with a sentence about it.

    Raises:
        ConfigurationError: a region does not exist in the partition, or none is left.
        CredentialsError: the call for the enabled regions is denied.
    """
    left_out = set(excluded)
    _refuse_unknown((*names, *sorted(left_out)), partition, lambda: existing_regions(clients, region), note)
    wanted = set(enabled_regions(clients, region)) if ALL in names else set(names)
    if not wanted - left_out:
        raise ConfigurationError("no region is left to scan: all selected regions are excluded")
    return tuple(sorted(wanted - left_out))


def _refuse_unknown(
    names: Sequence[str], partition: str, ask: Callable[[], Sequence[str]], note: Callable[[str], None]
) -> None:
    """Refuse names that are no region, as EC2 says it.

    Raises:
        ConfigurationError: one of them is none.
    """
    known = sdk_regions().get(partition, ())
    unlisted = [name for name in dict.fromkeys(names) if name != ALL and name not in known]
    elsewhere = {name for other, found in sdk_regions().items() if other != partition for name in found}
    for name in unlisted:
        if name in elsewhere or not may_be_region(name):
            raise ConfigurationError(unknown(name, f"a region of {partition}", known))
    if not unlisted:
        return
    try:
        existing = sorted({*known, *ask()})
    except (CredentialsError, Throttled, Transient) as error:
        note(f"{', '.join(unlisted)}: the SDK does not know this region, and EC2 could not be called ({error})")
        return
    if wrong := [unknown(name, f"a region of {partition}", existing) for name in unlisted if name not in existing]:
        raise ConfigurationError("\n".join(wrong))
