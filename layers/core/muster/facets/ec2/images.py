"""What EC2 answers about machine images and launch templates."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from muster.model.finding import Unknown

_SHARING = frozenset({"block-new-sharing", "unblocked"})


@dataclass(frozen=True, slots=True)
class Image:
    """One machine image: whether everybody may launch it."""

    public: bool | Unknown

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse an item of DescribeImages."""
        public = response.get("Public")
        return cls(public if isinstance(public, bool) else Unknown("AWS did not say whether the image is public"))


@dataclass(frozen=True, slots=True)
class ImageBlockPublicAccess:
    """What the region does about images that are to be shared with everybody."""

    state: str | Unknown

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse the answer of GetImageBlockPublicAccessState."""
        state = response.get("ImageBlockPublicAccessState")
        return cls(_one_of(_SHARING, "ImageBlockPublicAccessState", state))


@dataclass(frozen=True, slots=True)
class LaunchTemplate:
    """One launch template by its id, with the numbers of the versions that launches use unless they name another."""

    id: str
    default: int | Unknown
    latest: int | Unknown

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse an item of DescribeLaunchTemplates."""
        return cls(
            id=str(response.get("LaunchTemplateId") or ""),
            default=_number("DefaultVersionNumber", response.get("DefaultVersionNumber")),
            latest=_number("LatestVersionNumber", response.get("LatestVersionNumber")),
        )


@dataclass(frozen=True, slots=True)
class MetadataOptions:
    """What a version of a launch template says of the metadata service; None where it says nothing."""

    tokens: str | Unknown | None
    endpoint: str | Unknown | None

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse the LaunchTemplateData of a version."""
        said = response.get("MetadataOptions") or {}
        tokens, endpoint = said.get("HttpTokens"), said.get("HttpEndpoint")
        return cls(
            tokens=_one_of({"optional", "required"}, "HttpTokens", tokens) if tokens else None,
            endpoint=_one_of({"disabled", "enabled"}, "HttpEndpoint", endpoint) if endpoint else None,
        )


@dataclass(frozen=True, slots=True)
class LaunchTemplateVersions:
    """The default and the latest version of every launch template of a region.

    `group_ids` and `group_names` are the security groups that any of them names, by id or, in the default VPC, by name.
    Some 500 bytes a template, of which a region has 5,000 unless its quota was raised: 2.5 MB; and one id or name for
    each group.
    https://docs.aws.amazon.com/general/latest/gr/ec2-service.html
    """

    options: Mapping[tuple[str, int], MetadataOptions] = field(default_factory=dict)
    group_ids: frozenset[str] = frozenset()
    group_names: frozenset[str] = frozenset()

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse DescribeLaunchTemplateVersions, all pages joined."""
        options = {}
        ids: set[str] = set()
        names: set[str] = set()
        for item in response.get("LaunchTemplateVersions") or ():
            data = item.get("LaunchTemplateData") or {}
            options[str(item["LaunchTemplateId"]), int(item["VersionNumber"])] = MetadataOptions.parse(data)
            ids.update(_groups(data))
            names.update(str(name) for name in data.get("SecurityGroups") or ())
        return cls(options, frozenset(ids), frozenset(names))

    def of(self, template_id: str, number: int) -> MetadataOptions | Unknown:
        """Return what a version says, unless it was not there when the versions were read."""
        return self.options.get((template_id, number)) or Unknown(f"version {number} was not among those that AWS told")


def _groups(data: Mapping[str, Any]) -> Iterator[str]:
    yield from (str(name) for name in data.get("SecurityGroupIds") or ())
    for interface in data.get("NetworkInterfaces") or ():
        yield from (str(name) for name in interface.get("Groups") or ())


def _number(name: str, value: object) -> int | Unknown:
    return value if isinstance(value, int) else Unknown(f"AWS did not say what {name} is")


def _one_of(values: Collection[str], name: str, value: object) -> str | Unknown:
    if value is None:
        return Unknown(f"AWS did not say what {name} is")
    return str(value) if value in values else Unknown(f"{name} is {value!r}, a value Muster does not know")
