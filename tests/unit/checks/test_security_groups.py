"""Who a security group admits."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.checks.security_groups import ec2_default_security_group_closed, ec2_security_group_admin_ports_closed
from muster.facets.ec2 import PrefixList, Rule, SecurityGroup
from muster.model import Related, Status, Unavailable, UnknownField

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
LISTS = Related({"pl-wide": PrefixList(("0.0.0.0/1", "128.0.0.0/1")), "pl-office": PrefixList(("198.51.100.0/24",))})


def rule(  # noqa: PLR0913 - a rule's parts
    *cidrs: str, protocol: str = "tcp", first: int | None = 22, last: int | None = 22, lists: tuple[str, ...] = ()
) -> Rule:
    return Rule(protocol, first, last, cidrs, lists)


def group(*ingress: Rule, name: str = "web", egress: tuple[Rule, ...] = ()) -> SecurityGroup:
    return SecurityGroup(name, ingress, egress)


@pytest.mark.parametrize(
    ("rules", "status"),
    [
        pytest.param([], C, id="no rules at all"),
        pytest.param([rule("0.0.0.0/0")], N, id="SSH from everywhere"),
        pytest.param([rule("0.0.0.0/0", first=3389, last=3389)], N, id="RDP from everywhere"),
        pytest.param([rule("::/0")], N, id="SSH from everywhere over IPv6"),
        pytest.param([rule("2000::/3")], N, id="the whole IPv6 internet by another name"),
        pytest.param([rule("0.0.0.0/0", first=443, last=443)], C, id="another port"),
        pytest.param([rule("0.0.0.0/0", first=0, last=65535)], N, id="a range that holds the port"),
        pytest.param([rule("0.0.0.0/0", first=23, last=3388)], C, id="a range between the two ports"),
        pytest.param([rule("0.0.0.0/0", protocol="-1", first=None, last=None)], N, id="all protocols"),
        pytest.param([rule("0.0.0.0/0", protocol="icmp", first=-1, last=-1)], C, id="ping is no port"),
        pytest.param([rule("0.0.0.0/0", protocol="6")], N, id="TCP by its number"),
        pytest.param([rule("10.0.0.0/8")], C, id="a private network"),
        pytest.param([rule("0.0.0.0/1"), rule("128.0.0.0/1")], N, id="everywhere in two halves"),
        pytest.param([rule("0.0.0.0/1", "128.0.0.0/1")], N, id="two halves in one rule"),
        pytest.param([rule("10.0.0.0/8")] * 200, C, id="one small network many times is still small"),
        pytest.param([rule(lists=("pl-wide",))], N, id="a prefix list of the whole internet"),
        pytest.param([rule(lists=("pl-office",))], C, id="a prefix list of an office"),
        pytest.param([rule(lists=("pl-wide",), first=443, last=443)], C, id="a wide prefix list on another port"),
    ],
)
def test_ec2_security_group_admin_ports_closed(rules: list[Rule], status: Status) -> None:
    assert ec2_security_group_admin_ports_closed(group(*rules), LISTS).status is status


def test_an_unreadable_prefix_list_is_no_verdict_unless_another_rule_decides() -> None:
    unread = Related({"pl-x": Unavailable("ec2:GetManagedPrefixListEntries", "access denied")})
    with pytest.raises(UnknownField):
        ec2_security_group_admin_ports_closed(group(rule(lists=("pl-x",))), unread)
    assert ec2_security_group_admin_ports_closed(group(rule("0.0.0.0/0"), rule(lists=("pl-x",))), unread).status is N
    assert ec2_security_group_admin_ports_closed(group(rule(lists=("pl-x",), first=80, last=80)), unread).status is C


def test_the_ports_are_a_setting() -> None:
    opened = group(rule("0.0.0.0/0", first=5432, last=5432))
    assert ec2_security_group_admin_ports_closed(opened, LISTS).status is C
    assert ec2_security_group_admin_ports_closed(opened, LISTS, ports=(5432,)).status is N


ports = st.integers(min_value=0, max_value=65535)


@given(first=ports, last=ports, port=ports)
def test_a_port_range_admits_what_brute_force_says(first: int, last: int, port: int) -> None:
    first, last = sorted((first, last))
    assert rule("0.0.0.0/0", first=first, last=last).admits(port) is (port in range(first, last + 1))


nets = st.builds(
    lambda address, length: str(ipaddress.ip_network((address, length), strict=False)),
    st.integers(min_value=0, max_value=2**32 - 1),
    st.integers(min_value=0, max_value=32),
)


@given(networks=st.lists(nets, max_size=6), more=nets)
def test_a_further_rule_never_closes_a_group(networks: list[str], more: str) -> None:
    before = ec2_security_group_admin_ports_closed(group(rule(*networks)), LISTS).status
    after = ec2_security_group_admin_ports_closed(group(rule(*networks), rule(more)), LISTS).status
    assert not (before is N and after is C)


@pytest.mark.parametrize(
    ("judged", "status"),
    [
        pytest.param(group(name="default"), C, id="empty"),
        pytest.param(group(rule("10.0.0.0/8"), name="default"), N, id="an inbound rule"),
        pytest.param(group(name="default", egress=(rule("0.0.0.0/0"),)), N, id="an outbound rule"),
        pytest.param(group(rule("0.0.0.0/0"), name="web"), NA, id="not the default group"),
    ],
)
def test_ec2_default_security_group_closed(judged: SecurityGroup, status: Status) -> None:
    assert ec2_default_security_group_closed(judged).status is status
