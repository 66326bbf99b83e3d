"""Who a security group admits."""

import ipaddress
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.checks.ec2.security_groups import (
    HIGH_RISK_PORTS,
    ec2_default_security_group_closed,
    ec2_security_group_admin_ports_closed,
    ec2_security_group_high_risk_ports_closed,
)
from muster.facets.ec2.instances import PrefixList, Rule, SecurityGroup
from muster.model.finding import Related, Status, Unavailable, UnknownField

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
LISTS = Related(
    {
        "pl-wide": PrefixList(("0.0.0.0/1", "128.0.0.0/1")),
        "pl-office": PrefixList(("198.51.100.0/24",)),
        "pl-rest": PrefixList(("64.0.0.0/2", "128.0.0.0/1")),
    }
)


def rule(
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
        pytest.param([rule("0.0.0.0/0", protocol="17")], N, id="UDP by its number"),
        pytest.param([rule("0.0.0.0/0", protocol="50", first=None, last=None)], C, id="a protocol without ports"),
        pytest.param([rule("0.0.0.0/0", first=None, last=None)], N, id="TCP without a range is TCP on every port"),
        pytest.param([rule("0.0.0.0/0", first=-1, last=-1)], N, id="TCP from -1 is TCP on every port"),
        pytest.param(
            [rule("0.0.0.0/0", protocol="-1", first=443, last=443)], N, id="all protocols, whatever the range"
        ),
        pytest.param([rule("10.0.0.0/8")], C, id="a private network"),
        pytest.param([rule("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")], C, id="all private networks"),
        pytest.param([rule("0.0.0.0/8", "224.0.0.0/3", "100.64.0.0/10")], C, id="addresses that nobody has"),
        pytest.param([rule("17.0.0.0/8")], C, id="a network as wide as may be"),
        pytest.param([rule("16.0.0.0/7")], N, id="a wider one"),
        pytest.param([rule("17.0.0.0/8"), rule("203.0.113.9/32")], N, id="one address more than a /8"),
        pytest.param([rule("17.0.0.0/8"), rule("10.0.0.0/8")], C, id="private networks besides do not count"),
        pytest.param([rule("17.0.0.0/8"), rule("17.2.0.0/16")], C, id="a part of another network does not count twice"),
        pytest.param([rule("2001:db8::/32")], C, id="an IPv6 network as wide as may be"),
        pytest.param([rule("2001:db8::/31")], N, id="a wider IPv6 network"),
        pytest.param([rule("::/1"), rule("8000::/1")], N, id="IPv6 in two halves"),
        pytest.param(
            [rule("0.0.0.0/1", first=20, last=22), rule("128.0.0.0/1", first=22, last=25)],
            N,
            id="halves meet at the port",
        ),
        pytest.param([rule("0.0.0.0/2", lists=("pl-rest",))], N, id="the rest comes from a prefix list"),
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


def test_a_list_that_can_be_read_decides_before_one_that_cannot() -> None:
    lists = Related({"pl-x": Unavailable("ec2:GetManagedPrefixListEntries", "access denied"), **LISTS.by_key})
    opened = group(rule(lists=("pl-x",)), rule(lists=("pl-wide",)))
    assert ec2_security_group_admin_ports_closed(opened, lists).status is N


def test_a_list_with_an_entry_that_is_no_range_is_no_verdict() -> None:
    lists = Related({"pl-x": PrefixList.parse({"Entries": [{"Cidr": "nowhere"}]})})
    with pytest.raises(UnknownField, match="nowhere"):
        ec2_security_group_admin_ports_closed(group(rule(lists=("pl-x",))), lists)


def test_a_rule_whose_protocol_is_not_known_is_no_verdict() -> None:
    with pytest.raises(UnknownField, match="protocol"):
        ec2_security_group_admin_ports_closed(SecurityGroup("web", (Rule.parse({}),), ()), LISTS)


@pytest.mark.parametrize(
    ("rules", "reason"),
    [
        pytest.param(
            [rule("0.0.0.0/0", "198.51.100.0/24", first=0, last=65535)],
            "SSH (port 22) and RDP (port 3389) are open to the internet (0.0.0.0/0)",
            id="the ports and where from, the widest first",
        ),
        pytest.param(
            [rule("::/0"), rule("0.0.0.0/0")],
            "SSH (port 22) is open to the internet (0.0.0.0/0, ::/0)",
            id="both families",
        ),
        pytest.param(
            [rule("16.0.0.0/7")],
            "SSH (port 22) is open to more public IPv4 addresses than a /8 has (16.0.0.0/7)",
            id="why it is too wide",
        ),
        pytest.param(
            [rule(lists=("pl-wide",))],
            "SSH (port 22) is open to the internet (0.0.0.0/1 in prefix list pl-wide, 128.0.0.0/1 in "
            "prefix list pl-wide)",
            id="the list it comes from",
        ),
        pytest.param(
            [rule(*(f"198.51.100.{last}/32" for last in range(10)))],
            "SSH (port 22) is open only to 198.51.100.0/32, 198.51.100.1/32, 198.51.100.2/32, "
            "198.51.100.3/32 and 6 more",
            id="a long list is cut",
        ),
        pytest.param([], "No inbound rule opens port 22 or 3389 to an IP range", id="nothing"),
    ],
)
def test_the_reason_names_the_ports_and_the_networks(rules: list[Rule], reason: str) -> None:
    assert ec2_security_group_admin_ports_closed(group(*rules), LISTS).reason == reason


@pytest.mark.parametrize(
    ("cidrs", "settings", "status"),
    [
        pytest.param(("0.0.0.0/1",), {"widest_ipv4_prefix": 0}, C, id="half of the internet is not the whole"),
        pytest.param(("0.0.0.0/1", "128.0.0.0/1"), {"widest_ipv4_prefix": 0}, N, id="two halves are"),
        pytest.param(("2000::/4",), {"widest_ipv6_prefix": 0}, C, id="half of the IPv6 internet"),
        pytest.param(("2000::/3",), {"widest_ipv6_prefix": 0}, N, id="the whole IPv6 internet"),
        pytest.param(("198.51.100.0/24",), {"widest_ipv4_prefix": 24}, C, id="a strict user's own network"),
        pytest.param(("198.51.100.0/23",), {"widest_ipv4_prefix": 24}, N, id="wider than a strict user's"),
    ],
)
def test_the_widest_prefixes_are_settings(cidrs: tuple[str, ...], settings: dict[str, int], status: Status) -> None:
    assert ec2_security_group_admin_ports_closed(group(rule(*cidrs)), LISTS, **settings).status is status


def test_no_ports_are_no_question() -> None:
    assert ec2_security_group_admin_ports_closed(group(rule("0.0.0.0/0")), LISTS, ports=()).status is NA


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


@given(network=nets, cuts=st.lists(st.integers(min_value=0, max_value=8), max_size=8))
def test_a_network_in_pieces_is_judged_like_the_whole(network: str, cuts: list[int]) -> None:
    pieces = [ipaddress.ip_network(network)]
    for cut in cuts:
        piece = pieces.pop(cut % len(pieces))
        pieces += piece.subnets() if piece.prefixlen < piece.max_prefixlen else [piece]
    rules = [rule(str(piece)) for piece in pieces]
    whole = ec2_security_group_admin_ports_closed(group(rule(network)), LISTS)
    assert ec2_security_group_admin_ports_closed(group(*rules), LISTS).status is whole.status


def is_public(address: ipaddress.IPv4Address) -> bool:
    """What the standard library says, except that ranges for documentation count: examples are made of them."""
    if any(
        address in ipaddress.ip_network(own)
        for own in ("192.0.0.0/24", "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")
    ):
        return True
    return address.is_global and not address.is_multicast


RESERVED = ("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12")
MORE_RESERVED = ("192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4")
EDGES = [
    int(edge) + step
    for cidr in (*RESERVED, *MORE_RESERVED)
    for edge in (ipaddress.ip_network(cidr)[0], ipaddress.ip_network(cidr)[-1])
    for step in (-1, 0, 1)
    if 0 <= int(edge) + step < 2**32
]


@given(st.integers(min_value=0, max_value=2**32 - 1) | st.sampled_from(EDGES))
def test_an_address_counts_when_the_internet_routes_it(number: int) -> None:
    address = ipaddress.IPv4Address(number)
    alone = ec2_security_group_admin_ports_closed(group(rule("17.0.0.0/8", f"{address}/32")), LISTS)
    assert (alone.status is N) is (is_public(address) and address not in ipaddress.ip_network("17.0.0.0/8"))


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
        pytest.param(group(rule("0.0.0.0/0"), name="Default"), NA, id="a group of somebody's that is called nearly so"),
    ],
)
def test_ec2_default_security_group_closed(judged: SecurityGroup, status: Status) -> None:
    assert ec2_default_security_group_closed(judged).status is status


