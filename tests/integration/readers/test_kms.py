"""Reading KMS on moto, and with prepared answers where moto has none."""

import json
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from muster.facets.kms import AwsManagedKeys, KeyRotation
from muster.facets.tagging.tags import Tags
from muster.model.finding import REGION, Resource, Unknown
from muster.model.shard import Shard
from muster.readers import kms as reading
from muster.sdk.session import Clients

HERE = "eu-west-1"
ACCOUNT_ID = "123456789012"
SHARD = Shard(ACCOUNT_ID, HERE, "kms", HERE, (HERE,))
THE_REGION = Resource(REGION, HERE, ACCOUNT_ID, HERE)
KEY_ID = "1234abcd-12ab-34cd-56ef-1234567890ab"
ARN = f"arn:aws:kms:{HERE}:{ACCOUNT_ID}:key/{KEY_ID}"
KEY = Resource(reading.KEY, KEY_ID, ACCOUNT_ID, HERE, arn=ARN)
NONE = AwsManagedKeys(frozenset())


def resources(client: Any, managed: AwsManagedKeys = NONE) -> list[Resource]:
    return [item.resource for item in reading.keys.function(client, SHARD, None, managed).items]


def made(client: Any, **said: Any) -> Resource:
    metadata = client.create_key(**said)["KeyMetadata"]
    return Resource(reading.KEY, metadata["KeyId"], ACCOUNT_ID, HERE, arn=metadata["Arn"])


def test_keys_are_listed_a_page_a_call_without_those_of_aws() -> None:
    client = boto3.client("kms", HERE)
    managed = AwsManagedKeys(frozenset({"aws-key"}))
    with Stubber(client) as stub:
        first = [{"KeyId": KEY_ID, "KeyArn": ARN}, {"KeyId": "aws-key", "KeyArn": "arn:aws:kms:x:y:key/aws-key"}]
        stub.add_response("list_keys", {"Keys": first, "Truncated": True, "NextMarker": "next"}, {"Limit": 1000})
        stub.add_response("list_keys", {"Keys": [], "Truncated": False}, {"Limit": 1000, "Marker": "next"})
        page = reading.keys.function(client, SHARD, None, managed)
        last = reading.keys.function(client, SHARD, page.then, managed)
        stub.assert_no_pending_responses()
    assert [item.resource for item in page.items] == [KEY]
    assert page.then == "next"
    assert (list(last.items), last.then) == ([], None)


def test_keys_are_listed_on_moto_with_their_arns(clients: Clients) -> None:
    client = clients.get("kms", HERE)
    one, other = made(client), made(client)
    assert {resource.arn for resource in resources(client)} == {one.arn, other.arn}
    client.schedule_key_deletion(KeyId=other.id)
    assert other in resources(client)


def test_keys_of_aws_are_read_to_the_last_page_of_aliases() -> None:
    client = boto3.client("kms", HERE)
    with Stubber(client) as stub:
        aliases = [{"AliasName": "alias/aws/s3", "TargetKeyId": "1"}, {"AliasName": "alias/web", "TargetKeyId": "2"}]
        first = {"Aliases": aliases, "Truncated": True, "NextMarker": "next"}
        second = {"Aliases": [{"AliasName": "alias/aws/rds", "TargetKeyId": "3"}], "Truncated": False}
        stub.add_response("list_aliases", first, {"Limit": 100})
        stub.add_response("list_aliases", second, {"Limit": 100, "Marker": "next"})
        assert reading.aws_managed_keys.function(client, THE_REGION).ids == {"1", "3"}
        stub.assert_no_pending_responses()


def test_a_key_that_s3_made_is_not_listed(clients: Clients) -> None:
    client = clients.get("kms", HERE)
    own = made(client)
    client.create_alias(AliasName="alias/web", TargetKeyId=own.id)
    managed = reading.aws_managed_keys.function(client, THE_REGION)
    assert managed.ids
    assert own.id not in managed.ids
    assert resources(client, managed) == [own]
    assert resources(client, AwsManagedKeys(frozenset({own.id}))) == []


