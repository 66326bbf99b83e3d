"""Checks of S3's access points."""

from muster.facets.s3.access_points import AccessPoint
from muster.model.check import check
from muster.model.finding import Severity, Verdict, compliant, known, non_compliant


@check(severity=Severity.HIGH, controls=("FSBP S3.19",))
def s3_access_point_public_access_blocks(point: AccessPoint) -> Verdict:
    """S3 access points should block public access.

    The switches are set when an access point is made and cannot be changed afterwards. What the bucket and the account
    block holds besides; AWS's control asks for the access point's own.

    Problem: access point allows public access
    Why: An access point has a policy of its own, and a public one opens the bucket behind it.
    Fix: The settings of an access point cannot be changed. Create a new one, then delete the old one. `aws
      s3control create-access-point --account-id ACCOUNT --name NEW-NAME --bucket BUCKET
      --public-access-block-configuration
      BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true` `aws s3control
      delete-access-point --account-id ACCOUNT --name NAME`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/s3-access-point-public-access-blocks.html
    """
    off = known(point.block).off
    if not off:
        return compliant("all four switches are on")
    where = f"; it answers only from within {point.vpc}" if point.vpc else ""
    return non_compliant(f"off are {', '.join(off)}{where}")