def test_the_reason_says_which_rules_the_default_group_has() -> None:
    judged = group(rule("10.0.0.0/8"), name="default", egress=(rule("0.0.0.0/0"),))
    reason = ec2_default_security_group_closed(judged).reason
    assert reason == "The default security group has inbound and outbound rules"


def test_a_group_without_a_name_is_no_verdict() -> None:
    with pytest.raises(UnknownField):
        ec2_default_security_group_closed(SecurityGroup.parse({}))


def test_the_ports_of_high_risk_are_those_of_awss_control() -> None:
    # https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-19
    listed = "20 21 22 23 25 110 135 143 445 1433 1434 3000 3306 3389 4333 5000 5432 5500 5601 8080 8088 8888 9200 9300"
    assert list(HIGH_RISK_PORTS) == [int(port) for port in listed.split()]


@pytest.mark.parametrize("port", HIGH_RISK_PORTS)
def test_every_port_of_high_risk_is_looked_at(port: int) -> None:
    opened = group(rule("0.0.0.0/0", first=port, last=port))
    assert ec2_security_group_high_risk_ports_closed(opened, LISTS).status is N


@pytest.mark.parametrize(
    ("rules", "settings", "status"),
    [
        pytest.param([], {}, C, id="no rules"),
        pytest.param([rule("0.0.0.0/0", first=443, last=443)], {}, C, id="HTTPS is no such port"),
        pytest.param([rule("0.0.0.0/0", first=80, last=80)], {}, C, id="nor is HTTP"),
        pytest.param([rule("198.51.100.0/24", first=3306, last=3306)], {}, C, id="a database for one network"),
        pytest.param([rule("::/0", first=9000, last=9400)], {}, N, id="a range that holds two, over IPv6"),
        pytest.param([rule("0.0.0.0/0", protocol="-1", first=None, last=None)], {}, N, id="everything"),
        pytest.param([rule(first=5432, last=5432, lists=("pl-wide",))], {}, N, id="a wide prefix list"),
        pytest.param([rule("17.0.0.0/8", first=5432, last=5432)], {}, C, id="a /8"),
        pytest.param([rule("16.0.0.0/7", first=5432, last=5432)], {}, N, id="a range wider than a /8"),
        pytest.param([rule("2001:db8::/32", first=5432, last=5432)], {}, C, id="an IPv6 /32"),
        pytest.param([rule("2001:db8::/31", first=5432, last=5432)], {}, N, id="a range wider than an IPv6 /32"),
        pytest.param([rule("16.0.0.0/7", first=5432, last=5432)], {"widest_ipv4_prefix": 7}, C, id="as wide as may be"),
        pytest.param([rule("2001::/16", first=5432, last=5432)], {"widest_ipv6_prefix": 16}, C, id="the same of IPv6"),
        pytest.param([rule("0.0.0.0/0", first=6379, last=6379)], {"ports": (6379,)}, N, id="a port of one's own"),
        pytest.param([rule("0.0.0.0/0", first=3306, last=3306)], {"ports": (6379,)}, C, id="and none but that"),
        pytest.param([rule("0.0.0.0/0")], {"ports": ()}, NA, id="no port named"),
    ],
)
def test_ec2_security_group_high_risk_ports_closed(
    rules: list[Rule], settings: dict[str, object], status: Status
) -> None:
    assert ec2_security_group_high_risk_ports_closed(group(*rules), LISTS, **settings).status is status


