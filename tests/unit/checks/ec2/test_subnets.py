"""Subnets and network ACLs: the addresses that they assign, the ports that they open, and whether they are used."""

import ipaddress
import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.checks.ec2.subnets import (
    ec2_network_acl_admin_ports_closed,
    ec2_network_acl_in_use,
    ec2_subnet_no_public_ip_by_default,
)
from muster.facets.ec2.network_acls import AclEntry, NetworkAcl
from muster.facets.ec2.subnets import Subnet
from muster.model.finding import Status, Unknown, UnknownField

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
UNKNOWN = Unknown("AWS did not return it")


@pytest.mark.parametrize(
    ("subnet", "status", "reason"),
    [
        pytest.param(
            Subnet(public_ipv4=False, ipv6=False, default=False), C,
            "The subnet assigns neither public IPv4 nor IPv6 addresses to new network interfaces", id="none",
        ),
        pytest.param(
            Subnet(public_ipv4=True, ipv6=False, default=True), N,
            "The default subnet assigns public IPv4 addresses to new network interfaces", id="a default subnet",
        ),
        pytest.param(
            Subnet(public_ipv4=False, ipv6=True, default=False), N,
            "The subnet assigns IPv6 addresses to new network interfaces", id="IPv6 alone",
        ),
        pytest.param(
            Subnet(public_ipv4=True, ipv6=True, default=False), N,
            "The subnet assigns public IPv4 addresses and IPv6 addresses to new network interfaces", id="both",
        ),
        pytest.param(Subnet(public_ipv4=True, ipv6=UNKNOWN, default=False), N, "", id="one is enough to fail"),
    ],
)  # fmt: skip
def test_a_subnet_assigns_no_public_address(subnet: Subnet, status: Status, reason: str) -> None:
    verdict = ec2_subnet_no_public_ip_by_default(subnet)
    assert verdict.status is status
    assert reason in ("", verdict.reason)


@pytest.mark.parametrize("known", ["public_ipv4", "ipv6"])
def test_a_subnet_passes_only_with_both_members(known: str) -> None:
    with pytest.raises(UnknownField):
        ec2_subnet_no_public_ip_by_default(
            Subnet(**{"public_ipv4": UNKNOWN, "ipv6": UNKNOWN, "default": False, known: False})
        )


def entry(number: int, action: str = "allow", **changed: Any) -> AclEntry:
    good: dict[str, Any] = {"outbound": False, "protocol": "tcp", "cidr": "0.0.0.0/0", "from_port": 22, "to_port": 22}
    return AclEntry(number, action=action, **{**good, **changed})


def acl(*entries: AclEntry) -> NetworkAcl:
    return NetworkAcl(default=False, entries=entries)


EVERYTHING = {"protocol": "-1", "from_port": None, "to_port": None}


@pytest.mark.parametrize(
    ("judged", "status"),
    [
        pytest.param(acl(), C, id="no entry"),
        pytest.param(acl(entry(100, from_port=443, to_port=443)), C, id="another port"),
        pytest.param(acl(entry(100)), N, id="SSH"),
        pytest.param(acl(entry(100, from_port=3389, to_port=3389, protocol="udp")), N, id="RDP by UDP"),
        pytest.param(acl(entry(100, from_port=0, to_port=65535)), N, id="a range that covers it"),
        pytest.param(acl(entry(100, from_port=1024, to_port=3388)), C, id="a range between the two"),
        pytest.param(acl(entry(100, **EVERYTHING)), N, id="all protocols"),
        pytest.param(acl(entry(100, protocol="1", from_port=None, to_port=None)), C, id="ICMP"),
        pytest.param(acl(entry(100, cidr="::/0")), N, id="IPv6"),
        pytest.param(acl(entry(100, cidr="10.0.0.0/8")), C, id="a private network"),
        pytest.param(acl(entry(100, outbound=True)), C, id="outbound"),
        pytest.param(acl(entry(100, "deny")), C, id="denied"),
        pytest.param(
            acl(entry(200, **EVERYTHING), entry(100, "deny"), entry(110, "deny", from_port=3389, to_port=3389)), N,
            id="denied by TCP alone: all protocols let UDP in",
        ),
        pytest.param(acl(entry(200), entry(100, "deny", **EVERYTHING)), C, id="denied before, whatever the order"),
        pytest.param(acl(entry(100), entry(200, "deny", **EVERYTHING)), N, id="denied too late"),
        pytest.param(acl(entry(200), entry(100, "deny", cidr="10.0.0.0/8")), N, id="a part is denied before"),
        pytest.param(acl(entry(200), entry(100, "deny", cidr="0.0.0.0/1"), entry(101, "deny", cidr="128.0.0.0/1")), C,
                     id="both halves are denied before"),
        pytest.param(acl(entry(200, cidr="::/0"), entry(100, "deny")), N, id="IPv4 is denied, not IPv6"),
        pytest.param(NetworkAcl(default=True, entries=(entry(100),)), NA, id="a default network ACL"),
    ],
)  # fmt: skip
def test_a_network_acl_keeps_the_internet_from_administration_ports(judged: NetworkAcl, status: Status) -> None:
    assert ec2_network_acl_admin_ports_closed(judged).status is status


