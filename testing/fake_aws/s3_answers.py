"""What S3 and S3 Control say of an estate's buckets, and the errors they answer with where nothing is configured.

https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html lists the codes.
"""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from testing.fake_aws.estate import Bucket

_S3 = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SWITCHES = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
OWNER = "75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a"

Answer = tuple[int, bytes, Mapping[str, str]]
"""Status, body and headers besides those of every answer."""


def list_buckets(buckets: Iterable[Bucket], token: str) -> Answer:
    """Return a page of buckets with their regions."""
    items = "".join(
        f"<Bucket><Name>{bucket.name}</Name><CreationDate>2025-02-03T04:05:06.000Z</CreationDate>"
        f"<BucketRegion>{bucket.region}</BucketRegion><BucketArn>arn:aws:s3:::{bucket.name}</BucketArn></Bucket>"
        for bucket in buckets
    )
    more = f"<ContinuationToken>{token}</ContinuationToken>" if token else ""
    return _answer("ListAllMyBucketsResult", f"<Owner><ID>{OWNER}</ID></Owner><Buckets>{items}</Buckets>{more}")


def encryption(bucket: Bucket) -> Answer:
    """Return the default encryption, which every bucket has."""
    key = "<KMSMasterKeyID>alias/aws/s3</KMSMasterKeyID>" if bucket.algorithm == "aws:kms" else ""
    return _answer(
        "ServerSideEncryptionConfiguration",
        "<Rule><ApplyServerSideEncryptionByDefault>"
        f"<SSEAlgorithm>{bucket.algorithm}</SSEAlgorithm>{key}</ApplyServerSideEncryptionByDefault>"
        "<BucketKeyEnabled>false</BucketKeyEnabled></Rule>",
    )


def lifecycle(bucket: Bucket) -> Answer:
    """Return the lifecycle rule."""
    if not bucket.expiry_days:
        return _absent("NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist", bucket)
    scope = f"<Filter><Prefix>{bucket.prefix}</Prefix></Filter>" if bucket.prefix else "<Filter/>"
    status, body, _ = _answer(
        "LifecycleConfiguration",
        f"<Rule><ID>expire</ID>{scope}<Status>Enabled</Status><Expiration><Days>{bucket.expiry_days}</Days></Expiration>"
        "<AbortIncompleteMultipartUpload><DaysAfterInitiation>7</DaysAfterInitiation></AbortIncompleteMultipartUpload>"
        "</Rule>",
    )
    return status, body, {"x-amz-transition-default-minimum-object-size": "all_storage_classes_128K"}


def versioning(bucket: Bucket) -> Answer:
    """Return whether versions are kept; of a bucket that never kept any S3 says nothing at all."""
    return _answer("VersioningConfiguration", f"<Status>{bucket.versioning}</Status>" if bucket.versioning else "")


def public_access_block(bucket: Bucket) -> Answer:
    """Return the bucket's own public access block."""
    if bucket.switches is None:
        return _no_block(f"<BucketName>{bucket.name}</BucketName>")
    return _block(bucket.switches)


def account_public_access_block() -> Answer:
    """Return that the account blocks nothing."""
    return _no_block("<AccountId>123456789012</AccountId>")


def metrics(bucket: Bucket) -> Answer:
    """Return the request-metrics configurations."""
    scope = f"<Filter><Prefix>{bucket.metrics_prefix}</Prefix></Filter>" if bucket.metrics_prefix else ""
    one = f"<MetricsConfiguration><Id>{bucket.metrics}</Id>{scope}</MetricsConfiguration>" if bucket.metrics else ""
    return _answer("ListMetricsConfigurationsResult", f"{one}<IsTruncated>false</IsTruncated>")


def tagging(bucket: Bucket) -> Answer:
    """Return the tags."""
    if not bucket.tags:
        return _absent("NoSuchTagSet", "The TagSet does not exist", bucket)
    items = "".join(f"<Tag><Key>{key}</Key><Value>{value}</Value></Tag>" for key, value in bucket.tags.items())
    return _answer("Tagging", f"<TagSet>{items}</TagSet>")


def logging(bucket: Bucket) -> Answer:
    """Return where access logs go."""
    target = f"<TargetBucket>{bucket.log_target}</TargetBucket><TargetPrefix>{bucket.name}/</TargetPrefix>"
    return _answer("BucketLoggingStatus", f"<LoggingEnabled>{target}</LoggingEnabled>" if bucket.log_target else "")


