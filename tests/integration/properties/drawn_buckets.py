"""Configurations of buckets that S3 takes and CloudFormation has properties for, drawn for round trips.

A configuration is a list of operations of S3's client with their parameters, in an order in which S3 takes them.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

HOME, AWAY = "eu-west-1", "us-east-1"
ACCOUNT = "123456789012"
NAME = "shop.data-2026"
LOGS, COPIES = "shop.logs", "shop.copies"
QUEUE = f"arn:aws:sqs:{HOME}:{ACCOUNT}:arrivals"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/replication"
HERE_KEY, THERE_KEY = (
    f"arn:aws:kms:{region}:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555" for region in (HOME, AWAY)
)
Said = tuple[str, dict[str, Any]]
Configuration = list[Said]

_PREFIXES = ("data/", "logs/", "tmp/a b&c/")
_WORDS = st.text("abcXYZ019-_./ é", min_size=1, max_size=12).map(str.strip).filter(bool)
_SWITCH = st.sampled_from(["Enabled", "Disabled"])
_DAYS = st.integers(1, 400)


def _tag_lists(least: int, most: int) -> st.SearchStrategy[list[dict[str, str]]]:
    pairs = st.dictionaries(_WORDS, st.one_of(st.just(""), _WORDS), min_size=least, max_size=most)
    return pairs.map(lambda tags: [{"Key": key, "Value": value} for key, value in tags.items()])


def _some(required: dict[str, Any], optional: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(required, optional=optional)


def _filters(*prefixes: str, sizes: bool = False) -> st.SearchStrategy[dict[str, Any]]:
    """Draw the filter of a rule in the one form that S3 has for what it says."""
    tests: dict[str, Any] = {"Prefix": st.sampled_from(prefixes)}
    if sizes:
        tests |= {"ObjectSizeGreaterThan": st.integers(0, 500), "ObjectSizeLessThan": st.integers(501, 10**12)}

    def spelled(drawn: tuple[dict[str, Any], list[dict[str, str]]]) -> dict[str, Any]:
        named, tags = drawn
        if len(named) + len(tags) > 1:
            return {"And": {**named, "Tags": tags}} if tags else {"And": named}
        return {"Tag": tags[0]} if tags else named

    return st.tuples(_some({}, tests), _tag_lists(0, 2)).map(spelled)


_TRANSITIONS = st.fixed_dictionaries(
    {"Days": st.integers(30, 400), "StorageClass": st.sampled_from(["STANDARD_IA", "GLACIER", "GLACIER_IR"])}
)
_LATER = datetime(2031, 5, 1, tzinfo=UTC)
_EXPIRATIONS = st.one_of(
    _DAYS.map(lambda days: {"Days": days}),
    st.just({"Date": _LATER}),
    st.just({"ExpiredObjectDeleteMarker": True}),
)
_NONCURRENT: dict[str, Any] = {
    "NoncurrentVersionExpiration": _some({"NoncurrentDays": _DAYS}, {"NewerNoncurrentVersions": st.integers(1, 100)}),
    "NoncurrentVersionTransitions": st.lists(
        _some(
            {"NoncurrentDays": _DAYS, "StorageClass": st.just("GLACIER")},
            {"NewerNoncurrentVersions": st.integers(1, 100)},
        ),
        min_size=1,
        max_size=1,
    ),
}
_ABORTED = st.fixed_dictionaries({"DaysAfterInitiation": _DAYS})


def _actions(*, uploads: bool) -> st.SearchStrategy[dict[str, Any]]:
    optional = {
        "Expiration": _EXPIRATIONS,
        "Transitions": st.lists(_TRANSITIONS, min_size=1, max_size=1),
        **_NONCURRENT,
    }
    if uploads:
        optional["AbortIncompleteMultipartUpload"] = _ABORTED
    return _some({}, optional).filter(bool)


def _lifecycle_rule(number: int, *, filters: bool) -> st.SearchStrategy[dict[str, Any]]:
    prefix = _PREFIXES[number]
    scope = (
        _filters(prefix, sizes=True).map(lambda drawn: {"Filter": drawn or {"Prefix": prefix}})
        if filters
        else st.just({"Prefix": prefix})
    )
    named = st.fixed_dictionaries({"ID": st.just(f"rule {number}"), "Status": _SWITCH})
    return st.builds(lambda *parts: {**parts[0], **parts[1], **parts[2]}, named, scope, _actions(uploads=not filters))


@st.composite
def _lifecycles(draw: st.DrawFn) -> Said:
    filters = draw(st.booleans())
    rules = [draw(_lifecycle_rule(number, filters=filters)) for number in range(draw(st.integers(1, 3)))]
    smallest = draw(st.sampled_from(["all_storage_classes_128K", "varies_by_storage_class"]))
    return "put_bucket_lifecycle_configuration", {
        "LifecycleConfiguration": {"Rules": rules},
        "TransitionDefaultMinimumObjectSize": smallest,
    }


_MINUTES = {"Minutes": 15}
_TIMED = {
    "ReplicationTime": {"Status": "Enabled", "Time": _MINUTES},
    "Metrics": {"Status": "Enabled", "EventThreshold": _MINUTES},
}
_OWNED = {"Account": ACCOUNT, "AccessControlTranslation": {"Owner": "Destination"}}


@st.composite
def _replication_rule(draw: st.DrawFn, number: int, *, old: bool) -> dict[str, Any]:
    target: dict[str, Any] = {"Bucket": f"arn:aws:s3:::{COPIES}"}
    target |= draw(_some({}, {"StorageClass": st.sampled_from(["STANDARD_IA", "GLACIER_IR"])}))
    target |= draw(st.sampled_from([{}, _OWNED]))
    rule: dict[str, Any] = {"ID": f"copy {number}", "Status": draw(_SWITCH), "Destination": target}
    criteria: dict[str, Any] = {}
    if draw(st.booleans()):
        criteria["SseKmsEncryptedObjects"] = {"Status": "Enabled"}
        target["EncryptionConfiguration"] = {"ReplicaKmsKeyID": THERE_KEY}
    if old:
        rule["Prefix"] = draw(st.sampled_from(["", _PREFIXES[number]]))
    else:
        target |= draw(st.sampled_from([{}, _TIMED, {"Metrics": {"Status": "Enabled"}}]))
        chosen = draw(_filters("", _PREFIXES[number]))
        markers = "Disabled" if {"And", "Tag"} & chosen.keys() else draw(_SWITCH)
        rule |= {"Filter": chosen, "Priority": number, "DeleteMarkerReplication": {"Status": markers}}
        if draw(st.booleans()):
            criteria["ReplicaModifications"] = {"Status": draw(_SWITCH)}
    return {**rule, "SourceSelectionCriteria": criteria} if criteria else rule


@st.composite
def _replications(draw: st.DrawFn) -> Said:
    old = draw(st.booleans())
    rules = [draw(_replication_rule(number, old=old)) for number in range(draw(st.integers(1, 2)))]
    return "put_bucket_replication", {"ReplicationConfiguration": {"Role": ROLE, "Rules": rules}}


_ENCRYPTION = st.builds(
    lambda default, key, blocked: (
        "put_bucket_encryption",
        {
            "ServerSideEncryptionConfiguration": {
                "Rules": [{"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": key, **blocked}]
            }
        },
    ),
    st.sampled_from(
        [
            {"SSEAlgorithm": "AES256"},
            {"SSEAlgorithm": "aws:kms"},
            {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": HERE_KEY},
            {"SSEAlgorithm": "aws:kms:dsse", "KMSMasterKeyID": HERE_KEY},
        ]
    ),
    st.booleans(),
    _some({}, {"BlockedEncryptionTypes": st.just({"EncryptionType": ["SSE-C"]})}),
)
_CORS = st.lists(
    _some(
        {
            "AllowedMethods": st.lists(st.sampled_from(["GET", "PUT", "HEAD"]), min_size=1, unique=True),
            "AllowedOrigins": st.just(["https://example.com"]),
        },
        {
            "ID": st.just("site"),
            "AllowedHeaders": st.just(["*"]),
            "ExposeHeaders": st.just(["ETag", "x-amz-version-id"]),
            "MaxAgeSeconds": st.integers(0, 3_600),
        },
    ),
    min_size=1,
    max_size=1,
).map(lambda rules: ("put_bucket_cors", {"CORSConfiguration": {"CORSRules": rules}}))
_WEBSITE = st.one_of(
    st.just({"RedirectAllRequestsTo": {"HostName": "example.com", "Protocol": "https"}}),
    _some(
        {"IndexDocument": st.just({"Suffix": "index.html"})},
        {
            "ErrorDocument": st.just({"Key": "errors/404.html"}),
            "RoutingRules": st.just(
                [{"Condition": {"KeyPrefixEquals": "old/"}, "Redirect": {"ReplaceKeyPrefixWith": "new/"}}]
            ),
        },
    ),
).map(lambda website: ("put_bucket_website", {"WebsiteConfiguration": website}))
_LOGGING = _some(
    {"TargetBucket": st.just(LOGS), "TargetPrefix": st.sampled_from(["", "site/"])},
    {
        "TargetObjectKeyFormat": st.sampled_from(
            [{"SimplePrefix": {}}, {"PartitionedPrefix": {"PartitionDateSource": "EventTime"}}]
        )
    },
).map(lambda enabled: ("put_bucket_logging", {"BucketLoggingStatus": {"LoggingEnabled": enabled}}))
_NOTIFICATION = _some(
    {},
    {
        "EventBridgeConfiguration": st.just({}),
        "QueueConfigurations": st.lists(
            _some(
                {
                    "QueueArn": st.just(QUEUE),
                    "Events": st.sampled_from([["s3:ObjectCreated:*"], ["s3:ObjectRemoved:*"]]),
                },
                {"Filter": st.just({"Key": {"FilterRules": [{"Name": "prefix", "Value": "in/"}]}})},
            ),
            min_size=1,
            max_size=1,
        ),
    },
).map(lambda drawn: ("put_bucket_notification_configuration", {"NotificationConfiguration": drawn}))
_LOCK = st.sampled_from([{"Mode": "GOVERNANCE", "Days": 30}, {"Mode": "COMPLIANCE", "Years": 1}, None]).map(
    lambda retention: (
        "put_object_lock_configuration",
        {
            "ObjectLockConfiguration": {
                "ObjectLockEnabled": "Enabled",
                **({"Rule": {"DefaultRetention": retention}} if retention else {}),
            }
        },
    )
)
_BLOCK = st.fixed_dictionaries(
    {
        name: st.booleans()
        for name in ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    }
).map(lambda block: ("put_public_access_block", {"PublicAccessBlockConfiguration": block}))
_OWNERSHIP = st.sampled_from(["BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter"]).map(
    lambda owner: ("put_bucket_ownership_controls", {"OwnershipControls": {"Rules": [{"ObjectOwnership": owner}]}})
)
_STATEMENT = {
    "Sid": "TlsOnly",
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": f"arn:aws:s3:::{NAME}/*",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}
_POLICY = st.sampled_from([[_STATEMENT], [{**_STATEMENT, "Sid": "Other"}, _STATEMENT]]).map(
    lambda statements: (
        "put_bucket_policy",
        {"Policy": json.dumps({"Version": "2012-10-17", "Statement": statements})},
    )
)


def _named(kind: str, member: str, drawn: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[list[Said]]:
    def said(each: dict[str, Any]) -> Said:
        return f"put_bucket_{kind}_configuration", {"Id": each["Id"], member: each}

    return st.lists(drawn, max_size=2, unique_by=lambda each: each["Id"]).map(
        lambda found: [said(each) for each in found]
    )


def _narrowed(required: dict[str, Any], optional: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    ids = st.sampled_from(["EntireBucket", "one.two-3"])
    return st.builds(
        lambda rest, narrowed: {**rest, **({"Filter": narrowed} if narrowed else {})},
        _some({"Id": ids, **required}, optional),
        _filters(*_PREFIXES),
    )


_REPORT = {"Bucket": "arn:aws:s3:::reports.of.all", "Format": "CSV"}
_MANY: Sequence[st.SearchStrategy[list[Said]]] = (
    _named("metrics", "MetricsConfiguration", _narrowed({}, {})),
    _named(
        "analytics",
        "AnalyticsConfiguration",
        _narrowed(
            {
                "StorageClassAnalysis": st.sampled_from(
                    [
                        {},
                        {
                            "DataExport": {
                                "OutputSchemaVersion": "V_1",
                                "Destination": {"S3BucketDestination": {**_REPORT, "BucketAccountId": ACCOUNT}},
                            }
                        },
                    ]
                )
            },
            {},
        ),
    ),
    _named(
        "intelligent_tiering",
        "IntelligentTieringConfiguration",
        _narrowed({"Status": _SWITCH, "Tierings": st.just([{"Days": 90, "AccessTier": "ARCHIVE_ACCESS"}])}, {}),
    ),
    _named(
        "inventory",
        "InventoryConfiguration",
        _some(
            {
                "Id": st.sampled_from(["weekly", "all.of-it"]),
                "IsEnabled": st.booleans(),
                "IncludedObjectVersions": st.sampled_from(["All", "Current"]),
                "Schedule": st.sampled_from(["Daily", "Weekly"]).map(lambda word: {"Frequency": word}),
                "Destination": st.just({"S3BucketDestination": {**_REPORT, "Prefix": "lists"}}),
            },
            {"Filter": st.just({"Prefix": "data/"}), "OptionalFields": st.just(["Size", "ETag"])},
        ),
    ),
)


@st.composite
def configurations(draw: st.DrawFn) -> Configuration:
    """Draw a configuration: each setting is there or not."""
    state = draw(st.sampled_from(["", "Suspended", "Enabled", "Enabled"]))
    said: Configuration = []
    if state:
        said.append(("put_bucket_versioning", {"VersioningConfiguration": {"Status": state}}))
    versioned = (_replications(), _LOCK) if state == "Enabled" else ()
    single = (_ENCRYPTION, _lifecycles(), _BLOCK, _OWNERSHIP, _POLICY, _LOGGING, _NOTIFICATION, _CORS, _WEBSITE)
    for setting in (*single, *versioned):
        if draw(st.integers(0, 2)):
            said.append(draw(setting))
    for many in _MANY:
        said.extend(draw(many))
    if draw(st.booleans()):
        said.append(("put_bucket_tagging", {"Tagging": {"TagSet": draw(_tag_lists(1, 4))}}))
    if draw(st.booleans()):
        said.append(("put_bucket_abac", {"AbacStatus": {"Status": draw(_SWITCH)}}))
    return said
