"""Multi-Region Access Points, which are listed once for an account, notifications of buckets, and directory buckets."""

from local import estate
from tests.faults.held import REGIONS, Estate


def calls(there: Estate) -> dict[str, int]:
    """Return how often each operation is called; those that other buckets need too are counted with them."""
    buckets = there.ask(estate.HOME, "s3", "list_buckets")["Buckets"]
    return {
        "s3control:ListMultiRegionAccessPoints": 1,
        "s3:GetBucketNotificationConfiguration": len(buckets),
        "s3:ListDirectoryBuckets": REGIONS,
    }
