"""Rules of security groups: authorized ports, the launch wizard's groups, and too many rules."""

from typing import Any

import pytest

from muster.checks.ec2.ports import (
    ec2_security_group_few_rules,
    ec2_security_group_not_from_launch_wizard,
    ec2_security_group_only_authorized_ports_open,
)
from muster.facets.ec2.instances import Rule, SecurityGroup
from muster.model.finding import Status, Unknown, UnknownField

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
UNKNOWN = Unknown("AWS did not return it")


def rule(first: int | None, last: int | None, protocol: Any = "tcp", cidrs: tuple[str, ...] = ("0.0.0.0/0",)) -> Rule:
    return Rule(protocol, first, last, cidrs, ())


def group(*rules: Rule) -> SecurityGroup:
    return SecurityGroup("web", rules, (), "sg-1")


@pytest.mark.parametrize(
    ("rules", "status", "reason"),
    [
        pytest.param((), NA, "No inbound TCP or UDP rule admits the whole internet", id="no rule"),
        pytest.param((rule(22, 22, cidrs=("10.0.0.0/8",)),), NA, "", id="a private network"),
        pytest.param((rule(22, 22, cidrs=("0.0.0.0/1", "128.0.0.0/1")),), NA, "", id="both halves: judged elsewhere"),
        pytest.param((rule(8, -1, "icmp"),), NA, "", id="ICMP"),
        pytest.param(
            (rule(443, 443), rule(80, 80, "6", ("::/0",))), C,
            "The whole internet reaches only authorized ports: TCP port 443, TCP port 80", id="authorized ports",
        ),
        pytest.param((rule(80, 443),), N, "TCP ports 80-443 are open to 0.0.0.0/0", id="a range between two of them"),
        pytest.param((rule(22, 22),), N, "TCP port 22 is open to 0.0.0.0/0", id="SSH"),
        pytest.param(
            (rule(8080, 8080, cidrs=("0.0.0.0/0", "::/0", "10.0.0.0/8")),), N,
            "TCP port 8080 is open to 0.0.0.0/0 and ::/0", id="both versions of IP",
        ),
        pytest.param((rule(443, 443, "udp"),), N, "UDP port 443 is open to 0.0.0.0/0", id="UDP"),
        pytest.param((rule(None, None, "-1"),), N, "All protocols and ports are open to 0.0.0.0/0", id="everything"),
        pytest.param((rule(-1, -1),), N, "TCP ports 0-65535 are open to 0.0.0.0/0", id="a rule without ports"),
    ],
)  # fmt: skip
def test_only_authorized_ports_are_open(rules: tuple[Rule, ...], status: Status, reason: str) -> None:
    verdict = ec2_security_group_only_authorized_ports_open(group(*rules))
    assert verdict.status is status
    assert reason in ("", verdict.reason)


def test_ports_are_authorized_by_settings() -> None:
    judged = group(rule(8443, 8443), rule(53, 53, "udp"))
    verdict = ec2_security_group_only_authorized_ports_open(judged, tcp_ports=(8443,), udp_ports=(53,))
    assert verdict.status is C


def test_a_single_port_is_the_fact_that_worse_checks_report_and_a_range_is_not() -> None:
    verdict = ec2_security_group_only_authorized_ports_open(group(rule(22, 22), rule(1, 79)))
    assert verdict.facts == {"22", "TCP 1-79"}
    assert verdict.rest is not None
    assert verdict.rest(frozenset({"22"})).reason == "TCP ports 1-79 are open to 0.0.0.0/0"


def test_a_rule_without_a_protocol_is_no_pass() -> None:
    with pytest.raises(UnknownField):
        ec2_security_group_only_authorized_ports_open(group(rule(22, 22, UNKNOWN)))


@pytest.mark.parametrize(
    ("name", "status"),
    [("launch-wizard-1", N), ("launch-wizard-12", N), ("launch-wizard-web", C), ("my-launch-wizard-1", C), ("web", C)],
)
def test_a_group_of_the_launch_wizard_has_its_name(name: str, status: Status) -> None:
    verdict = ec2_security_group_not_from_launch_wizard(SecurityGroup(name, (), ()))
    assert verdict.status is status
    assert name in verdict.reason


@pytest.mark.parametrize(
    ("cidrs", "status", "reason"),
    [
        (50, C, "The security group has 50 inbound and 0 outbound rules"),
        (51, N, "The security group has 51 inbound and 0 outbound rules; at most 50 are allowed"),
    ],
)
def test_each_range_of_a_permission_is_a_rule(cidrs: int, status: Status, reason: str) -> None:
    ranges = tuple(f"10.0.{number}.0/24" for number in range(cidrs))
    verdict = ec2_security_group_few_rules(group(rule(443, 443, cidrs=ranges)))
    assert (verdict.status, verdict.reason) == (status, reason)


def test_prefix_lists_and_groups_are_rules_too_and_each_direction_counts_alone() -> None:
    many = Rule("tcp", 1, 1, ("10.0.0.0/8",), ("pl-1",), 2)
    judged = SecurityGroup("web", (many,), (many,))
    assert ec2_security_group_few_rules(judged, most=4).status is C
    assert ec2_security_group_few_rules(judged, most=3).status is N
