"""A whole shard of S3 on moto: from the listing to the reason, and what is said where AWS refuses."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from muster.catalog.catalog import load
from muster.catalog.read_plan import read_plan
from muster.facets.s3.buckets import LOG_DELIVERY
from muster.model.finding import ACCOUNT, TARGET, Finding, Status
from muster.model.rule import Rule
from muster.model.shard import Shard
from muster.readers.s3.buckets import BUCKET
from muster.scanning.calls import ScanContext
from muster.scanning.shard_scan import ShardScan
from muster.sdk.session import Clients

HERE, THERE, ELSEWHERE = "eu-west-1", "us-east-1", "ap-southeast-2"
ACCOUNT_ID = "123456789012"
AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
SHARD = Shard(ACCOUNT_ID, "global", "s3", HERE, (HERE, THERE, "global"))
C, N, NA, UNREAD = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE, Status.INSUFFICIENT_DATA
PUBLIC = "s3-bucket-public-access-prohibited"


def rules() -> list[Rule]:
    """Return all rules; those that are opted into are asked for of buckets that are not there, so that they read."""
    catalog = load()
    return [
        Rule(check, kind, "s3", {**check.settings, **dict.fromkeys(check.opt_in, ("named",))})
        for check in catalog.checks.values()
        if check.id.startswith("s3-")
        for kind in catalog.resource_types(check)
        if kind != "AWS::S3Express::DirectoryBucket"
    ]


def scan_of(clients: Any) -> ShardScan:
    return ShardScan(SHARD, read_plan(load(), rules()), ScanContext(clients, AT))


def said(findings: list[Finding], bucket: str) -> dict[str, Status]:
    return {found.check_id: found.status for found in findings if found.resource.id == bucket}


def made(clients: Clients, name: str, region: str) -> Any:
    client = clients.get("s3", region)
    where = {} if region == THERE else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    client.create_bucket(Bucket=name, **where)
    return client


def well(clients: Clients, name: str = "good") -> None:
    """Make a bucket that is as it should be, as far as moto can have it."""
    client = made(clients, name, THERE)
    client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    kms = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}, "BucketKeyEnabled": True}
    client.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": [kms]})
    rule = {
        "ID": "all",
        "Status": "Enabled",
        "Filter": {},
        "Expiration": {"Days": 90},
        "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
    }
    client.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": [rule]})
    deny = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    client.put_bucket_policy(Bucket=name, Policy=json.dumps({"Version": "2012-10-17", "Statement": [deny]}))
    controls = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    client.put_bucket_ownership_controls(Bucket=name, OwnershipControls=controls)
    switches = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    on = dict.fromkeys(switches, True)
    client.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=on)


def badly(clients: Clients, name: str = "bad") -> None:
    """Make a bucket from before S3's defaults became safe."""
    client = made(clients, name, HERE)
    own = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}  # S3's default, which moto has not
    client.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": [own]})
    client.delete_public_access_block(Bucket=name)
    client.delete_bucket_ownership_controls(Bucket=name)
    client.put_bucket_acl(Bucket=name, ACL="public-read")


OF_TRAILS = ("s3-object-reads-logged", "s3-object-writes-logged")
"""The checks of S3 that judge the trails of the account, which has none here."""
UNSTUBBED = {"s3-bucket-request-metrics-configured"}
"""moto answers ListBucketMetricsConfigurations with a list of objects, which is no answer: the check is unread."""


def test_buckets_of_two_regions_are_judged_in_one_shard(clients: Clients) -> None:
    well(clients)
    badly(clients)
    made(clients, "out-of-scope", ELSEWHERE)
    scan = scan_of(clients)
    findings = list(scan)
    assert scan.outcome.complete
    assert said(findings, "out-of-scope") == {}
    good = said(findings, "good")
    assert {check for check, status in good.items() if status is C} == {
        "s3-bucket-versioning-enabled",
        "s3-bucket-encrypted",
        "s3-default-encryption-kms",
        "s3-bucket-key-enabled",
        "s3-bucket-lifecycle-covers-old-objects",
        "s3-lifecycle-noncurrent-versions-expire",
        "s3-lifecycle-aborts-multipart-uploads",
        PUBLIC,
        "s3-bucket-level-public-access-prohibited",
        "s3-bucket-ssl-requests-only",
        "s3-bucket-acl-prohibited",
        "s3-bucket-cross-account-writes-prohibited",
    }
    assert {check for check, status in good.items() if status is N} - UNSTUBBED == {
        "s3-bucket-logging-enabled",
        "s3-bucket-default-lock-enabled",
        "s3-bucket-sse-c-blocked",
    }
    bad = said(findings, "bad")
    assert {check for check, status in bad.items() if status is N} - UNSTUBBED == {
        "s3-bucket-versioning-enabled",
        "s3-default-encryption-kms",
        "s3-bucket-lifecycle-covers-old-objects",
        "s3-lifecycle-aborts-multipart-uploads",
        PUBLIC,
        "s3-bucket-level-public-access-prohibited",
        "s3-bucket-ssl-requests-only",
        "s3-bucket-acl-prohibited",
        "s3-bucket-logging-enabled",
        "s3-bucket-default-lock-enabled",
        "s3-bucket-sse-c-blocked",
    }
    assert {check for check, status in bad.items() if status is NA} == {
        "s3-bucket-key-enabled",
        "s3-bucket-mfa-delete-enabled",
        "s3-bucket-cross-region-replication-enabled",
        "s3-lifecycle-noncurrent-versions-expire",
    }
    (public,) = [found for found in findings if (found.resource.id, found.check_id) == ("bad", PUBLIC)]
    assert public.reason == "Bucket is public: its ACL grants READ to everyone (AllUsers)"
    assert (public.resource.region, public.resource.arn) == (HERE, "arn:aws:s3:::bad")
    account = {found.check_id: found.status for found in findings if found.resource.type == ACCOUNT}
    assert account == dict.fromkeys(("s3-account-level-public-access-blocks", *OF_TRAILS), N)


