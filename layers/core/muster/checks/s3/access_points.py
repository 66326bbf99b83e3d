"""Checks of S3 access points, and of those of several regions."""

from muster.facets.s3.access_points import AccessPoint, MultiRegionAccessPoint
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


@check(severity=Severity.HIGH, controls=("FSBP S3.24",))
def s3_multi_region_access_point_public_access_blocks(point: MultiRegionAccessPoint) -> Verdict:
    """S3 Multi-Region Access Points should block public access.

    AWS's control requires the settings on the Multi-Region Access Point itself, whatever the settings of the buckets
    and the account are. They cannot be changed after the Multi-Region Access Point was created.

    Problem: Multi-Region point allows public access
    Why: A Multi-Region Access Point has its own policy, and a public one opens the buckets behind it.
    Fix: The settings cannot be changed. Create a new Multi-Region Access Point with all four settings of Block Public
      Access: `aws s3control create-multi-region-access-point --region us-west-2 --account-id ACCOUNT --details
      '{"Name": "NEW-NAME", "Regions": [{"Bucket": "BUCKET-1"}, {"Bucket": "BUCKET-2"}]}'` Copy the policy and move all
      clients to the new one. Then delete the old one: `aws s3control delete-multi-region-access-point --region
      us-west-2 --account-id ACCOUNT --details '{"Name": "POINT-NAME"}'`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/s3-mrap-public-access-blocked.html
    """
    off = known(point.block).off
    if not off:
        return compliant(f"Block Public Access is on for {point.name}: all four settings")
    reason = f"Block Public Access is off for {point.name}: {', '.join(off)}"
    return non_compliant(reason, point_name=point.name)
