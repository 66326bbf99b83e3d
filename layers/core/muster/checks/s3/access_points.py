"""Checks of S3 access points."""

from muster.facets.s3.access_points import AccessPoint
from muster.model.check import check
from muster.model.finding import Severity, Verdict, compliant, known, non_compliant


@check(severity=Severity.HIGH, controls=("FSBP S3.19",))
def s3_access_point_public_access_blocks(point: AccessPoint) -> Verdict:
    """S3 access points should block public access.

    AWS's control requires the settings on the access point itself, whatever the settings of the bucket and the account
    are. They cannot be changed after the access point was created.

    Problem: access point allows public access
    Why: An access point has its own policy, and a public one opens the bucket behind it.
    Fix: The settings of an access point cannot be changed. Create a new access point: `aws s3control
      create-access-point --account-id ACCOUNT --name NEW-NAME --bucket BUCKET --public-access-block-configuration
      BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true` If the old one is
      restricted to a VPC, add --vpc-configuration. Copy the policy and move all clients to the new one. Then delete
      the old one: `aws s3control delete-access-point --account-id ACCOUNT --name NAME`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/s3-access-point-public-access-blocks.html
    """
    off = known(point.block).off
    if not off:
        return compliant("Block Public Access is on for the access point: all four settings")
    where = f"; it accepts only requests from {point.vpc}" if point.vpc else ""
    return non_compliant(
        f"Block Public Access is off for the access point: {', '.join(off)}{where}", bucket=point.bucket
    )
