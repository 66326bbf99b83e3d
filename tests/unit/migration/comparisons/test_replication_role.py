"""Comparisons of the replication role: IAM's elements, encryption contexts, boundaries, other accounts."""

import json
from typing import Any
from urllib.parse import quote

import pytest

from tests.unit.migration.comparisons.buckets import (
    ORDERS,
    PERMISSIONS,
    REPLICA,
    ROLE_ARN,
    ROOT,
    SOURCE_KEY,
    TARGET_KEY,
    Change,
    Estate,
    allow,
    changed,
    deny,
    destination,
    encryption,
    inline,
    key_sections,
    policy_text,
    replication,
    rule,
    trust,
)
from tests.unit.migration.sides_of import ACCOUNT_ID, OTHER_ACCOUNT, SOURCE_REGION, TARGET_REGION

READS, WRITES = "replication-reads-objects", "replication-writes-objects"
DECRYPTS, ENCRYPTS = "replication-decrypts", "replication-encrypts"
POLICIES, TRUST = "replication-policies-admit", "replication-role-trusts-s3"
ROLE_ITEMS = ("replication-reads-source", READS, WRITES, DECRYPTS, ENCRYPTS, POLICIES)
PASS, FAIL, UNKNOWN = "COMPLIANT", "NON_COMPLIANT", "INSUFFICIENT_DATA"
EVERYTHING = allow("*", "*")


def after(name: str, change: Change) -> tuple[str, str]:
    """Return the status and the reason of a comparison after a change."""
    return changed(change).findings()[name]


def may(*statements: dict[str, Any]) -> Change:
    """Return the change that these are the statements of the role's only policy."""

    def change(estate: Estate) -> None:
        assert isinstance(estate.role, dict)
        estate.role["inline-policies"] = inline(*statements)

    return change


def also(*statements: dict[str, Any]) -> Change:
    return may(*PERMISSIONS, *statements)


def when(operator: str, key: str, *values: str) -> dict[str, Any]:
    return {"Condition": {operator: {key: list(values)}}}


@pytest.mark.parametrize(
    ("statements", "status"),
    [
        pytest.param([EVERYTHING], PASS, id="everything"),
        pytest.param([allow("S3:GETobjectVERSION*", "arn:aws:s3:::orders/*")], PASS, id="letters of any case"),
        pytest.param([allow("s3:Get*", "arn:aws:s3:::order?/*")], PASS, id="a question mark"),
        pytest.param([allow("s3:Get*", "arn:*:s3:::ord*")], PASS, id="a pattern of buckets"),
        pytest.param([allow("s3:Get*", "arn:aws:s3:::orders*")], PASS, id="the bucket and all in it"),
        pytest.param([allow("s3:Get*", "arn:aws:s3:::orders/?*")], PASS, id="all keys of one character or more"),
        pytest.param(
            [{"Effect": "Allow", "NotAction": "s3:Put*", "Resource": "arn:aws:s3:::orders/*"}], PASS, id="NotAction"
        ),
        pytest.param(
            [{"Effect": "Allow", "NotAction": "s3:GetObjectVersionAcl", "Resource": "*"}], FAIL, id="NotAction of one"
        ),
        pytest.param(
            [{"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::secret/*"}], PASS, id="NotResource"
        ),
        pytest.param(
            [{"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::orders/a/*"}], FAIL, id="some excluded"
        ),
        pytest.param([allow("s3:Get*", "arn:aws:s3:::orders/a*")], FAIL, id="a prefix"),
        pytest.param(
            [allow("s3:Get*", ["arn:aws:s3:::orders/?", "arn:aws:s3:::orders/?*?"])], PASS, id="patterns that add up"
        ),
        pytest.param([allow("s3:Get*", "arn:aws:s3:::orders")], FAIL, id="the bucket alone"),
        pytest.param([allow("s3:Get*", "arn:aws:s3:::Orders/*")], FAIL, id="resources mind their letters"),
        pytest.param([allow(["s3:GetObject", "s3:GetObjectVersion"], "*")], FAIL, id="GetObjectVersion does not do"),
        pytest.param([EVERYTHING, deny("s3:GetObjectVersionAcl", "*")], FAIL, id="Deny first"),
        pytest.param([deny("s3:GetObject*", "arn:aws:s3:::orders/a*"), EVERYTHING], FAIL, id="a part is denied"),
        pytest.param([EVERYTHING, deny("s3:GetObject*", "arn:aws:s3:::orders")], PASS, id="a Deny of the bucket"),
        pytest.param(
            [EVERYTHING, {"Effect": "Deny", "Action": "s3:*", "NotResource": "arn:aws:s3:::orders/*"}],
            PASS,
            id="a Deny of all else",
        ),
        pytest.param(
            [EVERYTHING, deny("s3:*", "*", **when("Bool", "aws:SecureTransport", "false"))], PASS, id="a Deny of HTTP"
        ),
        pytest.param(
            [allow("s3:*", "*", **when("StringEquals", "aws:ResourceAccount", ACCOUNT_ID))], PASS, id="our account"
        ),
        pytest.param(
            [allow("s3:*", "*", **when("StringEquals", "s3:ResourceAccount", OTHER_ACCOUNT))],
            FAIL,
            id="another account",
        ),
        pytest.param(
            [allow("s3:*", "*", **when("StringEquals", "aws:ResourceAccount", "${aws:PrincipalAccount}"))],
            PASS,
            id="a variable",
        ),
        pytest.param([allow("s3:*", "arn:aws:s3:::orders/${aws:username}/*")], UNKNOWN, id="a variable of its session"),
        pytest.param(
            [allow("s3:*", "*", **when("StringEquals", "aws:PrincipalTag/team", "a"))], UNKNOWN, id="undecided Allow"
        ),
        pytest.param(
            [EVERYTHING, deny("s3:*", "*", **when("StringNotEquals", "aws:RequestedRegion", "eu-west-1"))],
            UNKNOWN,
            id="undecided Deny",
        ),
        pytest.param(
            [EVERYTHING, allow("s3:*", "*", **when("IpAddress", "aws:SourceIp", "10.0.0.0/8"))],
            PASS,
            id="undecided besides a certain one",
        ),
    ],
)
def test_permissions_on_all_objects_of_the_source(statements: list[dict[str, Any]], status: str) -> None:
    found, text = after(READS, may(*statements))
    assert found == status, text


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def boundary(*statements: dict[str, Any]) -> Change:
    def change(estate: Estate) -> None:
        assert isinstance(estate.role, dict)
        estate.role["boundary"] = {"PermissionsBoundaryArn": "arn:b", "PolicyDocument": document(*statements)}

    return change


