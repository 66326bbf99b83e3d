"""Policies that were judged wrongly once, and others of their kinds."""

import json
from typing import Any

import pytest

from muster.analysis.policies.access import foreign, public
from muster.analysis.policies.document import Policy

OWN, OTHER = "123456789012", "111122223333"
ORGANIZATION = "o-abcd123456"
QUEUE = f"arn:aws:sqs:eu-west-1:{OWN}:orders"


def policy(*statements: dict[str, Any]) -> Policy:
    return Policy.parse(json.dumps({"Statement": list(statements)}))


def allow(condition: Any = None, **changed: Any) -> dict[str, Any]:
    said = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": QUEUE, **changed}
    return {**said, "Condition": condition or {}}


def deny(condition: Any, **changed: Any) -> dict[str, Any]:
    return allow(condition, Effect="Deny", Action="sqs:*", **changed)


OURS = {"aws:PrincipalOrgID": ORGANIZATION, "aws:PrincipalAccount": [OTHER]}
SERVICES = {"BoolIfExists": {"aws:PrincipalIsAWSService": "false"}}
NETWORK = {
    "NotIpAddressIfExists": {"aws:SourceIp": "192.0.2.0/24"},
    "StringNotEqualsIfExists": {"aws:SourceVpc": "vpc-1"},
}


@pytest.mark.parametrize(
    ("condition", "open_"),
    [
        pytest.param({"StringNotEqualsIfExists": OURS}, False, id="two keys of one operator"),
        pytest.param({"StringNotEqualsIfExists": OURS, **SERVICES}, False, id="the identity perimeter of AWS"),
        pytest.param({"StringNotEquals": OURS, **SERVICES}, False, id="without IfExists"),
        pytest.param(NETWORK, False, id="from elsewhere"),
        pytest.param({**NETWORK, **SERVICES}, False, id="from elsewhere, services spared"),
        pytest.param(
            {**NETWORK, "Bool": {"aws:ViaAWSService": "false"}}, True, id="whoever goes through a service is spared"
        ),
        pytest.param({"StringNotEquals": {"aws:PrincipalOrgID": "o-1", "aws:UserAgent": "app"}}, True, id="a program"),
        pytest.param({"StringNotEquals": OURS, "Bool": {"aws:SecureTransport": "false"}}, True, id="TLS is spared"),
        pytest.param(
            {"StringNotEquals": OURS, "Null": {"aws:PrincipalOrgID": "false"}}, True, id="the lonely are spared"
        ),
        pytest.param({"ForAllValues:StringNotLike": {"aws:PrincipalOrgPaths": "o-1/*"}}, False, id="no path of ours"),
        pytest.param(
            {"ForAnyValue:StringNotLike": {"aws:PrincipalOrgPaths": "o-1/*"}}, True, id="false without a path"
        ),
        pytest.param(
            {"StringNotEquals": {"aws:PrincipalOrgID": "${aws:ResourceOrgID}"}}, False, id="the resource's own"
        ),
        pytest.param(
            {"StringNotEquals": {"aws:ResourceOrgID": "${aws:PrincipalOrgID}"}}, False, id="the other way round"
        ),
        pytest.param(
            {"StringNotEquals": {"aws:PrincipalAccount": "${aws:ResourceAccount}"}}, False, id="the own account"
        ),
        pytest.param(
            {"StringNotEquals": {"aws:PrincipalTag/a": "${aws:ResourceTag/a}"}}, True, id="tags are anybody's"
        ),
        pytest.param({"StringNotLike": {"aws:PrincipalOrgPaths": "o-1/*"}}, True, id="no set operator before paths"),
        pytest.param({"Null": {"aws:PrincipalOrgID": "true"}}, True, id="any organization is spared"),
        pytest.param({"Bool": {"aws:PrincipalIsAWSService": "false"}}, True, id="the unsigned are spared"),
    ],
)
def test_a_denial_spares_the_union_of_what_each_condition_spares(condition: Any, open_: bool) -> None:
    assert bool(public(policy(allow(), deny(condition)))) is open_


def test_two_denials_stop_together_what_neither_stops_alone() -> None:
    tls = deny({"Bool": {"aws:SecureTransport": "true"}})
    plain = deny({"Bool": {"aws:SecureTransport": "false"}})
    assert public(policy(allow(), tls))
    assert public(policy(allow(), plain))
    assert not public(policy(allow(), tls, plain))


