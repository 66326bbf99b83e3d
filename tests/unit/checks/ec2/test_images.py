"""Checks of images and launch templates: one good value, one thing changed a row."""

from typing import Any

import pytest

from muster.checks.ec2.images import (
    ec2_image_block_public_access,
    ec2_image_not_public,
    ec2_launch_template_imdsv2_required,
)
from muster.facets.ec2.images import (
    Image,
    ImageBlockPublicAccess,
    LaunchTemplate,
    LaunchTemplateVersions,
    MetadataOptions,
)
from muster.model.finding import Status, Unknown, UnknownField, Verdict

C, N = Status.COMPLIANT, Status.NON_COMPLIANT
UNKNOWN = Unknown("AWS returned an unknown value for HttpTokens: 'quantum'")
V2, OPTIONAL, SILENT = (MetadataOptions(tokens, "enabled") for tokens in ("required", "optional", None))
OFF = MetadataOptions("optional", "disabled")
TEMPLATE = LaunchTemplate("lt-1", 2, 5)


def test_ec2_image_not_public() -> None:
    assert ec2_image_not_public(Image(public=False)).status is C
    assert ec2_image_not_public(Image(public=True)).status is N
    with pytest.raises(UnknownField):
        ec2_image_not_public(Image.parse({}))


def test_ec2_image_block_public_access() -> None:
    assert ec2_image_block_public_access(ImageBlockPublicAccess("block-new-sharing")).status is C
    assert ec2_image_block_public_access(ImageBlockPublicAccess("unblocked")).status is N
    with pytest.raises(UnknownField):
        ec2_image_block_public_access(ImageBlockPublicAccess.parse({}))


def judged(default: Any, latest: Any, template: LaunchTemplate = TEMPLATE) -> Verdict:
    options = {("lt-1", 2): default, ("lt-1", 5): latest, ("lt-2", 5): OPTIONAL, ("lt-1", 4): OPTIONAL}
    return ec2_launch_template_imdsv2_required(
        template, LaunchTemplateVersions({key: value for key, value in options.items() if value})
    )


@pytest.mark.parametrize(
    ("default", "latest", "status", "reason"),
    [
        pytest.param(
            V2,
            V2,
            C,
            "Version 2 (default) requires IMDSv2 (HttpTokens: required); version 5 (latest) requires "
            "IMDSv2 (HttpTokens: required)",
            id="both require it, whatever other versions and templates do",
        ),
        pytest.param(
            OPTIONAL, V2, N, "Version 2 (default) allows IMDSv1 (HttpTokens: optional)", id="only the latest does"
        ),
        pytest.param(V2, OPTIONAL, N, "", id="only the default does"),
        pytest.param(
            OPTIONAL,
            SILENT,
            N,
            "Version 2 (default) allows IMDSv1 (HttpTokens: optional); version 5 (latest) does not set HttpTokens",
            id="neither does",
        ),
        pytest.param(
            MetadataOptions(None, None),
            V2,
            N,
            "Version 2 (default) does not set HttpTokens",
            id="a version that says nothing",
        ),
        pytest.param(MetadataOptions("required", None), V2, C, "require", id="a service that is not spoken of is on"),
        pytest.param(MetadataOptions("optional", None), V2, N, "optional", id="and answers version 1"),
        pytest.param(OFF, V2, C, "", id="nothing answers: tokens do not matter"),
        pytest.param(MetadataOptions(None, "disabled"), V2, C, "", id="nothing answers, tokens not spoken of"),
        pytest.param(MetadataOptions(UNKNOWN, "disabled"), V2, C, "", id="nothing answers, unknown tokens"),
        pytest.param(MetadataOptions("required", UNKNOWN), V2, C, "", id="required: the service does not matter"),
        pytest.param(MetadataOptions(UNKNOWN, None), OPTIONAL, N, "", id="one that fails decides"),
    ],
)
def test_ec2_launch_template_imdsv2_required(
    default: MetadataOptions, latest: MetadataOptions, status: Status, reason: str
) -> None:
    verdict = judged(default, latest)
    assert verdict.status is status
    assert reason in verdict.reason


def test_a_version_that_is_both_is_judged_once() -> None:
    verdict = judged(V2, None, LaunchTemplate("lt-1", 2, 2))
    assert verdict == Verdict(C, "Version 2 (default and latest) requires IMDSv2 (HttpTokens: required)")
    assert judged(OPTIONAL, None, LaunchTemplate("lt-1", 2, 2)).reason == (
        "Version 2 (default and latest) allows IMDSv1 (HttpTokens: optional)"
    )


@pytest.mark.parametrize(
    ("default", "latest", "template"),
    [
        pytest.param(MetadataOptions(UNKNOWN, "enabled"), V2, TEMPLATE, id="new tokens"),
        pytest.param(V2, MetadataOptions("optional", UNKNOWN), TEMPLATE, id="a new state of the service"),
        pytest.param(V2, None, TEMPLATE, id="a version that was not told"),
        pytest.param(V2, V2, LaunchTemplate("lt-1", UNKNOWN, 5), id="which is the default"),
        pytest.param(V2, V2, LaunchTemplate("lt-1", 2, UNKNOWN), id="which is the latest"),
    ],
)
def test_what_is_not_known_of_a_template_is_no_verdict(default: Any, latest: Any, template: LaunchTemplate) -> None:
    with pytest.raises(UnknownField):
        judged(default, latest, template)