def notifications(_bucket: Bucket) -> Answer:
    """Return that a bucket sends all its events to EventBridge."""
    return _answer("NotificationConfiguration", "<EventBridgeConfiguration/>")


def no_policy(bucket: Bucket) -> Answer:
    """Return that there is no policy: no bucket of an estate has one."""
    return _absent("NoSuchBucketPolicy", "The bucket policy does not exist", bucket)


def no_lock(bucket: Bucket) -> Answer:
    """Return that objects are not locked: in no bucket of an estate they are."""
    message = "Object Lock configuration does not exist for this bucket"
    return _absent("ObjectLockConfigurationNotFoundError", message, bucket)


def no_replication(bucket: Bucket) -> Answer:
    """Return that nothing is replicated: no bucket of an estate is."""
    return _absent("ReplicationConfigurationNotFoundError", "The replication configuration was not found", bucket)


def acl(_: Bucket) -> Answer:
    """Return the access control list of a private bucket."""
    grantee = (
        '<Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser">'
        f"<ID>{OWNER}</ID></Grantee>"
    )
    return _answer(
        "AccessControlPolicy",
        f"<Owner><ID>{OWNER}</ID></Owner><AccessControlList><Grant>{grantee}<Permission>FULL_CONTROL</Permission>"
        "</Grant></AccessControlList>",
    )


def ownership_controls(_: Bucket) -> Answer:
    """Return that the bucket's owner owns every object."""
    return _answer("OwnershipControls", "<Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule>")


def location(bucket: Bucket) -> Answer:
    """Return the bucket's region; an empty answer means us-east-1."""
    region = "" if bucket.region == "us-east-1" else bucket.region
    return 200, f"{_DECLARATION}<LocationConstraint {_S3}>{region}</LocationConstraint>".encode(), {}


def s3_error(status: int, code: str, message: str, more: str = "", headers: Mapping[str, str] | None = None) -> Answer:
    """Return an error as S3 says it."""
    body = (
        f"{_DECLARATION}<Error><Code>{code}</Code><Message>{message}</Message>{more}"
        "<RequestId>4442587FB7D0A2F9</RequestId><HostId>Uuag1LuByRx9e6j5Onimru9pO4ZVKnJ2Qz7/C1NPcfTWAtRPfTaOFg==</HostId>"
        "</Error>"
    )
    return status, body.encode(), headers or {}


def no_such_bucket(name: str) -> Answer:
    """Return that there is no such bucket."""
    return s3_error(404, "NoSuchBucket", "The specified bucket does not exist", f"<BucketName>{name}</BucketName>")


CONFIGURED: Mapping[str, tuple[str, Callable[[Bucket], Answer]]] = MappingProxyType(
    {
        "encryption": ("GetBucketEncryption", encryption),
        "lifecycle": ("GetBucketLifecycleConfiguration", lifecycle),
        "versioning": ("GetBucketVersioning", versioning),
        "publicAccessBlock": ("GetPublicAccessBlock", public_access_block),
        "metrics": ("ListBucketMetricsConfigurations", metrics),
        "tagging": ("GetBucketTagging", tagging),
        "logging": ("GetBucketLogging", logging),
        "policyStatus": ("GetBucketPolicyStatus", no_policy),
        "acl": ("GetBucketAcl", acl),
        "policy": ("GetBucketPolicy", no_policy),
        "ownershipControls": ("GetBucketOwnershipControls", ownership_controls),
        "location": ("GetBucketLocation", location),
        "object-lock": ("GetObjectLockConfiguration", no_lock),
        "notification": ("GetBucketNotificationConfiguration", notifications),
        "replication": ("GetBucketReplication", no_replication),
    }
)
"""What is asked of a bucket, by the word in the query: the operation and what answers it."""


def _answer(root: str, inner: str) -> Answer:
    return 200, f"{_DECLARATION}<{root} {_S3}>{inner}</{root}>".encode(), {}


def _block(switches: Iterable[bool]) -> Answer:
    switched = "".join(f"<{name}>{str(on).lower()}</{name}>" for name, on in zip(_SWITCHES, switches, strict=True))
    return _answer("PublicAccessBlockConfiguration", switched)


def _no_block(more: str) -> Answer:
    message = "The public access block configuration was not found"
    return s3_error(404, "NoSuchPublicAccessBlockConfiguration", message, more)


def _absent(code: str, message: str, bucket: Bucket) -> Answer:
    return s3_error(404, code, message, f"<BucketName>{bucket.name}</BucketName>")
