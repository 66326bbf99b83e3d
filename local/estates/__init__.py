"""Small estates with something to find: a module a service, each with what passes and what fails every check."""

import importlib
import pkgutil

from local.server import EmbeddedAws


def seed(aws: EmbeddedAws, region: str) -> None:
    """Make the resources of every module of this package in a region."""
    for info in sorted(pkgutil.iter_modules(__path__), key=lambda info: info.name):
        importlib.import_module(f"{__name__}.{info.name}").seed(aws, region)