def test_the_reason_names_the_entry_the_source_and_the_ports() -> None:
    verdict = ec2_network_acl_admin_ports_closed(acl(entry(100, **EVERYTHING), entry(200, cidr="::/0")))
    assert verdict.reason == (
        "Entry 100 allows 0.0.0.0/0 to reach SSH (port 22) and RDP (port 3389) (all protocols); "
        "entry 200 allows ::/0 to reach SSH (port 22) (TCP)"
    )
    assert verdict.values == (("RULE-NUMBER", "100"),)


def test_the_reason_of_a_closed_network_acl() -> None:
    verdict = ec2_network_acl_admin_ports_closed(acl())
    assert verdict.reason == "No inbound entry allows the internet to reach port 22 or 3389"
    assert ec2_network_acl_admin_ports_closed(acl(entry(1)), ports=(8080,)).status is C
    assert ec2_network_acl_admin_ports_closed(acl(entry(1)), ports=()).reason == "The setting ports is empty"


@pytest.mark.parametrize("member", ["number", "outbound", "action", "protocol", "cidr"])
def test_an_entry_with_a_missing_member_is_no_pass(member: str) -> None:
    given: dict[str, Any] = {
        "number": 100,
        "outbound": False,
        "action": "allow",
        "protocol": "tcp",
        "cidr": "0.0.0.0/0",
    }
    with pytest.raises(UnknownField):
        ec2_network_acl_admin_ports_closed(acl(AclEntry(**{**given, member: UNKNOWN})))


NIBBLES = ("0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "64.0.0.0/2", "0.0.0.0/2")
ENTRIES = st.lists(
    st.tuples(
        st.sampled_from(["allow", "deny"]), st.sampled_from(NIBBLES), st.sampled_from([(22, 22), (0, 21), (1, 80)])
    ),
    max_size=5,
)


@given(ENTRIES)
def test_an_address_that_an_entry_for_everybody_lets_in_fails_the_acl(
    rows: list[tuple[str, str, tuple[int, int]]],
) -> None:
    """The oracle walks through the entries for one address of each quarter of IPv4, as AWS does for a packet."""

    def reached(address: str) -> bool:
        for action, cidr, (first, last) in rows:
            if first <= 22 <= last and ipaddress.ip_address(address) in ipaddress.ip_network(cidr):
                if action == "deny":
                    return False
                if cidr == "0.0.0.0/0":
                    return True
        return False

    entries = [entry(n, a, cidr=c, from_port=p[0], to_port=p[1]) for n, (a, c, p) in zip(itertools.count(1), rows)]
    status = ec2_network_acl_admin_ports_closed(acl(*entries)).status
    assert (status is N) == any(reached(each) for each in ("1.1.1.1", "100.1.1.1", "130.1.1.1", "200.1.1.1"))


@pytest.mark.parametrize(
    ("judged", "status", "reason"),
    [
        (NetworkAcl(default=False, subnets=("subnet-1",)), C, "The network ACL is associated with 1 subnet"),
        (NetworkAcl(default=False), N, "The network ACL is not associated with any subnet"),
        (NetworkAcl(default=True), NA, "This is the default network ACL of its VPC"),
    ],
)
def test_a_network_acl_is_in_use(judged: NetworkAcl, status: Status, reason: str) -> None:
    verdict = ec2_network_acl_in_use(judged)
    assert (verdict.status, verdict.reason) == (status, reason)
    with pytest.raises(UnknownField):
        ec2_network_acl_in_use(NetworkAcl(default=UNKNOWN))
