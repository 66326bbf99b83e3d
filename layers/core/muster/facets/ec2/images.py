"""EC2: machine images and launch templates."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self

from muster.facets import kinds
from muster.facets.ec2.launches import LaunchSettings
from muster.facets.fields import Parsed, facet, read
from muster.model.finding import Unknown


@facet
class Image(Parsed):
    """One machine image of DescribeImages: whether everybody may launch it."""

    public: bool | Unknown = read("Public", kinds.flag, "whether the image is public")


def _deprecated_at(value: Any, *_: str) -> datetime | Unknown | None:
    try:
        at = datetime.fromisoformat(str(value)) if value else None
    except ValueError:
        return Unknown(f"AWS returned a deprecation time that is no time: {value!r}")
    return at.replace(tzinfo=UTC) if at and not at.tzinfo else at


@facet
class SourceImage(Parsed):
    """The image that an instance was launched from: when it is deprecated, None where its owner set no time.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Image.html
    """

    deprecated_at: datetime | Unknown | None = read("DeprecationTime", _deprecated_at)


@facet
class ImageBlockPublicAccess(Parsed):
    """GetImageBlockPublicAccessState: the region's setting for images that are to be shared with everybody."""

    state: str | Unknown = read("ImageBlockPublicAccessState", kinds.one_of("block-new-sharing", "unblocked"))


@facet
class LaunchTemplate(Parsed):
    """One of DescribeLaunchTemplates by its id, with the versions that launches use unless they name another."""

    id: str = read("LaunchTemplateId", kinds.text)
    default: int | Unknown = read("DefaultVersionNumber", kinds.number)
    latest: int | Unknown = read("LatestVersionNumber", kinds.number)


@facet
class MetadataOptions(Parsed):
    """The metadata service in the LaunchTemplateData of a version; None where it sets nothing."""

    tokens: str | Unknown | None = read(
        "MetadataOptions.HttpTokens", kinds.optional(kinds.one_of("optional", "required"))
    )
    endpoint: str | Unknown | None = read(
        "MetadataOptions.HttpEndpoint", kinds.optional(kinds.one_of("disabled", "enabled"))
    )


@dataclass(frozen=True, slots=True)
class LaunchTemplateVersions:
    """The default and the latest version of every launch template of a region.

    `group_ids` and `group_names` are the security groups that any of them names, by id or, in the default VPC, by name.
    A template takes some 800 bytes. A region has 5,000 of them unless its quota was raised: 4 MB; and one id or name
    for each group.
    https://docs.aws.amazon.com/general/latest/gr/ec2-service.html
    """

    options: Mapping[tuple[str, int], MetadataOptions] = field(default_factory=dict)
    group_ids: frozenset[str] = frozenset()
    group_names: frozenset[str] = frozenset()
    settings: Mapping[tuple[str, int], LaunchSettings] = field(default_factory=dict)

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse DescribeLaunchTemplateVersions, all pages joined."""
        options = {}
        settings = {}
        ids: set[str] = set()
        names: set[str] = set()
        for item in response.get("LaunchTemplateVersions") or ():
            data = item.get("LaunchTemplateData") or {}
            version = str(item["LaunchTemplateId"]), int(item["VersionNumber"])
            options[version], settings[version] = MetadataOptions.parse(data), LaunchSettings.parse(data)
            ids.update(_groups(data))
            names.update(str(name) for name in data.get("SecurityGroups") or ())
        return cls(options, frozenset(ids), frozenset(names), settings)

    def of(self, template_id: str, number: int) -> MetadataOptions | Unknown:
        """Return the options of a version, Unknown where it was not there when the versions were read."""
        return self.options.get((template_id, number)) or Unknown(f"AWS did not return version {number}")

    def settings_of(self, template_id: str, number: int) -> LaunchSettings | Unknown:
        """Return the launch settings of a version, Unknown where it was not there when the versions were read."""
        return self.settings.get((template_id, number)) or Unknown(f"AWS did not return version {number}")


def _groups(data: Mapping[str, Any]) -> Iterator[str]:
    yield from (str(name) for name in data.get("SecurityGroupIds") or ())
    for interface in data.get("NetworkInterfaces") or ():
        yield from (str(name) for name in interface.get("Groups") or ())
