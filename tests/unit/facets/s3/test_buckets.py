"""S3's answers, parsed; and any part of an answer is a facet or says that it is strange."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import botocore.session
import pytest
from botocore.model import ListShape, Shape, StructureShape
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.analysis.policies.document import Policy
from muster.facets.s3.buckets import (
    ALGORITHMS,
    ALL_USERS,
    AUTHENTICATED_USERS,
    LOG_DELIVERY,
    OWNERSHIPS,
    AccountPublicAccessBlock,
    BucketAcl,
    BucketEncryption,
    BucketLogging,
    BucketMetrics,
    BucketOwnershipControls,
    BucketPolicy,
    BucketPolicyStatus,
    BucketPublicAccessBlock,
    BucketVersioning,
)
from muster.facets.s3.lifecycle import BucketLifecycle, Rule, When
from muster.facets.tagging.tags import Tags
from muster.model.finding import Unavailable, Unknown
from muster.model.listing import parsed
from tests.examples import examples

KEY = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd"


def encryption(*rules: dict[str, Any]) -> BucketEncryption:
    return BucketEncryption.parse({"ServerSideEncryptionConfiguration": {"Rules": list(rules)}})


def default(algorithm: str, **more: Any) -> dict[str, Any]:
    return {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": algorithm, **more}}


@pytest.mark.parametrize(
    ("facet", "nothing"),
    [
        (BucketVersioning, BucketVersioning("")),
        (BucketEncryption, BucketEncryption("", "", bucket_key=False)),
        (BucketLifecycle, BucketLifecycle(())),
        (BucketPublicAccessBlock, BucketPublicAccessBlock()),
        (AccountPublicAccessBlock, AccountPublicAccessBlock()),
        (BucketPolicyStatus, BucketPolicyStatus(public=False)),
        (BucketAcl, BucketAcl(())),
        (BucketPolicy, BucketPolicy(Policy(()))),
        (BucketOwnershipControls, BucketOwnershipControls("")),
        (BucketLogging, BucketLogging("")),
        (BucketMetrics, BucketMetrics(())),
    ],
)
def test_an_empty_answer_means_that_there_is_none(facet: type, nothing: object) -> None:
    assert parsed(facet, {}) == nothing


@pytest.mark.parametrize("status", ["Enabled", "Suspended"])
@pytest.mark.parametrize("mfa", ["Enabled", "Disabled"])
def test_versioning_is_parsed(status: str, mfa: str) -> None:
    assert BucketVersioning.parse({"Status": status, "MFADelete": mfa}) == BucketVersioning(status, mfa)
    assert BucketVersioning.parse({"Status": status}) == BucketVersioning(status, "")


def test_encryption_is_parsed_with_key_and_bucket_key() -> None:
    assert encryption({**default("aws:kms", KMSMasterKeyID=KEY), "BucketKeyEnabled": True}) == BucketEncryption(
        "aws:kms", KEY, bucket_key=True
    )
    assert encryption(default("AES256")) == BucketEncryption("AES256", "", bucket_key=False)
    assert encryption({"BucketKeyEnabled": True}, default("aws:kms:dsse")).algorithm == "aws:kms:dsse"


def test_what_may_not_be_written_is_parsed_from_whichever_rule_says_it() -> None:
    blocks = {"BlockedEncryptionTypes": {"EncryptionType": ["SSE-C"]}}
    assert encryption({**default("AES256"), **blocks}).blocked == ("SSE-C",)
    assert encryption(blocks).blocked == ("SSE-C",)
    assert encryption(default("AES256"), blocks).blocked == ("SSE-C",)
    assert encryption({**default("AES256"), "BlockedEncryptionTypes": {}}).blocked == ()
    assert encryption(default("AES256")).blocked == ()


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(BucketVersioning.parse({"Status": "Archived"}).status, id="versioning"),
        pytest.param(BucketVersioning.parse({"MFADelete": "Sometimes"}).mfa_delete, id="MFA delete"),
        pytest.param(encryption(default("aws:quantum")).algorithm, id="encryption"),
        pytest.param(
            BucketOwnershipControls.parse(
                {"OwnershipControls": {"Rules": [{"ObjectOwnership": "Nobody"}]}}
            ).object_ownership,
            id="ownership",
        ),
    ],
)
def test_a_word_that_aws_does_not_document_is_not_known(value: object) -> None:
    assert isinstance(value, Unknown)
    assert "that Muster does not know" in value.reason


def test_a_block_is_parsed_switch_by_switch_and_joined_with_another() -> None:
    said = {"BlockPublicAcls": True, "IgnorePublicAcls": False, "BlockPublicPolicy": True}
    block = BucketPublicAccessBlock.parse({"PublicAccessBlockConfiguration": said})
    assert block == BucketPublicAccessBlock(
        block_public_acls=True, ignore_public_acls=False, block_public_policy=True, restrict_public_buckets=False
    )
    assert block.off == ("IgnorePublicAcls", "RestrictPublicBuckets")
    account = AccountPublicAccessBlock(ignore_public_acls=True)
    assert account.joined(block).off == ("RestrictPublicBuckets",)
    assert block.joined(account) == account.joined(block)


def test_policy_status_and_logging_and_ownership_are_parsed() -> None:
    assert BucketPolicyStatus.parse({"PolicyStatus": {"IsPublic": True}}).public
    assert not BucketPolicyStatus.parse({"PolicyStatus": {"IsPublic": False}}).public
    assert BucketPolicyStatus.parse({"PolicyStatus": {}}).public == Unknown(
        "S3 did not return whether the bucket policy is public"
    )
    said = {"LoggingEnabled": {"TargetBucket": "logs", "TargetPrefix": "site/"}}
    assert BucketLogging.parse(said) == BucketLogging("logs", "site/")
    for form, partitioned in (("SimplePrefix", {}), False), (("PartitionedPrefix", {}), True), ((None, None), False):
        formed = {"LoggingEnabled": {**said["LoggingEnabled"], "TargetObjectKeyFormat": dict([form])}}
        assert BucketLogging.parse(formed) == BucketLogging("logs", "site/", partitioned=partitioned)
    controls = {"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}}
    assert BucketOwnershipControls.parse(controls) == BucketOwnershipControls("BucketOwnerEnforced")


@pytest.mark.parametrize(
    "grantee",
    [
        pytest.param({"Type": "Group", "URI": "http://acs.amazonaws.com/groups/global/Neighbours"}, id="a new group"),
        pytest.param({"URI": "http://acs.amazonaws.com/groups/global/Neighbours"}, id="a new group without a type"),
        pytest.param({"Type": "Group"}, id="a group without a name"),
        pytest.param({"Type": "CanonicalUser"}, id="a user without an id"),
        pytest.param({}, id="nobody at all"),
    ],
)
def test_a_grantee_that_s3_does_not_document_may_be_everybody(grantee: dict[str, str]) -> None:
    assert isinstance(parsed(BucketAcl, {"Grants": [{"Grantee": grantee, "Permission": "READ"}]}), Unavailable)


def test_grants_are_parsed_and_sorted_into_public_and_log_delivery() -> None:
    people = {"Grantee": {"Type": "CanonicalUser", "ID": "abc"}, "Permission": "FULL_CONTROL"}
    by_mail = {"Grantee": {"EmailAddress": "a@example.com"}, "Permission": "READ"}
    assert BucketAcl.parse({"Grants": [by_mail]}).grants == (("", "READ"),)
    groups = [
        {"Grantee": {"Type": "Group", "URI": uri}, "Permission": permission}
        for uri, permission in ((ALL_USERS, "READ"), (AUTHENTICATED_USERS, "WRITE_ACP"), (LOG_DELIVERY, "WRITE"))
    ]
    acl = BucketAcl.parse({"Grants": [people, *groups]})
    assert acl.grants[0] == ("", "FULL_CONTROL")
    assert acl.public == ("READ to everyone (AllUsers)", "WRITE_ACP to every AWS account (AuthenticatedUsers)")
    assert acl.log_target
    assert not BucketAcl.parse({"Grants": [people, *groups[:2]]}).log_target


@pytest.mark.parametrize("text", ["{", "[]", '"x"', '{"Statement": 1}', '{"Statement": [{"Effect": "Maybe"}]}'])
def test_a_policy_that_is_none_is_not_known(text: str) -> None:
    policy = BucketPolicy.parse({"Policy": text}).policy
    assert isinstance(policy, Unknown)
    assert policy.reason.startswith("The bucket's policy cannot be parsed: ")


def test_metrics_are_parsed_with_what_they_cover() -> None:
    items = [{"Id": "all"}, {"Id": "part", "Filter": {"Prefix": "a/"}}]
    assert BucketMetrics.parse({"MetricsConfigurationList": items}) == BucketMetrics((("all", True), ("part", False)))


def test_a_lifecycle_rule_is_parsed_with_all_it_does() -> None:
    date = datetime(2027, 1, 1, tzinfo=UTC)
    rule = {
        "ID": "r",
        "Status": "Enabled",
        "Filter": {"And": {"Prefix": "logs/", "Tags": [{"Key": "a", "Value": "b"}]}},
        "Expiration": {"Date": date},
        "Transitions": [{"Days": 30, "StorageClass": "GLACIER"}, {"StorageClass": "GLACIER"}],
        "NoncurrentVersionExpiration": {"NoncurrentDays": 9, "NewerNoncurrentVersions": 2},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
    }
    assert Rule.parse(rule) == Rule(
        "r",
        enabled=True,
        prefix="logs/",
        limited=True,
        expiration=When(date=date),
        transitions=(When(days=30),),
        noncurrent=9,
        aborts=7,
        keeps=2,
    )


def test_whether_small_objects_stay_is_parsed() -> None:
    sizes = "TransitionDefaultMinimumObjectSize"
    assert BucketLifecycle.parse({sizes: "all_storage_classes_128K"}).small_stay
    assert not BucketLifecycle.parse({sizes: "varies_by_storage_class"}).small_stay
    assert BucketLifecycle.parse({}).small_stay


def test_a_date_that_is_none_is_strange() -> None:
    found = parsed(BucketLifecycle, {"Rules": [{"Expiration": {"Date": "tomorrow"}}]})
    assert isinstance(found, Unavailable)
    assert "BucketLifecycle" in found.reason


def test_the_tag_set_of_a_bucket_is_parsed() -> None:
    pairs = [{"Key": "Owner", "Value": "web"}, {"Key": "aws:cloudformation:stack-name", "Value": "site"}]
    assert Tags.parse({"TagSet": pairs}).own == {"Owner": "web"}


MODEL = botocore.session.get_session().get_service_model("s3")


@pytest.mark.parametrize(("shape", "words"), [("ServerSideEncryption", ALGORITHMS), ("ObjectOwnership", OWNERSHIPS)])
def test_the_words_are_those_of_s3s_model(shape: str, words: tuple[str, ...]) -> None:
    assert {*words} == {*MODEL.shape_for(shape).enum}


def answers(shape: Shape) -> st.SearchStrategy[Any]:
    """Answers of a shape, any member of which may be missing."""
    if isinstance(shape, StructureShape):
        return st.fixed_dictionaries({}, optional={key: answers(each) for key, each in shape.members.items()})
    if isinstance(shape, ListShape):
        return st.lists(st.deferred(lambda: answers(shape.member)), max_size=2)
    if shape.type_name == "string":
        values = getattr(shape, "enum", ())
        return st.sampled_from(values) if values else st.text(max_size=6)
    plain: dict[str, st.SearchStrategy[Any]] = {
        "boolean": st.booleans(),
        "integer": st.integers(0, 4000),
        "long": st.integers(),
        "timestamp": st.datetimes(),
    }
    return plain[shape.type_name]


def answer_of(operation: str) -> st.SearchStrategy[dict[str, Any]]:
    shape = MODEL.operation_model(operation).output_shape
    assert isinstance(shape, StructureShape)
    return answers(shape)


CALM = settings(max_examples=examples(50), suppress_health_check=list(HealthCheck), deadline=None)


@CALM
@given(answer_of("GetBucketLifecycleConfiguration"))
def test_a_rule_that_names_any_limit_never_covers_the_whole_bucket(answer: Mapping[str, Any]) -> None:
    facet = BucketLifecycle.parse(answer)
    for item, rule in zip(answer.get("Rules", ()), facet.rules, strict=True):
        said = item.get("Filter") or {}
        inner = said.get("And") or said
        limits = [inner.get(name) for name in ("Prefix", "Tag", "Tags")] + [item.get("Prefix")]
        sizes = [inner.get("ObjectSizeGreaterThan"), inner.get("ObjectSizeLessThan")]
        if item.get("Status") != "Enabled" or any(limits) or any(size is not None for size in sizes):
            assert not rule.whole
