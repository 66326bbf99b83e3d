"""What makes moto fast: fewer images, and worked out once what it works out anew for each call."""

import os
from pathlib import Path
from typing import Any

import moto.backends
from moto.core.base_backend import BaseBackend

IMAGES = Path(__file__).with_name("images.json")
"""The images of others in each region: moto's own 1,300 make every listing of snapshots take seconds."""

Addresses = dict[str, Any]
"""What answers for an address, by the address's pattern."""

_listed_addresses = BaseBackend.urls.fget
_listed_modules = moto.backends.list_of_moto_modules
_addresses: dict[tuple[type, str | None], Addresses] = {}
_modules: list[str] = []


def keep() -> None:
    """Let moto keep the addresses of each service, for which it imports S3's module anew, and the list of its folders.

    The addresses depend on `MOTO_S3_CUSTOM_ENDPOINTS`, so they are kept for each value of it.
    """
    BaseBackend.urls = property(_kept_addresses)
    moto.backends.list_of_moto_modules = _kept_modules


def _kept_addresses(backend: BaseBackend) -> Addresses:
    key = type(backend), os.environ.get("MOTO_S3_CUSTOM_ENDPOINTS")
    if key not in _addresses:
        _addresses[key] = _listed_addresses(backend)
    return _addresses[key]


def _kept_modules() -> list[str]:
    if not _modules:
        _modules.extend(_listed_modules())
    return _modules
