"""Reading EC2 on moto."""

import boto3
import pytest
from botocore.stub import Stubber

from muster.aws.ec2 import (
    INSTANCE,
    SECURITY_GROUP,
    ebs_encryption_by_default,
    instances,
    prefix_list,
    security_groups,
    volumes,
)
from muster.facets.ec2 import Instance, SecurityGroup, Volume
from muster.facets.tags import Tags
from muster.model import REGION, Resource
from muster.reading import Shard
from muster.session import Clients

HERE = "eu-west-1"
SHARD = Shard("123456789012", HERE, "ec2", HERE, (HERE,))
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
    (found,) = [item for page in instances.function(ec2, SHARD) for item in page]
    assert found.resource.arn == f"arn:aws:ec2:{HERE}:123456789012:instance/{made[0]['InstanceId']}"
    assert found.resource.tags == {"Owner": "web"}
    facet = found.facets[Instance]
    assert isinstance(facet, Instance)
    assert (facet.state, facet.metadata_tokens) == ("running", "required")
    assert found.facets[Tags] == Tags({"Owner": "web"})


def test_volumes_and_security_groups_are_listed_with_their_facets(clients: Clients) -> None:
    ec2 = clients.get("ec2", HERE)
    ec2.create_volume(AvailabilityZone=f"{HERE}a", Size=1, Encrypted=True)
    (volume,) = [item for page in volumes.function(ec2, SHARD) for item in page]
    assert volume.facets[Volume] == Volume(encrypted=True)
    groups = [item for page in security_groups.function(ec2, SHARD) for item in page]
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


def test_instances_are_asked_for_in_pages_of_a_thousand_to_the_end() -> None:
    ec2 = boto3.client("ec2", HERE)
    with Stubber(ec2) as stub:
        for token, following in (({}, "next"), ({"NextToken": "next"}, None)):
            name = "i-2" if token else "i-1"
            page = {"Reservations": [{"Instances": [{"InstanceId": name, "State": {"Name": "running"}}]}]}
            stub.add_response(
                "describe_instances", page | ({"NextToken": following} if following else {}), {"MaxResults": 1000, **token}
            )
        pages = list(instances.function(ec2, SHARD))
    assert [item.resource.id for page in pages for item in page] == ["i-1", "i-2"]


def test_the_lister_says_what_it_spends() -> None:
    assert (instances.resource_type, instances.permissions) == (INSTANCE, ("ec2:DescribeInstances",))
