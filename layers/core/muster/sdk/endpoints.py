"""The endpoints of AWS's services by region, as botocore knows them.

https://docs.aws.amazon.com/general/latest/gr/rande.html
"""

import functools
import socket
import urllib.parse
from collections.abc import Mapping
from typing import Any

import botocore.exceptions

_S3_EXPRESS = "s3express-control"
_OF_S3_EXPRESS = frozenset(
    {"ap-northeast-1", "ap-south-1", "eu-north-1", "eu-west-1", "us-east-1", "us-east-2", "us-west-2"}
)
"""The regions of S3 Express One Zone, whose hosts botocore's list lacks; read in September 2026.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/endpoint-directory-buckets-AZ.html
"""


def not_offered(error: BaseException) -> bool:
    """Whether a call failed because its service has no endpoint in its region.

    Both must be so: the host has no address, and botocore knows service and region, but no endpoint of the one in the
    other. A host without an address alone may be an outage, a missing endpoint alone a service that came since.
    """
    if not isinstance(error, botocore.exceptions.EndpointConnectionError):
        return False
    details = error.kwargs
    return _without_address(details.get("error")) and _unknown(str(details.get("endpoint_url")))


def _without_address(error: object) -> bool:
    return isinstance(error, socket.gaierror) or type(error).__name__ == "NameResolutionError"


def _unknown(url: str) -> bool:
    """Whether botocore has no endpoint of the service that a URL names in the region that it names."""
    host = urllib.parse.urlsplit(url).hostname or ""
    for suffix, regions, services in _partitions():
        service, _, region = host.removesuffix(f".{suffix}").rpartition(".")
        if host.endswith(f".{suffix}") and region in regions and service in services:
            return region not in services[service]
    return False


_Partition = tuple[str, frozenset[str], Mapping[str, frozenset[str]]]
"""The end of a partition's hosts, its regions, and the regions of each of its services."""


@functools.cache
def _partitions() -> tuple[_Partition, ...]:
    """Return the partitions; two may have hosts that end alike."""
    import botocore.loaders  # noqa: PLC0415 - a scan of regions with all services needs none of it

    data: Mapping[str, Any] = botocore.loaders.Loader().load_data("endpoints")
    return tuple(
        (
            str(each["dnsSuffix"]),
            frozenset(each["regions"]),
            {name: frozenset(service.get("endpoints", ())) for name, service in each["services"].items()}
            | {_S3_EXPRESS: _OF_S3_EXPRESS},
        )
        for each in data["partitions"]
    )
