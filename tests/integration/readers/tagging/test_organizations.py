"""Reading the organization's tag policy; moto has neither call, so that each answer is AWS's as it is documented."""

import json

import boto3
import pytest
from botocore.stub import Stubber

from muster.catalog.catalog import load
from muster.facets.tagging.tag_policies import TagRule
from muster.model.finding import ACCOUNT, Resource
from muster.readers.tagging.organizations import effective_tag_policy, required_tags

HERE = "us-east-1"
ACCOUNT_ID = "123456789012"
MINE = Resource(ACCOUNT, ACCOUNT_ID, ACCOUNT_ID, "global")
ASKED = {"PolicyType": "TAG_POLICY"}


def test_the_effective_policy_of_the_own_account_is_read() -> None:
    organizations = boto3.client("organizations", HERE)
    content = {"tags": {"costcenter": {"tag_key": "CostCenter", "tag_value": ["100"]}}}
    with Stubber(organizations) as stub:
        policy = {"PolicyContent": json.dumps(content), "TargetId": ACCOUNT_ID, "PolicyType": "TAG_POLICY"}
        stub.add_response("describe_effective_policy", {"EffectivePolicy": policy}, ASKED)
        found = effective_tag_policy.function(organizations, MINE)
    assert found.rules == (TagRule("CostCenter", ("100",)),)


@pytest.mark.parametrize("code", ["AWSOrganizationsNotInUseException", "EffectivePolicyNotFoundException"])
def test_an_account_without_an_organization_or_a_policy_has_none(code: str) -> None:
    organizations = boto3.client("organizations", HERE)
    with Stubber(organizations) as stub:
        stub.add_client_error("describe_effective_policy", code)
        with pytest.raises(organizations.exceptions.ClientError):
            effective_tag_policy.function(organizations, MINE)
    assert code in effective_tag_policy.absent


def test_a_denied_call_is_no_absence() -> None:
    assert not effective_tag_policy.absent & {"AccessDeniedException", "UnsupportedAPIEndpointException"}
    assert required_tags.absent == frozenset()


def test_every_taggable_type_is_judged_with_two_calls_an_account() -> None:
    catalog = load()
    check = catalog.checks["tags-follow-organization-policy"]
    kinds = catalog.resource_types(check)
    assert {"AWS::EC2::Instance", "AWS::IAM::Role", "AWS::IAM::ManagedPolicy", "AWS::S3::Bucket"} <= set(kinds)
    assert ACCOUNT not in kinds
    describers = catalog.describers_for(check, "AWS::IAM::Role")
    spent = {permission for describer in describers for permission in describer.permissions}
    assert spent == {"organizations:DescribeEffectivePolicy", "tag:ListRequiredTags"}
