"""The whole configuration of security groups, on moto."""

from muster.model.finding import Resource
from muster.readers.ec2.instances import SECURITY_GROUP
from muster.sdk.session import Clients
from tests.integration.snapshots.conftest import ACCOUNT, HERE, refuses, snapshot_of


def group(name: str) -> Resource:
    return Resource(SECURITY_GROUP, name, ACCOUNT, HERE, arn=f"arn:aws:ec2:{HERE}:{ACCOUNT}:security-group/{name}")


def made(clients: Clients) -> Resource:
    ec2 = clients.get("ec2", HERE)
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    name = ec2.create_security_group(GroupName="web", Description="the web", VpcId=vpc)["GroupId"]
    https = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}
    ec2.authorize_security_group_ingress(GroupId=name, IpPermissions=[https])
    return group(name)


def test_a_group_is_read_with_its_rules(clients: Clients) -> None:
    web = made(clients)
    snapshot = snapshot_of(clients, web)
    assert snapshot.unread == {}
    assert snapshot.answer("group")["Description"] == "the web"
    assert [each["IpProtocol"] for each in snapshot.answer("group")["IpPermissions"]] == ["tcp"]
    assert {each["IsEgress"] for each in snapshot.answer("rules")["SecurityGroupRules"]} == {False, True}


def test_a_group_that_does_not_exist_is_no_snapshot(clients: Clients) -> None:
    assert not snapshot_of(clients, group("sg-0123456789abcdef0")).exists


def test_denied_rules_leave_the_group_read(clients: Clients) -> None:
    web = made(clients)
    refuses(clients, "ec2", "DescribeSecurityGroupRules", "UnauthorizedOperation")
    assert list(snapshot_of(clients, web).unread) == ["rules"]