@pytest.mark.parametrize(
    ("said", "rotatable"),
    [
        pytest.param({}, True, id="symmetric"),
        pytest.param({"KeySpec": "RSA_2048", "KeyUsage": "SIGN_VERIFY"}, False, id="asymmetric"),
        pytest.param({"Origin": "EXTERNAL"}, False, id="imported"),
        pytest.param({"MultiRegion": True}, True, id="a primary"),
    ],
)
def test_which_keys_are_asked_for_their_rotation(clients: Clients, said: dict[str, Any], rotatable: bool) -> None:
    client = clients.get("kms", HERE)
    found = reading.key.function(client, made(client, **said))
    assert found.manager == "CUSTOMER"
    assert found.rotatable is rotatable
    assert reading.rotation.when is not None
    assert reading.rotation.when(found) is rotatable


def test_a_replica_is_not_asked_for_its_rotation(clients: Clients) -> None:
    client = clients.get("kms", HERE)
    primary = made(client, MultiRegion=True)
    client.replicate_key(KeyId=primary.id, ReplicaRegion="us-east-1")
    replica = Resource(reading.KEY, primary.id, ACCOUNT_ID, "us-east-1")
    found = reading.key.function(clients.get("kms", "us-east-1"), replica)
    assert (found.primary, found.rotatable) == (HERE, False)


def test_a_key_that_waits_for_its_deletion_says_when(clients: Clients) -> None:
    client = clients.get("kms", HERE)
    key = made(client)
    date = client.schedule_key_deletion(KeyId=key.id, PendingWindowInDays=7)["DeletionDate"]
    found = reading.key.function(client, key)
    assert (found.leaving, found.rotatable) == (True, False)
    assert found.deletion is not None
    assert found.deletion.date() == date.date()


def test_rotation(clients: Clients) -> None:
    client = clients.get("kms", HERE)
    key = made(client)
    assert reading.rotation.function(client, key).enabled is False
    client.enable_key_rotation(KeyId=key.id)
    assert reading.rotation.function(client, key).enabled is True


def test_how_often_a_key_is_rotated() -> None:
    client = boto3.client("kms", HERE)
    with Stubber(client) as stub:
        said = {"KeyRotationEnabled": True, "KeyId": KEY_ID, "RotationPeriodInDays": 90}
        stub.add_response("get_key_rotation_status", said, {"KeyId": KEY_ID})
        assert reading.rotation.function(client, KEY) == KeyRotation(enabled=True, period=90)


def test_the_policy(clients: Clients) -> None:
    client = clients.get("kms", HERE)
    statement = {"Effect": "Allow", "Principal": "*", "Action": "kms:Decrypt", "Resource": "*"}
    key = made(client, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    policy = reading.policy.function(client, key).policy
    assert not isinstance(policy, Unknown)
    assert [each.actions for each in policy.statements] == [("kms:decrypt",)]


def test_tags(clients: Clients) -> None:
    client = clients.get("kms", HERE)
    assert reading.tags.function(client, made(client)) == Tags({})
    key = made(client, Tags=[{"TagKey": "Owner", "TagValue": "a=b"}, {"TagKey": "Mood", "TagValue": "🙂"}])
    assert reading.tags.function(client, key) == Tags({"Owner": "a=b", "Mood": "🙂"})


def test_tags_are_read_to_the_last_page() -> None:
    client = boto3.client("kms", HERE)
    with Stubber(client) as stub:
        first = {"Tags": [{"TagKey": "a", "TagValue": "1"}], "Truncated": True, "NextMarker": "next"}
        second = {"Tags": [{"TagKey": "b", "TagValue": "2"}], "Truncated": False}
        stub.add_response("list_resource_tags", first, {"KeyId": KEY_ID, "Limit": 50})
        stub.add_response("list_resource_tags", second, {"KeyId": KEY_ID, "Limit": 50, "Marker": "next"})
        assert reading.tags.function(client, KEY) == Tags({"a": "1", "b": "2"})
        stub.assert_no_pending_responses()
