"""The patterns of names in documents and events: of accounts, regions, scans, attempts."""

from typing import Annotated

from muster.model.finding import Severity
from muster.model.shard import Shard
from muster.stack.documents.fields import listed, record, text

_REGION = text(r"[a-z0-9]+(-[a-z0-9]+)*", "the name of a region")
_ACCOUNT = text(r"\d{12}", "an account id of 12 digits")
SCAN_ID = text(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}", "the id of a scan like 20261121T060000Z-c22b102a")

AccountId = Annotated[str, _ACCOUNT]
RegionName = Annotated[str, _REGION]
AttemptName = Annotated[str, text(r"([0-9a-f]{8})?", "the name of an attempt, 8 hexadecimal digits or nothing")]
ScanId = Annotated[str, SCAN_ID]
BatchName = Annotated[str, text(r"[0-9a-z-]+", "the name of a batch")]
SeverityName = Annotated[str, text("|".join(Severity), "a severity")]
ShardFields = Annotated[
    Shard,
    record(
        Shard,
        account_id=_ACCOUNT,
        region=_REGION,
        service=text(r"[a-z0-9]+(-[a-z0-9]+)*", "the name of a service"),
        endpoint_region=_REGION,
        scope=listed(_REGION),
        partition=text(r"aws(-[a-z0-9]+)*", "the name of a partition"),
        resource_type=text(r"[A-Za-z0-9:]*", "a resource type like AWS::EC2::Instance"),
    ),
]
"""A shard, each field checked before a key is made of it."""
