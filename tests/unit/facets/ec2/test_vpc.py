"""The answers about networks, parsed."""

from typing import Any

import botocore.session
import pytest

from muster.facets.ec2.instances import SecurityGroup
from muster.facets.ec2.vpc import Address, FlowLog, FlowLogs, FunctionGroups, NetworkInterfaces, ReferencedGroups, Vpc
from muster.model.finding import Unavailable, Unknown
from muster.model.listing import parsed

LOG = {
    "FlowLogId": "fl-1",
    "FlowLogStatus": "ACTIVE",
    "ResourceId": "vpc-1",
    "TrafficType": "ALL",
    "DeliverLogsStatus": "FAILED",
    "DeliverLogsErrorMessage": "Access error",
    "LogDestination": "arn:aws-cn:s3:::logs",
}


@pytest.mark.parametrize(
    ("item", "address"),
    [
        pytest.param({"PublicIp": "203.0.113.9"}, Address("203.0.113.9"), id="nothing has it"),
        pytest.param(
            {"PublicIp": "203.0.113.9", "NetworkInterfaceId": "eni-1", "AssociationId": "eipassoc-1"},
            Address("203.0.113.9", ("eni-1", "eipassoc-1"), "eni-1"),
            id="an interface without an instance, as a NAT gateway's",
        ),
        pytest.param(
            {"PublicIp": "203.0.113.9", "InstanceId": "i-1", "NetworkInterfaceId": "eni-1"},
            Address("203.0.113.9", ("i-1", "eni-1")),
            id="an instance",
        ),
        pytest.param({"PublicIp": "203.0.113.9", "InstanceId": ""}, Address("203.0.113.9"), id="an empty field"),
        pytest.param({"CarrierIp": "155.146.0.1"}, Address("155.146.0.1"), id="a carrier's network"),
        pytest.param({"CustomerOwnedIp": "192.0.2.1"}, Address("192.0.2.1"), id="an Outpost's own pool"),
    ],
)
def test_an_address_is_parsed(item: dict[str, Any], address: Address) -> None:
    assert Address.parse(item) == address


def test_an_address_that_is_associated_with_nobody_says_what_is_not_known_of_it() -> None:
    address = Address.parse({"PublicIp": "203.0.113.9", "AssociationId": "eipassoc-1"})
    assert address.associated_with == ("eipassoc-1",)
    assert isinstance(address.interface, Unknown)


def test_a_vpc_is_parsed() -> None:
    assert Vpc.parse({"VpcId": "vpc-1"}) == Vpc("vpc-1")
    assert isinstance(Vpc.parse({}).id, Unknown)


def test_flow_logs_are_kept_by_vpc() -> None:
    other = LOG | {"FlowLogId": "fl-2", "ResourceId": "vpc-2"}
    second = LOG | {"FlowLogId": "fl-3"}
    small = [LOG | {"ResourceId": name} for name in ("subnet-1", "eni-1", "tgw-1")]
    found = FlowLogs.parse({"FlowLogs": [LOG, other, second, *small]})
    assert {name: [log.id for log in logs] for name, logs in found.by_vpc.items()} == {
        "vpc-1": ["fl-1", "fl-3"],
        "vpc-2": ["fl-2"],
    }
    assert found.by_vpc["vpc-1"][0] == FlowLog("fl-1", "ACTIVE", "ALL", "FAILED", "Access error")
    assert FlowLogs.parse({}) == FlowLogs()
    assert FlowLogs.parse({"FlowLogs": [{"FlowLogId": "fl-1"}]}) == FlowLogs()


def test_the_groups_of_interfaces_are_gathered() -> None:
    interfaces = [
        {"Status": "in-use", "Groups": [{"GroupId": "sg-1", "GroupName": "web"}, {"GroupId": "sg-2"}]},
        {"Status": "in-use", "Groups": [{"GroupId": "sg-1"}]},
        {"Status": "in-use", "Groups": []},
        {"Status": "in-use"},
    ]
    assert NetworkInterfaces.parse({"NetworkInterfaces": interfaces}) == NetworkInterfaces(frozenset({"sg-1", "sg-2"}))
    assert NetworkInterfaces.parse({}) == NetworkInterfaces()


def test_interfaces_that_are_attached_to_nothing_are_gathered_with_those_that_may_be() -> None:
    statuses = ("available", "associated", "attaching", "in-use", "detaching", "resting", None)
    interfaces = [{"NetworkInterfaceId": f"eni-{status}", "Status": status} for status in statuses]
    loose = dict(NetworkInterfaces.parse({"NetworkInterfaces": interfaces}).loose)
    assert loose.pop("eni-available") == "available"
    assert list(loose) == ["eni-resting", "eni-None"]
    assert all(isinstance(status, Unknown) for status in loose.values())


def test_a_rule_by_which_a_group_admits_itself_does_not_count() -> None:
    rules = [
        {"GroupId": "sg-1", "IsEgress": False, "ReferencedGroupInfo": {"GroupId": "sg-1"}},
        {"GroupId": "sg-1", "IsEgress": False, "ReferencedGroupInfo": {"GroupId": "sg-2"}},
        {"GroupId": "sg-1", "IsEgress": True, "ReferencedGroupInfo": {"GroupId": "sg-3"}},
        {"GroupId": "sg-1", "CidrIpv4": "0.0.0.0/0"},
        {"GroupId": "sg-1", "ReferencedGroupInfo": {}},
    ]
    assert ReferencedGroups.parse({"SecurityGroupRules": rules}) == ReferencedGroups(frozenset({"sg-2", "sg-3"}))
    assert ReferencedGroups.parse({}) == ReferencedGroups()


def test_a_rule_of_no_group_may_be_one_by_which_a_group_admits_itself() -> None:
    rules = [{"ReferencedGroupInfo": {"GroupId": "sg-1"}}]
    assert isinstance(parsed(ReferencedGroups, {"SecurityGroupRules": rules}), Unavailable)


def test_the_groups_of_functions_are_gathered() -> None:
    functions = [{"VpcConfig": {"SecurityGroupIds": ["sg-1"]}}, {"VpcConfig": {}}, {}, {"VpcConfig": None}]
    assert FunctionGroups.parse({"Functions": functions}) == FunctionGroups(frozenset({"sg-1"}))
    assert FunctionGroups.parse({}) == FunctionGroups()


def test_a_security_group_knows_its_id() -> None:
    assert SecurityGroup.parse({"GroupId": "sg-1", "GroupName": "web"}).id == "sg-1"


@pytest.mark.parametrize("facet", [FlowLogs, NetworkInterfaces, ReferencedGroups, FunctionGroups])
def test_a_shape_that_aws_does_not_document_is_said(facet: type) -> None:
    names = ("FlowLogs", "NetworkInterfaces", "SecurityGroupRules", "Functions")
    assert isinstance(parsed(facet, {name: ["text"] for name in names}), Unavailable)


def test_every_status_of_an_interface_that_aws_documents_is_known() -> None:
    statuses = botocore.session.get_session().get_service_model("ec2").shape_for("NetworkInterfaceStatus").enum
    interfaces = [{"NetworkInterfaceId": f"eni-{status}", "Status": status} for status in statuses]
    assert NetworkInterfaces.parse({"NetworkInterfaces": interfaces}).loose == {"eni-available": "available"}
