"""The embedded AWS answers about tag policies as AWS documents."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.server import ACCOUNT, EmbeddedAws
from muster.facets.tagging.tag_policies import EffectiveTagPolicy, RequiredTags, TagRule
from muster.model.finding import ACCOUNT as KIND
from muster.model.finding import Resource
from muster.readers.tagging.organizations import effective_tag_policy, required_tags

HOME = "us-east-1"
ABOVE = {
    "costcenter": {
        "tag_key": {"@@assign": "CostCenter"},
        "tag_value": {"@@assign": ["100", "200"]},
        "report_required_tag_for": {"@@assign": ["ec2:instance", "odd:thing"]},
    },
    "owner": {"tag_key": {"@@assign": "Owner"}, "report_required_tag_for": {"@@assign": ["ec2:instance"]}},
}
BELOW = {"costcenter": {"tag_value": {"@@append": ["300"], "@@remove": ["100"]}}}
OWN = {"owner": {"tag_key": {"@@assign": "OWNER"}}}


@pytest.fixture
def aws() -> Iterator[EmbeddedAws]:
    with EmbeddedAws() as aws:
        yield aws


def code_of(call: Any, **asked: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**asked)
    return str(caught.value.response["Error"]["Code"])


def attach(organizations: Any, target: str, tags: dict[str, Any]) -> None:
    made = organizations.create_policy(
        Name=target, Description="tags", Type="TAG_POLICY", Content=json.dumps({"tags": tags})
    )
    organizations.attach_policy(PolicyId=made["Policy"]["PolicySummary"]["Id"], TargetId=target)


def read(aws: EmbeddedAws, account: str) -> tuple[EffectiveTagPolicy, RequiredTags]:
    own = account == ACCOUNT
    clients = [
        aws.client(name, HOME) if own else aws.client_in(account, name, HOME)
        for name in ("organizations", "resourcegroupstaggingapi")
    ]
    mine = Resource(KIND, account, account, "global")
    return effective_tag_policy.function(clients[0], mine), required_tags.function(clients[1], mine)


def test_without_an_organization_or_a_policy_there_is_none(aws: EmbeddedAws) -> None:
    """https://docs.aws.amazon.com/organizations/latest/APIReference/API_DescribeEffectivePolicy.html#API_DescribeEffectivePolicy_Errors."""
    organizations = aws.client("organizations", HOME)
    asked = {"PolicyType": "TAG_POLICY"}
    assert code_of(organizations.describe_effective_policy, **asked) == "AWSOrganizationsNotInUseException"
    organizations.create_organization(FeatureSet="ALL")
    assert code_of(organizations.describe_effective_policy, **asked) == "EffectivePolicyNotFoundException"
    assert aws.client("resourcegroupstaggingapi", HOME).list_required_tags()["RequiredTags"] == []


def test_an_account_has_what_it_inherits_and_what_is_its_own(aws: EmbeddedAws) -> None:
    """https://docs.aws.amazon.com/organizations/latest/userguide/policy-operators.html."""
    organizations = aws.client("organizations", HOME)
    organizations.create_organization(FeatureSet="ALL")
    root = organizations.list_roots()["Roots"][0]["Id"]
    unit = organizations.create_organizational_unit(ParentId=root, Name="live")["OrganizationalUnit"]["Id"]
    made = organizations.create_account(AccountName="shop", Email="shop@example.com")
    member = made["CreateAccountStatus"]["AccountId"]
    organizations.move_account(AccountId=member, SourceParentId=root, DestinationParentId=unit)
    for target, tags in ((root, ABOVE), (unit, BELOW), (member, OWN)):
        attach(organizations, target, tags)

    policy, required = read(aws, member)
    assert policy.rules == (TagRule("CostCenter", ("200", "300")), TagRule("OWNER", ()))
    assert required.by_type == {"AWS::EC2::Instance": ("CostCenter", "OWNER")}

    policy, required = read(aws, ACCOUNT)
    assert policy.rules == (TagRule("CostCenter", ("100", "200")), TagRule("Owner", ()))
    assert required.by_type == {"AWS::EC2::Instance": ("CostCenter", "Owner")}


def test_required_tags_come_in_pages(aws: EmbeddedAws) -> None:
    """https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_ListRequiredTags.html."""
    organizations = aws.client("organizations", HOME)
    organizations.create_organization(FeatureSet="ALL")
    attach(organizations, organizations.list_roots()["Roots"][0]["Id"], ABOVE)
    tagging = aws.client("resourcegroupstaggingapi", HOME)
    first = tagging.list_required_tags(MaxResults=1)
    assert [item["ResourceType"] for item in first["RequiredTags"]] == ["ec2:instance"]
    last = tagging.list_required_tags(MaxResults=1, NextToken=first["NextToken"])
    assert [item["ResourceType"] for item in last["RequiredTags"]] == ["odd:thing"]
    assert "NextToken" not in last
