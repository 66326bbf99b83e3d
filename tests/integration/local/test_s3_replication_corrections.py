"""A replication configuration is returned as it was put, and what S3 refuses is refused."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.server import EmbeddedAws

HERE, THERE = "eu-west-1", "us-east-1"
ROLE = "arn:aws:iam::123456789012:role/replication"
KEY = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
COPIES = {"Bucket": "arn:aws:s3:::copies.of.it"}
MINUTES = {"Minutes": 15}
TIMED = {
    "ReplicationTime": {"Status": "Enabled", "Time": MINUTES},
    "Metrics": {"Status": "Enabled", "EventThreshold": MINUTES},
}


@pytest.fixture(scope="module")
def aws() -> Iterator[EmbeddedAws]:
    with EmbeddedAws() as running:
        where = {"CreateBucketConfiguration": {"LocationConstraint": HERE}}
        here, there = running.client("s3", HERE), running.client("s3", THERE)
        for name in ("source", "plain"):
            here.create_bucket(Bucket=name, **where)
        for name in ("copies.of.it", "unversioned"):
            there.create_bucket(Bucket=name)
        enabled = {"Status": "Enabled"}
        here.put_bucket_versioning(Bucket="source", VersioningConfiguration=enabled)
        there.put_bucket_versioning(Bucket="copies.of.it", VersioningConfiguration=enabled)
        yield running


def rule(name: str = "all", **changed: Any) -> dict[str, Any]:
    """Return a rule of the second version for the whole bucket; a member of None is left out."""
    whole = {
        "ID": name,
        "Priority": 1,
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "DeleteMarkerReplication": {"Status": "Disabled"},
        "Destination": COPIES,
        **changed,
    }
    return {key: value for key, value in whole.items() if value is not None}


def old(name: str = "all", **changed: Any) -> dict[str, Any]:
    """Return a rule of the first version."""
    none: dict[str, Any] = {"Priority": None, "Filter": None, "DeleteMarkerReplication": None, "Prefix": ""}
    return rule(name, **{**none, **changed})


def to(**more: Any) -> dict[str, Any]:
    return {**COPIES, **more}


def put(aws: EmbeddedAws, *rules: dict[str, Any], bucket: str = "source", role: str = ROLE) -> None:
    configuration = {"Role": role, "Rules": list(rules)}
    aws.client("s3", HERE).put_bucket_replication(Bucket=bucket, ReplicationConfiguration=configuration)


EVERYTHING = rule(
    "everything",
    Filter={"And": {"Prefix": "logs/", "Tags": [{"Key": "copy", "Value": "yes"}, {"Key": "team", "Value": ""}]}},
    SourceSelectionCriteria={
        "SseKmsEncryptedObjects": {"Status": "Enabled"},
        "ReplicaModifications": {"Status": "Disabled"},
    },
    Destination=to(
        Account="123456789012",
        StorageClass="STANDARD_IA",
        AccessControlTranslation={"Owner": "Destination"},
        EncryptionConfiguration={"ReplicaKmsKeyID": KEY},
        **TIMED,
    ),
)


@pytest.mark.parametrize(
    "rules",
    [
        pytest.param([old()], id="the first version with an empty prefix"),
        pytest.param([old("a", Prefix="a/"), old("b", Prefix="b/", Status="Disabled")], id="two of the first version"),
        pytest.param([rule()], id="an empty prefix in the filter"),
        pytest.param([rule(Filter={})], id="an empty filter"),
        pytest.param([rule(Filter={"Tag": {"Key": "copy", "Value": "yes"}})], id="a tag"),
        pytest.param([rule(DeleteMarkerReplication={"Status": "Enabled"})], id="delete markers"),
        pytest.param([rule(Destination=to(Metrics={"Status": "Enabled"}))], id="metrics alone"),
        pytest.param([rule("first", Priority=0), rule("second", Priority=7, Filter={"Prefix": "b/"})], id="priorities"),
        pytest.param([EVERYTHING], id="everything that a rule can have"),
    ],
)
def test_a_configuration_is_returned_as_it_was_put(aws: EmbeddedAws, rules: list[dict[str, Any]]) -> None:
    put(aws, *rules)
    found = aws.client("s3", HERE).get_bucket_replication(Bucket="source")["ReplicationConfiguration"]
    assert found == {"Role": ROLE, "Rules": rules}


def test_a_rule_that_was_sent_without_a_name_gets_one(aws: EmbeddedAws) -> None:
    put(aws, rule("", Priority=1), rule("mine", Priority=2))
    found = aws.client("s3", HERE).get_bucket_replication(Bucket="source")["ReplicationConfiguration"]["Rules"]
    first, second = (each.pop("ID") for each in found)
    assert (bool(first), second) == (True, "mine")
    assert [each["Priority"] for each in found] == [1, 2]


def test_a_deleted_configuration_is_not_found(aws: EmbeddedAws) -> None:
    put(aws, rule())
    client = aws.client("s3", HERE)
    client.delete_bucket_replication(Bucket="source")
    with pytest.raises(ClientError, match="ReplicationConfigurationNotFoundError"):
        client.get_bucket_replication(Bucket="source")


def test_versioning_of_the_source_cannot_be_suspended_while_there_is_a_rule(aws: EmbeddedAws) -> None:
    put(aws, rule())
    client = aws.client("s3", HERE)
    with pytest.raises(ClientError, match=r"InvalidBucketState.*replication configuration is present"):
        client.put_bucket_versioning(Bucket="source", VersioningConfiguration={"Status": "Suspended"})
    assert client.get_bucket_versioning(Bucket="source")["Status"] == "Enabled"


TAGS = [{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]
SELECTED = {"SseKmsEncryptedObjects": {"Status": "Enabled"}}


@pytest.mark.parametrize(
    ("rules", "code", "said"),
    [
        ([rule(Destination={"Bucket": "arn:aws:s3:::nowhere"})], "InvalidRequest", "Destination bucket must exist"),
        (
            [rule(Destination={"Bucket": "arn:aws:s3:::unversioned"})],
            "InvalidRequest",
            "Destination bucket must have versioning enabled",
        ),
        ([rule(Destination={"Bucket": "arn:aws:s3:::source"})], "InvalidRequest", "same as the source"),
        ([rule(Destination={"Bucket": "copies.of.it"})], "InvalidArgument", "Invalid bucket ARN"),
        ([rule(DeleteMarkerReplication=None)], "InvalidRequest", "DeleteMarkerReplication must be specified"),
        ([rule(Priority=None)], "InvalidRequest", "Priority must be specified"),
        ([old(Priority=1)], "InvalidRequest", "Priority cannot be used"),
        (
            [old(DeleteMarkerReplication={"Status": "Enabled"})],
            "InvalidRequest",
            "DeleteMarkerReplication cannot be used",
        ),
        ([old("a"), rule("b")], "InvalidRequest", "Priority cannot be used"),
        ([rule(Prefix="both")], "MalformedXML", ""),
        ([old(Prefix=None)], "MalformedXML", ""),
        ([rule(Filter={"Prefix": "a", "Tag": TAGS[0]})], "MalformedXML", ""),
        ([rule(Filter={"And": {"Prefix": "a"}})], "MalformedXML", ""),
        ([rule(Filter={"And": {"Prefix": "a", "Tags": TAGS}})], "InvalidRequest", "Duplicate Tag Keys"),
        ([rule(ExistingObjectReplication={"Status": "Enabled"})], "MalformedXML", ""),
        ([rule(Status="On")], "MalformedXML", ""),
        (
            [rule(Filter={"Tag": TAGS[0]}, DeleteMarkerReplication={"Status": "Enabled"})],
            "InvalidRequest",
            "not supported if any Tag filter",
        ),
        ([rule(SourceSelectionCriteria=SELECTED)], "InvalidRequest", "ReplicaKmsKeyID must be specified"),
        (
            [rule(Destination=to(EncryptionConfiguration={"ReplicaKmsKeyID": KEY}))],
            "InvalidRequest",
            "SseKmsEncryptedObjects must be specified",
        ),
        (
            [
                rule(
                    SourceSelectionCriteria=SELECTED,
                    Destination=to(EncryptionConfiguration={"ReplicaKmsKeyID": "alias/copies"}),
                )
            ],
            "InvalidArgument",
            "Invalid ReplicaKmsKeyID ARN",
        ),
        (
            [rule(Destination=to(AccessControlTranslation={"Owner": "Destination"}))],
            "InvalidRequest",
            "Account must be specified",
        ),
        ([rule(Destination=to(StorageClass="WARM"))], "MalformedXML", ""),
        (
            [rule(Destination=to(ReplicationTime=TIMED["ReplicationTime"]))],
            "InvalidRequest",
            "both ReplicationTime and Metrics or neither",
        ),
        (
            [rule(Destination=to(**{**TIMED, "ReplicationTime": {"Status": "Enabled", "Time": {"Minutes": 30}}}))],
            "InvalidArgument",
            "Invalid time minute value",
        ),
        (
            [rule(Destination=to(**{**TIMED, "Metrics": {"Status": "Enabled", "EventThreshold": {"Minutes": 5}}}))],
            "InvalidArgument",
            "Invalid event threshold minute value",
        ),
        (
            [rule(Destination=to(**{**TIMED, "Metrics": {"Status": "Enabled"}}))],
            "InvalidArgument",
            "must contain an event threshold",
        ),
        ([rule("same"), rule("same", Priority=2)], "InvalidArgument", "Rule Id must be unique"),
        ([rule("a" * 256)], "InvalidArgument", "cannot be greater than 255"),
        ([rule("a"), rule("b")], "InvalidRequest", "duplicate priority 1"),
        ([], "MalformedXML", ""),
    ],
)
def test_what_s3_refuses(aws: EmbeddedAws, rules: list[dict[str, Any]], code: str, said: str) -> None:
    with pytest.raises(ClientError, match=f"{code}.*{said}"):
        put(aws, *rules)


def test_an_unversioned_source_is_refused(aws: EmbeddedAws) -> None:
    with pytest.raises(ClientError, match=r"InvalidRequest.*Versioning must be 'Enabled' on the bucket"):
        put(aws, rule(), bucket="plain")


def test_a_role_that_is_no_arn_of_a_role_is_refused(aws: EmbeddedAws) -> None:
    with pytest.raises(ClientError, match=r"InvalidArgument.*Invalid Role"):
        put(aws, rule(), role="replication")


def test_a_missing_bucket_has_no_configuration(aws: EmbeddedAws) -> None:
    with pytest.raises(ClientError, match="NoSuchBucket"):
        put(aws, rule(), bucket="nowhere")
    with pytest.raises(ClientError, match="NoSuchBucket"):
        aws.client("s3", HERE).get_bucket_replication(Bucket="nowhere")