@pytest.mark.parametrize(
    ("condition", "open_"),
    [
        pytest.param(
            {"ForAnyValue:StringEquals": {"aws:SourceOrgPaths": f"{ORGANIZATION}/r-ab12/ou-ab12-11111111/"}},
            False,
            id="a source's path",
        ),
        pytest.param({"ForAnyValue:StringLike": {"aws:SourceOrgPaths": f"{ORGANIZATION}/r-ab12/*"}}, False, id="below"),
        pytest.param({"ForAnyValue:StringLike": {"aws:SourceOrgPaths": "o-*/r-ab12/*"}}, True, id="of anybody"),
        pytest.param({"StringLike": {"aws:SourceOrgPaths": f"{ORGANIZATION}/*"}}, False, id="without a set operator"),
        pytest.param({"StringNotLike": {"aws:PrincipalOrgPaths": "o-1/*"}}, True, id="negated without a set operator"),
        pytest.param({"ForAllValues:StringLike": {"aws:SourceOrgPaths": f"{ORGANIZATION}/*"}}, True, id="or no path"),
        pytest.param({"StringEquals": {"aws:VpceAccount": OWN}}, False, id="an endpoint's account"),
        pytest.param({"StringEquals": {"aws:VpceOrgID": ORGANIZATION}}, False, id="an endpoint's organization"),
        pytest.param(
            {"ForAnyValue:StringLike": {"aws:VpceOrgPaths": f"{ORGANIZATION}/*"}}, False, id="an endpoint's path"
        ),
        pytest.param({"ForAnyValue:StringLike": {"aws:VpceOrgPaths": "*"}}, True, id="anybody's endpoint"),
        pytest.param(
            {"StringEquals": {"aws:SourceVpcArn": f"arn:aws:ec2:eu-west-1:{OWN}:vpc/vpc-1"}}, False, id="a VPC"
        ),
        pytest.param({"ArnLike": {"aws:SourceVpcArn": f"arn:aws:ec2:*:{OWN}:vpc/*"}}, False, id="an account's VPCs"),
        pytest.param(
            {"ArnEquals": {"aws:SourceVpcArn": "arn:aws:ec2:eu-west-1:*:vpc/vpc-1"}}, False, id="a VPC by its id"
        ),
        pytest.param({"ArnLike": {"aws:SourceVpcArn": "arn:aws:ec2:eu-west-1:*:vpc/*"}}, True, id="a region's VPCs"),
        pytest.param(
            {"ArnEquals": {"lambda:SourceFunctionArn": f"arn:aws:lambda:a:{OWN}:function:f"}}, False, id="code"
        ),
        pytest.param({"ArnLike": {"ec2:SourceInstanceArn": f"arn:aws:ec2:*:{OWN}:instance/*"}}, False, id="instances"),
        pytest.param({"StringEquals": {"aws:Ec2InstanceSourceVpc": "vpc-1"}}, False, id="instances of a VPC"),
        pytest.param(
            {"StringEquals": {"identitystore:UserId": "94482488-3041"}}, False, id="a user of Identity Center"
        ),
        pytest.param({"StringEquals": {"aws:ResourceAccount": OWN}}, True, id="the resource's account says nothing"),
        pytest.param(
            {"StringEquals": {"aws:ResourceOrgID": "${aws:PrincipalOrgID}"}}, False, id="of the own organization"
        ),
        pytest.param({"StringEquals": {"aws:PrincipalTag/team": "a"}}, True, id="a tag that anybody may have"),
        pytest.param({"StringEquals": {"aws:username": "admin"}}, True, id="a name that anybody may have"),
        pytest.param({"StringEquals": {"aws:PrincipalAccount": "anonymous"}}, True, id="nobody in particular"),
        pytest.param(
            {"StringEquals": {"aws:PrincipalServiceName": "sns.amazonaws.com"}}, True, id="any topic there is"
        ),
        pytest.param({"Bool": {"aws:MultiFactorAuthPresent": "true"}}, True, id="a second factor of anybody's"),
    ],
)
def test_what_a_key_holds_a_request_to(condition: Any, open_: bool) -> None:
    assert bool(public(policy(allow(condition)))) is open_


@pytest.mark.parametrize(
    ("condition", "open_"),
    [
        pytest.param(
            {"ForAnyValue:StringEquals": {"aws:PrincipalOrgID": [ORGANIZATION]}}, False, id="one organization"
        ),
        pytest.param({"ForAnyValue:StringLike": {"aws:PrincipalOrgID": ["o-*"]}}, True, id="any organization"),
        pytest.param({"ForAnyValue:StringEqualsIfExists": {"aws:PrincipalOrgID": "o-1"}}, True, id="or none"),
        pytest.param({"ForAnyValue:ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{OWN}:role/*"}}, False, id="ARNs"),
        pytest.param({"ForAnyValue:StringNotEquals": {"aws:PrincipalOrgID": "o-1"}}, True, id="another organization"),
        pytest.param(
            {"ForAllValues:StringLike": {"aws:PrincipalOrgPaths": "o-1/*"}, "Null": {"aws:PrincipalOrgPaths": "false"}},
            False,
            id="for all values, of which there must be one",
        ),
        pytest.param(
            {"ForAllValues:StringEquals": {"aws:PrincipalOrgID": "o-1"}, "Null": {"aws:PrincipalOrgID": "false"}},
            False,
            id="for the one value, which must be there",
        ),
        pytest.param(
            {"ForAllValues:StringEquals": {"aws:PrincipalAccount": OWN}}, True, id="for all values, in a service"
        ),
    ],
)
def test_a_set_operator_before_a_key_with_one_value(condition: Any, open_: bool) -> None:
    assert bool(public(policy(allow(condition)))) is open_


