"""Launch settings, user data and how instances were launched, as EC2 answers them."""

import base64
import gzip
from datetime import UTC, datetime

import pytest

from muster.facets.ec2.images import LaunchTemplateVersions, SourceImage
from muster.facets.ec2.launches import InstanceLaunch, LaunchSettings, SpotFleet, UserData
from muster.model.finding import Unknown

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
SCRIPT = b"#!/bin/sh\nexport DB_PASSWORD=hunter2\n"
FOUND = (("line 2", "it sets a secret"),)
ARCHIVE = b"""Content-Type: multipart/mixed; boundary="=="
MIME-Version: 1.0

--==
Content-Type: text/cloud-config

#cloud-config
--==
Content-Type: text/x-shellscript
Content-Transfer-Encoding: base64

%b
--==--
""" % base64.b64encode(SCRIPT)


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


@pytest.mark.parametrize(
    ("value", "secrets"),
    [
        pytest.param(None, None, id="no user data"),
        pytest.param("", None, id="empty user data"),
        pytest.param(encoded(b"#!/bin/sh\nyum -y update\n"), (), id="a script without a secret"),
        pytest.param(encoded(SCRIPT), FOUND, id="a script with one"),
        pytest.param(encoded(gzip.compress(SCRIPT)), FOUND, id="a script that is compressed"),
        pytest.param(encoded(ARCHIVE), (("part 2, line 2", "it sets a secret"),), id="an archive with an encoded part"),
    ],
)
def test_what_looks_like_a_secret_in_user_data_is_found(value: str | None, secrets: object) -> None:
    assert UserData.parse({"UserData": {"Value": value} if value is not None else {}}) == UserData(secrets)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\xff\xfe\x00", id="no text"),
        pytest.param(gzip.compress(SCRIPT)[:-9], id="cut off"),
        pytest.param(gzip.compress(bytes(2 << 20)), id="longer than user data can be"),
        pytest.param(b"\x1f\x8bnothing of gzip", id="a wrong header"),
    ],
)
def test_user_data_that_is_no_text_is_not_known(data: bytes) -> None:
    unreadable = Unknown("The user data is not text, nor text compressed with gzip")
    assert LaunchSettings.parse({"UserData": encoded(data)}).secrets == unreadable


def test_the_settings_of_a_version_are_parsed() -> None:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ResponseLaunchTemplateData.html."""
    data = {
        "NetworkInterfaces": [
            {"DeviceIndex": 0, "AssociatePublicIpAddress": False},
            {"DeviceIndex": 1, "AssociatePublicIpAddress": True},
            {"DeviceIndex": 2},
        ],
        "BlockDeviceMappings": [
            {"DeviceName": "/dev/sda1", "Ebs": {"Encrypted": False}},
            {"DeviceName": "/dev/sdb", "Ebs": {"VolumeSize": 8}},
            {"DeviceName": "/dev/sdc", "VirtualName": "ephemeral0"},
        ],
    }
    versions = LaunchTemplateVersions.parse(
        {"LaunchTemplateVersions": [{"LaunchTemplateId": "lt-1", "VersionNumber": 3, "LaunchTemplateData": data}]}
    )
    found = LaunchSettings(public_interfaces=(1,), volumes=(("/dev/sda1", False), ("/dev/sdb", None)))
    assert versions.settings_of("lt-1", 3) == found
    assert found.unencrypted == ("/dev/sda1",)
    assert versions.settings_of("lt-1", 4) == Unknown("AWS did not return version 4")


def test_a_spot_fleet_request_is_parsed_with_its_own_specifications_alone() -> None:
    config = {
        "LaunchSpecifications": [{"BlockDeviceMappings": [{"DeviceName": "/dev/sda1", "Ebs": {"Encrypted": True}}]}],
        "LaunchTemplateConfigs": [{"LaunchTemplateSpecification": {"LaunchTemplateId": "lt-1", "Version": "1"}}],
    }
    assert SpotFleet.parse({"SpotFleetRequestConfig": config}) == SpotFleet(
        (LaunchSettings(volumes=(("/dev/sda1", True),)),)
    )
    assert SpotFleet.parse({"SpotFleetRequestConfig": {}}) == SpotFleet(())


def test_how_an_instance_was_launched_is_parsed() -> None:
    arn = "arn:aws:iam::123456789012:instance-profile/web"
    answer = {
        "InstanceId": "i-1",
        "ImageId": "ami-1",
        "NetworkInterfaces": [{"NetworkInterfaceId": "eni-1"}, {"NetworkInterfaceId": "eni-2"}],
        "VirtualizationType": "hvm",
        "IamInstanceProfile": {"Arn": arn, "Id": "AIPA"},
        "LaunchTime": AT,
    }
    assert InstanceLaunch.parse(answer) == InstanceLaunch("i-1", "ami-1", ("eni-1", "eni-2"), "hvm", arn, AT)
    bare = InstanceLaunch.parse({"InstanceId": "i-1"})
    assert (bare.interfaces, bare.profile) == ((), "")
    assert isinstance(bare.virtualization, Unknown)
    assert isinstance(bare.launched_at, Unknown)


@pytest.mark.parametrize(
    ("value", "at"),
    [("2026-11-21T12:00:00.000Z", AT), ("2026-11-21T12:00:00", AT), (None, None)],
)
def test_the_deprecation_time_of_an_image_is_parsed(value: str | None, at: datetime | None) -> None:
    assert SourceImage.parse({"DeprecationTime": value}) == SourceImage(at)
    assert isinstance(SourceImage.parse({"DeprecationTime": "soon"}).deprecated_at, Unknown)
