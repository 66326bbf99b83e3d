"""EC2's answers, parsed."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.checks.ec2.instances import ec2_instance_imdsv2_required, ec2_volume_encrypted
from muster.facets.ec2.instances import (
    EbsEncryptionByDefault,
    Instance,
    InstanceLoad,
    InstanceMetadataDefaults,
    PrefixList,
    Rule,
    SecurityGroup,
    Volume,
)
from muster.model.finding import Resource, Status, Unknown
from muster.model.listing import parsed
from muster.model.rule import Rule as Selected
from muster.scanning.evaluate import evaluate

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
INTERFACE = {
    "NetworkInterfaceId": "eni-1",
    "Association": {"PublicIp": "198.51.100.7"},
    "PrivateIpAddresses": [
        {"PrivateIpAddress": "10.0.0.5", "Primary": True, "Association": {"PublicIp": "198.51.100.7"}},
        {"PrivateIpAddress": "10.0.0.6", "Association": {"PublicIp": "198.51.100.8"}},
        {"PrivateIpAddress": "10.0.0.7"},
    ],
    "Ipv6Addresses": [{"Ipv6Address": "2001:db8::5"}, {"Ipv6Address": "fd12::5"}],
    "Ipv6Prefixes": [{"Ipv6Prefix": "2001:db8:0:1::/80"}],
}
INSTANCE = {
    "InstanceId": "i-1",
    "State": {"Code": 16, "Name": "running"},
    "MetadataOptions": {"HttpTokens": "optional", "HttpEndpoint": "enabled"},
    "Monitoring": {"State": "disabled"},
    "PublicIpAddress": "198.51.100.7",
    "Ipv6Address": "2001:db8::5",
    "NetworkInterfaces": [INTERFACE],
}


def test_an_instance_is_parsed_with_every_public_address_once_and_its_interface() -> None:
    assert Instance.parse(INSTANCE) == Instance(
        state="running",
        metadata_tokens="optional",
        metadata_endpoint="enabled",
        monitoring="disabled",
        public_ipv4=("198.51.100.7 on eni-1", "198.51.100.8 on eni-1"),
        public_ipv6=("2001:db8::5 on eni-1", "2001:db8:0:1::/80 on eni-1"),
        id="i-1",
    )


@pytest.mark.parametrize(
    ("interfaces", "v4", "v6"),
    [
        pytest.param([], ("198.51.100.7",), ("2001:db8::5",), id="the instance's own, when no interface tells them"),
        pytest.param(
            [INTERFACE, {"NetworkInterfaceId": "eni-2", "Association": {"PublicIp": "203.0.113.9"}}],
            ("198.51.100.7 on eni-1", "198.51.100.8 on eni-1", "203.0.113.9 on eni-2"),
            ("2001:db8::5 on eni-1", "2001:db8:0:1::/80 on eni-1"),
            id="a second interface",
        ),
        pytest.param(
            [{"NetworkInterfaceId": "eni-3", "Association": {"CarrierIp": "203.0.113.9"}}],
            ("198.51.100.7",),
            ("2001:db8::5",),
            id="an address of a carrier's network is not the internet's",
        ),
    ],
)
def test_addresses_are_gathered_from_all_interfaces(
    interfaces: list[dict[str, Any]], v4: tuple[str, ...], v6: tuple[str, ...]
) -> None:
    found = Instance.parse(INSTANCE | {"NetworkInterfaces": interfaces})
    assert (found.public_ipv4, found.public_ipv6) == (v4, v6)


def test_an_address_of_the_instances_own_that_stays_inside_private_networks_is_left_out() -> None:
    assert Instance.parse(INSTANCE | {"NetworkInterfaces": [], "Ipv6Address": "fd12::5"}).public_ipv6 == ()


STOPPED = {"State": {"Name": "stopped"}}


@pytest.mark.parametrize(
    "reason",
    [
        "User initiated (2026-10-01 12:30:00 GMT)",
        "User initiated (2026-10-01 12:30:00 UTC)",
        "Service initiated (2026-10-01 12:30:00 GMT)",
    ],
)
def test_the_reason_of_a_transition_tells_since_when_an_instance_is_stopped(reason: str) -> None:
    found = Instance.parse(INSTANCE | STOPPED | {"StateTransitionReason": reason})
    assert found.stopped_at == datetime(2026, 10, 1, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "reason",
    [
        None,
        "",
        "Server.ScheduledStop: Stopped due to scheduled retirement",
        "(soon GMT)",
        "User initiated (2026-13-41 12:30:00 GMT)",
    ],
)
def test_a_reason_without_a_time_leaves_it_unknown(reason: str | None) -> None:
    found = Instance.parse(INSTANCE | STOPPED | {"StateTransitionReason": reason}).stopped_at
    assert isinstance(found, Unknown)
    assert repr(reason) in found.reason


def test_only_a_stopped_instance_has_a_time_since_when() -> None:
    item = INSTANCE | {"StateTransitionReason": "User initiated (2026-10-01 12:30:00 GMT)"}
    assert Instance.parse(item).stopped_at is None


def test_how_busy_an_instance_was_is_what_95_of_100_hours_stay_below() -> None:
    found = InstanceLoad.parse(
        {
            "CPUUtilization": [float(value) for value in range(100)],
            "NetworkIn": [9e9, 9e9, *[10.0] * 98],
            "NetworkOut": [5.0] * 100,
        }
    )
    assert found == InstanceLoad(hours=100, cpu=94.0, network=15.0)


def test_what_goes_in_and_out_is_added_up_hour_by_hour() -> None:
    into = [9e9] * 4 + [0.0] * 96
    out = [0.0] * 4 + [9e9] * 4 + [0.0] * 92
    found = InstanceLoad.parse({"CPUUtilization": [1.0] * 100, "NetworkIn": into, "NetworkOut": out})
    assert found.network == 9e9, "eight of a hundred hours are busy, four of each alone"


def test_hours_of_one_direction_alone_cannot_be_added_up() -> None:
    found = InstanceLoad.parse({"CPUUtilization": [1.0] * 3, "NetworkIn": [1.0] * 3, "NetworkOut": [1.0] * 2})
    assert found.network == Unknown("CloudWatch has 3 data points for NetworkIn, but 2 for NetworkOut")


@given(st.lists(st.floats(0, 100), min_size=1, max_size=400))
def test_at_most_five_of_a_hundred_hours_are_busier(values: list[float]) -> None:
    cpu = InstanceLoad.parse({"CPUUtilization": values}).cpu
    assert cpu in values
    assert sum(value > cpu for value in values) * 100 <= 5 * len(values)  # type: ignore[operator]
    assert sum(value >= cpu for value in values) * 100 > 5 * len(values)  # type: ignore[operator]


@pytest.mark.parametrize("missing", ["CPUUtilization", "NetworkIn", "NetworkOut"])
def test_a_metric_without_datapoints_is_not_zero(missing: str) -> None:
    values = {name: (1.0,) for name in ("CPUUtilization", "NetworkIn", "NetworkOut") if name != missing}
    found = InstanceLoad.parse(values)
    value = found.cpu if missing == "CPUUtilization" else found.network
    assert value == Unknown(f"CloudWatch has no data points for {missing}")
    assert isinstance(InstanceLoad.parse({}).cpu, Unknown)


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        pytest.param({}, InstanceMetadataDefaults(None, None), id="nothing is set"),
        pytest.param({"AccountLevel": {}}, InstanceMetadataDefaults(None, None), id="an empty setting"),
        pytest.param(
            {"AccountLevel": {"HttpTokens": "required", "HttpPutResponseHopLimit": 2, "ManagedBy": "account"}},
            InstanceMetadataDefaults("required", None),
            id="tokens only",
        ),
        pytest.param(
            {"AccountLevel": {"HttpTokens": "optional", "HttpEndpoint": "disabled"}},
            InstanceMetadataDefaults("optional", "disabled"),
            id="both",
        ),
    ],
)
def test_the_defaults_of_the_metadata_service_are_parsed(
    answer: dict[str, Any], found: InstanceMetadataDefaults
) -> None:
    assert InstanceMetadataDefaults.parse(answer) == found


def test_a_volume_is_parsed() -> None:
    attachments = [{"InstanceId": "i-2"}, {"InstanceId": "i-1"}, {"InstanceOwningService": "amazonaws.com"}]
    assert Volume.parse({"Encrypted": True, "Attachments": attachments}) == Volume(True, ("i-1", "i-2"))
    assert Volume.parse({"Encrypted": False}) == Volume(False)
    assert isinstance(Volume.parse({}).encrypted, Unknown)


def test_a_security_group_is_parsed() -> None:
    permission = {
        "IpProtocol": "tcp",
        "FromPort": 22,
        "ToPort": 25,
        "IpRanges": [{"CidrIp": "198.51.100.7/24", "Description": "office"}],
        "Ipv6Ranges": [{"CidrIpv6": "2001:DB8::/32"}],
        "PrefixListIds": [{"PrefixListId": "pl-1"}, {"PrefixListId": "pl-1"}],
        "UserIdGroupPairs": [{"GroupId": "sg-2"}],
    }
    found = SecurityGroup.parse({"GroupName": "web", "IpPermissions": [permission]})
    assert found == SecurityGroup(
        "web", (Rule("tcp", 22, 25, ("198.51.100.0/24", "2001:db8::/32"), ("pl-1", "pl-1"), 1),), ()
    )
    assert found.prefix_lists == ("pl-1",)
    assert [rule.size for rule in found.ingress] == [5]


def test_prefix_lists_of_outbound_rules_are_not_asked_for() -> None:
    outbound = {"IpPermissionsEgress": [{"IpProtocol": "-1", "PrefixListIds": [{"PrefixListId": "pl-1"}]}]}
    assert SecurityGroup.parse(outbound).prefix_lists == ()


def test_a_prefix_list_and_the_default_are_parsed() -> None:
    assert PrefixList.parse({"Entries": [{"Cidr": "10.1.2.3/8", "Description": "x"}]}) == PrefixList(("10.0.0.0/8",))
    assert PrefixList.parse({}) == PrefixList(())
    assert isinstance(PrefixList.parse({"Entries": [{}]}).cidrs, Unknown)
    assert EbsEncryptionByDefault.parse({"EbsEncryptionByDefault": False}) == EbsEncryptionByDefault(False)


def parts(**members: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Structures of which any member may be missing."""
    return st.fixed_dictionaries({}, optional=members)


