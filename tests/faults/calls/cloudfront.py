"""The calls of CloudFront: one listing for the account, and one look at each bucket that is an origin."""

from local import estate
from tests.faults.held import Estate


def calls(there: Estate) -> dict[str, int]:
    listed = there.ask(estate.HOME, "cloudfront", "list_distributions")["DistributionList"]["Items"]
    domains = {
        origin["DomainName"].partition(".s3.")[0]
        for each in listed
        for origin in each["Origins"]["Items"]
        if "S3OriginConfig" in origin
    }
    return {
        "cloudfront:ListDistributions": 1,
        "cloudfront:GetDistributionConfig": len(listed),
        "cloudfront:ListTagsForResource": len(listed),
        "s3:HeadBucket": len(domains),
    }
