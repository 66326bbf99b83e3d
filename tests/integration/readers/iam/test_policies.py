"""Reading IAM on moto."""

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from local.estates.iam import seed
from local.server import EmbeddedAws
from muster.checks.iam.policies import (
    iam_policy_no_admin_access_statements,
    iam_policy_no_full_access_statements,
    iam_policy_no_kms_decrypt_on_all_keys,
)
from muster.checks.iam.trust import iam_role_trust_not_confusable, iam_role_trust_services_documented
from muster.facets.iam.identities import AttachedPolicies
from muster.facets.iam.policies import Grants, Trust
from muster.facets.tagging.tags import Tags
from muster.model.check import Check
from muster.model.finding import ACCOUNT, GLOBAL, Resource, Status, Unknown
from muster.model.readers import Lister
from muster.model.shard import Shard
from muster.readers.iam.policies import (
    GROUP,
    POLICY,
    ROLE,
    USER,
    account_policies,
    groups,
    policies,
    policy_tags,
    roles,
    users,
)
from muster.sdk.session import Clients
from tests.integration.conftest import listing

ACCOUNT_ID = "123456789012"
HOME = "us-east-1"
SHARD = Shard(ACCOUNT_ID, GLOBAL, "iam", HOME, (HOME, GLOBAL))
DOCUMENT = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
OWNER = [{"Key": "Owner", "Value": "web"}]
LISTERS = [
    pytest.param(roles, "Role", "RoleDetailList", "RoleName", "role/x", id="roles"),
    pytest.param(users, "User", "UserDetailList", "UserName", "user/x", id="users"),
    pytest.param(groups, "Group", "GroupDetailList", "GroupName", "group/x", id="groups"),
    pytest.param(policies, "LocalManagedPolicy", "Policies", "PolicyName", "policy/x", id="policies"),
]


def granted(found: Any) -> list[str]:
    facet = found.facets[Grants]
    assert isinstance(facet, Grants)
    return [f"{each.name}: {', '.join(each.policy.statements[0].actions)}" for each in facet.policies]


def test_a_role_comes_with_what_it_grants_whom_it_trusts_and_its_tags(clients: Clients) -> None:
    iam = clients.get("iam", HOME)
    iam.create_role(RoleName="web", Path="/apps/", AssumeRolePolicyDocument=json.dumps(TRUST), Tags=OWNER)
    iam.put_role_policy(RoleName="web", PolicyName="deploy", PolicyDocument=json.dumps(DOCUMENT))
    (found,) = listing(roles, iam, SHARD)
    arn = f"arn:aws:iam::{ACCOUNT_ID}:role/apps/web"
    assert found.resource == Resource(ROLE, "web", ACCOUNT_ID, GLOBAL, "aws", arn, {"Owner": "web"})
    assert granted(found) == ['inline policy "deploy": s3:*']
    trust = found.facets[Trust]
    assert isinstance(trust, Trust)
    assert trust.account_id == ACCOUNT_ID
    assert [each.principals for each in trust.policy.statements] == [("service:ec2.amazonaws.com",)]
    assert found.facets[Tags] == Tags({"Owner": "web"})


def test_a_user_comes_with_what_it_grants_what_is_attached_and_its_tags(clients: Clients) -> None:
    iam = clients.get("iam", HOME)
    iam.create_user(UserName="ann", Tags=OWNER)
    iam.put_user_policy(UserName="ann", PolicyName="deploy", PolicyDocument=json.dumps(DOCUMENT))
    managed = iam.create_policy(PolicyName="shared", PolicyDocument=json.dumps(DOCUMENT))["Policy"]["Arn"]
    iam.attach_user_policy(UserName="ann", PolicyArn=managed)
    (found,) = listing(users, iam, SHARD)
    arn = f"arn:aws:iam::{ACCOUNT_ID}:user/ann"
    assert found.resource == Resource(USER, "ann", ACCOUNT_ID, GLOBAL, "aws", arn, {"Owner": "web"})
    assert granted(found) == ['inline policy "deploy": s3:*']
    assert found.facets[Grants].attached == (managed,)  # type: ignore[attr-defined]
    assert found.facets[Tags] == Tags({"Owner": "web"})