def test_the_reason_names_the_ports_of_high_risk() -> None:
    opened = group(rule("0.0.0.0/0", first=9200, last=9300))
    reason = ec2_security_group_high_risk_ports_closed(opened, LISTS).reason
    assert reason == "OpenSearch (port 9200) and OpenSearch nodes (port 9300) are open to the internet (0.0.0.0/0)"


def test_a_long_list_of_ports_is_counted_and_those_that_are_reached_are_named() -> None:
    nothing = ec2_security_group_high_risk_ports_closed(group(), LISTS).reason
    assert nothing == "No inbound rule opens any of the 24 ports to an IP range"
    office = ec2_security_group_high_risk_ports_closed(group(rule("198.51.100.0/24")), LISTS).reason
    assert office == "SSH (port 22) is open only to 198.51.100.0/24"


EVERYWHERE = rule("0.0.0.0/0", "198.51.100.0/24", "10.0.0.0/8", first=0, last=65535)


@pytest.mark.parametrize(
    ("rules", "port", "revoked"),
    [
        pytest.param(
            [EVERYWHERE],
            "22",
            [{"IpProtocol": "tcp", "FromPort": 0, "ToPort": 65535, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}],
            id="the range that opens the port, and no other one of the rule",
        ),
        pytest.param(
            [rule("::/0", first=3389, last=3389), rule("10.0.0.0/8")],
            "3389",
            [{"IpProtocol": "tcp", "FromPort": 3389, "ToPort": 3389, "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}],
            id="IPv6",
        ),
        pytest.param(
            [rule("0.0.0.0/0", protocol="-1", first=None, last=None)],
            "22",
            [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}],
            id="a rule for all protocols has no ports",
        ),
        pytest.param(
            [rule("10.0.0.0/8", lists=("pl-wide", "pl-office"))],
            "22",
            [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "PrefixListIds": [{"PrefixListId": "pl-wide"}]}],
            id="the prefix list that opens it",
        ),
    ],
)
def test_the_fix_revokes_the_rules_that_open_the_port(
    rules: list[Rule], port: str, revoked: list[dict[str, object]]
) -> None:
    values = dict(ec2_security_group_admin_ports_closed(group(*rules), LISTS).values)
    assert (values["PORT"], json.loads(values["RULES"])) == (port, revoked)


def test_rules_that_are_too_many_to_paste_are_left_to_the_reader() -> None:
    pieces = [rule(str(piece)) for piece in ipaddress.ip_network("0.0.0.0/0").subnets(6)]
    assert dict(ec2_security_group_admin_ports_closed(group(*pieces), LISTS).values)["RULES"] == ""
