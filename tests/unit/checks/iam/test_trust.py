"""Whom a role may trust, and under which conditions."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.analysis.policies.grants import read_policy
from muster.checks.iam.trust import iam_role_trust_not_confusable, iam_role_trust_services_documented
from muster.facets.iam.policies import Trust
from muster.model.finding import Severity, Status, Unknown, UnknownField

C, N = Status.COMPLIANT, Status.NON_COMPLIANT
OWN, OTHER = "123456789012", "111122223333"
GITHUB = f"arn:aws:iam::{OWN}:oidc-provider/token.actions.githubusercontent.com"
SUB = "token.actions.githubusercontent.com:sub"
LAMBDA = {"Service": "lambda.amazonaws.com"}
FOREIGN = {"AWS": f"arn:aws:iam::{OTHER}:root"}
AUDIENCE = {"StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}}


def statement(principal: Any, condition: Any = None, **more: Any) -> dict[str, Any]:
    said = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", "Condition": condition, **more}
    return {key: value for key, value in said.items() if value is not None}


def trust(*statements: dict[str, Any]) -> Trust:
    return Trust(OWN, read_policy({"Version": "2012-10-17", "Statement": list(statements)}))


def github(subject: Any, operator: str = "StringLike") -> dict[str, Any]:
    action = "sts:AssumeRoleWithWebIdentity"
    return statement({"Federated": GITHUB}, {**AUDIENCE, operator: {SUB: subject}}, Action=action)


@pytest.mark.parametrize(
    ("principal", "condition", "status"),
    [
        pytest.param(LAMBDA, None, N, id="a service without a condition"),
        pytest.param(LAMBDA, {"StringEquals": {"aws:SourceAccount": OWN}}, C, id="SourceAccount"),
        pytest.param(LAMBDA, {"StringEquals": {"AWS:sourceaccount": [OWN, OTHER]}}, C, id="two accounts"),
        pytest.param(LAMBDA, {"StringLike": {"aws:SourceAccount": OWN}}, C, id="a pattern without wildcards"),
        pytest.param(LAMBDA, {"StringEquals": {"aws:SourceAccount": "*"}}, C, id="a star that is none"),
        pytest.param(LAMBDA, {"StringLike": {"aws:SourceAccount": "*"}}, N, id="any account"),
        pytest.param(LAMBDA, {"StringLike": {"aws:SourceAccount": [OWN, "1*"]}}, N, id="some account"),
        pytest.param(LAMBDA, {"StringEquals": {"aws:SourceAccount": []}}, N, id="no value"),
        pytest.param(LAMBDA, {"StringEquals": {"aws:SourceOrgID": "o-abcd123456"}}, C, id="SourceOrgID"),
        pytest.param(
            LAMBDA, {"ForAnyValue:StringLike": {"aws:SourceOrgPaths": "o-abcd123456/*"}}, C, id="SourceOrgPaths"
        ),
        pytest.param(
            LAMBDA, {"ForAnyValue:StringLike": {"aws:SourceOrgPaths": "o-*/r-ab12/*"}}, N, id="any organization's paths"
        ),
        pytest.param(
            LAMBDA, {"ForAllValues:StringLike": {"aws:SourceOrgPaths": "o-abcd123456/*"}}, N, id="met without the key"
        ),
        pytest.param(LAMBDA, {"StringEqualsIgnoreCase": {"aws:SourceAccount": OWN}}, C, id="in letters of any case"),
        pytest.param(LAMBDA, {"ArnLike": {"aws:SourceArn": f"arn:aws:lambda:*:{OWN}:*"}}, C, id="SourceArn"),
        pytest.param(LAMBDA, {"ArnEquals": {"aws:SourceArn": f"arn:aws:lambda:*:{OWN}:*"}}, C, id="ArnEquals"),
        pytest.param(LAMBDA, {"StringLike": {"aws:SourceArn": f"arn:aws:lambda:*:{OWN}:*"}}, C, id="SourceArn as text"),
        pytest.param(LAMBDA, {"ArnEquals": {"aws:SourceArn": "arn:aws:lambda:*:*:function:x"}}, N, id="of any account"),
        pytest.param(LAMBDA, {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::shop-uploads*"}}, C, id="a bucket"),
        pytest.param(LAMBDA, {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::*"}}, N, id="any bucket"),
        pytest.param(LAMBDA, {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::*-logs"}}, N, id="buckets that end so"),
        pytest.param(LAMBDA, {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::?hop"}}, N, id="buckets but for a letter"),
        pytest.param(LAMBDA, {"ArnLike": {"aws:SourceArn": "arn:aws:*:::"}}, N, id="no resource"),
        pytest.param(LAMBDA, {"StringLike": {"aws:SourceAccount": "1:2:*"}}, N, id="what is no account"),
        pytest.param(LAMBDA, {"ArnLike": {"aws:SourceArn": "*"}}, N, id="any ARN"),
        pytest.param(LAMBDA, {"ArnLike": {"aws:SourceArn": "arn:aws:lambda:*"}}, N, id="an ARN cut short"),
        pytest.param(LAMBDA, {"StringEqualsIfExists": {"aws:SourceAccount": OWN}}, N, id="IfExists is met without"),
        pytest.param(LAMBDA, {"StringNotEquals": {"aws:SourceAccount": OTHER}}, N, id="all but one account"),
        pytest.param(LAMBDA, {"Null": {"aws:SourceAccount": "false"}}, N, id="any value"),
        pytest.param(LAMBDA, {"StringEquals": {"sts:ExternalId": "x"}}, N, id="a service sends no external id"),
        pytest.param(LAMBDA, {"StringEquals": {"aws:ResourceAccount": OWN}}, N, id="the role's account says nothing"),
        pytest.param(LAMBDA, {"StringEquals": {"aws:SourceAccount": "${aws:ResourceAccount}"}}, C, id="the role's own"),
        pytest.param(LAMBDA, {"StringEquals": {"aws:SourceAccount": "${aws:PrincipalTag/a}"}}, N, id="what a tag says"),
        pytest.param(LAMBDA, {"ForAnyValue:StringEquals": {"aws:SourceAccount": OWN}}, C, id="any of one value"),
        pytest.param({"Service": "ec2.amazonaws.com"}, None, C, id="a service that cannot say"),
        pytest.param({"Service": "ec2.amazonaws.com.cn"}, None, C, id="in China"),
        pytest.param({"Service": "lambda.eu-west-1.amazonaws.com"}, None, N, id="of a region"),
        pytest.param({"Service": "states.us-gov-west-1.amazonaws.com"}, None, N, id="of GovCloud"),
        pytest.param({"Service": ["ec2.amazonaws.com", "ecs-tasks.amazonaws.com"]}, None, N, id="one of two services"),
        pytest.param({"Service": "*"}, None, N, id="every service"),
        pytest.param({"Service": "odd.amazonaws.com"}, {"StringEquals": {"aws:SourceAccount": OWN}}, C, id="bound"),
        pytest.param({"AWS": f"arn:aws:iam::{OWN}:root"}, None, C, id="its own account"),
        pytest.param({"AWS": OWN}, None, C, id="its own account as a number"),
        pytest.param({"AWS": f"arn:aws-cn:iam::{OWN}:role/x"}, None, C, id="a role of its own account"),
        pytest.param({"AWS": f"arn:aws:sts::{OWN}:assumed-role/x/y"}, None, C, id="a session of its own account"),
        pytest.param({"AWS": "AROAEXAMPLEEXAMPLE123"}, None, C, id="a principal that was deleted"),
        pytest.param(FOREIGN, None, N, id="another account"),
        pytest.param({"AWS": OTHER}, None, N, id="another account as a number"),
        pytest.param({"AWS": f"arn:aws:iam::{OTHER}:role/x"}, None, N, id="a role of another account"),
        pytest.param({"AWS": [f"arn:aws:iam::{OWN}:root", OTHER]}, None, N, id="one of two accounts"),
        pytest.param(FOREIGN, {"StringEquals": {"sts:ExternalId": "agreed"}}, C, id="ExternalId"),
        pytest.param(FOREIGN, {"StringLike": {"sts:ExternalId": "*"}}, N, id="any ExternalId"),
        pytest.param(FOREIGN, {"StringLike": {"sts:ExternalId": "acme-*"}}, N, id="an ExternalId to choose"),
        pytest.param(FOREIGN, {"StringLike": {"sts:ExternalId": "acme:x:*"}}, N, id="an ExternalId to choose in part"),
        pytest.param(FOREIGN, {"StringEquals": {"aws:PrincipalOrgID": "o-abcd123456"}}, C, id="PrincipalOrgID"),
        pytest.param(FOREIGN, {"StringLike": {"aws:PrincipalOrgID": "o-*"}}, N, id="any organization"),
        pytest.param(
            FOREIGN,
            {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-abcd123456/r-ab12/ou-*"}},
            C,
            id="PrincipalOrgPaths",
        ),
        pytest.param(FOREIGN, {"Bool": {"aws:MultiFactorAuthPresent": "true"}}, N, id="a second factor is no deputy's"),
        pytest.param(FOREIGN, {"StringEquals": {"aws:SourceAccount": OTHER}}, N, id="a source is for services"),
        pytest.param("*", None, N, id="everybody"),
        pytest.param({"AWS": "*"}, None, N, id="everybody in another spelling"),
        pytest.param("*", {"StringEquals": {"sts:ExternalId": "agreed"}}, N, id="everybody who knows a word"),
        pytest.param("*", {"StringEquals": {"aws:PrincipalOrgID": "o-abcd123456"}}, C, id="everybody in one's house"),
        pytest.param("*", {"StringEquals": {"aws:PrincipalAccount": OWN}}, C, id="everybody of its own account"),
        pytest.param("*", {"StringEquals": {"aws:PrincipalAccount": OTHER}}, N, id="everybody of another account"),
        pytest.param("*", {"StringEquals": {"aws:PrincipalAccount": [OWN, OTHER]}}, N, id="of one of two accounts"),
        pytest.param("*", {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{OWN}:role/x-*"}}, C, id="some of its roles"),
        pytest.param("*", {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{OTHER}:role/x-*"}}, N, id="others' roles"),
        pytest.param(
            "*",
            {"StringEquals": {"aws:PrincipalAccount": OTHER, "sts:ExternalId": "agreed"}},
            C,
            id="everybody of another account who knows a word",
        ),
        pytest.param(
            "*",
            {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/x"}, "StringEquals": {"sts:ExternalId": "agreed"}},
            N,
            id="roles of any account who know a word",
        ),
        pytest.param("*", {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/x"}}, N, id="roles of any account"),
    ],
)
def test_who_is_trusted(principal: Any, condition: Any, status: Status) -> None:
    assert iam_role_trust_not_confusable(trust(statement(principal, condition))).status is status


@pytest.mark.parametrize(
    ("subject", "operator", "status"),
    [
        pytest.param("repo:octo-org/octo-repo:ref:refs/heads/main", "StringEquals", C, id="a branch"),
        pytest.param("repo:octo-org/octo-repo:*", "StringLike", C, id="a repository"),
        pytest.param("repo:octo-org/*", "StringLike", C, id="an organization"),
        pytest.param(["repo:octo-org/a:*", "repo:octo-org/b:*"], "StringLike", C, id="two repositories"),
        pytest.param("repo:octo-org*", "StringLike", N, id="organizations that begin so"),
        pytest.param("repo:*", "StringLike", N, id="any repository"),
        pytest.param("repo:*/octo-repo:*", "StringLike", N, id="anybody's repository of a name"),
        pytest.param("*", "StringLike", N, id="any subject"),
        pytest.param("*:ref:refs/heads/main", "StringLike", N, id="anybody's main branch"),
        pytest.param(["repo:octo-org/a:*", "repo:*"], "StringLike", N, id="one of two is open"),
        pytest.param("repo:octo-org/*", "ForAllValues:StringLike", N, id="met without a subject"),
        pytest.param("repo:octo-org/*", "StringLikeIfExists", N, id="if there is one"),
        pytest.param("repo:octo-org/*", "StringNotLike", N, id="all but one's own"),
    ],
)
def test_github_needs_a_subject_that_is_ones_own(subject: Any, operator: str, status: Status) -> None:
    assert iam_role_trust_not_confusable(trust(github(subject, operator))).status is status


@pytest.mark.parametrize(
    ("claims", "status"),
    [
        pytest.param({"StringEquals": {"repository": "octo-org/octo-repo"}}, C, id="a repository"),
        pytest.param({"StringLike": {"repository": "octo-org/*"}}, C, id="an organization's repositories"),
        pytest.param({"StringLike": {"repository": "octo-*/shop"}}, N, id="repositories of organizations named so"),
        pytest.param({"StringLike": {"repository": "octo-org*"}}, N, id="organizations that begin so"),
        pytest.param({"StringEquals": {"repository_id": "74"}}, C, id="a repository by its number"),
        pytest.param({"StringLike": {"repository_id": "7*"}}, N, id="repositories whose numbers begin so"),
        pytest.param({"StringEquals": {"enterprise_id": "42"}}, C, id="an enterprise"),
        pytest.param({"StringEquals": {"ref": "refs/heads/main"}}, N, id="anybody's main branch"),
        pytest.param({"StringEquals": {"environment": "production"}}, N, id="anybody's production"),
    ],
)
def test_github_has_other_claims_that_tell_repositories_apart(claims: dict[str, Any], status: Status) -> None:
    host = "token.actions.githubusercontent.com"
    said = {operator: {f"{host}:{claim}": value for claim, value in test.items()} for operator, test in claims.items()}
    said["StringLike"] = {**said.get("StringLike", {}), SUB: "repo:*"}
    assert iam_role_trust_not_confusable(trust(federated(GITHUB, said))).status is status


@pytest.mark.parametrize(
    ("host", "claim", "value"),
    [
        ("agent.buildkite.com", "sub", "organization:octo:pipeline:shop:ref:refs/heads/main"),
        ("app.terraform.io", "sub", "organization:octo:project:shop:workspace:main:run_phase:apply"),
        ("api.pulumi.com/oidc", "aud", "aws:octo"),
        ("gitlab.com", "sub", "project_path:octo/shop:ref_type:branch:ref:main"),
        ("oidc-configuration.audit-log.githubusercontent.com", "sub", "https://github.com/octo"),
        ("oidc.codefresh.io", "sub", "account:74:pipeline:47:initiator:manual"),
        ("oidc.vercel.com", "aud", "https://vercel.com/octo"),
        ("oidc.vercel.com", "sub", "owner:octo:project:shop:environment:production"),
        ("proidc.upbound.io", "sub", "mcp:octo/shop:provider:aws"),
        ("sandboxes.cloud", "aud", "octo"),
        ("scalr.io", "sub", "account:octo:environment:shop:workspace:main"),
        ("studio.datachain.ai/api", "sub", "credentials:octo/shop"),
        ("tokens.cloud.shisho.dev", "sub", "job:octo"),
        ("vstoken.actions.githubusercontent.com", "sub", "repo:octo/shop:ref:refs/heads/main"),
    ],
)
def test_tokens_of_a_shared_provider_are_told_apart_by_its_claim(host: str, claim: str, value: str) -> None:
    def judged(condition: Any) -> Status:
        provider = f"arn:aws:iam::{OWN}:oidc-provider/{host}"
        return iam_role_trust_not_confusable(trust(federated(provider, condition))).status

    assert judged(None) is N
    assert judged({"StringEquals": {f"{host}:{claim}": value}}) is C
    assert judged({"StringLike": {f"{host}:{claim}": "*"}}) is N
    assert judged({"StringEquals": {f"{host}:azp": value}}) is N


@pytest.mark.parametrize(
    ("host", "claim"),
    [
        ("accounts.google.com", "aud"),
        ("accounts.google.com", "oaud"),
        ("accounts.google.com", "sub"),
        ("graph.facebook.com", "app_id"),
        ("graph.facebook.com", "id"),
        ("www.amazon.com", "app_id"),
        ("www.amazon.com", "user_id"),
    ],
)
def test_tokens_of_the_providers_that_iam_knows_are_told_apart(host: str, claim: str) -> None:
    def judged(condition: Any) -> Status:
        return iam_role_trust_not_confusable(trust(federated(host, condition))).status

    assert judged(None) is N
    assert judged({"StringEquals": {f"{host}:{claim}": "74"}}) is C
    assert judged({"StringEquals": {f"{host}:azp": "74"}}) is N


@pytest.mark.parametrize(
    "name",
    [
        "appstream",
        "codebuild",
        "ecs-tasks",
        "fis",
        "iot",
        "lambda",
        "personalize",
        "scheduler",
        "states",
        "vpc-flow-logs",
    ],
)
def test_a_service_whose_guide_asks_for_a_condition_needs_one(name: str) -> None:
    service = {"Service": f"{name}.amazonaws.com"}
    assert iam_role_trust_not_confusable(trust(statement(service))).status is N


def test_a_subject_says_nothing_where_the_audience_tells_tokens_apart() -> None:
    said = {"StringLike": {"api.pulumi.com/oidc:sub": "pulumi:deploy:*"}}
    provider = f"arn:aws:iam::{OWN}:oidc-provider/api.pulumi.com/oidc"
    assert iam_role_trust_not_confusable(trust(federated(provider, said))).status is N


def federated(provider: str, condition: Any = None, action: str = "sts:AssumeRoleWithWebIdentity") -> dict[str, Any]:
    return statement({"Federated": provider}, condition, Action=action)


@pytest.mark.parametrize(
    ("said", "status"),
    [
        pytest.param(federated(GITHUB), N, id="GitHub without conditions"),
        pytest.param(federated(GITHUB, AUDIENCE), N, id="GitHub's audience is everybody's"),
        pytest.param(
            federated(f"arn:aws:iam::{OWN}:oidc-provider/gitlab.com", {"StringLike": {"gitlab.com:sub": "*"}}),
            N,
            id="GitLab, anybody",
        ),
        pytest.param(
            federated(
                f"arn:aws:iam::{OWN}:oidc-provider/gitlab.com",
                {"StringLike": {"gitlab.com:sub": "project_path:octo/shop:ref_type:branch:ref:*"}},
            ),
            C,
            id="GitLab, a project",
        ),
        pytest.param(
            federated(
                f"arn:aws:iam::{OWN}:oidc-provider/app.terraform.io",
                {"StringLike": {"app.terraform.io:sub": "organization:octo:project:*:workspace:*:run_phase:*"}},
            ),
            C,
            id="Terraform, an organization",
        ),
        pytest.param(federated("cognito-identity.amazonaws.com"), N, id="Cognito, any pool"),
        pytest.param(
            federated(
                "cognito-identity.amazonaws.com",
                {"StringEquals": {"cognito-identity.amazonaws.com:aud": "eu-west-1:1234"}},
            ),
            C,
            id="Cognito, one pool",
        ),
        pytest.param(
            federated(
                "cognito-identity.amazonaws.com",
                {"ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": "authenticated"}},
            ),
            N,
            id="Cognito, anybody who logged in anywhere",
        ),
        pytest.param(
            federated(
                f"arn:aws:iam::{OWN}:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE",
                {"StringEquals": {"oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE:sub": "system:serviceaccount:a:b"}},
            ),
            C,
            id="a cluster of one's own",
        ),
        pytest.param(
            federated(f"arn:aws:iam::{OWN}:saml-provider/idp", action="sts:AssumeRoleWithSAML"),
            C,
            id="a directory of one's own",
        ),
    ],
)
def test_identity_providers(said: dict[str, Any], status: Status) -> None:
    assert iam_role_trust_not_confusable(trust(said)).status is status


NOT_OURS = {"StringNotEquals": {"aws:PrincipalOrgID": "o-abcd123456"}}


@pytest.mark.parametrize(
    ("denial", "status"),
    [
        pytest.param(statement("*", NOT_OURS, Effect="Deny"), C, id="strangers are refused"),
        pytest.param(statement("*", NOT_OURS, Effect="Deny", Action="sts:*"), C, id="whatever they assume it with"),
        pytest.param(
            statement("*", {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-abcd123456"}}, Effect="Deny"),
            C,
            id="with IfExists a refusal stands",
        ),
        pytest.param(statement(FOREIGN, NOT_OURS, Effect="Deny"), N, id="only some are refused"),
        pytest.param(
            statement("*", {**NOT_OURS, "Bool": {"aws:SecureTransport": "false"}}, Effect="Deny"),
            N,
            id="refused at times",
        ),
        pytest.param(statement("*", NOT_OURS, Effect="Deny", Action="sts:TagSession"), N, id="refused something else"),
        pytest.param(
            statement("*", {"StringEquals": {"aws:PrincipalOrgID": "o-abcd123456"}}, Effect="Deny"),
            N,
            id="one's own are refused",
        ),
        pytest.param(
            statement("*", {"StringNotLike": {"aws:PrincipalOrgID": "o-*"}}, Effect="Deny"),
            N,
            id="those without any house are refused",
        ),
        pytest.param(statement("*", NOT_OURS), N, id="strangers are let in"),
        pytest.param(statement("*", Effect="Deny"), C, id="everybody is refused"),
        pytest.param(
            statement(
                "*",
                {
                    "StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-abcd123456"},
                    "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
                },
                Effect="Deny",
            ),
            C,
            id="AWS's identity perimeter, which spares services",
        ),
        pytest.param(
            statement(
                "*", {"StringNotEquals": {"aws:PrincipalOrgID": "o-1", "sts:ExternalId": "agreed"}}, Effect="Deny"
            ),
            C,
            id="who is neither in one's house nor knows a word is refused",
        ),
        pytest.param(
            statement(
                "*", {"StringNotEquals": {"aws:PrincipalOrgID": "o-1", "aws:PrincipalAccount": OTHER}}, Effect="Deny"
            ),
            N,
            id="the other account itself is spared",
        ),
        pytest.param(
            statement("*", {"ForAllValues:StringNotLike": {"aws:PrincipalOrgPaths": "o-abcd123456/*"}}, Effect="Deny"),
            C,
            id="whose paths are all of another house is refused",
        ),
        pytest.param(
            statement("*", {"ForAnyValue:StringNotLike": {"aws:PrincipalOrgPaths": "o-abcd123456/*"}}, Effect="Deny"),
            N,
            id="who has no path is spared",
        ),
        pytest.param(
            statement("*", {"StringNotEquals": {"aws:PrincipalOrgID": "${aws:ResourceOrgID}"}}, Effect="Deny"),
            C,
            id="who is not of the role's own organization is refused",
        ),
    ],
)
def test_a_denial_binds_everybody_it_speaks_of(denial: dict[str, Any], status: Status) -> None:
    assert iam_role_trust_not_confusable(trust(statement(FOREIGN), denial)).status is status


@pytest.mark.parametrize(
    ("said", "status"),
    [
        pytest.param(statement(FOREIGN, Action="sts:TagSession"), C, id="tags of a session alone"),
        pytest.param(statement(FOREIGN, Action=["sts:TagSession", "sts:AssumeRole"]), N, id="both"),
        pytest.param(statement(FOREIGN, Action="sts:*"), N, id="all of STS"),
        pytest.param(statement("*", Action="sts:AssumeRoleWithSAML"), N, id="everybody with whatever directory"),
        pytest.param(statement(FOREIGN, Action="STS:assumerole"), N, id="in other letters"),
        pytest.param(statement(FOREIGN, Effect="Deny"), C, id="refused"),
        pytest.param(statement(None, NotPrincipal={"AWS": OWN}), N, id="everybody but one's own"),
    ],
)
def test_only_what_lets_somebody_in_counts(said: dict[str, Any], status: Status) -> None:
    assert iam_role_trust_not_confusable(trust(said)).status is status


@pytest.mark.parametrize(
    ("judged", "settings", "status"),
    [
        pytest.param(trust(statement(FOREIGN)), {"trusted_accounts": (OTHER,)}, C, id="an account that is trusted"),
        pytest.param(
            trust(statement("*", {"StringEquals": {"aws:PrincipalAccount": OTHER}})),
            {"trusted_accounts": (OTHER,)},
            C,
            id="everybody of an account that is trusted",
        ),
        pytest.param(
            trust(statement({"Service": "omics.amazonaws.com"})),
            {"services_with_source": ("omics.amazonaws.com",)},
            N,
            id="a service that says for whom",
        ),
        pytest.param(
            trust(statement(LAMBDA)),
            {"services_without_source": ("lambda.amazonaws.com",)},
            C,
            id="a service that does not",
        ),
        pytest.param(trust(federated(GITHUB)), {"shared_providers": ()}, C, id="a provider of one's own"),
    ],
)
def test_the_lists_are_settings(judged: Trust, settings: dict[str, Any], status: Status) -> None:
    assert iam_role_trust_not_confusable(judged, **settings).status is status


UNDOCUMENTED = statement({"Service": ["omics.amazonaws.com", "codepipeline.amazonaws.com", "new.amazonaws.com"]})
BOUND = {"StringEquals": {"aws:SourceAccount": OWN}}


def test_services_of_which_aws_documents_nothing_are_left_to_one_low_check() -> None:
    judged = trust(UNDOCUMENTED)
    left, told = iam_role_trust_not_confusable(judged), iam_role_trust_services_documented(judged)
    assert (left.status, told.status) == (Status.NOT_APPLICABLE, N)
    assert told.reason == (
        "Trusts omics.amazonaws.com, codepipeline.amazonaws.com, new.amazonaws.com without a "
        "condition, and AWS documents none"
    )
    assert iam_role_trust_services_documented.severity is Severity.LOW
    assert iam_role_trust_not_confusable.severity is Severity.HIGH


def test_a_role_that_is_open_to_another_fails_for_that_one_alone() -> None:
    verdict = iam_role_trust_not_confusable(trust(UNDOCUMENTED, statement(LAMBDA)))
    assert (verdict.status, verdict.reason) == (
        N,
        ("Trusts lambda.amazonaws.com without a condition on aws:SourceAccount or aws:SourceArn"),
    )


@pytest.mark.parametrize(
    ("judged", "settings", "status"),
    [
        pytest.param(trust(statement({"AWS": OWN})), {}, Status.NOT_APPLICABLE, id="no service"),
        pytest.param(trust(statement(LAMBDA)), {}, C, id="open, but documented"),
        pytest.param(trust(statement({"Service": "ec2.amazonaws.com"})), {}, C, id="sends no key"),
        pytest.param(trust(statement({"Service": "pods.eks.amazonaws.com"})), {}, C, id="of the account itself"),
        pytest.param(trust(statement({"Service": "omics.amazonaws.com"}, BOUND)), {}, C, id="bound all the same"),
        pytest.param(trust(statement({"Service": "new.amazonaws.com"})), {}, N, id="newer than the table"),
        pytest.param(
            trust(statement({"Service": "omics.eu-west-1.amazonaws.com"})),
            {"services_with_source": ("omics.amazonaws.com",)},
            C,
            id="known to the settings",
        ),
        pytest.param(
            trust(statement({"Service": "omics.amazonaws.com"})),
            {"services_without_source": ("OMICS.amazonaws.com.cn",)},
            C,
            id="known to the settings in another spelling",
        ),
    ],
)
def test_services_of_which_aws_documents_nothing_are_told(
    judged: Trust, settings: dict[str, Any], status: Status
) -> None:
    assert iam_role_trust_services_documented(judged, **settings).status is status


@pytest.mark.parametrize("service", ["ssm", "airflow", "glue", "events", "firehose", "config", "monitoring.rds"])
def test_services_whose_guides_name_a_key_need_it(service: str) -> None:
    principal = {"Service": f"{service}.amazonaws.com"}
    resource = {"StringEquals": {"aws:ResourceAccount": OWN}}
    assert iam_role_trust_not_confusable(trust(statement(principal))).status is N
    assert iam_role_trust_not_confusable(trust(statement(principal, resource))).status is N
    assert iam_role_trust_not_confusable(trust(statement(principal, BOUND))).status is C


@pytest.mark.parametrize(
    ("service", "external", "status"),
    [
        pytest.param("firehose", OWN, C, id="the account's number, as Firehose's guide shows"),
        pytest.param("ses", OWN, C, id="the account's number, as SES's guide shows"),
        pytest.param("cognito-idp", "3d3b1c1e-pool", C, id="what the user pool was told"),
        pytest.param("cognito-idp", "*", C, id="a star that is none"),
        pytest.param("cognito-idp", None, N, id="a user pool of anybody"),
        pytest.param("scheduler", OWN, N, id="a service that sends none"),
    ],
)
def test_an_external_id_binds_the_services_that_send_one(service: str, external: str | None, status: Status) -> None:
    condition = {"StringEquals": {"sts:ExternalId": external}} if external else None
    judged = trust(statement({"Service": f"{service}.amazonaws.com"}, condition))
    assert iam_role_trust_not_confusable(judged).status is status


def test_a_service_that_only_the_account_can_use_needs_no_condition() -> None:
    assert iam_role_trust_not_confusable(trust(statement({"Service": "pods.eks.amazonaws.com"}))).status is C


def test_a_trust_that_cannot_be_understood_is_no_verdict() -> None:
    with pytest.raises(UnknownField, match="no JSON"):
        iam_role_trust_not_confusable(Trust(OWN, Unknown("no JSON")))


@pytest.mark.parametrize(
    ("judged", "reason"),
    [
        pytest.param(trust(), "Every trusted principal is of this account or limited by a condition", id="nobody"),
        pytest.param(
            trust(statement({"Service": ["ec2.amazonaws.com", "cloudtrail.amazonaws.com"]})),
            "Every trusted principal is of this account or limited by a condition, except "
            "ec2.amazonaws.com, cloudtrail.amazonaws.com, which supports no condition",
            id="services that cannot say",
        ),
        pytest.param(
            trust(statement(LAMBDA), statement(FOREIGN), statement(FOREIGN)),
            "Trusts lambda.amazonaws.com without a condition on aws:SourceAccount or aws:SourceArn; "
            f"trusts arn:aws:iam::{OTHER}:root without a condition on sts:ExternalId or aws:PrincipalOrgID",
            id="all of them, once",
        ),
        pytest.param(
            trust(statement("*")),
            "Trusts everyone with an AWS account without a condition on sts:ExternalId or aws:PrincipalOrgID",
            id="all",
        ),
        pytest.param(
            trust(statement("*", {"StringEquals": {"aws:PrincipalAccount": OTHER}})),
            f"Trusts everyone in {OTHER} without a condition on sts:ExternalId or aws:PrincipalOrgID",
            id="all of an account",
        ),
        pytest.param(
            trust(github("repo:*")),
            f"Trusts {GITHUB} without a condition on the claim enterprise_id or repository or repository_id or sub",
            id="a provider",
        ),
    ],
)
def test_the_reason_names_them(judged: Trust, reason: str) -> None:
    assert iam_role_trust_not_confusable(judged).reason == reason


said = st.builds(
    statement,
    st.sampled_from([LAMBDA, FOREIGN, "*", {"AWS": OWN}, {"Service": "ec2.amazonaws.com"}, {"Federated": GITHUB}]),
    st.sampled_from(
        [
            None,
            {"StringEquals": {"aws:SourceAccount": OWN}},
            {"StringEquals": {"sts:ExternalId": "agreed"}},
            {"StringEquals": {"aws:PrincipalOrgID": "o-abcd123456"}},
        ]
    ),
)


@given(st.lists(said, max_size=4), said)
def test_a_further_allowance_never_closes_a_role(before: list[dict[str, Any]], more: dict[str, Any]) -> None:
    was, now = (iam_role_trust_not_confusable(trust(*each)).status for each in (before, [*before, more]))
    assert not (was is N and now is C)


@given(st.lists(said, max_size=4))
def test_the_order_does_not_matter(statements: list[dict[str, Any]]) -> None:
    there, back = (iam_role_trust_not_confusable(trust(*each)).status for each in (statements, statements[::-1]))
    assert there is back


@pytest.mark.parametrize(
    ("denied", "status"),
    [
        ({"aws:PrincipalOrgID": "o-abcd123456", "aws:PrincipalAccount": OWN}, C),
        ({"aws:PrincipalOrgID": "o-abcd123456", "aws:PrincipalAccount": OTHER}, N),
        ({"aws:PrincipalAccount": OWN}, C),
    ],
)
def test_everybody_is_held_by_what_a_denial_spares(denied: dict[str, str], status: Status) -> None:
    judged = trust(statement("*"), statement("*", {"StringNotEqualsIfExists": denied}, Effect="Deny"))
    assert iam_role_trust_not_confusable(judged).status is status


def test_a_denial_binds_only_the_way_in_that_it_refuses() -> None:
    judged = trust(statement(FOREIGN, Action="sts:*"), statement("*", NOT_OURS, Effect="Deny"))
    assert iam_role_trust_not_confusable(judged).status is N