INSTANCES = parts(
    State=parts(Name=st.sampled_from(("running", "stopped"))),
    MetadataOptions=parts(
        HttpTokens=st.sampled_from(("required", "optional", "quantum")),
        HttpEndpoint=st.sampled_from(("enabled", "disabled", "quantum")),
    ),
)


@given(INSTANCES)
def test_what_aws_leaves_out_never_makes_an_instance_pass(answer: dict[str, Any]) -> None:
    options = answer.get("MetadataOptions", {})
    verdict = judged(ec2_instance_imdsv2_required, "AWS::EC2::Instance", Instance, answer)
    passes = options.get("HttpTokens") == "required" or options.get("HttpEndpoint") == "disabled"
    assert (verdict is Status.COMPLIANT) is passes


@given(parts(Encrypted=st.booleans(), Attachments=st.just([])))
def test_what_aws_leaves_out_never_makes_a_volume_pass(answer: dict[str, Any]) -> None:
    status = judged(ec2_volume_encrypted, "AWS::EC2::Volume", Volume, answer)
    expected = {True: Status.COMPLIANT, False: Status.NON_COMPLIANT}
    assert status is expected.get(answer.get("Encrypted"), Status.INSUFFICIENT_DATA)  # type: ignore[arg-type]


def judged(check: Any, kind: str, facet: type, answer: Mapping[str, Any]) -> Status:
    resource = Resource(kind, "x-1", "111122223333", "eu-west-1")
    return evaluate(Selected(check, kind, "ec2"), resource, {facet: parsed(facet, answer)}, AT).status
