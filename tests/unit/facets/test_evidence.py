"""Evidence: what a check read of a resource, as short texts without secrets."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.catalog.catalog import load
from muster.facets.evidence import evidence
from muster.facets.kms import KeyRotation
from muster.facets.lambda_.functions import Function
from muster.facets.s3.buckets import BucketEncryption, BucketPolicy, BucketPublicAccessBlock, BucketVersioning
from muster.facets.tagging.tags import Tags
from muster.model.finding import Unavailable

VERSIONING = load().checks["s3-bucket-versioning-enabled"]
ENCRYPTED = load().checks["s3-bucket-encrypted"]
TAGGED = load().checks["required-tags"]
SECRET = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"


def test_members_are_named_as_aws_names_them() -> None:
    answer = BucketVersioning.parse({"Status": "Suspended"})
    assert evidence(VERSIONING, {BucketVersioning: answer}) == (
        ("BucketVersioning.Status", "Suspended"),
        ("BucketVersioning.MFADelete", "(empty)"),
    )


def test_a_facet_without_declared_members_is_named_by_its_fields() -> None:
    answer = BucketEncryption.parse(
        {"ServerSideEncryptionConfiguration": {"Rules": [{"ApplyServerSideEncryptionByDefault": {
            "SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/shop"}}]}}
    )  # fmt: skip
    found = dict(evidence(ENCRYPTED, {BucketEncryption: answer}))
    assert found["BucketEncryption.algorithm"] == "aws:kms"
    assert found["BucketEncryption.key_id"] == "alias/shop"


@pytest.mark.parametrize(
    ("facets", "text"),
    [
        pytest.param({}, "(not read)", id="nothing was read"),
        pytest.param(
            {BucketVersioning: Unavailable("s3:GetBucketVersioning", "access denied")},
            "(could not be read: access denied)",
            id="a call was denied",
        ),
    ],
)
def test_what_was_not_read_is_named(facets: Mapping[type, object], text: str) -> None:
    assert evidence(VERSIONING, facets) == (("BucketVersioning", text),)


def test_what_aws_left_out_is_unknown() -> None:
    check = load().checks["kms-key-rotation-enabled"]
    found = dict(evidence(check, {KeyRotation: KeyRotation.parse({})}))
    assert any(value.startswith("(unknown: AWS did not return ") for value in found.values())


def test_several_fields_of_one_member_are_told_apart() -> None:
    check = load().checks["lambda-environment-without-secrets"]
    answer = Function.parse({"FunctionName": "f", "Environment": {"Variables": {"TOKEN": SECRET, "LEVEL": "info"}}})
    found = evidence(check, {Function: answer})
    names = [name for name, _ in found]
    assert len(set(names)) == len(names)
    assert ("Function.Environment (variables)", "2") in found
    assert SECRET not in str(found)


def test_every_check_has_evidence_of_empty_answers() -> None:
    """No facet of any check breaks it, whatever shape the facet has."""
    seen = 0
    for check in load().checks.values():
        parsed = {kind: kind.parse({}) for kind in check.facets.values() if _parses(kind)}  # type: ignore[attr-defined]
        found = evidence(check, parsed)
        seen += bool(found)
        assert all(text and "\n" not in text for _, text in found)
    assert seen > len(load().checks) / 2


def _parses(kind: type) -> bool:
    try:
        kind.parse({})  # type: ignore[attr-defined]
    except (AttributeError, KeyError, TypeError, ValueError, IndexError):
        return False
    return True


NESTED = st.recursive(
    st.sampled_from([SECRET, "plain", "", 7, None, datetime(2026, 11, 29, tzinfo=UTC)]),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4).map(tuple), st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(value=NESTED, name=st.sampled_from(["Tags", "Environment", "x"]))
def test_no_secret_is_shown_wherever_it_stands(value: object, name: str) -> None:
    found = evidence(TAGGED, {Tags: Tags({name: value})})  # type: ignore[dict-item]
    assert SECRET not in str(found)


def test_a_secret_under_a_telling_name_is_hidden() -> None:
    found = evidence(TAGGED, {Tags: Tags({"db_password": "hunter2-and-more", "Owner": "web"})})
    assert dict(found)["Tags.values"] == '{"db_password": "(hidden: it looks like a secret)", "Owner": "web"}'


def test_a_policy_has_the_names_of_iam() -> None:
    statement = {
        "Sid": "writers", "Effect": "Allow", "Principal": {"AWS": ["111122223333"], "Service": "sns.amazonaws.com"},
        "Action": "s3:PutObjectAcl", "Resource": "arn:aws:s3:::shop/*",
        "Condition": {"StringEqualsIfExists": {"aws:SourceAccount": "111122223333"}},
    }  # fmt: skip
    answer = BucketPolicy.parse({"Policy": json.dumps({"Version": "2012-10-17", "Statement": [statement]})})
    check = load().checks["s3-bucket-cross-account-writes-prohibited"]
    found = dict(evidence(check, {BucketPolicy: answer}))
    assert json.loads(found["BucketPolicy.policy"]) == [
        {
            "Sid": "writers", "Effect": "Allow",
            "Principal": {"AWS": ["111122223333"], "Service": ["sns.amazonaws.com"]},
            "Action": ["s3:PutObjectAcl"], "Resource": ["arn:aws:s3:::shop/*"],
            "Condition": {"stringequalsifexists": {"aws:sourceaccount": ["111122223333"]}},
        }
    ]  # fmt: skip
    everyone = {"Effect": "Deny", "Principal": "*", "NotAction": "s3:*", "NotResource": "*"}
    answer = BucketPolicy.parse({"Policy": json.dumps({"Statement": everyone})})
    assert json.loads(dict(evidence(check, {BucketPolicy: answer}))["BucketPolicy.policy"]) == [
        {"Effect": "Deny", "Principal": ["*"], "NotAction": ["s3:*"], "NotResource": ["*"]}
    ]


def test_a_long_value_is_cut() -> None:
    found = evidence(TAGGED, {Tags: Tags({f"k{number}": "v" * 50 for number in range(100)})})
    ((_, text),) = found
    assert len(text) <= 400
    assert text.endswith("…")


def test_booleans_are_spelled_as_json_spells_them() -> None:
    check = load().checks["s3-bucket-level-public-access-prohibited"]
    block = BucketPublicAccessBlock(block_public_acls=True)
    found = dict(evidence(check, {BucketPublicAccessBlock: block}))
    assert found["BucketPublicAccessBlock.PublicAccessBlockConfiguration.BlockPublicAcls"] == "true"
    assert found["BucketPublicAccessBlock.PublicAccessBlockConfiguration.BlockPublicPolicy"] == "false"
