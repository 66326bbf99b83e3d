"""The form of a key, on moto and with prepared answers."""

import json
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from muster.model.finding import Resource
from muster.sdk.session import Clients
from muster.snapshots.kms import KEY_FORM
from muster.snapshots.reading import read_snapshot
from muster.snapshots.snapshot import Snapshot

HERE = "eu-west-1"
ACCOUNT_ID = "123456789012"


def read(clients: Any, name: str) -> Snapshot:
    return read_snapshot(clients, Resource("AWS::KMS::Key", name, ACCOUNT_ID, HERE), KEY_FORM)


def made(clients: Clients) -> dict[str, Any]:
    kms = clients.get("kms", HERE)
    metadata: dict[str, Any] = kms.create_key(Tags=[{"TagKey": "team", "TagValue": "data"}])["KeyMetadata"]
    kms.create_alias(AliasName="alias/data", TargetKeyId=metadata["KeyId"])
    kms.create_alias(AliasName="alias/data-too", TargetKeyId=metadata["KeyId"])
    kms.enable_key_rotation(KeyId=metadata["KeyId"])
    return metadata


def names_of(key: dict[str, Any]) -> tuple[str, ...]:
    alias = f"arn:aws:kms:{HERE}:{ACCOUNT_ID}:alias/data"
    return (key["KeyId"], key["Arn"], "alias/data", alias)


@pytest.mark.parametrize("number", range(4), ids=("id", "arn", "alias", "alias-arn"))
def test_a_key_is_read_whole_by_whatever_names_it(clients: Clients, number: int) -> None:
    key = made(clients)
    snapshot = read(clients, names_of(key)[number])
    assert not snapshot.unread
    assert snapshot.answer("key")["KeyMetadata"]["Arn"] == key["Arn"]
    assert json.loads(snapshot.answer("policy")["Policy"])["Statement"]
    assert snapshot.answer("rotation")["KeyRotationEnabled"] is True
    assert snapshot.answer("tags") == {"Tags": [{"TagKey": "team", "TagValue": "data"}]}
    aliases = {each["AliasName"] for each in snapshot.answer("aliases")["Aliases"]}
    assert aliases == {"alias/data", "alias/data-too"}


def test_a_key_that_cannot_be_rotated_has_no_rotation() -> None:
    kms = boto3.client("kms", HERE)
    section = next(each for each in KEY_FORM.sections if each.name == "rotation")
    with Stubber(kms) as stub:
        stub.add_client_error("get_key_rotation_status", "UnsupportedOperationException")
        with pytest.raises(kms.exceptions.UnsupportedOperationException):
            section.call(kms, None, {"KeyMetadata": {"Arn": "arn:aws:kms:eu-west-1:123456789012:key/k"}})
    assert section.absent == {"UnsupportedOperationException"}


def test_without_the_right_to_describe_the_key_nothing_of_it_is_read(clients: Clients) -> None:
    kms = clients.get("kms", HERE)
    with Stubber(kms) as stub:
        stub.add_client_error("describe_key", "AccessDeniedException")
        snapshot = read(clients, "alias/data")
    assert {each.permission for each in snapshot.unread.values()} == {"kms:DescribeKey"}
    assert list(snapshot.unread) == ["key", "policy", "rotation", "tags", "aliases"]


def test_a_refused_policy_leaves_the_rest_readable(clients: Clients) -> None:
    key = {"KeyId": "k", "Arn": f"arn:aws:kms:{HERE}:{ACCOUNT_ID}:key/k"}
    kms = clients.get("kms", HERE)
    with Stubber(kms) as stub:
        stub.add_response("describe_key", {"KeyMetadata": key}, {"KeyId": "alias/data"})
        stub.add_client_error("get_key_policy", "AccessDeniedException")
        stub.add_response("get_key_rotation_status", {"KeyRotationEnabled": False}, {"KeyId": key["Arn"]})
        stub.add_response("list_resource_tags", {"Tags": []}, {"KeyId": key["Arn"], "Limit": 50})
        stub.add_response("list_aliases", {"Aliases": []}, {"KeyId": key["Arn"], "Limit": 100})
        snapshot = read(clients, "alias/data")
    assert {name: each.permission for name, each in snapshot.unread.items()} == {"policy": "kms:GetKeyPolicy"}


def test_a_key_that_is_not_there_does_not_exist(clients: Clients) -> None:
    assert read(clients, "alias/none").exists is False
