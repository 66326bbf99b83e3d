"""Small estates with something to find: a module a service, each with what passes and what fails every check."""

import importlib
import pkgutil
from collections.abc import Callable
from pathlib import Path

from local import estate
from local.server import EmbeddedAws

CONFIGURATION = Path(__file__).with_name("muster.yaml")
"""The configuration that the estates are scanned with."""
REGIONS = (estate.HOME, estate.AWAY)
_EVERYWHERE = ("ec2", "lambda_")
"""What is seeded in both regions: the second has the switches of a region on, and room for more functions."""


def _nothing(_name: str) -> None:
    """Do nothing before a module is seeded."""


def seed(aws: EmbeddedAws, region: str = estate.HOME, *, before: Callable[[str], None] = _nothing) -> None:
    """Make the resources of every module of this package in a region; `before` is called with each module's name."""
    for info in sorted(pkgutil.iter_modules(__path__), key=lambda info: info.name):
        before(info.name)
        importlib.import_module(f"{__name__}.{info.name}").seed(aws, region)


def seed_all(aws: EmbeddedAws, *, before: Callable[[str], None] = _nothing) -> None:
    """Make an estate of every resource type in two regions, with few of what the larger estate has many of."""
    before("estate")
    estate.seed(aws, instances=6, buckets=3)
    seed(aws, before=before)
    for name in _EVERYWHERE:
        before(f"{name} away")
        importlib.import_module(f"{__name__}.{name}").seed(aws, estate.AWAY)