def test_a_group_comes_with_what_it_grants_and_has_no_tags(clients: Clients) -> None:
    iam = clients.get("iam", HOME)
    iam.create_group(GroupName="web")
    iam.put_group_policy(GroupName="web", PolicyName="deploy", PolicyDocument=json.dumps(DOCUMENT))
    (found,) = listing(groups, iam, SHARD)
    arn = f"arn:aws:iam::{ACCOUNT_ID}:group/web"
    assert found.resource == Resource(GROUP, "web", ACCOUNT_ID, GLOBAL, "aws", arn)
    assert granted(found) == ['inline policy "deploy": s3:*']
    assert Tags not in groups.facets


def test_a_managed_policy_comes_with_its_version_in_force_and_its_tags_apart(clients: Clients) -> None:
    iam = clients.get("iam", HOME)
    other = {"Statement": [{"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}], "Version": "2012-10-17"}
    arn = iam.create_policy(PolicyName="shared", PolicyDocument=json.dumps(other), Tags=OWNER)["Policy"]["Arn"]
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=json.dumps(DOCUMENT), SetAsDefault=True)
    (found,) = listing(policies, iam, SHARD)
    assert found.resource == Resource(POLICY, arn, ACCOUNT_ID, GLOBAL, "aws", arn)
    assert granted(found) == ["default version v2: s3:*"]
    assert policy_tags.function(iam, found.resource) == Tags({"Owner": "web"})


@pytest.mark.parametrize(("lister", "kind", "field", "name", "place"), LISTERS)
def test_listings_are_asked_for_in_large_pages_to_the_end(
    lister: Lister, kind: str, field: str, name: str, place: str
) -> None:
    iam = boto3.client("iam", HOME)
    arn = f"arn:aws-cn:iam::{ACCOUNT_ID}:{place}"
    with Stubber(iam) as stub:
        stub.add_response(
            "get_account_authorization_details",
            {field: [{name: "x1", "Path": "/", "Arn": arn + "1"}], "IsTruncated": True, "Marker": "next"},
            {"Filter": [kind], "MaxItems": 1000},
        )
        stub.add_response(
            "get_account_authorization_details",
            {field: [{name: "x2", "Path": "/", "Arn": arn + "2"}], "IsTruncated": False, "Marker": "stale"},
            {"Filter": [kind], "MaxItems": 1000, "Marker": "next"},
        )
        found = listing(lister, iam, SHARD)
    assert [item.resource.arn for item in found] == [arn + "1", arn + "2"]
    assert {item.resource.region for item in found} == {GLOBAL}


def test_what_iam_sends_with_percent_signs_is_read() -> None:
    iam = boto3.client("iam", HOME)
    encoded = "%7B%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22s3%3A*%22%7D%5D%7D"
    role = {
        "RoleName": "web",
        "Arn": f"arn:aws:iam::{ACCOUNT_ID}:role/web",
        "AssumeRolePolicyDocument": encoded,
        "RolePolicyList": [{"PolicyName": "deploy", "PolicyDocument": encoded}],
    }
    with Stubber(iam) as stub:
        stub.add_response("get_account_authorization_details", {"RoleDetailList": [role], "IsTruncated": False})
        (found,) = listing(roles, iam, SHARD)
    assert granted(found) == ['inline policy "deploy": s3:*']


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/", True),
        ("/service-role/", True),
        ("/aws-service-role/ecs.amazonaws.com/", False),
        ("/aws-reserved/sso.amazonaws.com/eu-west-1/", False),
    ],
)
def test_roles_that_nobody_here_can_change_are_left_out(path: str, kept: bool) -> None:
    iam = boto3.client("iam", HOME)
    role = {"RoleName": "x", "Path": path, "Arn": f"arn:aws:iam::{ACCOUNT_ID}:role{path}x"}
    with Stubber(iam) as stub:
        stub.add_response("get_account_authorization_details", {"RoleDetailList": [role], "IsTruncated": False})
        assert len(listing(roles, iam, SHARD)) is int(kept)


