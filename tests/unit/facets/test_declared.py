"""Every declared facet against botocore's models: its members exist, and no value that AWS documents is unknown."""

import dataclasses
import importlib
import pkgutil
import typing
from collections.abc import Iterator, Mapping
from typing import Any, cast

import botocore.session
import pytest
from botocore.model import ListShape, MapShape, Shape, StructureShape

import muster.facets
from muster.catalog.catalog import load
from muster.catalog.expressions.types import options
from muster.facets.fields import Parsed, members
from muster.model.finding import Unknown
from muster.sdk.wire.projection import BESIDE

SESSION = botocore.session.get_session()
CATALOG = load()
WITHIN: Mapping[str, str] = {
    "AclEntry": "ec2:DescribeNetworkAcls",
    "LaunchSettings": "ec2:DescribeLaunchTemplateVersions",
    "NamedMultiRegionAccessPoint": "s3control:ListMultiRegionAccessPoints",
    "Tunnel": "ec2:DescribeVpnConnections",
    "TunnelStatus": "ec2:DescribeVpnConnections",
    "ClassicListener": "elb:DescribeLoadBalancers",
    "ClusterMember": "rds:DescribeDBClusters",
    "Container": "ecs:DescribeTaskDefinition",
    "CopyRule": "s3:GetBucketReplication",
    "DirectoryBucket": "s3:ListDirectoryBuckets",
    "FlowLog": "ec2:DescribeFlowLogs",
    "HealthCheck": "ecs:DescribeTaskDefinition",
    "KeyUse": "kms:DescribeKey",
    "Launch": "ecs:DescribeServices",
    "ListenerRule": "elbv2:DescribeRules",
    "LogsResourcePolicy": "logs:DescribeResourcePolicies",
    "MetadataOptions": "ec2:DescribeLaunchTemplateVersions",
    "NamedLoadBalancer": "elbv2:DescribeLoadBalancers",
    "ParameterGroupUse": "rds:DescribeDBInstances",
    "PublicAccessBlock": "s3:GetPublicAccessBlock",
    "Replication": "s3:GetBucketReplication",
    "ReplicationRule": "s3:GetBucketReplication",
    "Rule": "s3:GetBucketLifecycleConfiguration",
}
"""The operations of facets that are parts of others, or that only comparisons of migrations use."""

MADE = {"MonitoringJobDefinitionName", "VolumeArn"}
"""Members that a reader adds to what AWS answers."""


def declared() -> list[type[Parsed]]:
    for module in pkgutil.walk_packages(muster.facets.__path__, "muster.facets."):
        importlib.import_module(module.name)
    return sorted(below(Parsed), key=lambda each: each.__name__)


def below(base: type[Any]) -> Iterator[type[Any]]:
    """Yield the facets below a base that declare fields; a dataclass with slots is made of a second class."""
    for each in base.__subclasses__():
        if vars(each).get("__annotations__") and "readers" in vars(each) and members(each):
            yield each
        yield from below(each)


def operations(facet: type) -> list[str]:
    readers: list[tuple[str, tuple[type, ...]]] = [
        (each.operation, (each.facet,)) for each in CATALOG.describers.values()
    ]
    readers += [(each.operation, each.facets) for each in CATALOG.listers.values()]
    named = sorted({operation for operation, facets in readers if facet in facets})
    return named or [WITHIN[facet.__name__]]


def structures(shape: Shape | None) -> Iterator[StructureShape]:
    """Yield a structure and all that it holds, each once."""
    waiting, seen = [shape], set()
    while waiting:
        found = waiting.pop()
        if found is None or found.name in seen:
            continue
        seen.add(found.name)
        if isinstance(found, StructureShape):
            yield found
            waiting += found.members.values()
        elif isinstance(found, ListShape):
            waiting.append(found.member)
        elif isinstance(found, MapShape):
            waiting.append(found.value)


def member(shape: Shape, path: str) -> Shape | None:
    for name in path.split("."):
        while isinstance(shape, ListShape):
            shape = shape.member
        if isinstance(shape, MapShape):
            shape = shape.value
            continue
        if not isinstance(shape, StructureShape) or name not in shape.members:
            return None
        shape = shape.members[name]
    return shape


def documented(facet: type[Parsed]) -> list[StructureShape]:
    """Return the structures of the answers that have all members of a facet."""
    answers: list[StructureShape] = []
    for operation in operations(facet):
        service, _, name = operation.partition(":")
        answers += structures(SESSION.get_service_model(service).operation_model(name).output_shape)
    return [
        shape
        for shape in answers
        if all(member(shape, path.removesuffix(BESIDE)) for path in members(facet) if path not in MADE)
    ]


def nested(path: str, value: object) -> Any:
    for name in reversed(path.split(".")):
        value = {name: value}
    return value


