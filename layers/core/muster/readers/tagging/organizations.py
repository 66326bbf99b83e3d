"""Reading what the organization asks of an account: its tag policies, from within the account."""

import typing

from muster.facets.tagging.tag_policies import EffectiveTagPolicy, RequiredTags
from muster.model.finding import ACCOUNT, Resource
from muster.model.readers import describes

if typing.TYPE_CHECKING:
    from mypy_boto3_organizations import OrganizationsClient
    from mypy_boto3_resourcegroupstaggingapi import ResourceGroupsTaggingAPIClient


@describes(
    ACCOUNT,
    client="organizations",
    permission="organizations:DescribeEffectivePolicy",
    absent=("AWSOrganizationsNotInUseException", "EffectivePolicyNotFoundException"),
)
def effective_tag_policy(organizations: "OrganizationsClient", _account: Resource) -> EffectiveTagPolicy:
    """Read the tag policy in force in the account; every account of an organization may ask for its own.

    https://docs.aws.amazon.com/organizations/latest/APIReference/API_DescribeEffectivePolicy.html
    """
    return EffectiveTagPolicy.parse(organizations.describe_effective_policy(PolicyType="TAG_POLICY"))


@describes(
    ACCOUNT,
    client="resourcegroupstaggingapi",
    service="organizations",
    permission="tag:ListRequiredTags",
    of=EffectiveTagPolicy,
    when=lambda policy: bool(policy.rules),
)
def required_tags(tagging: "ResourceGroupsTaggingAPIClient", _account: Resource) -> RequiredTags:
    """Read which keys the tag policy's `report_required_tag_for` asks of which resource types, 200 types a page.

    Nothing is asked where no policy is in force: AWS does not say what it answers there.
    https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_ListRequiredTags.html
    """
    pages = tagging.get_paginator("list_required_tags").paginate(PaginationConfig={"PageSize": 200})
    return RequiredTags.parse({"RequiredTags": [item for page in pages for item in page.get("RequiredTags", ())]})