@pytest.mark.parametrize(
    ("action", "condition", "open_"),
    [
        pytest.param("sns:Publish", {"StringEquals": {"sns:Endpoint": "user@example.com"}}, False, id="never there"),
        pytest.param(
            "sns:Publish", {"StringEqualsIfExists": {"sns:Endpoint": "user@example.com"}}, True, id="never asked"
        ),
        pytest.param("sns:Publish", {"StringNotEquals": {"sns:Protocol": "http"}}, True, id="negated and never there"),
        pytest.param("sns:Subscribe", {"StringEquals": {"sns:Endpoint": "user@example.com"}}, False, id="an endpoint"),
        pytest.param("sns:Subscribe", {"StringLike": {"sns:Endpoint": "*@example.com"}}, True, id="endpoints"),
        pytest.param("sns:Subscribe", {"StringEquals": {"sns:Protocol": "https"}}, True, id="a protocol"),
        pytest.param("sns:*", {"StringEquals": {"sns:Protocol": "https"}}, True, id="one action of all"),
        pytest.param("sqs:*", {"StringEquals": {"sns:Endpoint": "user@example.com"}}, False, id="of another service"),
        pytest.param(
            "kms:Encrypt", {"Bool": {"kms:GrantIsForAWSResource": "true"}}, False, id="a grant's, in no grant"
        ),
        pytest.param("kms:CreateGrant", {"Bool": {"kms:GrantIsForAWSResource": "true"}}, True, id="a grant's"),
        pytest.param("kms:Decrypt", {"StringEquals": {"kms:EncryptionContext:a": "b"}}, True, id="anybody's context"),
        pytest.param(
            "kms:Decrypt", {"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}}, True, id="via S3"
        ),
        pytest.param(
            "kms:*",
            {"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com", "kms:CallerAccount": OWN}},
            False,
            id="via S3, of one account",
        ),
        pytest.param(
            "lambda:InvokeFunctionUrl",
            {"StringEquals": {"lambda:FunctionUrlAuthType": "AWS_IAM"}},
            True,
            id="any signed",
        ),
        pytest.param("sqs:SendMessage", {"StringEquals": {"acme:Colour": "red"}}, True, id="a key that no table holds"),
    ],
)
def test_keys_that_only_some_requests_carry(action: str, condition: Any, open_: bool) -> None:
    assert bool(public(policy(allow(condition, Action=action)))) is open_


@pytest.mark.parametrize(
    ("condition", "open_"),
    [
        pytest.param(
            {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{OTHER}:role/aws-reserved/sso.amazonaws.com/*"}},
            False,
            id="an account's roles of permission sets",
        ),
        pytest.param({"StringLike": {"aws:PrincipalArn": f"arn:aws:iam::{OTHER}:*"}}, False, id="compared as a text"),
        pytest.param({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/admin"}}, True, id="a role of any account"),
        pytest.param({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::1111*:role/admin"}}, True, id="of some accounts"),
        pytest.param({"ArnLike": {"aws:SourceArn": f"arn:aws:sns:*:{OWN}:*"}}, False, id="an account's topics"),
        pytest.param({"ArnLike": {"aws:SourceArn": "arn:aws:s3:::logs-*"}}, True, id="buckets, which have no account"),
        pytest.param({"ArnEquals": {"aws:SourceArn": "arn:aws:s3:::logs"}}, False, id="a bucket"),
        pytest.param({"StringLike": {"aws:userid": "AROAEXAMPLEEXAMPLE123:*"}}, False, id="a role's sessions"),
        pytest.param({"StringLike": {"aws:userid": "*:session"}}, True, id="sessions of a name"),
        pytest.param({"StringLike": {"aws:userid": "AROA*"}}, True, id="any role"),
        pytest.param({"StringLike": {"aws:SourceVpce": "vpce-*"}}, True, id="any endpoint"),
        pytest.param({"StringLike": {"aws:PrincipalAccount": "11112222333?"}}, True, id="ten accounts"),
    ],
)
def test_wildcards_beside_what_is_fixed(condition: Any, open_: bool) -> None:
    assert bool(public(policy(allow(condition)))) is open_


def test_a_denial_that_names_a_stranger_stops_it() -> None:
    named = {"Principal": {"AWS": OTHER}}
    assert foreign(policy(allow(**named)), OWN) == (OTHER,)
    assert foreign(policy(allow(**named), deny(None, **named)), OWN) == ()


def test_a_policy_of_many_conditions_is_judged_quickly() -> None:
    agents = [f"*{letter}*{letter}x*" for letter in "abcdefgh"]
    denials = [
        deny({"StringLike": {"aws:UserAgent": agent, f"aws:RequestTag/{number}": "a*"}})
        for number, agent in enumerate(agents)
    ]
    assert public(policy(allow({"StringNotLike": {"aws:UserAgent": agents}}), *denials))
