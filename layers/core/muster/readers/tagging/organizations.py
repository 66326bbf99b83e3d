"""Reading the tag policies of the organization, from within the account."""

from muster.facets.tagging.tag_policies import EffectiveTagPolicy, RequiredTags
from muster.model.finding import ACCOUNT
from muster.model.readers import reads
from muster.readers.answers import all_pages

effective_tag_policy = reads(
    ACCOUNT, EffectiveTagPolicy, "organizations:DescribeEffectivePolicy",
    lambda organizations, _account: organizations.describe_effective_policy(PolicyType="TAG_POLICY"),
    absent=("AWSOrganizationsNotInUseException", "EffectivePolicyNotFoundException"),
)  # fmt: skip
"""The tag policy in force in the account; every account of an organization may read its own.

https://docs.aws.amazon.com/organizations/latest/APIReference/API_DescribeEffectivePolicy.html
"""

required_tags = reads(
    ACCOUNT, RequiredTags, "tag:ListRequiredTags",
    lambda tagging, _account: all_pages(tagging, "list_required_tags", "RequiredTags", page=200),
    client="resourcegroupstaggingapi", service="organizations", of=EffectiveTagPolicy,
    when=lambda policy: bool(policy.rules),
)  # fmt: skip
"""The keys that the tag policy's `report_required_tag_for` requires, by resource type.

Without a policy in force there is no call: AWS does not document the answer.
https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_ListRequiredTags.html
"""
