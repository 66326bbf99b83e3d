"""Addresses, flow logs, and security groups in use."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.checks.ec2.vpc import (
    ec2_eip_attached,
    ec2_network_interface_source_dest_checked,
    ec2_security_group_in_use,
    ec2_vpc_flow_logs_enabled,
)
from muster.facets.ec2.images import LaunchTemplateVersions
from muster.facets.ec2.instances import SecurityGroup
from muster.facets.ec2.vpc import (
    Address,
    FlowLog,
    FlowLogs,
    FunctionGroups,
    NetworkInterface,
    NetworkInterfaces,
    ReferencedGroups,
    Vpc,
)
from muster.model.finding import Status, Unknown, UnknownField

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
HERE = Vpc("vpc-1")
LOST = Unknown("AWS did not say")


LOOSE = NetworkInterfaces(loose={"eni-1": "available"})


@pytest.mark.parametrize(
    ("address", "interfaces", "status", "reason"),
    [
        pytest.param(
            Address("203.0.113.9"),
            LOOSE,
            N,
            "203.0.113.9 is not associated with any resource",
            id="an address that nothing uses",
        ),
        pytest.param(
            Address("203.0.113.9", ("i-1", "eni-2")),
            LOOSE,
            C,
            "203.0.113.9 is associated with i-1, eni-2",
            id="an instance's address",
        ),
        pytest.param(
            Address("203.0.113.9", ("eni-2", "eipassoc-1"), "eni-2"),
            LOOSE,
            C,
            "",
            id="an interface's that is in use, as a NAT gateway's",
        ),
        pytest.param(
            Address("203.0.113.9", ("eni-1", "eipassoc-1"), "eni-1"),
            LOOSE,
            N,
            "203.0.113.9 is associated with network interface eni-1, which is not attached (available)",
            id="an interface's that nothing uses",
        ),
    ],
)
def test_ec2_eip_attached(address: Address, interfaces: NetworkInterfaces, status: Status, reason: str) -> None:
    verdict = ec2_eip_attached(address, interfaces)
    assert verdict.status is status
    assert reason in ("", verdict.reason)


def test_an_address_of_an_interface_whose_status_is_not_known_is_no_verdict() -> None:
    interfaces = NetworkInterfaces(loose={"eni-1": LOST})
    with pytest.raises(UnknownField, match="AWS did not say"):
        ec2_eip_attached(Address("203.0.113.9", ("eni-1",), "eni-1"), interfaces)
    assert ec2_eip_attached(Address("203.0.113.9", ("eni-2",), "eni-2"), interfaces).status is C
    with pytest.raises(UnknownField, match="AWS did not say"):
        ec2_eip_attached(Address("203.0.113.9", ("eipassoc-1",), LOST), LOOSE)


def log(name: str = "fl-1", **changed: Any) -> FlowLog:
    return FlowLog(**{"id": name, "status": "ACTIVE", "traffic": "ALL", "delivery": "SUCCESS", **changed})


@pytest.mark.parametrize(
    ("logs", "settings", "status", "says"),
    [
        pytest.param([], {}, N, "The VPC has no flow log", id="none"),
        pytest.param([log()], {}, C, "Flow log fl-1 is active and records ALL traffic", id="all traffic"),
        pytest.param([log(traffic="REJECT")], {}, C, "REJECT", id="refused traffic"),
        pytest.param(
            [log(traffic="ACCEPT")], {}, N, "Flow log fl-1 records only ACCEPT traffic, not ALL or REJECT", id="less"
        ),
        pytest.param([log(traffic="REJECT")], {"traffic": ("ALL",)}, N, "", id="all traffic asked for"),
        pytest.param([log(status="DELETING")], {}, N, "is DELETING", id="not active"),
        pytest.param([log(delivery="FAILED")], {}, N, "fl-1 is not delivered", id="lost on the way"),
        pytest.param(
            [log(delivery="FAILED", error="Access error")], {}, N, "is not delivered (Access error)", id="and why"
        ),
        pytest.param([log("fl-2", delivery="FAILED"), log()], {}, C, "", id="one good log is enough"),
        pytest.param([log(delivery=LOST), log("fl-2")], {}, C, "", id="one that is known is enough"),
        pytest.param(
            [log(delivery=LOST, traffic="ACCEPT")],
            {},
            N,
            "Flow log fl-1 records only ACCEPT traffic, not ALL or REJECT, AWS did not say",
            id="what is known decides",
        ),
        pytest.param(
            [log(traffic="ACCEPT"), log("fl-2", status="DELETING")],
            {},
            N,
            "Flow log fl-1 records only ACCEPT traffic, not ALL or REJECT; flow log fl-2 is DELETING",
            id="each is named",
        ),
    ],
)
def test_ec2_vpc_flow_logs_enabled(
    logs: list[FlowLog], settings: dict[str, tuple[str, ...]], status: Status, says: str
) -> None:
    verdict = ec2_vpc_flow_logs_enabled(HERE, FlowLogs({"vpc-1": tuple(logs)}), **settings)
    assert verdict.status is status
    assert says in verdict.reason


def test_the_logs_of_another_vpc_do_not_count() -> None:
    assert ec2_vpc_flow_logs_enabled(HERE, FlowLogs({"vpc-2": (log(),)})).status is N


@pytest.mark.parametrize("field", ["status", "traffic", "delivery"])
def test_a_log_that_may_be_enough_is_no_verdict(field: str) -> None:
    logs = FlowLogs({"vpc-1": (log("fl-0", traffic="ACCEPT"), log(**{field: LOST}))})
    with pytest.raises(UnknownField, match="AWS did not say"):
        ec2_vpc_flow_logs_enabled(HERE, logs)


NOBODY = (NetworkInterfaces(), ReferencedGroups(), LaunchTemplateVersions(), FunctionGroups())
WEB = SecurityGroup("web", (), (), "sg-1")


@pytest.mark.parametrize(
    ("place", "used", "says"),
    [
        pytest.param(0, NetworkInterfaces(frozenset({"sg-1"})), "Used by a network interface", id="an interface"),
        pytest.param(1, ReferencedGroups(frozenset({"sg-1"})), "a rule of another", id="a rule of another group"),
        pytest.param(
            2, LaunchTemplateVersions(group_ids=frozenset({"sg-1"})), "Used by a launch template", id="a template"
        ),
        pytest.param(3, FunctionGroups(frozenset({"sg-1"})), "Used by a Lambda function", id="a function"),
    ],
)
def test_each_user_of_a_group_is_enough(place: int, used: Any, says: str) -> None:
    users = [*NOBODY[:place], used, *NOBODY[place + 1 :]]
    verdict = ec2_security_group_in_use(WEB, *users)
    assert verdict.status is C
    assert says in verdict.reason


def test_a_group_that_nothing_uses() -> None:
    others = (NetworkInterfaces(frozenset({"sg-2"})), *NOBODY[1:])
    verdict = ec2_security_group_in_use(WEB, *others)
    assert verdict.status is N
    assert (
        verdict.reason == "Not used by any network interface, security group rule, launch template or Lambda function"
    )


def test_a_default_group_cannot_be_deleted() -> None:
    assert ec2_security_group_in_use(SecurityGroup("default", (), (), "sg-1"), *NOBODY).status is NA


def test_a_template_that_names_a_group_of_the_default_vpc_is_no_verdict_unless_something_else_uses_it() -> None:
    named = (*NOBODY[:2], LaunchTemplateVersions(group_names=frozenset({"web"})), FunctionGroups())
    with pytest.raises(UnknownField, match="default VPC, which may be this one"):
        ec2_security_group_in_use(WEB, *named)
    assert ec2_security_group_in_use(WEB, NetworkInterfaces(frozenset({"sg-1"})), *named[1:]).status is C


def test_a_group_without_an_id_is_no_verdict() -> None:
    with pytest.raises(UnknownField, match="the ID of the group"):
        ec2_security_group_in_use(SecurityGroup.parse({"GroupName": "web"}), *NOBODY)


IDS = st.frozensets(st.sampled_from(["sg-1", "sg-2", "sg-3"]))


@given(IDS, IDS, IDS, IDS)
def test_a_group_is_in_use_when_any_of_the_sets_has_it(
    interfaces: frozenset[str], rules: frozenset[str], templates: frozenset[str], functions: frozenset[str]
) -> None:
    verdict = ec2_security_group_in_use(
        WEB,
        NetworkInterfaces(interfaces),
        ReferencedGroups(rules),
        LaunchTemplateVersions(group_ids=templates),
        FunctionGroups(functions),
    )
    assert (verdict.status is C) == ("sg-1" in interfaces | rules | templates | functions)


@pytest.mark.parametrize(
    ("kind", "checked", "status", "reason"),
    [
        ("interface", True, C, "Source/destination checking is on"),
        ("interface", False, N, "Source/destination checking is off"),
        ("efa", False, N, "Source/destination checking is off"),
        ("trunk", False, NA, "The control does not apply to interfaces of type trunk"),
    ],
)
def test_a_network_interface_checks_sources_and_destinations(
    kind: str, checked: bool, status: Status, reason: str
) -> None:
    verdict = ec2_network_interface_source_dest_checked(NetworkInterface(kind, source_dest_check=checked))
    assert (verdict.status, verdict.reason) == (status, reason)
    with pytest.raises(UnknownField):
        ec2_network_interface_source_dest_checked(NetworkInterface.parse({"InterfaceType": "interface"}))
