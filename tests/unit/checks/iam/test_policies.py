"""What policies may not grant, in whatever resource they stand."""

from typing import Any

import pytest

from muster.analysis.policies.grants import read_policy
from muster.checks.iam.policies import (
    iam_policy_no_admin_access_statements,
    iam_policy_no_full_access_statements,
    iam_policy_no_kms_decrypt_on_all_keys,
)
from muster.facets.iam.policies import Grants, NamedPolicy
from muster.model.finding import Status, Unknown, UnknownField

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
UNREAD = NamedPolicy("its inline policy odd", Unknown("its inline policy odd cannot be parsed"))


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any, resource: Any = "*") -> dict[str, Any]:
    return {"Effect": "Deny", "Action": action, "Resource": resource}


def named(*statements: dict[str, Any], name: str = "its inline policy deploy") -> NamedPolicy:
    return NamedPolicy(name, read_policy({"Statement": list(statements)}))


def grants(*policies: NamedPolicy, attached: tuple[str, ...] = (), boundary: str = "") -> Grants:
    return Grants(policies, attached, boundary)


@pytest.mark.parametrize(
    ("judged", "status", "reason"),
    [
        pytest.param(
            grants(named(allow("*"))), N, "Its inline policy deploy, statement 1 allows * on *", id="everything"
        ),
        pytest.param(
            grants(named(allow("s3:Get*"), {"Effect": "Allow", "NotAction": "aws-portal:*", "Resource": "*"})),
            N,
            "Its inline policy deploy, statement 2 allows all actions except aws-portal:* on *",
            id="NotAction that comes to the same",
        ),
        pytest.param(
            grants(named({"Effect": "Allow", "NotAction": ["iam:*", "organizations:*"], "Resource": "*"})),
            C,
            "No statement allows all actions on all resources",
            id="NotAction that leaves IAM out",
        ),
        pytest.param(
            grants(named(allow("s3:*"), name="its default version v3"), named(allow("*"), name="another")),
            N,
            "Another, statement 1 allows * on *",
            id="one of two policies",
        ),
        pytest.param(grants(named(allow("*")), named(allow("*"), name="another")), N, "", id="both of two policies"),
        pytest.param(grants(named(allow("*"), deny("*"))), C, "", id="denied"),
        pytest.param(
            grants(named(allow("*"), deny("iam:*"))), N, "", id="everything, with IAM denied, is everything still"
        ),
        pytest.param(grants(named(allow("*", "arn:aws:s3:::a/*"))), C, "", id="everything somewhere"),
        pytest.param(grants(named(allow("iam:*"))), C, "", id="one service"),
        pytest.param(grants(), C, "No inline policy", id="no policy"),
        pytest.param(
            grants(attached=(ADMINISTRATOR,)),
            N,
            "The AWS managed policy AdministratorAccess is attached",
            id="AWS's policy",
        ),
        pytest.param(
            grants(attached=("arn:aws-us-gov:iam::aws:policy/AdministratorAccess",)), N, "", id="in another partition"
        ),
        pytest.param(
            grants(
                attached=(
                    "arn:aws:iam::aws:policy/AdministratorAccess-Amplify",
                    "arn:aws:iam::aws:policy/job-function/SystemAdministrator",
                    "arn:aws:iam::123456789012:policy/AdministratorAccess",
                )
            ),
            C,
            "",
            id="policies that are called nearly so, or are judged themselves",
        ),
        pytest.param(
            grants(named(allow("*")), boundary="arn:aws:iam::123456789012:policy/edge"),
            N,
            "Its inline policy deploy, statement 1 allows * on *; the permissions boundary "
            "arn:aws:iam::123456789012:policy/edge limits it",
            id="a boundary is told, not weighed",
        ),
        pytest.param(
            grants(named(allow("*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}))),
            N,
            "Its inline policy deploy, statement 1 allows * on * (with a condition on aws:MultiFactorAuthPresent)",
            id="a condition is told, not weighed",
        ),
        pytest.param(grants(UNREAD, named(allow("*"))), N, "", id="one cannot be read, another decides"),
    ],
)
def test_iam_policy_no_admin_access_statements(judged: Grants, status: Status, reason: str) -> None:
    verdict = iam_policy_no_admin_access_statements(judged)
    assert verdict.status is status
    assert reason in ("", verdict.reason)


@pytest.mark.parametrize(
    ("judged", "status", "reason"),
    [
        pytest.param(
            grants(named(allow(["s3:*", "ec2:*"]), allow("kms:*"))),
            N,
            "Its inline policy deploy, statement 1 allows s3:*, ec2:* on *; its inline policy deploy, "
            "statement 2 allows kms:* on *",
            id="services",
        ),
        pytest.param(
            grants(named(allow("s3:*", "arn:aws:s3:::*"))),
            N,
            "Its inline policy deploy, statement 1 allows s3:* on arn:aws:s3:::*",
            id="all buckets",
        ),
        pytest.param(grants(named(allow("*"))), N, "", id="all services"),
        pytest.param(
            grants(named({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"})),
            N,
            "Its inline policy deploy, statement 1 allows all actions except iam:* on *",
            id="all but one service",
        ),
        pytest.param(
            grants(named(allow("s3:*", ["arn:aws:s3:::a", "arn:aws:s3:::a/*"]))),
            C,
            "No statement allows all actions of a service on all resources",
            id="one bucket",
        ),
        pytest.param(grants(named(allow(["s3:Get*", "s3:List*"]))), C, "", id="families of actions"),
        pytest.param(grants(named(allow("s3:*"), deny("s3:*"))), C, "", id="denied"),
        pytest.param(grants(named()), C, "", id="a policy without statements"),
        pytest.param(
            grants(attached=("arn:aws:iam::aws:policy/AmazonS3FullAccess",)),
            NA,
            "No inline policy; managed policies have findings of their own",
            id="AWS's own policies are not judged",
        ),
        pytest.param(
            grants(named(allow("s3:*")), boundary="b"),
            N,
            "Its inline policy deploy, statement 1 allows s3:* on *; the permissions boundary b limits it",
            id="a boundary is told",
        ),
        pytest.param(grants(UNREAD, named(allow("s3:*"))), N, "", id="one cannot be read, another decides"),
    ],
)
def test_iam_policy_no_full_access_statements(judged: Grants, status: Status, reason: str) -> None:
    verdict = iam_policy_no_full_access_statements(judged)
    assert verdict.status is status
    assert reason in ("", verdict.reason)


@pytest.mark.parametrize(
    ("judged", "status", "reason"),
    [
        pytest.param(
            grants(named(allow("kms:*"))),
            N,
            "Its inline policy deploy, statement 1 allows kms:* on *",
            id="one statement is said once",
        ),
        pytest.param(
            grants(named(allow("kms:Decrypt"), allow("kms:ReEncrypt*"))),
            N,
            "Its inline policy deploy, statement 1 allows kms:Decrypt on *; its inline policy deploy, "
            "statement 2 allows kms:ReEncrypt* on *",
            id="both actions",
        ),
        pytest.param(grants(named(allow("kms:ReEncryptFrom"))), N, "", id="re-encryption reads too"),
        pytest.param(grants(named(allow("kms:ReEncryptTo"))), C, "", id="writing does not"),
        pytest.param(grants(named(allow("*"))), N, "", id="all actions"),
        pytest.param(
            grants(named(allow("kms:Decrypt", Condition={"StringEquals": {"kms:ViaService": "s3.amazonaws.com"}}))),
            N,
            "Its inline policy deploy, statement 1 allows kms:Decrypt on * (with a condition on kms:ViaService)",
            id="conditions do not excuse",
        ),
        pytest.param(
            grants(named(allow("kms:Decrypt", "arn:aws:kms:*:123456789012:key/*"))), N, "", id="all of an account"
        ),
        pytest.param(
            grants(named(allow("kms:Decrypt", "arn:aws:kms:eu-west-1:123456789012:key/*"))),
            C,
            "No statement allows kms:Decrypt or kms:ReEncryptFrom with all keys",
            id="all of one region",
        ),
        pytest.param(grants(), NA, "No inline policy; managed policies have findings of their own", id="no policy"),
        pytest.param(grants(UNREAD, named(allow("kms:*"))), N, "", id="one cannot be read, another decides"),
    ],
)
def test_iam_policy_no_kms_decrypt_on_all_keys(judged: Grants, status: Status, reason: str) -> None:
    verdict = iam_policy_no_kms_decrypt_on_all_keys(judged)
    assert verdict.status is status
    assert reason in ("", verdict.reason)


def test_the_actions_on_keys_are_a_setting() -> None:
    signing = grants(named(allow("kms:Sign")))
    assert iam_policy_no_kms_decrypt_on_all_keys(signing).status is C
    assert iam_policy_no_kms_decrypt_on_all_keys(signing, actions=("kms:Sign",)).status is N


@pytest.mark.parametrize(
    "check",
    [
        iam_policy_no_admin_access_statements,
        iam_policy_no_full_access_statements,
        iam_policy_no_kms_decrypt_on_all_keys,
    ],
)
def test_a_policy_that_cannot_be_understood_is_no_verdict(check: Any) -> None:
    with pytest.raises(UnknownField, match="odd cannot be parsed"):
        check(grants(named(allow("s3:Get*")), UNREAD))
