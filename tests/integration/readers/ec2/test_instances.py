"""Reading EC2 on moto."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from muster.catalog.catalog import load
from muster.catalog.read_plan import read_plan
from muster.facets.ec2.instances import Instance, InstanceLoad, InstanceMetadataDefaults, SecurityGroup, Volume
from muster.facets.tagging.tags import Tags
from muster.model.finding import REGION, TARGET, Finding, Resource, Status, Unknown
from muster.model.readers import Lister
from muster.model.rule import Rule
from muster.model.shard import Shard
from muster.readers.ec2.instances import (
    INSTANCE,
    SECURITY_GROUP,
    VOLUME,
    ebs_encryption_by_default,
    instance_metadata_defaults,
    instances,
    prefix_list,
    security_groups,
    volumes,
)
from muster.readers.ec2.instances import load as load_of
from muster.scanning.calls import ScanContext
from muster.scanning.shard_scan import ShardScan
from muster.sdk.session import Clients
from tests.integration.conftest import listing

HERE = "eu-west-1"
ACCOUNT_ID = "123456789012"
AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
SHARD = Shard(ACCOUNT_ID, HERE, "ec2", HERE, (HERE,))
IMAGE = "ami-12c6146b"


def test_instances_come_with_facets_tags_and_arn_and_terminated_ones_do_not(clients: Clients) -> None:
    ec2 = clients.get("ec2", HERE)
    made = ec2.run_instances(
        ImageId=IMAGE,
        MinCount=2,
        MaxCount=2,
        MetadataOptions={"HttpTokens": "required"},
        TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Owner", "Value": "web"}]}],
    )["Instances"]
    ec2.terminate_instances(InstanceIds=[made[1]["InstanceId"]])
    (found,) = listing(instances, ec2, SHARD)
    assert found.resource.arn == f"arn:aws:ec2:{HERE}:123456789012:instance/{made[0]['InstanceId']}"
    assert found.resource.tags == {"Owner": "web"}
    facet = found.facets[Instance]
    assert isinstance(facet, Instance)
    assert (facet.state, facet.metadata_tokens) == ("running", "required")
    assert found.facets[Tags] == Tags({"Owner": "web"})


def test_a_stopped_instance_says_since_when(clients: Clients) -> None:
    ec2 = clients.get("ec2", HERE)
    made = ec2.run_instances(ImageId=IMAGE, MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
    ec2.stop_instances(InstanceIds=[made])
    (found,) = listing(instances, ec2, SHARD)
    facet = found.facets[Instance]
    assert isinstance(facet, Instance)
    assert (facet.id, facet.state) == (made, "stopped")
    assert isinstance(facet.stopped_at, datetime)
    assert abs(facet.stopped_at - datetime.now(UTC)) < timedelta(minutes=5)


def named(name: str) -> Resource:
    return Resource(INSTANCE, name, ACCOUNT_ID, HERE)


def test_how_busy_instances_were_is_read_of_many_at_once() -> None:
    cloudwatch = boto3.client("cloudwatch", HERE)
    values = {
        "q0": [1.0, 2.0],
        "q1": [3e6],
        "q2": [4e6],
        "q4": [5e6],
    }
    wanted = [
        {
            "Id": f"q{number}",
            "MetricStat": {
                "Metric": {
                    "Namespace": "AWS/EC2",
                    "MetricName": metric,
                    "Dimensions": [{"Name": "InstanceId", "Value": name}],
                },
                "Period": 3600,
                "Stat": stat,
            },
            "ReturnData": True,
        }
        for number, (name, metric, stat) in enumerate(
            (name, metric, stat)
            for name in ("i-1", "i-2")
            for metric, stat in (("CPUUtilization", "Average"), ("NetworkIn", "Sum"), ("NetworkOut", "Sum"))
        )
    ]
    with Stubber(cloudwatch) as stub:
        stub.add_response(
            "get_metric_data",
            {"MetricDataResults": [{"Id": key, "Values": value} for key, value in values.items()]},
            {
                "MetricDataQueries": wanted,
                "StartTime": AT - timedelta(days=14),
                "EndTime": AT,
                "ScanBy": "TimestampDescending",
            },
        )
        found = load_of.function(cloudwatch, [named("i-1"), named("i-2")], at=AT + timedelta(minutes=59))
    assert found["i-1"] == InstanceLoad(hours=2, cpu=2.0, network=7e6)
    assert found["i-2"].hours == 0
    assert isinstance(found["i-2"].cpu, Unknown)
    assert isinstance(found["i-2"].network, Unknown)


def test_a_metric_that_was_sent_is_read_back(clients: Clients) -> None:
    cloudwatch = clients.get("cloudwatch", HERE)
    dimensions = [{"Name": "InstanceId", "Value": "i-1"}]
    cloudwatch.put_metric_data(
        Namespace="AWS/EC2",
        MetricData=[
            {
                "MetricName": metric,
                "Dimensions": dimensions,
                "Timestamp": AT - timedelta(days=day, hours=1),
                "Value": 8.0,
            }
            for metric in ("CPUUtilization", "NetworkIn", "NetworkOut")
            for day in (0, 1, 20)
        ],
    )
    assert load_of.function(cloudwatch, [named("i-1")], at=AT) == {"i-1": InstanceLoad(2, 8.0, 16.0)}


@pytest.mark.parametrize("state", ["pending", "running", "stopping", "stopped"])
def test_only_running_instances_are_asked_about_and_no_more_than_a_call_takes(state: str) -> None:
    assert load_of.when is not None
    assert load_of.when(Instance.parse({"State": {"Name": state}})) is (state == "running")
    assert not load_of.when(Instance.parse({}))
    assert load_of.at_once * 3 <= 500 < (load_of.at_once + 1) * 3
    assert load_of.timed


def test_the_defaults_of_the_metadata_service_are_read() -> None:
    ec2 = boto3.client("ec2", HERE)
    with Stubber(ec2) as stub:
        answer = {"AccountLevel": {"HttpTokens": "required", "ManagedBy": "account"}}
        stub.add_response("get_instance_metadata_defaults", answer, {})
        found = instance_metadata_defaults.function(ec2, Resource(REGION, HERE, ACCOUNT_ID, HERE))
    assert found == InstanceMetadataDefaults("required", None)


def test_volumes_and_security_groups_are_listed_with_their_facets(clients: Clients) -> None:
    ec2 = clients.get("ec2", HERE)
    ec2.create_volume(AvailabilityZone=f"{HERE}a", Size=1, Encrypted=True)
    (volume,) = listing(volumes, ec2, SHARD)
    assert volume.facets[Volume] == Volume(encrypted=True)
    groups = listing(security_groups, ec2, SHARD)
    default = next(item.facets[SecurityGroup] for item in groups)
    assert isinstance(default, SecurityGroup)
    assert default.name == "default"


def test_a_prefix_list_is_read_to_its_end(clients: Clients) -> None:
    ec2 = clients.get("ec2", HERE)
    made = ec2.create_managed_prefix_list(
        PrefixListName="office", MaxEntries=5, AddressFamily="IPv4", Entries=[{"Cidr": "198.51.100.0/24"}]
    )["PrefixList"]["PrefixListId"]
    group = Resource(SECURITY_GROUP, "sg-1", "123456789012", HERE)
    assert prefix_list.function(ec2, group, made).cidrs == ("198.51.100.0/24",)


@pytest.mark.parametrize("enabled", [True, False])
def test_ebs_encryption_by_default(clients: Clients, enabled: bool) -> None:
    ec2 = clients.get("ec2", HERE)
    (ec2.enable_ebs_encryption_by_default if enabled else ec2.disable_ebs_encryption_by_default)()
    region = Resource(REGION, HERE, "123456789012", HERE)
    assert ebs_encryption_by_default.function(ec2, region).enabled is enabled


def group_of(ec2: Any, *permissions: dict[str, Any]) -> str:
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    name = ec2.create_security_group(GroupName="web", Description="web", VpcId=vpc)["GroupId"]
    if permissions:
        ec2.authorize_security_group_ingress(GroupId=name, IpPermissions=list(permissions))
    return str(name)


def test_a_prefix_list_in_a_rule_is_named_by_its_group(clients: Clients) -> None:
    ec2 = clients.get("ec2", HERE)
    lists = [{"PrefixListId": "pl-1"}]
    name = group_of(ec2, {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "PrefixListIds": lists})
    groups = {item.resource.id: item for item in listing(security_groups, ec2, SHARD)}
    facet = groups[name].facets[SecurityGroup]
    assert isinstance(facet, SecurityGroup)
    assert prefix_list.keys is not None
    assert prefix_list.keys(facet, groups[name].resource) == ("pl-1",)


@pytest.mark.parametrize(
    ("lister", "operation", "size", "item"),
    [
        pytest.param(
            instances,
            "describe_instances",
            1000,
            lambda name: {"Reservations": [{"Instances": [{"InstanceId": name}]}]},
            id="instances",
        ),
        pytest.param(volumes, "describe_volumes", 500, lambda name: {"Volumes": [{"VolumeId": name}]}, id="volumes"),
        pytest.param(
            security_groups,
            "describe_security_groups",
            1000,
            lambda name: {"SecurityGroups": [{"GroupId": name}]},
            id="security groups",
        ),
    ],
)
def test_listings_are_asked_for_in_large_pages_to_the_end(
    lister: Lister, operation: str, size: int, item: Callable[[str], dict[str, Any]]
) -> None:
    ec2 = boto3.client("ec2", HERE)
    with Stubber(ec2) as stub:
        stub.add_response(operation, item("x-1") | {"NextToken": "next"}, {"MaxResults": size})
        stub.add_response(operation, item("x-2"), {"MaxResults": size, "NextToken": "next"})
        found = listing(lister, ec2, SHARD)
    assert [item.resource.id for item in found] == ["x-1", "x-2"]


@pytest.mark.parametrize(
    ("lister", "operation", "page", "left"),
    [
        pytest.param(
            instances,
            "describe_instances",
            {
                "Reservations": [
                    {
                        "Instances": [
                            {"InstanceId": f"i-{state}", "State": {"Name": state}}
                            for state in ("pending", "running", "shutting-down", "terminated", "stopping", "stopped")
                        ]
                    }
                ]
            },
            ["i-pending", "i-running", "i-stopping", "i-stopped"],
            id="instances on their way out",
        ),
        pytest.param(
            volumes,
            "describe_volumes",
            {
                "Volumes": [
                    {"VolumeId": f"vol-{state}", "State": state}
                    for state in ("creating", "available", "in-use", "deleting", "deleted", "error")
                ]
            },
            ["vol-creating", "vol-available", "vol-in-use", "vol-error"],
            id="volumes on their way out",
        ),
        pytest.param(
            security_groups,
            "describe_security_groups",
            {
                "SecurityGroups": [
                    {"GroupId": "sg-own", "OwnerId": "123456789012"},
                    {"GroupId": "sg-shared", "OwnerId": "111122223333"},
                ]
            },
            ["sg-own"],
            id="groups that another account shares",
        ),
    ],
)
def test_what_is_not_judged_here_is_left_out(
    lister: Lister, operation: str, page: dict[str, Any], left: list[str]
) -> None:
    ec2 = boto3.client("ec2", HERE)
    with Stubber(ec2) as stub:
        stub.add_response(operation, page)
        assert [found.resource.id for found in listing(lister, ec2, SHARD)] == left


def rules_of(*names: str) -> list[Rule]:
    catalog = load()
    found = [check for check in catalog.checks.values() if check.id in names]
    assert len(found) == len(names)
    return [Rule(check, kind, "ec2", check.settings) for check in found for kind in catalog.resource_types(check)]


def scanned(clients: Any, *names: str) -> list[Finding]:
    """Scan instances, groups and the region with some checks; moto lacks calls that other types need."""
    rules = [rule for rule in rules_of(*names) if rule.resource_type in (INSTANCE, SECURITY_GROUP, VOLUME, REGION)]
    return list(ShardScan(SHARD, read_plan(load(), rules), ScanContext(clients, AT)))


def test_a_shard_is_judged_from_the_listing_to_the_reason(clients: Clients) -> None:
    ec2 = clients.get("ec2", HERE)
    made = ec2.run_instances(ImageId=IMAGE, MinCount=1, MaxCount=1, MetadataOptions={"HttpTokens": "optional"})
    name = made["Instances"][0]["InstanceId"]
    opened = group_of(ec2, {"IpProtocol": "tcp", "FromPort": 20, "ToPort": 25, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]})
    findings = scanned(
        clients, "ec2-instance-imdsv2-required", "required-tags", "ec2-security-group-admin-ports-closed"
    )
    said = {(found.check_id, found.resource.id): (found.status, found.reason) for found in findings}
    assert said["ec2-instance-imdsv2-required", name] == (
        Status.NON_COMPLIANT,
        "IMDSv1 is allowed (HttpTokens: optional)",
    )
    assert said["required-tags", name] == (
        Status.NON_COMPLIANT,
        "Tag Environment is missing; tag Owner is missing; tag CostCenter is missing; tag Project is missing",
    )
    assert said["ec2-security-group-admin-ports-closed", opened] == (
        Status.NON_COMPLIANT,
        "SSH (port 22) is open to the internet (0.0.0.0/0)",
    )


class Refusing:
    """The clients of a session that is denied one operation."""

    def __init__(self, clients: Clients, operation: str) -> None:
        self._clients, self._operation = clients, operation

    def counting_in(self, _ledger: object) -> "Refusing":
        return self

    def get(self, service: str, region: str) -> Any:
        client = self._clients.get(service, region)
        client.meta.events.register(f"before-call.ec2.{self._operation}", self._refuse)
        return client

    def _refuse(self, **_: object) -> None:
        error = {"Code": "UnauthorizedOperation", "Message": "You are not authorized to perform this operation."}
        raise ClientError({"Error": error}, self._operation)


@pytest.mark.parametrize(
    ("operation", "name", "kind"),
    [
        pytest.param("DescribeInstances", "ec2-instance-no-public-ip", TARGET, id="instances"),
        pytest.param("DescribeVolumes", "ec2-volume-encrypted", TARGET, id="volumes"),
        pytest.param("DescribeSecurityGroups", "ec2-default-security-group-closed", TARGET, id="groups"),
        pytest.param("GetEbsEncryptionByDefault", "ec2-ebs-encryption-by-default", REGION, id="the region's default"),
        pytest.param(
            "GetManagedPrefixListEntries", "ec2-security-group-admin-ports-closed", SECURITY_GROUP, id="a prefix list"
        ),
    ],
)
def test_what_aws_refuses_is_said_with_the_permission_it_needs(
    clients: Clients, operation: str, name: str, kind: str
) -> None:
    ec2 = clients.get("ec2", HERE)
    group_of(ec2, {"IpProtocol": "-1", "PrefixListIds": [{"PrefixListId": "pl-1"}]})
    unread = [
        found for found in scanned(Refusing(clients, operation), name) if found.status is Status.INSUFFICIENT_DATA
    ]
    assert [found.resource.type for found in unread] == [kind]
    assert [gap.permission for gap in unread[0].unavailable] == [f"ec2:{operation}"]
    assert f"needs ec2:{operation}" in unread[0].reason


def test_the_lister_says_what_it_spends() -> None:
    assert (instances.resource_type, instances.permissions) == (INSTANCE, ("ec2:DescribeInstances",))
