"""Multi-Region Access Points, which are listed once for an account, and notifications of buckets."""

from local import estate
from tests.faults.held import Estate


def calls(there: Estate) -> dict[str, int]:
    """Return how often each operation is called."""
    buckets = there.ask(estate.HOME, "s3", "list_buckets")["Buckets"]
    return {"s3control:ListMultiRegionAccessPoints": 1, "s3:GetBucketNotificationConfiguration": len(buckets)}
