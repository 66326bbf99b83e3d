"""What EC2 answers about images and launch templates, parsed."""

from typing import Any

import pytest

from muster.facets.ec2.images import (
    Image,
    LaunchTemplate,
    LaunchTemplateVersions,
    MetadataOptions,
)
from muster.model.finding import Unavailable, Unknown
from muster.model.listing import parsed


@pytest.mark.parametrize("public", [True, False])
def test_an_image_is_public_or_not(public: bool) -> None:
    assert Image.parse({"ImageId": "ami-1", "Public": public, "State": "available"}) == Image(public)


def test_a_launch_template_is_parsed() -> None:
    item = {"LaunchTemplateId": "lt-1", "DefaultVersionNumber": 2, "LatestVersionNumber": 7}
    assert LaunchTemplate.parse(item) == LaunchTemplate("lt-1", 2, 7)


def version(number: int, data: dict[str, Any] | None, name: str = "lt-1") -> dict[str, Any]:
    return {"LaunchTemplateId": name, "VersionNumber": number, "LaunchTemplateData": data}


def test_versions_are_found_by_template_and_number() -> None:
    found = LaunchTemplateVersions.parse(
        {
            "LaunchTemplateVersions": iter(
                [
                    version(1, {"MetadataOptions": {"HttpTokens": "required", "HttpEndpoint": "enabled"}}),
                    version(3, {"ImageId": "ami-1"}),
                    version(1, None, "lt-2"),
                    version(3, {"ImageId": "ami-1"}),
                ]
            )
        }
    )
    assert found.of("lt-1", 1) == MetadataOptions("required", "enabled")
    assert found.of("lt-1", 3) == found.of("lt-2", 1) == MetadataOptions(None, None)
    missing = found.of("lt-1", 2)
    assert isinstance(missing, Unknown)
    assert "version 2" in missing.reason


def test_launch_templates_name_groups_in_three_places() -> None:
    versions = [
        version(1, {"SecurityGroupIds": ["sg-1"], "SecurityGroups": ["web"]}),
        version(2, {"NetworkInterfaces": [{"Groups": ["sg-2"]}, {}]}),
        version(1, {"SecurityGroupIds": ["sg-1", "sg-3"], "SecurityGroups": ["db"]}, "lt-2"),
        version(1, {}, "lt-3"),
    ]
    found = LaunchTemplateVersions.parse({"LaunchTemplateVersions": versions})
    assert (found.group_ids, found.group_names) == ({"sg-1", "sg-2", "sg-3"}, {"web", "db"})
    none = LaunchTemplateVersions.parse({})
    assert (none.group_ids, none.group_names) == (frozenset(), frozenset())


def test_where_there_are_no_versions_none_is_found() -> None:
    assert isinstance(LaunchTemplateVersions.parse({}).of("lt-1", 1), Unknown)


def test_a_version_without_number_is_a_strange_answer() -> None:
    answer = {"LaunchTemplateVersions": [{"LaunchTemplateId": "lt-1"}]}
    assert isinstance(parsed(LaunchTemplateVersions, answer), Unavailable)
