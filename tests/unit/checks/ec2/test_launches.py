"""Launch templates, Spot Fleet requests and user data: addresses, encryption and secrets."""

from typing import Any

import pytest

from muster.checks.ec2.launches import (
    ec2_instance_user_data_without_secrets,
    ec2_launch_template_no_public_ip,
    ec2_launch_template_volumes_encrypted,
    ec2_launch_template_without_secrets,
    ec2_spot_fleet_volumes_encrypted,
)
from muster.facets.ec2.images import LaunchTemplate, LaunchTemplateVersions
from muster.facets.ec2.launches import LaunchSettings, SpotFleet, UserData
from muster.model.check import Check
from muster.model.finding import Status, Unknown, UnknownField, Verdict

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
PLAIN = LaunchSettings()
PUBLIC = LaunchSettings(public_interfaces=(0,))
OPEN, SILENT, SHUT = (LaunchSettings(volumes=(("/dev/xvda", encrypted),)) for encrypted in (False, None, True))
SECRET = LaunchSettings(secrets=(("line 2", "it sets a secret"),))
EMPTY = LaunchSettings(secrets=())
BINARY = LaunchSettings(secrets=Unknown("The user data is not text, nor text compressed with gzip"))


def judged(judge: Check, default: LaunchSettings | None, latest: LaunchSettings | None) -> Verdict:
    found = {("lt-1", 1): default, ("lt-1", 2): latest, ("lt-2", 1): PUBLIC}
    settings = {key: value for key, value in found.items() if value}
    return judge(LaunchTemplate("lt-1", 1, 2), LaunchTemplateVersions(settings=settings))


@pytest.mark.parametrize(
    ("default", "latest", "status", "reason"),
    [
        pytest.param(PLAIN, PLAIN, C, "Version 1 (default) assigns no public IP address", id="neither"),
        pytest.param(PLAIN, None, C, "Version 1 (default) assigns no public IP address", id="the default decides"),
        pytest.param(
            PLAIN, PUBLIC, C, "Version 1 (default) assigns no public IP address; version 2 (latest) does",
            id="the latest is named",
        ),
        pytest.param(
            PUBLIC, PLAIN, N,
            "Version 1 (default) assigns a public IP address to the network interface with device index 0",
            id="the default fails",
        ),
        pytest.param(
            LaunchSettings(public_interfaces=(0, 2)), PLAIN, N,
            "Version 1 (default) assigns a public IP address to the network interfaces with device index 0, 2",
            id="two interfaces",
        ),
    ],
)  # fmt: skip
def test_a_launch_template_assigns_no_public_address(default: Any, latest: Any, status: Status, reason: str) -> None:
    verdict = judged(ec2_launch_template_no_public_ip, default, latest)
    assert (verdict.status, verdict.reason) == (status, reason)


@pytest.mark.parametrize(
    ("default", "latest", "status", "reason"),
    [
        pytest.param(SHUT, SHUT, C, "Version 1 (default) does not turn encryption off", id="encrypted"),
        pytest.param(SILENT, SHUT, C, "Version 1 (default) does not turn encryption off", id="not set"),
        pytest.param(
            SILENT, OPEN, C, "Version 1 (default) does not turn encryption off; version 2 (latest) does",
            id="the latest is named",
        ),
        pytest.param(OPEN, SHUT, N, "Version 1 (default) turns encryption off for /dev/xvda", id="turned off"),
        pytest.param(PLAIN, OPEN, NA, "Version 1 (default) sets no EBS volume", id="no volume"),
    ],
)  # fmt: skip
def test_a_launch_template_leaves_encryption_on(default: Any, latest: Any, status: Status, reason: str) -> None:
    verdict = judged(ec2_launch_template_volumes_encrypted, default, latest)
    assert (verdict.status, verdict.reason) == (status, reason)


@pytest.mark.parametrize("judge", [ec2_launch_template_no_public_ip, ec2_launch_template_volumes_encrypted])
def test_a_default_version_that_aws_did_not_return_is_no_pass(judge: Check) -> None:
    with pytest.raises(UnknownField, match="version 1"):
        judged(judge, None, PLAIN)


@pytest.mark.parametrize(
    ("default", "latest", "status", "reason"),
    [
        pytest.param(PLAIN, PLAIN, C, "The default and the latest version have no user data", id="no user data"),
        pytest.param(EMPTY, PLAIN, C, "No line of the user data looks like a secret", id="nothing found"),
        pytest.param(
            SECRET, EMPTY, N, "Version 1 (default): line 2 looks like a secret (it sets a secret)", id="the default"
        ),
        pytest.param(
            EMPTY, SECRET, N, "Version 2 (latest): line 2 looks like a secret (it sets a secret)", id="the latest"
        ),
        pytest.param(
            BINARY, SECRET, N, "Version 2 (latest): line 2 looks like a secret (it sets a secret)", id="one is enough"
        ),
    ],
)
def test_a_launch_template_holds_no_secret(default: Any, latest: Any, status: Status, reason: str) -> None:
    verdict = judged(ec2_launch_template_without_secrets, default, latest)
    assert (verdict.status, verdict.reason) == (status, reason)


def test_one_version_is_named_once() -> None:
    versions = LaunchTemplateVersions(settings={("lt-1", 1): SECRET})
    verdict = ec2_launch_template_without_secrets(LaunchTemplate("lt-1", 1, 1), versions)
    assert verdict.reason == "Version 1 (default and latest): line 2 looks like a secret (it sets a secret)"


@pytest.mark.parametrize(("default", "latest"), [(BINARY, EMPTY), (EMPTY, BINARY), (None, EMPTY), (EMPTY, None)])
def test_user_data_of_a_template_that_cannot_be_read_is_no_pass(default: Any, latest: Any) -> None:
    with pytest.raises(UnknownField):
        judged(ec2_launch_template_without_secrets, default, latest)


@pytest.mark.parametrize(
    ("settings", "status", "reason"),
    [
        (PLAIN, C, "The instance has no user data"),
        (EMPTY, C, "No line of the user data looks like a secret"),
        (SECRET, N, "Line 2 looks like a secret (it sets a secret)"),
    ],
)
def test_the_user_data_of_an_instance_holds_no_secret(settings: LaunchSettings, status: Status, reason: str) -> None:
    verdict = ec2_instance_user_data_without_secrets(UserData(settings.secrets))
    assert (verdict.status, verdict.reason) == (status, reason)
    with pytest.raises(UnknownField):
        ec2_instance_user_data_without_secrets(UserData(BINARY.secrets))


@pytest.mark.parametrize(
    ("specifications", "status", "reason"),
    [
        pytest.param((SHUT,), C, "No launch specification turns encryption off (1 volume encrypted)", id="encrypted"),
        pytest.param((SHUT, OPEN), N, "Encryption is turned off for /dev/xvda", id="one is turned off"),
        pytest.param(
            (SILENT,), NA, "The launch specifications do not set the encryption of any EBS volume", id="not set"
        ),
        pytest.param((), NA, "The request has no launch specifications; it uses launch templates", id="templates"),
    ],
)
def test_a_spot_fleet_leaves_encryption_on(specifications: Any, status: Status, reason: str) -> None:
    verdict = ec2_spot_fleet_volumes_encrypted(SpotFleet(specifications))
    assert (verdict.status, verdict.reason) == (status, reason)
