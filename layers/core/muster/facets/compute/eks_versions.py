"""How long EKS supports versions of Kubernetes, from data/eks_versions.yaml."""

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from muster.data import package_data
from muster.model.finding import Unknown

Version = tuple[int, int]
"""A version as numbers: 1.9 comes before 1.34."""
_VERSION = re.compile(r"(\d{1,4})\.(\d{1,4})")


@dataclass(frozen=True, slots=True)
class EksVersions:
    """The first day out of standard support by version, and the month in which the list was read."""

    read: str
    ends: Mapping[Version, date]

    def newer(self, version: Version) -> bool:
        """Return whether a version is newer than the list."""
        return version > max(self.ends)


@functools.cache
def eks_versions() -> EksVersions:
    """Read the list."""
    document: dict[str, Any] = package_data.read("eks_versions.yaml")
    ends = {_numbers(name): day for name, day in document["standard_support_ends"].items()}
    return EksVersions(str(document["read"]), ends)


def version_of(text: str) -> Version | Unknown:
    """Return the numbers of a version as EKS writes it: 1.34."""
    if _VERSION.fullmatch(text):
        return _numbers(text)
    return Unknown(f"AWS returned an unknown Kubernetes version: {text}")


def _numbers(text: str) -> Version:
    major, _, minor = text.partition(".")
    return int(major), int(minor)
