"""The form of a bucket, with prepared answers and on moto."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from muster.model.coverage import Ledger
from muster.model.finding import Resource, Unavailable
from muster.sdk.session import ClientProvider, Clients
from muster.snapshots.reading import read_snapshot
from muster.snapshots.s3 import BUCKET, BUCKET_FORM

HERE = "eu-west-1"
SITE = Resource(BUCKET, "site", "123456789012", HERE, arn="arn:aws:s3:::site")
ACL = {
    "Owner": {"ID": "owner"},
    "Grants": [{"Grantee": {"ID": "owner", "Type": "CanonicalUser"}, "Permission": "READ"}],
}
CALLS: Mapping[str, tuple[str, Mapping[str, Any] | str]] = {
    "location": ("get_bucket_location", {"LocationConstraint": "EU"}),
    "versioning": ("get_bucket_versioning", {"Status": "Enabled"}),
    "encryption": ("get_bucket_encryption", "ServerSideEncryptionConfigurationNotFoundError"),
    "lifecycle": ("get_bucket_lifecycle_configuration", "NoSuchLifecycleConfiguration"),
    "public-access-block": ("get_public_access_block", "NoSuchPublicAccessBlockConfiguration"),
    "policy": ("get_bucket_policy", "NoSuchBucketPolicy"),
    "acl": ("get_bucket_acl", ACL),
    "ownership": ("get_bucket_ownership_controls", "OwnershipControlsNotFoundError"),
    "logging": ("get_bucket_logging", {}),
    "replication": ("get_bucket_replication", "ReplicationConfigurationNotFoundError"),
    "object-lock": ("get_object_lock_configuration", "ObjectLockConfigurationNotFoundError"),
    "tags": ("get_bucket_tagging", "NoSuchTagSet"),
    "notification": ("get_bucket_notification_configuration", {"EventBridgeConfiguration": {}}),
    "cors": ("get_bucket_cors", "NoSuchCORSConfiguration"),
    "website": ("get_bucket_website", "NoSuchWebsiteConfiguration"),
    "accelerate": ("get_bucket_accelerate_configuration", "UnsupportedArgument"),
    "request-payment": ("get_bucket_request_payment", {"Payer": "BucketOwner"}),
    "abac": ("get_bucket_abac", {"AbacStatus": {"Status": "Disabled"}}),
    "metadata": ("get_bucket_metadata_configuration", "MetadataConfigurationNotFound"),
    "metrics": ("list_bucket_metrics_configurations", {"IsTruncated": False}),
    "analytics": ("list_bucket_analytics_configurations", {"IsTruncated": False}),
    "inventory": ("list_bucket_inventory_configurations", {"IsTruncated": False}),
    "tiering": ("list_bucket_intelligent_tiering_configurations", {"IsTruncated": False}),
}
"""The call of each section, in the order of the form, with the answer of a plain bucket: an error code is "none"."""


class OneClient:
    """Gives one client for every service and region."""

    def __init__(self, client: Any) -> None:
        self.client = client

    def get(self, service: str, region: str) -> Any:  # noqa: ARG002 - the protocol's
        return self.client

    def counting_in(self, ledger: Ledger) -> ClientProvider:  # noqa: ARG002 - the protocol's
        return self


@contextmanager
def answering(answers: Mapping[str, tuple[str, Mapping[str, Any] | str]]) -> Iterator[OneClient]:
    client = boto3.client("s3", HERE)
    with ExitStack() as stack:
        stub = stack.enter_context(Stubber(client))
        for operation, answer in answers.values():
            if isinstance(answer, str):
                stub.add_client_error(operation, answer)
            else:
                stub.add_response(operation, dict(answer), {"Bucket": "site"})
        yield OneClient(client)
        stub.assert_no_pending_responses()


def test_every_section_makes_its_own_call_with_the_bucket_s_name() -> None:
    with answering(CALLS) as clients:
        snapshot = read_snapshot(clients, SITE, BUCKET_FORM)
    assert list(snapshot.sections) == list(CALLS)
    assert not snapshot.unread
    assert snapshot.answer("location") == {"Region": "eu-west-1"}
    assert snapshot.answer("versioning") == {"Status": "Enabled"}
    assert snapshot.answer("notification") == {"EventBridgeConfiguration": {}}


@pytest.mark.parametrize("name", [name for name, (_, answer) in CALLS.items() if isinstance(answer, str)])
def test_what_a_bucket_has_none_of_is_none_and_not_unread(name: str) -> None:
    with answering(CALLS) as clients:
        snapshot = read_snapshot(clients, SITE, BUCKET_FORM)
    assert snapshot.sections[name] is None
    assert not snapshot.has(name)


@pytest.mark.parametrize("name", CALLS)
def test_a_refusal_leaves_one_section_unread_and_names_the_permission(name: str) -> None:
    refused = {**CALLS, name: (CALLS[name][0], "AccessDenied")}
    with answering(refused) as clients:
        snapshot = read_snapshot(clients, SITE, BUCKET_FORM)
    assert list(snapshot.unread) == [name]
    permission = next(section.permissions[0] for section in BUCKET_FORM.sections if section.name == name)
    assert snapshot.unread[name].permission == permission


@pytest.mark.parametrize(
    ("name", "permission"),
    [
        ("cors", "s3:GetBucketCORS"),
        ("encryption", "s3:GetEncryptionConfiguration"),
        ("lifecycle", "s3:GetLifecycleConfiguration"),
        ("public-access-block", "s3:GetBucketPublicAccessBlock"),
        ("replication", "s3:GetReplicationConfiguration"),
        ("object-lock", "s3:GetBucketObjectLockConfiguration"),
        ("notification", "s3:GetBucketNotification"),
        ("accelerate", "s3:GetAccelerateConfiguration"),
        ("metrics", "s3:GetMetricsConfiguration"),
        ("analytics", "s3:GetAnalyticsConfiguration"),
        ("inventory", "s3:GetInventoryConfiguration"),
        ("tiering", "s3:GetIntelligentTieringConfiguration"),
        ("metadata", "s3:GetBucketMetadataTableConfiguration"),
    ],
)
def test_iam_s_own_name_of_an_action_is_used(name: str, permission: str) -> None:
    sections = {section.name: section for section in BUCKET_FORM.sections}
    assert sections[name].permissions == (permission,)


@pytest.mark.parametrize(
    ("name", "member"),
    [
        ("metrics", "MetricsConfigurationList"),
        ("analytics", "AnalyticsConfigurationList"),
        ("inventory", "InventoryConfigurationList"),
        ("tiering", "IntelligentTieringConfigurationList"),
    ],
)
def test_lists_of_configurations_are_read_to_the_last_page(name: str, member: str) -> None:
    read = {section.name: section for section in BUCKET_FORM.sections}[name].call
    pages = Pages(member)
    assert read(pages, SITE) == {member: ["a", "b", "c"]}
    assert pages.tokens == [None, "1", "2"]


class Pages:
    """A client whose every operation answers three pages."""

    def __init__(self, member: str) -> None:
        self.member = member
        self.tokens: list[str | None] = []

    def __getattr__(self, _operation: str) -> Any:
        return self._page

    def _page(self, **parameters: str) -> Mapping[str, Any]:
        self.tokens.append(parameters.get("ContinuationToken"))
        number = len(self.tokens)
        then = {"NextContinuationToken": str(number)} if number < len("abc") else {}
        return {self.member: ["abc"[number - 1]], "IsTruncated": bool(then), **then}


def test_a_bucket_that_is_not_there_does_not_exist(clients: Clients) -> None:
    assert read_snapshot(clients, SITE, BUCKET_FORM).exists is False


def test_a_bucket_that_goes_meanwhile_is_unread_from_there_on() -> None:
    gone = {name: (operation, "NoSuchBucket") for name, (operation, _) in CALLS.items() if name != "location"}
    with answering({"location": CALLS["location"], **gone}) as clients:
        snapshot = read_snapshot(clients, SITE, BUCKET_FORM)
    assert snapshot.exists
    assert list(snapshot.unread) == list(gone)


def test_refusals_do_not_hide_that_a_bucket_does_not_exist() -> None:
    refused = {
        "location": ("get_bucket_location", "AccessDenied"),
        "versioning": ("get_bucket_versioning", "NoSuchBucket"),
    }
    with answering(refused) as clients:
        assert read_snapshot(clients, SITE, BUCKET_FORM).exists is False


def test_the_region_s_own_client_reads_the_bucket(clients: Clients) -> None:
    there = clients.get("s3", "us-west-2")
    there.create_bucket(Bucket="site", CreateBucketConfiguration={"LocationConstraint": "us-west-2"})
    there.put_bucket_versioning(Bucket="site", VersioningConfiguration={"Status": "Suspended"})
    snapshot = read_snapshot(clients, Resource(BUCKET, "site", "123456789012", "us-west-2"), BUCKET_FORM)
    assert snapshot.answer("location") == {"Region": "us-west-2"}
    assert snapshot.answer("versioning") == {"Status": "Suspended"}
    assert not isinstance(snapshot.sections["acl"], Unavailable)
