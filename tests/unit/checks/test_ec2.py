"""EC2 checks: one good value, one thing changed a row."""

import dataclasses
from typing import Any

import pytest

from muster.checks.ec2 import (
    ec2_ebs_encryption_by_default,
    ec2_instance_detailed_monitoring_enabled,
    ec2_instance_imdsv2_required,
    ec2_instance_no_public_ip,
    ec2_volume_encrypted,
)
from muster.facets.ec2 import EbsEncryptionByDefault, Instance, Volume
from muster.model import Status, Unknown, UnknownField

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
GOOD = Instance("running", "required", "enabled", "enabled")
UNKNOWN = Unknown("AWS did not say what HttpTokens is")


def instance(**changed: Any) -> Instance:
    return dataclasses.replace(GOOD, **changed)


@pytest.mark.parametrize(
    ("judged", "status"),
    [
        pytest.param(GOOD, C, id="tokens are required"),
        pytest.param(instance(metadata_tokens="optional"), N, id="tokens are optional"),
        pytest.param(
            instance(metadata_tokens="optional", metadata_endpoint="disabled"),
            C,
            id="nothing answers: tokens do not matter",
        ),
        pytest.param(instance(state="stopped", metadata_tokens="optional"), N, id="a stopped instance may start again"),
    ],
)
def test_ec2_instance_imdsv2_required(judged: Instance, status: Status) -> None:
    assert ec2_instance_imdsv2_required(judged).status is status


@pytest.mark.parametrize(
    "judged",
    [
        pytest.param(instance(metadata_tokens=UNKNOWN), id="tokens"),
        pytest.param(instance(metadata_tokens=UNKNOWN, metadata_endpoint=UNKNOWN), id="tokens and endpoint"),
        pytest.param(instance(metadata_tokens="optional", metadata_endpoint=UNKNOWN), id="whether anything answers"),
    ],
)
def test_what_is_not_known_of_the_metadata_service_is_no_verdict(judged: Instance) -> None:
    with pytest.raises(UnknownField, match="HttpTokens"):
        ec2_instance_imdsv2_required(judged)


def test_what_is_not_known_of_the_metadata_service_may_not_matter() -> None:
    assert ec2_instance_imdsv2_required(instance(metadata_endpoint=UNKNOWN)).status is C
    assert ec2_instance_imdsv2_required(instance(metadata_tokens=UNKNOWN, metadata_endpoint="disabled")).status is C


def test_the_reason_says_which_version_answers() -> None:
    verdict = ec2_instance_imdsv2_required(instance(metadata_tokens="optional"))
    assert verdict.reason == "HttpTokens is optional: the instance still answers IMDSv1"


@pytest.mark.parametrize(
    ("judged", "status"),
    [
        pytest.param(GOOD, C, id="enabled"),
        pytest.param(instance(monitoring="pending"), C, id="being enabled"),
        pytest.param(instance(monitoring="disabled"), N, id="disabled"),
        pytest.param(instance(monitoring="disabling"), N, id="being disabled"),
        pytest.param(instance(state="stopped", monitoring="disabled"), NA, id="a stopped instance has no metrics"),
        pytest.param(instance(state="pending", monitoring="disabled"), NA, id="not running yet"),
    ],
)
def test_ec2_instance_detailed_monitoring_enabled(judged: Instance, status: Status) -> None:
    assert ec2_instance_detailed_monitoring_enabled(judged).status is status


@pytest.mark.parametrize("judged", [instance(state=UNKNOWN), instance(monitoring=UNKNOWN)], ids=["state", "monitoring"])
def test_a_state_that_is_not_known_is_no_verdict_on_monitoring(judged: Instance) -> None:
    with pytest.raises(UnknownField):
        ec2_instance_detailed_monitoring_enabled(judged)


V4, V6 = ("198.51.100.7 on eni-1", "198.51.100.8 on eni-2"), ("2001:db8::1 on eni-1",)


@pytest.mark.parametrize(
    ("judged", "ipv6", "status", "reason"),
    [
        pytest.param(GOOD, True, C, "no interface has a public IPv4 address or a routable IPv6 address", id="none"),
        pytest.param(
            instance(public_ipv4=V4), True, N, "public IPv4: 198.51.100.7 on eni-1, 198.51.100.8 on eni-2", id="IPv4"
        ),
        pytest.param(
            instance(public_ipv6=V6), True, N, "IPv6, which is globally routable: 2001:db8::1 on eni-1", id="IPv6"
        ),
        pytest.param(
            instance(public_ipv4=V4[:1], public_ipv6=V6),
            True,
            N,
            "public IPv4: 198.51.100.7 on eni-1; IPv6, which is globally routable: 2001:db8::1 on eni-1",
            id="both",
        ),
        pytest.param(instance(public_ipv6=V6), False, C, "no interface has a public IPv4 address", id="IPv6 put aside"),
        pytest.param(instance(public_ipv4=V4), False, N, "public IPv4", id="IPv4 is never put aside"),
    ],
)
def test_ec2_instance_no_public_ip(judged: Instance, ipv6: bool, status: Status, reason: str) -> None:
    verdict = ec2_instance_no_public_ip(judged, ipv6=ipv6)
    assert verdict.status is status
    assert reason in verdict.reason


def test_ec2_volume_encrypted() -> None:
    assert ec2_volume_encrypted(Volume(encrypted=True)).status is C
    attached = ec2_volume_encrypted(Volume(encrypted=False, attached_to=("i-1", "i-2")))
    assert (attached.status, attached.reason) == (N, "the volume is not encrypted (attached to i-1, i-2)")
    unattached = ec2_volume_encrypted(Volume(encrypted=False))
    assert (unattached.status, unattached.reason) == (N, "the volume is not encrypted (not attached)")
    with pytest.raises(UnknownField):
        ec2_volume_encrypted(Volume.parse({}))


def test_ec2_ebs_encryption_by_default() -> None:
    assert ec2_ebs_encryption_by_default(EbsEncryptionByDefault(enabled=True)).status is C
    assert ec2_ebs_encryption_by_default(EbsEncryptionByDefault(enabled=False)).status is N
    with pytest.raises(UnknownField):
        ec2_ebs_encryption_by_default(EbsEncryptionByDefault.parse({}))