def test_a_boundary_limits_what_the_policies_allow() -> None:
    found = changed(boundary(allow(["s3:*", "kms:Decrypt"], "*"))).findings()
    assert found[ENCRYPTS] == (
        FAIL,
        f"not allowed on {TARGET_KEY}: kms:Encrypt (the permissions boundary does not allow it)",
    )
    assert [name for name, (status, _) in found.items() if status == FAIL] == [ENCRYPTS]


def test_a_boundary_denies() -> None:
    found = changed(boundary(EVERYTHING, deny("s3:ReplicateDelete", "*"))).findings()
    assert "s3:ReplicateDelete (statement 2 of the permissions boundary denies it)" in found[WRITES][1]
    assert [name for name, (status, _) in found.items() if status == FAIL] == [WRITES]


@pytest.mark.parametrize(
    "spelled",
    [document(*PERMISSIONS), json.dumps(document(*PERMISSIONS)), quote(json.dumps(document(*PERMISSIONS)))],
    ids=["parsed", "JSON", "percent signs"],
)
def test_attached_policies_count(spelled: Any) -> None:
    def change(estate: Estate) -> None:
        assert isinstance(estate.role, dict)
        estate.role["inline-policies"] = {"Policies": []}
        attached = {"PolicyName": "replication", "PolicyArn": "arn:p", "PolicyDocument": spelled}
        estate.role["attached-policies"] = {"AttachedPolicies": [attached]}

    found = changed(change).findings()
    assert {found[name][0] for name in ROLE_ITEMS} == {PASS}


def test_a_policy_that_is_none_makes_its_comparisons_unread() -> None:
    def change(estate: Estate) -> None:
        assert isinstance(estate.role, dict)
        estate.role["inline-policies"] = {"Policies": [{"PolicyName": "odd", "PolicyDocument": "{"}]}

    found = changed(change).findings()
    assert {found[name][0] for name in ROLE_ITEMS} == {UNKNOWN}
    assert "The policy odd of the role cannot be understood" in found[READS][1]