@pytest.mark.parametrize("facet", declared(), ids=lambda facet: facet.__name__)
def test_every_member_of_a_facet_is_one_that_aws_documents(facet: type[Parsed]) -> None:
    assert documented(facet)


FIELDS = [
    (facet, field)
    for facet in declared()
    for field in dataclasses.fields(cast("Any", facet))
    if Unknown in options(typing.get_type_hints(facet)[field.name])
]
"""The fields that may be unknown."""

WORDS = [
    (facet, field, path, words)
    for facet, field in FIELDS
    for shape in documented(facet)[:1]
    if len(field.metadata["paths"]) == 1
    for path in field.metadata["paths"]
    if (words := getattr(member(shape, path), "enum", ()))
]
"""Those of them for which AWS documents all values."""

READ_AS: Mapping[str, object] = {
    "Enabled": True,
    "Disabled": False,
    "NONE": "",
    "enable": True,
    "disable": False,
}
"""Words that some fields keep as another value."""

WITHOUT: Mapping[str, object] = {
    "BackupPolicy.status": None,
    "BucketObjectLock.mode": "",
    "BucketOwnershipControls.object_ownership": "",
    "BucketVersioning.mfa_delete": "",
    "BucketVersioning.status": "",
    "Container.log_mode": "",
    "DataSyncTask.mode": "BASIC",
    "Distribution.groups": {},
    "Distribution.mode": "direct",
    "DistributionSettings.logging": False,
    "Function.secrets": (),
    "Function.variables": 0,
    "ConfigurationSet.tls": "OPTIONAL",
    "GlueTransform.encryption": "DISABLED",
    "GraphqlApi.log_level": "NONE",
    "Instance.stopped_at": None,
    "InstanceMetadataDefaults.endpoint": None,
    "InstanceMetadataDefaults.tokens": None,
    "Integration.connection": "INTERNET",
    "KafkaCluster.public_access": "DISABLED",
    "Launch.launch_type": None,
    "Launch.public_ip": None,
    "LaunchConfiguration.endpoint": "enabled",
    "LaunchConfiguration.tokens": "optional",
    "LaunchSettings.secrets": None,
    "LogGroup.retention_days": None,
    "MetadataOptions.endpoint": None,
    "MetadataOptions.tokens": None,
    "Project.cloudwatch": "ENABLED",
    "Project.s3": "DISABLED",
    "RoleUse.used": None,
    "Route.authorization": "NONE",
    "Secret.accessed": None,
    "Secret.every_days": None,
    "Secret.rotated": None,
    "Service.controller": "ECS",
    "Service.propagate_tags": "",
    "Service.strategy": "ROLLING",
    "SourceImage.deprecated_at": None,
    "StateMachine.log_level": "OFF",
    "TaskDefinition.cpu": None,
    "TaskDefinition.memory": None,
    "TaskDefinition.network_mode": "bridge",
    "TaskDefinition.pid_mode": "",
    "UserData.secrets": None,
    "UserPool.custom_threat_protection": "OFF",
    "UserPool.temporary_days": 7,
    "UserPool.threat_protection": "OFF",
}
"""What AWS documents for fields whose member it leaves out."""


def named(*parts: Any) -> str:
    facet, field, *_ = parts
    return f"{facet.__name__}.{field.name}"


@pytest.mark.parametrize(
    ("field", "path", "word"),
    [
        pytest.param(field, path, word, id=f"{named(facet, field)} {word}")
        for facet, field, path, words in WORDS
        for word in words
    ],
)
def test_every_value_that_aws_documents_is_known(field: Any, path: str, word: str) -> None:
    assert field.metadata["reader"](nested(path, word)) in (word, READ_AS.get(word, word))


OPEN = {"NetworkInterface.type", "SearchDomain.tls_policy"}
"""Fields that keep a word which is new: the checks compare it with the words that they know."""


@pytest.mark.parametrize(
    ("field", "path"), [pytest.param(*each[1:3], id=named(*each)) for each in WORDS if named(*each) not in OPEN]
)
def test_a_value_that_is_new_is_unknown_and_named(field: Any, path: str) -> None:
    value = field.metadata["reader"](nested(path, "quantum"))
    assert isinstance(value, Unknown)
    assert "'quantum'" in value.reason


@pytest.mark.parametrize(("name", "field"), [pytest.param(named(*each), each[1], id=named(*each)) for each in FIELDS])
def test_what_aws_leaves_out_is_unknown_or_what_it_documents(name: str, field: Any) -> None:
    try:
        value = field.metadata["reader"]({})
    except KeyError:
        return  # the whole facet is unavailable
    assert isinstance(value, Unknown) if name not in WITHOUT else value == WITHOUT[name]
