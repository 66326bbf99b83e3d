"""Names of regions, checked before the first call."""

import functools
import os
from collections.abc import Iterable, Sequence
from typing import Any

from muster.errors import ConfigurationError
from muster.model.suggest import unknown
from muster.sdk.redaction import one_line
from muster.sdk.setup.profile import config_file
from muster.targets.regions import ALL, may_be_region, sdk_regions

_ANYWHERE = "us-east-1"
"""The region that lists the enabled regions where the credentials come without a region."""


def check_names(names: Iterable[str], excluded: Iterable[str]) -> None:
    """Refuse names that no region has, now or later; `all` may be scanned, but not excluded.

    Raises:
        ConfigurationError: one of them is not.
    """
    known, given = regions(), [*(name for name in names if name != ALL), *excluded]
    if wrong := [unknown(name, "a region", known) for name in given if name not in known]:
        raise ConfigurationError("\n".join(wrong))


class Regions(frozenset[str]):
    """The regions that the SDK knows; a name that a newer SDK may know counts too: EC2 confirms it."""

    def __contains__(self, name: object) -> bool:
        """Whether a name is known, or spelled as AWS spells regions."""
        return super().__contains__(name) or (isinstance(name, str) and may_be_region(name))

    def unsure(self, names: Iterable[str]) -> list[str]:
        """Return those of some names that the SDK does not know."""
        return sorted({name for name in names if name != ALL and not super(Regions, self).__contains__(name)})


@functools.cache
def regions() -> Regions:
    """Return the regions of all partitions. No profile and no configuration of AWS is read for it."""
    return Regions(name for known in sdk_regions().values() for name in known)


def unchecked(names: Iterable[str]) -> str:
    """Return a sentence about the regions that the SDK does not know; empty if there are none."""
    unsure = regions().unsure(names)
    what = "regions that the SDK does" if len(unsure) > 1 else "a region that the SDK does"
    return f"{', '.join(unsure)}: not {what} know; a scan looks it up in EC2" if unsure else ""


def home(session: Any, names: Sequence[str]) -> str:
    """Return the region to begin in: the session's, else the first that is named.

    Raises:
        ConfigurationError: there is none, or it is spelled as no region is.
    """
    named = [name for name in names if name != ALL]
    region: str | None = session.region_name or (named[0] if named else _ANYWHERE if names else None)
    if region is None:
        raise ConfigurationError("no region is named\n  use --region, regions in muster.yaml, or AWS_REGION")
    if session.region_name and region not in regions():
        raise ConfigurationError(f"{_source()}: {unknown(one_line(region, 60), 'a region', regions())}")
    return region


def _source() -> str:
    """Say what names the session's region."""
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        if os.environ.get(name):
            return name
    return f"region in {config_file()}"
