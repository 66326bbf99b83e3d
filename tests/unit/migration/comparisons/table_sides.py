"""Tables of both sides as plain answers of AWS, of which a test changes one thing."""

import copy
from collections.abc import Mapping
from typing import Any

from muster.migration.file import TableItem
from muster.migration.relatives import KEY, TABLE
from muster.migration.sides import Pair, Source, Target
from muster.model.finding import Unavailable
from tests.unit.migration.sides_of import (
    ACCOUNT_ID,
    SOURCE_REGION,
    TARGET_REGION,
    pair_of,
    snapshot_of,
    source_of,
    target_of,
)

Sections = dict[str, Any]
DENIED = Unavailable("dynamodb:DescribeTable", "AWS denies the call")


def arn(region: str, name: str) -> str:
    return f"arn:aws:dynamodb:{region}:{ACCOUNT_ID}:table/{name}"


def index(name: str = "by-day", read: int = 20, write: int = 10) -> dict[str, Any]:
    """Return a global secondary index."""
    return {
        "IndexName": name,
        "KeySchema": [{"AttributeName": "day", "KeyType": "HASH"}, {"AttributeName": "id", "KeyType": "RANGE"}],
        "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["total", "state"]},
        "IndexStatus": "ACTIVE",
        "ProvisionedThroughput": {"ReadCapacityUnits": read, "WriteCapacityUnits": write},
    }


def sections(region: str, name: str, read: int = 100, write: int = 50) -> Sections:
    """Return the sections of a provisioned table that is all that a target should be."""
    return {
        "table": {
            "TableName": name,
            "TableArn": arn(region, name),
            "TableStatus": "ACTIVE",
            "AttributeDefinitions": [
                {"AttributeName": "id", "AttributeType": "S"},
                {"AttributeName": "day", "AttributeType": "N"},
            ],
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "ProvisionedThroughput": {"ReadCapacityUnits": read, "WriteCapacityUnits": write},
            "GlobalSecondaryIndexes": [index()],
            "LocalSecondaryIndexes": [
                {
                    "IndexName": "by-total",
                    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                    "Projection": {"ProjectionType": "ALL"},
                }
            ],
            "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
            "SSEDescription": {
                "Status": "ENABLED",
                "SSEType": "KMS",
                "KMSMasterKeyArn": f"arn:aws:kms:{region}:{ACCOUNT_ID}:key/k",
            },
            "DeletionProtectionEnabled": False,
        },
        "recovery": {
            "ContinuousBackupsDescription": {
                "ContinuousBackupsStatus": "ENABLED",
                "PointInTimeRecoveryDescription": {
                    "PointInTimeRecoveryStatus": "ENABLED",
                    "RecoveryPeriodInDays": 35,
                },
            }
        },
        "time-to-live": {"TimeToLiveDescription": {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"}},
        "global-table": None,
        "scaling-targets": {"ScalableTargets": []},
        "scaling-policies": {"ScalingPolicies": []},
    }


def on_demand(read: int | None = None, write: int | None = None) -> dict[str, Any]:
    """Return the members of a table that is paid on demand, with its maximum."""
    maximum = {"MaxReadRequestUnits": read or -1, "MaxWriteRequestUnits": write or -1}
    return {
        "BillingModeSummary": {"BillingMode": "PAY_PER_REQUEST"},
        "ProvisionedThroughput": {"ReadCapacityUnits": 0, "WriteCapacityUnits": 0},
        "OnDemandThroughput": maximum,
    }


def scaling(  # noqa: PLR0913 - what Application Auto Scaling keeps of a dimension
    name: str, least: int, most: int, *, aim: float = 70, index: str = "", kind: str = "Read"
) -> Sections:
    """Return the sections of a table of which one dimension is scaled."""
    resource = f"table/{name}" + (f"/index/{index}" if index else "")
    dimension = f"dynamodb:{'index' if index else 'table'}:{kind}CapacityUnits"
    same = {"ResourceId": resource, "ScalableDimension": dimension}
    policy = {"TargetTrackingScalingPolicyConfiguration": {"TargetValue": aim}}
    return {
        "scaling-targets": {"ScalableTargets": [{**same, "MinCapacity": least, "MaxCapacity": most}]},
        "scaling-policies": {"ScalingPolicies": [{**same, **policy}]},
    }


LIMITS = {
    "AccountMaxReadCapacityUnits": 80000,
    "AccountMaxWriteCapacityUnits": 80000,
    "TableMaxReadCapacityUnits": 40000,
    "TableMaxWriteCapacityUnits": 40000,
}
KEY_ANSWER = {"key": {"KeyMetadata": {"KeyManager": "CUSTOMER", "KeyState": "Enabled", "Origin": "AWS_KMS"}}}


def source(answers: Mapping[str, Any] | None, region: Mapping[str, Any] | None = None) -> Source:
    return source_of(
        TABLE, "orders", answers, region=region, key=snapshot_of(KEY, "k", KEY_ANSWER, region=SOURCE_REGION)
    )


def target(
    answers: Mapping[str, Any] | None,
    region: Mapping[str, Any] | None = None,
    key: Mapping[str, Any] | Unavailable | None = KEY_ANSWER,
) -> Target:
    region = {"dynamodb-limits": LIMITS, **(region or {})}
    other = snapshot_of(KEY, "k", key) if isinstance(key, Mapping) else key
    return target_of(TABLE, "orders-eu", answers, region=region, key=other)


def pair(item: TableItem | None = None) -> Pair:
    return pair_of(item or TableItem("orders", "orders-eu"))


def both() -> tuple[Sections, Sections]:
    """Return the sections of a target and of its source that are alike."""
    return copy.deepcopy(sections(TARGET_REGION, "orders-eu")), copy.deepcopy(sections(SOURCE_REGION, "orders"))
