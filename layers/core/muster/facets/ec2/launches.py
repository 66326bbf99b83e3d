"""EC2: the launch settings in launch templates and Spot Fleet requests, and user data."""

import base64
import binascii
import email
import zlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from muster.analysis.secrets.detection import secrets_in_lines
from muster.facets import kinds
from muster.facets.fields import Answer, Parsed, computed, facet, read
from muster.model.finding import Unknown

_LONGEST = 1 << 20
"""Bytes of user data that are read once it is decompressed. AWS accepts 16 KB, which may be compressed.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-add-user-data.html
"""
_GZIP = b"\x1f\x8b"
_ZLIB_WITH_GZIP_HEADER = 31

Secrets = tuple[tuple[str, str], ...]
"""Places in user data that look like a secret, each with the reason: (`line 3`, `it sets a secret`)."""


def _secrets_of(user_data: Any, *_: str) -> Secrets | Unknown | None:
    """Return the places in base64-encoded user data that look like a secret; None if there is no user data.

    The text itself is dropped here: it never gets into findings, logs or memory dumps.
    """
    if not user_data:
        return None
    try:
        text = _plain(base64.b64decode(str(user_data), validate=False)).decode()
    except (binascii.Error, zlib.error, ValueError):
        return Unknown("The user data is not text, nor text compressed with gzip")
    return tuple(
        (f"{part}line {number}", reason) for part, body in _parts(text) for number, reason in secrets_in_lines(body)
    )


def _plain(data: bytes) -> bytes:
    """Return the bytes, decompressed if need be.

    Raises:
        ValueError: they are longer than user data can be.
        zlib.error: they are not what their header promises.
    """
    if not data.startswith(_GZIP):
        return data
    reader = zlib.decompressobj(_ZLIB_WITH_GZIP_HEADER)
    plain = reader.decompress(data, _LONGEST)
    if not reader.eof:
        raise ValueError("longer than user data can be, or cut off")
    return plain


def _parts(text: str) -> Iterator[tuple[str, str]]:
    """Yield the texts in user data: the one that it is, or the decoded parts of a MIME archive, as cloud-init reads it.

    https://cloudinit.readthedocs.io/en/latest/explanation/format.html
    """
    if not text.lstrip().lower().startswith(("content-type: multipart", "mime-version:")):
        yield "", text
        return
    leaves = (part for part in email.message_from_string(text.lstrip()).walk() if not part.is_multipart())
    for number, part in enumerate(leaves, start=1):
        payload = part.get_payload(decode=True)
        yield f"part {number}, ", payload.decode(errors="replace") if isinstance(payload, bytes) else ""


def _public_interfaces(data: Answer) -> tuple[int, ...]:
    return tuple(
        int(each.get("DeviceIndex") or 0)
        for each in data.get("NetworkInterfaces") or ()
        if each.get("AssociatePublicIpAddress") is True
    )


def _volumes(data: Answer) -> tuple[tuple[str, bool | None], ...]:
    return tuple(
        (str(each.get("DeviceName")), each["Ebs"].get("Encrypted"))
        for each in data.get("BlockDeviceMappings") or ()
        if each.get("Ebs")
    )


@facet
class LaunchSettings(Parsed):
    """The LaunchTemplateData of a version, or one launch specification of a Spot Fleet request.

    `public_interfaces` are the device indexes of the network interfaces that get a public IPv4 address. `volumes` are
    the devices with an EBS volume, each with its encryption, None where that is not set. `secrets` is None without
    user data.
    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ResponseLaunchTemplateData.html
    """

    public_interfaces: tuple[int, ...] = computed(_public_interfaces, "NetworkInterfaces", default=())
    volumes: tuple[tuple[str, bool | None], ...] = computed(_volumes, "BlockDeviceMappings", default=())
    secrets: Secrets | Unknown | None = read("UserData", _secrets_of, default=None)

    @property
    def unencrypted(self) -> tuple[str, ...]:
        """The devices whose encryption is set to false."""
        return tuple(name for name, encrypted in self.volumes if encrypted is False)


@facet
class SpotFleet(Parsed):
    """One request of DescribeSpotFleetRequests with its launch specifications; those of launch templates are not in it.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_SpotFleetRequestConfigData.html
    """

    specifications: tuple[LaunchSettings, ...] = read(
        "SpotFleetRequestConfig.LaunchSpecifications", kinds.many(LaunchSettings.parse)
    )


def _interfaces(instance: Answer) -> tuple[str, ...]:
    names = (each.get("NetworkInterfaceId") for each in instance.get("NetworkInterfaces") or ())
    return tuple(str(name) for name in names if name)


@facet
class InstanceLaunch(Parsed):
    """How one instance of DescribeInstances was launched.

    `profile` is the ARN of its instance profile, empty if it has none. `launched_at` is the time of the last start.
    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Instance.html
    """

    id: str = read("InstanceId", kinds.text)
    image: str = read("ImageId", kinds.text)
    interfaces: tuple[str, ...] = computed(_interfaces, "NetworkInterfaces.NetworkInterfaceId")
    virtualization: str | Unknown = read("VirtualizationType", kinds.one_of("hvm", "paravirtual"))
    profile: str = read("IamInstanceProfile.Arn", kinds.text)
    launched_at: datetime | Unknown = read("LaunchTime", kinds.time)


@facet
class UserData(Parsed):
    """The user data of an instance, as DescribeInstanceAttribute returns it; `secrets` is None if there is none."""

    secrets: Secrets | Unknown | None = read("UserData.Value", _secrets_of)
