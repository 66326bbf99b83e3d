"""Public-access blocks of access points."""

import pytest

from muster.checks.s3.access_points import s3_access_point_public_access_blocks
from muster.facets.s3.access_points import AccessPoint
from muster.facets.s3.buckets import PublicAccessBlock
from muster.model.finding import Severity, Status, Unknown, UnknownField

C, N = Status.COMPLIANT, Status.NON_COMPLIANT
ON = PublicAccessBlock(True, True, True, True)


@pytest.mark.parametrize(
    ("point", "status", "reason"),
    [
        pytest.param(
            AccessPoint("site", "", ON), C, "Block Public Access is on for the access point: all four settings", id="on"
        ),
        pytest.param(
            AccessPoint("site", "", PublicAccessBlock(True, True, True, False)),
            N,
            "Block Public Access is off for the access point: RestrictPublicBuckets",
            id="one off",
        ),
        pytest.param(
            AccessPoint("site", "vpc-1", PublicAccessBlock()),
            N,
            "Block Public Access is off for the access point: BlockPublicAcls, IgnorePublicAcls, "
            "BlockPublicPolicy, RestrictPublicBuckets; it accepts only requests from vpc-1",
            id="all off, in a VPC",
        ),
    ],
)
def test_s3_access_point_public_access_blocks(point: AccessPoint, status: Status, reason: str) -> None:
    verdict = s3_access_point_public_access_blocks(point)
    assert (verdict.status, verdict.reason) == (status, reason)


def test_a_block_that_is_not_known_is_no_verdict() -> None:
    with pytest.raises(UnknownField, match="not said"):
        s3_access_point_public_access_blocks(AccessPoint("site", "", Unknown("not said")))


def test_severity_and_controls() -> None:
    check = s3_access_point_public_access_blocks
    assert (check.id, check.severity, check.controls) == (
        "s3-access-point-public-access-blocks",
        Severity.HIGH,
        ("FSBP S3.19",),
    )
