"""DMS: an instance, a task and endpoints as they should be, and as bad as may be."""

import json
from typing import Any

from local.server import ACCOUNT, EmbeddedAws

_TAGS = [{"Key": "Owner", "Value": "data"}, {"Key": "Environment", "Value": "production"}]


def seed(aws: EmbeddedAws, region: str) -> None:
    """Make the estate of one region."""
    dms = aws.client("dms", region)
    kept = dms.create_replication_instance(
        ReplicationInstanceIdentifier="move-orders", ReplicationInstanceClass="dms.t3.medium", MultiAZ=True,
        PubliclyAccessible=False, AutoMinorVersionUpgrade=True, Tags=_TAGS,
    )["ReplicationInstance"]["ReplicationInstanceArn"]  # fmt: skip
    trial = dms.create_replication_instance(
        ReplicationInstanceIdentifier="trial", ReplicationInstanceClass="dms.t3.medium", MultiAZ=False,
        PubliclyAccessible=True, AutoMinorVersionUpgrade=False,
    )["ReplicationInstance"]["ReplicationInstanceArn"]  # fmt: skip
    arns = _endpoints(aws, region)
    good = {"Logging": {"EnableLogging": True}}
    for name, instance, settings, tags in (("orders", kept, good, _TAGS), ("trial", trial, {}, [])):
        dms.create_replication_task(
            ReplicationTaskIdentifier=name, SourceEndpointArn=arns["orders-old"], TargetEndpointArn=arns["lake"],
            ReplicationInstanceArn=instance, MigrationType="full-load", TableMappings='{"rules": []}',
            ReplicationTaskSettings=json.dumps(settings), Tags=tags,
        )  # fmt: skip


def _endpoints(aws: EmbeddedAws, region: str) -> dict[str, str]:
    dms = aws.client("dms", region)
    role = f"arn:aws:iam::{ACCOUNT}:role/migration"
    graph = {"S3BucketName": "graph", "S3BucketFolder": "load", "ServiceAccessRoleArn": role}
    cache = {"ServerName": "cache.example", "Port": 6379}
    source, target = {"EndpointType": "source"}, {"EndpointType": "target"}
    made: dict[str, dict[str, Any]] = {
        "orders-old": {**source, "EngineName": "postgres", "SslMode": "verify-full", "Tags": _TAGS},
        "bills-old": {**source, "EngineName": "mysql"},
        "lake": {**target, "EngineName": "s3", "S3Settings": {"BucketName": "lake"}},
        "events": {**target, "EngineName": "kafka", "KafkaSettings": {"SecurityProtocol": "sasl-ssl"}},
        "graph": {**target, "EngineName": "neptune", "NeptuneSettings": {**graph, "IamAuthEnabled": True}},
        "graph-old": {**target, "EngineName": "neptune", "NeptuneSettings": {**graph, "IamAuthEnabled": False}},
        "notes": {**source, "EngineName": "mongodb", "SslMode": "require", "MongoDbSettings": {"AuthType": "password"}},
        "notes-old": {**source, "EngineName": "mongodb", "MongoDbSettings": {"AuthType": "no"}},
        "cache": {**target, "EngineName": "redis", "RedisSettings": {**cache, "SslSecurityProtocol": "ssl-encryption"}},
        "cache-old": {**target, "EngineName": "redis", "RedisSettings": {**cache, "SslSecurityProtocol": "plaintext"}},
    }
    return {
        name: dms.create_endpoint(EndpointIdentifier=name, ResourceIdentifier=name, **given)["Endpoint"]["EndpointArn"]
        for name, given in made.items()
    }
