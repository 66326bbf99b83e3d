"""Condition keys that AWS services send when they assume roles, from data/service_principals.yaml."""

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from muster.data import package_data

_REGION = re.compile(r"[a-z]{2,4}(-[a-z]+)+-\d\Z")
_SUFFIXES = (
    "amazonaws.com.cn",
    "amazonaws.eu",
    "c2s.ic.gov",
    "cloud.adc-e.uk",
    "csp.hci.ic.gov",
    "sc2s.sgov.gov",
)


class Sends(StrEnum):
    """The keys that a service sends for the resource for which it assumes a role."""

    SOURCE = "source"
    """aws:SourceAccount or aws:SourceArn: a condition on them binds the service."""
    EXTERNAL_ID = "external-id"
    """sts:ExternalId, which its customers choose: a condition on that binds it."""
    NONE = "none"
    """No key: a condition on them locks the service out."""
    OWN = "own"
    """Only resources of the role's own account can make the service assume it."""
    UNDOCUMENTED = "undocumented"
    """No page of AWS says."""


@dataclass(frozen=True, slots=True)
class Service:
    """The keys that a service sends, AWS's page about them, and the day or month of the copy that was read.

    `external_id` is the page that shows sts:ExternalId in trust policies, where another page names the source keys.
    """

    sends: Sends
    page: str
    read: str
    external_id: str = ""


def normal(principal: str) -> str:
    """Return a service principal in lower case, without region, with the suffix that it has in the partition `aws`.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-services
    """
    name = principal.lower()
    for suffix in _SUFFIXES:
        if name.endswith(f".{suffix}"):
            name = name.removesuffix(suffix) + "amazonaws.com"
    return ".".join(label for label in name.split(".") if not _REGION.match(label))


@functools.cache
def table() -> Mapping[str, Service]:
    """Read the table: every service principal that a public source names, each in its normal form."""
    document: dict[str, Any] = package_data.read("service_principals.yaml")
    listed = Service(Sends.UNDOCUMENTED, document["list"], str(document["list_read"]))
    return dict.fromkeys(document["listed"], listed) | {
        name: Service(Sends(entry["sends"]), entry["page"], str(entry["read"]), entry.get("external_id", ""))
        for name, entry in document["services"].items()
    }


_UNKNOWN = Service(Sends.UNDOCUMENTED, "", "")


def sends(principal: str) -> Sends:
    """Return what a service sends; of a service that is newer than the table nothing is documented."""
    return table().get(normal(principal), _UNKNOWN).sends


def sends_external_id(principal: str) -> bool:
    """Whether AWS documents that a service sends sts:ExternalId when it assumes a role."""
    found = table().get(normal(principal), _UNKNOWN)
    return bool(found.external_id) or found.sends is Sends.EXTERNAL_ID