def test_the_bucket_s_policy_may_allow_what_the_role_s_do_not() -> None:
    """Within an account, an Allow for the role is enough; one for the account leaves it to the role's policies."""

    def change(principal: str) -> Change:
        def changing(estate: Estate) -> None:
            may(*(each for each in PERMISSIONS if "s3:ReplicateTags" not in each["Action"]))(estate)
            estate.target["policy"] = policy_text(
                allow("s3:Replicate*", f"arn:aws:s3:::{REPLICA}/*", Principal={"AWS": principal})
            )

        return changing

    assert after(WRITES, change(ROLE_ARN))[0] == PASS
    assert after(WRITES, change(ROOT))[0] == FAIL


@pytest.mark.parametrize(
    ("statement", "status"),
    [
        pytest.param(deny("s3:*", "*", Principal="*"), FAIL, id="everybody"),
        pytest.param(deny("s3:*", "*", Principal={"AWS": ROOT}), FAIL, id="the account"),
        pytest.param(deny("s3:*", "*", Principal={"AWS": f"arn:aws:iam::{ACCOUNT_ID}:role/else"}), PASS, id="another"),
        pytest.param(deny("s3:*", "*", Principal={"Service": "s3.amazonaws.com"}), PASS, id="the service"),
        pytest.param(deny("s3:*", "*", NotPrincipal={"AWS": ROOT}), FAIL, id="NotPrincipal"),
        pytest.param(deny("s3:*", "*", NotPrincipal={"AWS": ROLE_ARN}), UNKNOWN, id="NotPrincipal without the session"),
        pytest.param(
            deny("s3:*", "*", Principal={"AWS": f"arn:aws:sts::{ACCOUNT_ID}:assumed-role/replication/s3"}),
            UNKNOWN,
            id="a session of the role",
        ),
        pytest.param(
            deny("s3:*", "*", Principal="*", **when("ArnNotEquals", "aws:PrincipalArn", ROLE_ARN)),
            PASS,
            id="all but it",
        ),
        pytest.param(
            deny("s3:*", "*", Principal="*", **when("Bool", "aws:SecureTransport", "false")), PASS, id="HTTP only"
        ),
        pytest.param(deny("s3:PutObject", "*", Principal="*"), PASS, id="an action that replication does not use"),
        pytest.param(
            deny("s3:*", "*", Principal="*", **when("StringNotEquals", "aws:SourceVpce", "vpce-1")), UNKNOWN, id="VPC"
        ),
    ],
)
@pytest.mark.parametrize("side", ["source", "target"])
def test_denials_of_bucket_policies(side: str, statement: dict[str, Any], status: str) -> None:
    found, text = after(POLICIES, lambda estate: getattr(estate, side).update(policy=policy_text(statement)))
    assert found == status, text


def decrypting(context: str, *, via: str = f"s3.{SOURCE_REGION}.amazonaws.com") -> dict[str, Any]:
    said = {"kms:ViaService": via, "kms:EncryptionContext:aws:s3:arn": context}
    return allow("kms:Decrypt", SOURCE_KEY, Condition={"StringLike": said})


OBJECTS, BUCKET_ITSELF = f"arn:aws:s3:::{ORDERS}/*", f"arn:aws:s3:::{ORDERS}"


@pytest.mark.parametrize(
    ("statement", "bucket_key", "status"),
    [
        pytest.param(decrypting(OBJECTS), False, PASS, id="the objects' ARNs"),
        pytest.param(decrypting(BUCKET_ITSELF), False, FAIL, id="the bucket's ARN without bucket keys"),
        pytest.param(decrypting(OBJECTS), True, FAIL, id="bucket keys break the objects' ARNs"),
        pytest.param(decrypting(BUCKET_ITSELF), True, PASS, id="the bucket's ARN with bucket keys"),
        pytest.param(decrypting(f"{BUCKET_ITSELF}*"), True, PASS, id="both, with bucket keys"),
        pytest.param(decrypting(f"{BUCKET_ITSELF}*"), False, PASS, id="both, without"),
        pytest.param(decrypting(f"{BUCKET_ITSELF}/a*"), False, FAIL, id="some objects"),
        pytest.param(decrypting(OBJECTS, via=f"s3.{TARGET_REGION}.amazonaws.com"), False, FAIL, id="the other region"),
        pytest.param(decrypting(OBJECTS, via="s3.*.amazonaws.com"), False, PASS, id="any region"),
        pytest.param(allow("kms:Decrypt", TARGET_KEY), False, FAIL, id="the other key"),
        pytest.param(allow("kms:Decrypt", f"arn:aws:kms:*:{ACCOUNT_ID}:key/*"), False, PASS, id="all keys"),
        pytest.param(
            allow("kms:Decrypt", "*", **when("StringEquals", "kms:RequestAlias", "alias/a")), False, UNKNOWN, id="alias"
        ),
    ],
)
def test_decrypting_at_the_source(statement: dict[str, Any], bucket_key: bool, status: str) -> None:
    def change(estate: Estate) -> None:
        may(statement)(estate)
        estate.source["encryption"] = encryption(SOURCE_KEY, bucket_key=bucket_key)

    found, text = after(DECRYPTS, change)
    assert found == status, text


