"""Names of regions, looked at before anything is asked of AWS."""

import functools
from collections.abc import Iterable, Sequence
from typing import Any

from muster.errors import ConfigurationError
from muster.names import unknown
from muster.regions import ALL

_ANYWHERE = "us-east-1"
"""Where the enabled regions are asked for when the credentials come without a region."""


def check_names(asked: Iterable[str], excluded: Iterable[str]) -> None:
    """Refuse names that are no region of any partition; `all` may be asked for, but not excluded.

    Raises:
        ConfigurationError: one of them is not.
    """
    known, names = regions(), [*(name for name in asked if name != ALL), *excluded]
    if wrong := [unknown(name, "a region", known) for name in names if name not in known]:
        raise ConfigurationError("\n".join(wrong))


@functools.cache
def regions() -> frozenset[str]:
    """Return the regions of all partitions, as the SDK knows them."""
    import botocore.session  # noqa: PLC0415 - only who names regions needs it

    session = botocore.session.get_session()
    return frozenset(
        region
        for partition in session.get_available_partitions()
        for region in session.get_available_regions("ec2", partition)
    )


def home(session: Any, asked: Sequence[str]) -> str:
    """Return the region to begin in: the session's, else the first that was asked for.

    Raises:
        ConfigurationError: there is none.
    """
    named = [name for name in asked if name != ALL]
    region: str | None = session.region_name or (named[0] if named else _ANYWHERE if asked else None)
    if region is None:
        raise ConfigurationError("no region is named: use --region, the configuration's regions, or AWS_REGION")
    return region
