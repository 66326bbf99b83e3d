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
from muster.model import Status, UnknownField

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
GOOD = Instance("running", "required", "enabled", "enabled", ())


def instance(**changed: Any) -> Instance:
    return dataclasses.replace(GOOD, **changed)


@pytest.mark.parametrize(
    ("judged", "status"),
    [
        pytest.param(GOOD, C, id="tokens are required"),
        pytest.param(instance(metadata_tokens="optional"), N, id="tokens are optional"),
        pytest.param(
            instance(metadata_tokens="optional", metadata_endpoint="disabled"), C, id="nothing answers: tokens do not matter"
        ),
        pytest.param(instance(state="stopped", metadata_tokens="optional"), N, id="a stopped instance may start again"),
    ],
)
def test_ec2_instance_imdsv2_required(judged: Instance, status: Status) -> None:
    assert ec2_instance_imdsv2_required(judged).status is status


@pytest.mark.parametrize("tokens", ["", "quantum"])
def test_a_value_of_http_tokens_that_is_not_known_is_no_verdict(tokens: str) -> None:
    with pytest.raises(UnknownField, match="HttpTokens"):
        ec2_instance_imdsv2_required(instance(metadata_tokens=tokens))


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


def test_ec2_instance_no_public_ip() -> None:
    assert ec2_instance_no_public_ip(GOOD).status is C
    verdict = ec2_instance_no_public_ip(instance(public_addresses=("198.51.100.7 (eni-1)", "2001:db8::1 (eni-1)")))
    assert verdict.status is N
    assert "198.51.100.7 (eni-1), 2001:db8::1 (eni-1)" in verdict.reason


def test_ec2_volume_encrypted() -> None:
    assert ec2_volume_encrypted(Volume(encrypted=True)).status is C
    assert ec2_volume_encrypted(Volume(encrypted=False)).status is N
    with pytest.raises(UnknownField):
        ec2_volume_encrypted(Volume.parse({}))


def test_ec2_ebs_encryption_by_default() -> None:
    assert ec2_ebs_encryption_by_default(EbsEncryptionByDefault(enabled=True)).status is C
    assert ec2_ebs_encryption_by_default(EbsEncryptionByDefault(enabled=False)).status is N
    with pytest.raises(UnknownField):
        ec2_ebs_encryption_by_default(EbsEncryptionByDefault.parse({}))