KMS_IN_IAM = tuple(each for each in PERMISSIONS if "kms" in str(each["Action"]))
TO_ROLE = {"Principal": {"AWS": ROLE_ARN}}


@pytest.mark.parametrize(
    ("identity", "statements", "status", "reason"),
    [
        pytest.param(KMS_IN_IAM, [allow("kms:*", "*", Principal={"AWS": ROOT})], PASS, "", id="both"),
        pytest.param((), [allow("kms:*", "*", Principal={"AWS": ROOT})], FAIL, "no policy of the role", id="key only"),
        pytest.param((), [allow("kms:Decrypt", "*", **TO_ROLE)], PASS, "", id="the key's policy names the role"),
        pytest.param(
            KMS_IN_IAM,
            [allow("kms:Put*", "*", Principal={"AWS": ROOT})],
            FAIL,
            "the key policy admits neither the role nor its account",
            id="the role's policies alone",
        ),
        pytest.param(
            KMS_IN_IAM,
            [allow("kms:*", "*", Principal={"AWS": ROOT}), deny("kms:Decrypt", "*", **TO_ROLE)],
            FAIL,
            "statement 2 of the key policy denies it",
            id="denied by the key",
        ),
    ],
)
def test_both_policies_decide_on_a_key(
    identity: tuple[dict[str, Any], ...], statements: list[dict[str, Any]], status: str, reason: str
) -> None:
    def change(estate: Estate) -> None:
        may(*identity)(estate)
        estate.source_key = key_sections(SOURCE_KEY, *statements)

    found, text = after(DECRYPTS, change)
    assert found == status, text
    assert reason in text


def test_the_aws_managed_key_admits_its_account() -> None:
    """Its policy cannot be changed, and is not read where the bucket names no key."""

    def change(estate: Estate) -> None:
        may(*(each for each in PERMISSIONS if each["Action"] != "kms:Decrypt"))(estate)
        estate.source["encryption"] = encryption("")
        estate.source_key = None

    assert after(DECRYPTS, change)[0] == PASS
    assert after(DECRYPTS, lambda estate: (change(estate), boundary(allow("s3:*", "*"))(estate))[0])[0] == FAIL


def test_bucket_keys_of_either_side_need_decryption_at_the_target() -> None:
    """S3 checks a bucket key before it uses it, and a replica keeps the bucket key of its source."""

    def change(source: bool, target: bool) -> Change:
        def changing(estate: Estate) -> None:
            may(*PERMISSIONS[:-1], allow("kms:Encrypt", TARGET_KEY))(estate)
            estate.source["encryption"] = encryption(SOURCE_KEY, bucket_key=source)
            estate.target["encryption"] = encryption(TARGET_KEY, bucket_key=target)

        return changing

    assert after(ENCRYPTS, change(False, False))[0] == PASS
    for sides in ((True, False), (False, True)):
        assert "kms:Decrypt (no policy of the role allows it)" in after(ENCRYPTS, change(*sides))[1]


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT_ID}}}, PASS),
        ({"Condition": {"ArnLike": {"aws:SourceArn": f"arn:aws:s3:::{ORDERS}"}}}, PASS),
        ({"Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::else"}}}, FAIL),
        ({"Condition": {"StringEquals": {"sts:ExternalId": "x"}}}, UNKNOWN),
        ({"Principal": {"Service": ["batchoperations.s3.amazonaws.com", "s3.amazonaws.com"]}}, PASS),
        ({"Principal": {"Service": "batchoperations.s3.amazonaws.com"}}, FAIL),
        ({"Action": "sts:*"}, PASS),
        ({"Action": "sts:TagSession"}, FAIL),
        ({"Effect": "Deny"}, FAIL),
    ],
)
def test_trust(changes: dict[str, Any], status: str) -> None:
    def change(estate: Estate) -> None:
        assert isinstance(estate.role, dict)
        estate.role["role"] = trust(**changes)

    found, text = after(TRUST, change)
    assert found == status, text