class Refusing:
    """The clients of a session that is denied one operation."""

    def __init__(self, clients: Clients, service: str, operation: str) -> None:
        self._clients, self._service, self._operation = clients, service, operation

    def counting_in(self, _ledger: object) -> "Refusing":
        return self

    def get(self, service: str, region: str) -> Any:
        client = self._clients.get(service, region)
        client.meta.events.register(f"before-call.{self._service}.{self._operation}", self._refuse)
        return client

    def _refuse(self, **_: object) -> None:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "Access Denied"}}, self._operation)


@pytest.mark.parametrize(
    ("service", "operation", "permission", "unread"),
    [
        (
            "s3",
            "GetBucketVersioning",
            "s3:GetBucketVersioning",
            {"s3-bucket-versioning-enabled", "s3-lifecycle-noncurrent-versions-expire", "s3-bucket-mfa-delete-enabled"},
        ),
        (
            "s3",
            "GetBucketEncryption",
            "s3:GetEncryptionConfiguration",
            {"s3-bucket-encrypted", "s3-default-encryption-kms", "s3-bucket-key-enabled", "s3-bucket-sse-c-blocked"},
        ),
        (
            "s3",
            "GetBucketLifecycleConfiguration",
            "s3:GetLifecycleConfiguration",
            {
                "s3-bucket-lifecycle-covers-old-objects",
                "s3-lifecycle-noncurrent-versions-expire",
                "s3-lifecycle-aborts-multipart-uploads",
                "s3-bucket-mfa-delete-enabled",
            },
        ),
        (
            "s3",
            "GetPublicAccessBlock",
            "s3:GetBucketPublicAccessBlock",
            {PUBLIC, "s3-bucket-level-public-access-prohibited"},
        ),
        (
            "s3-control",
            "GetPublicAccessBlock",
            "s3:GetAccountPublicAccessBlock",
            {PUBLIC, "s3-bucket-level-public-access-prohibited"},
        ),
        ("s3", "GetBucketPolicyStatus", "s3:GetBucketPolicyStatus", {PUBLIC}),
        ("s3", "GetBucketAcl", "s3:GetBucketAcl", {PUBLIC}),
        (
            "s3",
            "GetBucketPolicy",
            "s3:GetBucketPolicy",
            {
                "s3-bucket-ssl-requests-only",
                "s3-bucket-cross-account-writes-prohibited",
                "s3-bucket-cross-region-replication-enabled",
            },
        ),
        (
            "s3",
            "GetObjectLockConfiguration",
            "s3:GetBucketObjectLockConfiguration",
            {"s3-bucket-default-lock-enabled"},
        ),
        (
            "s3",
            "GetBucketReplication",
            "s3:GetReplicationConfiguration",
            {"s3-bucket-cross-region-replication-enabled"},
        ),
        ("s3", "GetBucketOwnershipControls", "s3:GetBucketOwnershipControls", {"s3-bucket-acl-prohibited", PUBLIC}),
        ("s3", "GetBucketLogging", "s3:GetBucketLogging", {"s3-bucket-logging-enabled"}),
        (
            "s3",
            "ListBucketMetricsConfigurations",
            "s3:GetMetricsConfiguration",
            {"s3-bucket-request-metrics-configured"},
        ),
    ],
)
def test_what_aws_refuses_is_said_with_the_permission_and_the_rest_is_judged(
    clients: Clients, service: str, operation: str, permission: str, unread: set[str]
) -> None:
    well(clients)
    scan = scan_of(Refusing(clients, service, operation))
    findings = [found for found in scan if found.resource.id == "good"]
    gaps = [found for found in findings if found.status is UNREAD]
    if operation != "ListBucketMetricsConfigurations":
        gaps = [found for found in gaps if found.check_id not in UNSTUBBED]
    assert {found.check_id for found in gaps} == unread
    assert unread < {found.check_id for found in findings}
    assert {gap.permission for found in gaps for gap in found.unavailable} == {permission}
    assert all(f"needs {permission}" in found.reason for found in gaps)
    assert scan.outcome.complete


