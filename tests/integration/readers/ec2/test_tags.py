"""The tags of what volumes, snapshots and network interfaces belong to, on moto."""

from datetime import UTC, datetime

from muster.catalog.catalog import load
from muster.catalog.read_plan import read_plan
from muster.model.finding import Status
from muster.model.rule import Rule
from muster.model.shard import Shard
from muster.readers.ec2.vpc import INTERFACE
from muster.scanning.calls import ScanContext
from muster.scanning.shard_scan import ShardScan
from muster.sdk.session import Clients

HERE = "eu-west-1"
AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
SHARD = Shard("123456789012", HERE, "ec2", HERE, (HERE,))


def test_volumes_and_snapshots_are_compared_with_what_they_belong_to(clients: Clients) -> None:
    ec2 = clients.get("ec2", HERE)
    instance = ec2.run_instances(
        ImageId="ami-12c6146b",
        MinCount=1,
        MaxCount=1,
        TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Owner", "Value": "web=😀"}]}],
    )["Instances"][0]["InstanceId"]
    (volume,) = ec2.describe_volumes(Filters=[{"Name": "attachment.instance-id", "Values": [instance]}])["Volumes"]
    ec2.create_tags(Resources=[volume["VolumeId"]], Tags=[{"Key": "Owner", "Value": "data"}])
    snapshot = ec2.create_snapshot(VolumeId=volume["VolumeId"])["SnapshotId"]
    ec2.create_tags(Resources=[snapshot], Tags=[{"Key": "Owner", "Value": "data"}])
    check = load().checks["tags-agree-with-parent"]
    rules = [Rule(check, kind, "ec2") for kind in load().resource_types(check)]
    found = {each.resource.id: each for each in ShardScan(SHARD, read_plan(load(), rules), ScanContext(clients, AT))}
    assert found[volume["VolumeId"]].reason == f"Tag Owner is 'data' ({instance} has 'web=😀')"
    assert found[snapshot].status is Status.COMPLIANT


def test_interfaces_are_compared_with_the_instance_that_they_are_attached_to(clients: Clients) -> None:
    ec2 = clients.get("ec2", HERE)
    instance = ec2.run_instances(
        ImageId="ami-12c6146b",
        MinCount=1,
        MaxCount=1,
        TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Owner", "Value": "web"}]}],
    )["Instances"][0]
    own = instance["NetworkInterfaces"][0]["NetworkInterfaceId"]
    tags = [{"ResourceType": "network-interface", "Tags": [{"Key": "Owner", "Value": "web"}]}]
    good, alone = (
        ec2.create_network_interface(SubnetId=instance["SubnetId"], TagSpecifications=tags)["NetworkInterface"][
            "NetworkInterfaceId"
        ]
        for _ in range(2)
    )
    ec2.attach_network_interface(NetworkInterfaceId=good, InstanceId=instance["InstanceId"], DeviceIndex=1)
    check = load().checks["tags-agree-with-parent"]
    plan = read_plan(load(), [Rule(check, INTERFACE, "ec2")])
    found = {each.resource.id: each for each in ShardScan(SHARD, plan, ScanContext(clients, AT))}
    assert {name: (each.status, each.reason) for name, each in found.items()} == {
        own: (Status.NON_COMPLIANT, f"Tag Owner is missing ({instance['InstanceId']} has 'web')"),
        good: (Status.COMPLIANT, f"The tags agree with {instance['InstanceId']}"),
        alone: (Status.NOT_APPLICABLE, "The resource has no parent"),
    }