ADMITTING = (
    allow(["s3:ReplicateObject", "s3:ReplicateDelete"], f"arn:aws:s3:::{REPLICA}/*", **TO_ROLE),
    allow(["s3:List*", "s3:GetBucketVersioning", "s3:PutBucketVersioning"], f"arn:aws:s3:::{REPLICA}", **TO_ROLE),
)
"""As AWS writes it: https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html"""
FOREIGN_KEY = f"arn:aws:kms:{TARGET_REGION}:{OTHER_ACCOUNT}:key/33333333-cccc"


def across(*statements: dict[str, Any], key: tuple[dict[str, Any], ...] = (allow("kms:*", "*", **TO_ROLE),)) -> Change:
    """Return the change that the target is another account's, with the policies of the bucket and its key."""

    def change(estate: Estate) -> None:
        estate.target_account = OTHER_ACCOUNT
        estate.target["policy"] = policy_text(*statements)
        estate.target["encryption"] = encryption(FOREIGN_KEY)
        estate.target_key = key_sections(FOREIGN_KEY, *key)
        changes = destination(EncryptionConfiguration={"ReplicaKmsKeyID": FOREIGN_KEY})
        estate.source["replication"] = replication(rule(**changes))
        also(allow(["kms:Encrypt", "kms:Decrypt"], FOREIGN_KEY))(estate)

    return change


def test_another_account_that_admits_the_role() -> None:
    found = changed(across(*ADMITTING)).findings()
    assert {found[name][0] for name in ROLE_ITEMS} == {PASS}
    root = across(*({**each, "Principal": {"AWS": ROOT}} for each in ADMITTING))
    assert after(POLICIES, root)[0] == PASS


@pytest.mark.parametrize(
    ("statements", "reason"),
    [
        pytest.param(
            [],
            "s3:ReplicateObject, s3:ReplicateDelete (the policy of orders-eu does not admit the role)",
            id="no policy",
        ),
        pytest.param([ADMITTING[0]], "s3:PutBucketVersioning (the policy of orders-eu does not", id="objects only"),
        pytest.param([ADMITTING[1]], "s3:ReplicateDelete (the policy of orders-eu does not", id="the bucket only"),
        pytest.param(
            [*ADMITTING, deny("s3:ReplicateTags", "*", Principal="*")],
            "s3:ReplicateTags (statement 3 of the policy of orders-eu denies it)",
            id="tags denied",
        ),
        pytest.param(
            [{**each, "Principal": {"AWS": f"arn:aws:iam::{OTHER_ACCOUNT}:root"}} for each in ADMITTING],
            "does not admit the role",
            id="its own account",
        ),
    ],
)
def test_another_account_that_does_not_admit_the_role(statements: list[dict[str, Any]], reason: str) -> None:
    found, text = after(POLICIES, across(*statements))
    assert found == FAIL
    assert reason in text


def test_another_account_whose_policy_cannot_be_decided() -> None:
    statements = [{**each, **when("StringEquals", "aws:PrincipalOrgID", "o-1")} for each in ADMITTING]
    assert after(POLICIES, across(*statements))[0] == UNKNOWN


def test_requesters_do_not_pay_across_accounts() -> None:
    def change(estate: Estate) -> None:
        across(*ADMITTING)(estate)
        estate.target["request-payment"] = {"Payer": "Requester"}

    found, text = after(POLICIES, change)
    assert found == FAIL
    assert text == "requesters pay for the target: S3 cannot replicate to it from another account"


def test_a_key_of_another_account_must_admit_the_role_or_its_account() -> None:
    other = {"AWS": f"arn:aws:iam::{OTHER_ACCOUNT}:root"}
    own_account = across(*ADMITTING, key=(allow("kms:*", "*", Principal={"AWS": ROOT}),))
    assert after(ENCRYPTS, own_account)[0] == PASS
    found, text = after(ENCRYPTS, across(*ADMITTING, key=(allow("kms:*", "*", Principal=other),)))
    assert found == FAIL
    assert "kms:Encrypt, kms:Decrypt (the key policy does not admit the role)" in text


def test_a_key_of_another_account_needs_the_role_s_own_policies_too() -> None:
    def change(estate: Estate) -> None:
        across(*ADMITTING)(estate)
        may(*PERMISSIONS)(estate)

    found, text = after(ENCRYPTS, change)
    assert found == FAIL
    assert "no policy of the role allows it" in text