def test_the_account_is_unread_where_its_block_is_refused(clients: Clients) -> None:
    findings = list(scan_of(Refusing(clients, "s3-control", "GetPublicAccessBlock")))
    assert {found.resource.type for found in findings} == {ACCOUNT}
    account = {found.check_id: found for found in findings}
    blocks = account.pop("s3-account-level-public-access-blocks")
    assert blocks.status is UNREAD
    assert "needs s3:GetAccountPublicAccessBlock" in blocks.reason
    assert {name: found.status for name, found in account.items()} == dict.fromkeys(OF_TRAILS, N)


def test_buckets_that_cannot_be_listed_leave_every_check_of_buckets_unread(clients: Clients) -> None:
    well(clients)
    scan = scan_of(Refusing(clients, "s3", "ListBuckets"))
    gaps = [found for found in scan if found.resource.type == TARGET]
    assert {found.check_id for found in gaps} == {rule.check.id for rule in rules() if rule.resource_type == BUCKET}
    assert all("needs s3:ListAllMyBuckets" in found.reason for found in gaps)
    assert not scan.outcome.complete


def test_a_bucket_that_will_not_say_where_it_is_is_unread_in_every_check(clients: Clients) -> None:
    well(clients)
    scan = scan_of(Refusing(clients, "s3", "GetBucketLocation"))
    findings = [found for found in scan if found.resource.id == "good"]
    assert len(findings) == len([rule for rule in rules() if rule.resource_type == BUCKET])
    assert {found.status for found in findings} == {UNREAD}
    assert {gap.permission for found in findings for gap in found.unavailable} == {"s3:GetBucketLocation"}
    assert scan.outcome.complete


LOGGING = "s3-bucket-logging-enabled"


def logs(client: Any, bucket: str, target: str) -> None:
    enabled = {"TargetBucket": target, "TargetPrefix": ""}
    client.put_bucket_logging(Bucket=bucket, BucketLoggingStatus={"LoggingEnabled": enabled})


def taking(clients: Clients, name: str) -> Any:
    """Make a bucket that S3's log delivery may write to, by its ACL."""
    client = made(clients, name, HERE)
    # moto leaves the permission to write out of the canned list log-delivery-write.
    client.put_bucket_acl(Bucket=name, GrantWrite=f'uri="{LOG_DELIVERY}"', GrantReadACP=f'uri="{LOG_DELIVERY}"')
    return client


def of_logging(clients: Any) -> dict[str, Status]:
    check = load().checks[LOGGING]
    scan = ShardScan(SHARD, read_plan(load(), [Rule(check, BUCKET, "s3", {})]), ScanContext(clients, AT))
    return {found.resource.id: found.status for found in scan}


def test_only_the_target_of_a_bucket_that_was_read_needs_no_logs_of_its_own(clients: Clients) -> None:
    client = taking(clients, "used")
    taking(clients, "unused")
    made(clients, "site", HERE)
    logs(client, "site", "used")
    found = of_logging(clients)
    assert (found["used"], found["unused"]) == (NA, N)


class OneAPage:
    """A client of S3 that lists one bucket a page, as AWS does for an account with very many buckets."""

    def __init__(self, client: Any, asked: list[str]) -> None:
        self._client, self._asked = client, asked

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def list_buckets(self, ContinuationToken: str = "", **_said: Any) -> dict[str, Any]:  # noqa: N803 - AWS's name
        names = sorted(each["Name"] for each in self._client.list_buckets()["Buckets"])
        page, *more = [name for name in names if name > ContinuationToken]
        then = {"ContinuationToken": page} if more else {}
        return {"Buckets": [{"Name": page, "BucketRegion": HERE}], **then}

    def get_bucket_logging(self, Bucket: str) -> Any:  # noqa: N803 - the same
        self._asked.append(Bucket)
        return self._client.get_bucket_logging(Bucket=Bucket)


class Paged:
    """Clients whose S3 lists one bucket a page; `asked` are the buckets whose logging was read."""

    def __init__(self, clients: Clients) -> None:
        self._clients, self.asked = clients, list[str]()

    def counting_in(self, _ledger: Any) -> "Paged":
        return self

    def get(self, service: str, region: str) -> OneAPage:
        return OneAPage(self._clients.get(service, region), self.asked)


def test_a_source_on_another_page_of_the_listing_is_found(clients: Clients) -> None:
    client = taking(clients, "a-used")
    taking(clients, "a-unused")
    made(clients, "site", HERE)
    logs(client, "site", "a-used")
    paged = Paged(clients)
    found = of_logging(paged)
    assert (found["a-used"], found["a-unused"]) == (NA, N)
    assert paged.asked.count("site") == 2, "once as itself, and once for all that ask about other pages"