def test_a_policy_that_went_meanwhile_is_an_error_and_not_untagged(clients: Clients) -> None:
    gone = Resource(POLICY, f"arn:aws:iam::{ACCOUNT_ID}:policy/gone", ACCOUNT_ID, GLOBAL)
    with pytest.raises(ClientError, match="NoSuchEntity"):
        policy_tags.function(clients.get("iam", HOME), gone)
    assert policy_tags.absent == frozenset()


def test_the_permissions_are_the_ones_of_the_calls() -> None:
    listed = {lister.resource_type: lister.permissions for lister in (roles, users, groups, policies)}
    assert listed == dict.fromkeys((ROLE, USER, GROUP, POLICY), ("iam:GetAccountAuthorizationDetails",))
    assert (policy_tags.permissions, policy_tags.on) == (("iam:ListPolicyTags",), "arn:{partition}:iam::*:policy/*")


@pytest.fixture(scope="module")
def estate() -> list[Any]:
    with EmbeddedAws() as embedded:
        for region in ("eu-west-1", "us-east-1"):
            seed(embedded, region)
        iam = embedded.client("iam")
        return [item for lister in (roles, users, groups, policies) for item in listing(lister, iam, SHARD)]


@pytest.mark.parametrize(
    ("check", "facet", "good", "bad"),
    [
        (iam_policy_no_admin_access_statements, Grants, {"ann", "web", "reports"}, {"build", "platform"}),
        (iam_policy_no_full_access_statements, Grants, {"web", "orders"}, {"deploy-anything"}),
        (iam_policy_no_kms_decrypt_on_all_keys, Grants, {"web", "orders"}, {"bastion"}),
        (iam_role_trust_not_confusable, Trust, {"orders", "monitoring", "deploy"}, {"reports", "auditor"}),
        (iam_role_trust_services_documented, Trust, {"orders", "reports", "bastion"}, {"genomes"}),
    ],
    ids=["admin", "full access", "keys", "trust", "services"],
)
def test_the_seeded_estate_has_good_and_bad(
    estate: list[Any], check: Check, facet: type, good: set[str], bad: set[str]
) -> None:
    said: dict[Status, set[str]] = {status: set() for status in Status}
    for item in estate:
        if facet in item.facets:
            said[check(item.facets[facet]).status].add(item.resource.id)
    assert good <= said[Status.COMPLIANT]
    assert bad <= said[Status.NON_COMPLIANT]


def test_the_policies_of_the_account_are_read_with_the_groups(clients: Clients) -> None:
    iam = clients.get("iam", "us-east-1")
    document = json.dumps(DOCUMENT)
    used, unused = (
        iam.create_policy(PolicyName=name, PolicyDocument=document)["Policy"]["Arn"] for name in ("used", "unused")
    )
    iam.create_group(GroupName="web")
    iam.put_group_policy(GroupName="web", PolicyName="own", PolicyDocument=document)
    iam.attach_group_policy(GroupName="web", PolicyArn=used)
    iam.create_user(UserName="ann")
    iam.add_user_to_group(GroupName="web", UserName="ann")
    found = account_policies.function(iam, Resource(ACCOUNT, ACCOUNT_ID, ACCOUNT_ID, GLOBAL))
    (user,) = listing(users, iam, SHARD)
    held = found.of(user.facets[Grants], user.facets[AttachedPolicies])
    assert [each.name for each in held] == ['inline policy "own" of group web', "policy used of group web"]
    assert all(not isinstance(each.policy, Unknown) for each in held)
    assert unused not in found.managed
