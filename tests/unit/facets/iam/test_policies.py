"""IAM's answers, parsed."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import pytest

from muster.analysis.policies.document import Policy
from muster.analysis.policies.grants import read_policy
from muster.facets.iam.policies import Grants, NamedPolicy, Trust
from muster.model.finding import Unknown

DOCUMENT = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
OTHER = {"Version": "2012-10-17", "Statement": []}
READ = read_policy(DOCUMENT)


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        pytest.param({}, Grants((), (), ""), id="nothing"),
        pytest.param(
            {"UserPolicyList": [{"PolicyName": "deploy", "PolicyDocument": DOCUMENT}]},
            Grants((NamedPolicy('inline policy "deploy"', READ),), (), ""),
            id="a user",
        ),
        pytest.param(
            {"GroupPolicyList": [{"PolicyName": "deploy", "PolicyDocument": json.dumps(DOCUMENT)}]},
            Grants((NamedPolicy('inline policy "deploy"', READ),), (), ""),
            id="a group, as text",
        ),
        pytest.param(
            {
                "RolePolicyList": [{"PolicyName": "deploy", "PolicyDocument": quote(json.dumps(DOCUMENT))}],
                "AttachedManagedPolicies": [
                    {"PolicyName": "ReadOnlyAccess", "PolicyArn": "arn:aws-cn:iam::aws:policy/ReadOnlyAccess"}
                ],
                "PermissionsBoundary": {
                    "PermissionsBoundaryType": "Policy",
                    "PermissionsBoundaryArn": "arn:aws-cn:iam::123456789012:policy/edge",
                },
            },
            Grants(
                (NamedPolicy('inline policy "deploy"', READ),),
                ("arn:aws-cn:iam::aws:policy/ReadOnlyAccess",),
                "arn:aws-cn:iam::123456789012:policy/edge",
            ),
            id="a role, with percent signs",
        ),
        pytest.param(
            {"RolePolicyList": None, "AttachedManagedPolicies": None, "PermissionsBoundary": None},
            Grants((), (), ""),
            id="empty fields",
        ),
        pytest.param(
            {
                "DefaultVersionId": "v2",
                "PolicyVersionList": [
                    {"VersionId": "v1", "IsDefaultVersion": False, "Document": OTHER},
                    {"VersionId": "v2", "IsDefaultVersion": True, "Document": DOCUMENT},
                ],
            },
            Grants((NamedPolicy("default version v2", READ),), (), ""),
            id="a managed policy's version in force",
        ),
        pytest.param(
            {"DefaultVersionId": "v1", "PolicyVersionList": [{"VersionId": "v1", "Document": DOCUMENT}]},
            Grants((NamedPolicy("default version v1", READ),), (), ""),
            id="named only",
        ),
        pytest.param(
            {"PolicyVersionList": [{"IsDefaultVersion": True, "Document": DOCUMENT}]},
            Grants((NamedPolicy("default version", READ),), (), ""),
            id="marked only",
        ),
    ],
)
def test_grants_are_parsed(item: Mapping[str, Any], expected: Grants) -> None:
    assert Grants.parse(item) == expected


@pytest.mark.parametrize(
    ("item", "why"),
    [
        pytest.param(
            {"UserPolicyList": [{"PolicyName": "odd", "PolicyDocument": "%7Bnot json"}]},
            'The inline policy "odd" cannot be parsed: ',
            id="no JSON",
        ),
        pytest.param(
            {"RolePolicyList": [{"PolicyName": "odd", "PolicyDocument": {"Statement": [{"Effect": "Perhaps"}]}}]},
            "The inline policy \"odd\" cannot be parsed: a statement's Effect is 'Perhaps'",
            id="an effect nobody knows",
        ),
        pytest.param(
            {"GroupPolicyList": [{"PolicyName": "odd"}]},
            'AWS did not return the document of the inline policy "odd"',
            id="no text",
        ),
        pytest.param(
            {"DefaultVersionId": "v9"}, "AWS did not return the document of the default version v9", id="no versions"
        ),
        pytest.param(
            {"DefaultVersionId": "v9", "PolicyVersionList": [{"VersionId": "v1", "Document": OTHER}]},
            "AWS did not return the document of the default version v9",
            id="only other versions",
        ),
        pytest.param(
            {"PolicyVersionList": []}, "AWS did not return the document of the default version", id="no version"
        ),
    ],
)
def test_a_policy_that_cannot_be_read_is_unknown_and_not_empty(item: Mapping[str, Any], why: str) -> None:
    (found,) = Grants.parse(item).policies
    assert isinstance(found.policy, Unknown)
    assert found.policy.reason.startswith(why)


@pytest.mark.parametrize(
    ("arn", "said"),
    [
        ("arn:aws:iam::aws:policy/AdministratorAccess", True),
        ("arn:aws-cn:iam::aws:policy/AdministratorAccess", True),
        ("arn:aws:iam::aws:policy/AdministratorAccess-AWSElasticBeanstalk", False),
        ("arn:aws:iam::123456789012:policy/AdministratorAccess", False),
    ],
)
def test_awss_policy_for_administrators_is_known_by_its_arn(arn: str, said: bool) -> None:
    other = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    attached = [{"PolicyArn": other}, {"PolicyArn": arn}]
    assert Grants.parse({"AttachedManagedPolicies": attached}).administrator_attached is said


@pytest.mark.parametrize("spelled", [TRUST, json.dumps(TRUST), quote(json.dumps(TRUST))])
def test_a_trust_is_parsed_with_its_account(spelled: Any) -> None:
    found = Trust.parse({"Arn": "arn:aws-cn:iam::123456789012:role/x", "AssumeRolePolicyDocument": spelled})
    assert found == Trust("123456789012", read_policy(TRUST))


def test_a_trust_that_is_not_said_is_unknown() -> None:
    found = Trust.parse({})
    assert found.account_id == ""
    assert isinstance(found.policy, Unknown)


def test_a_trust_in_nobody_is_known() -> None:
    assert Trust.parse({"AssumeRolePolicyDocument": OTHER}).policy == Policy(())
