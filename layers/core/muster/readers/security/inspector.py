"""Reading Inspector: what it scans in a region."""

from muster.facets.security.inspector import InspectorScans
from muster.model.finding import REGION
from muster.model.readers import reads

scans = reads(
    REGION, InspectorScans, "inspector2:BatchGetAccountStatus",
    lambda inspector, _region: inspector.batch_get_account_status(),
)  # fmt: skip
"""The status of the caller's own account, which is the answer where no account is named.

https://docs.aws.amazon.com/inspector/v2/APIReference/API_BatchGetAccountStatus.html
"""
