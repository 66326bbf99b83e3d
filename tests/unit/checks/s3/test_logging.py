"""Whether access logs of buckets are written, and whether they arrive."""

import json
from typing import Any

import pytest

from muster.checks.s3.logging import s3_bucket_logging_enabled
from muster.facets.s3.buckets import LOG_DELIVERY, BucketAcl, BucketLogging, BucketPolicy
from muster.facets.s3.related import (
    AllLogTargets,
    LogSources,
    LogTargetAcl,
    LogTargetEncryption,
    LogTargetLock,
    LogTargetOwnership,
    LogTargetPlace,
    LogTargetPolicy,
)
from muster.model.finding import Related, Resource, Severity, Status, Unavailable, Unknown, UnknownField, Verdict

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
HERE = "eu-west-1"
SITE = Resource("AWS::S3::Bucket", "site", "123456789012", HERE, arn="arn:aws:s3:::site")
UNKNOWN = Unknown("a new word")
NO_LOCK = LogTargetLock.parse({})
KEY = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd"
PRIVATE = BucketAcl((("", "FULL_CONTROL"),))
NO_POLICY = BucketPolicy.parse({})


def delivered(**changed: Any) -> BucketPolicy:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "logging.s3.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": "arn:aws:s3:::logs/*",
        **changed,
    }
    return BucketPolicy.parse({"Policy": json.dumps({"Statement": statement})})


DELIVERS = {
    "Effect": "Allow",
    "Principal": {"Service": "logging.s3.amazonaws.com"},
    "Action": "s3:PutObject",
    "Resource": "arn:aws:s3:::logs/*",
}


def allowing(*changes: dict[str, Any]) -> LogTargetPolicy:
    """A target's policy with one statement for each change of that which AWS recommends."""
    said = [{key: value for key, value in {**DELIVERS, **change}.items() if value is not None} for change in changes]
    return LogTargetPolicy.parse({"Policy": json.dumps({"Statement": said})})


def deny(**changed: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*", **changed}


def judged(bucket: Resource = SITE, **said: Any) -> Verdict:
    """The verdict on a bucket whose logs arrive, but for what is said otherwise."""
    given = {
        "logging": BucketLogging("logs", "s/"),
        "place": LogTargetPlace(HERE),
        "target_policy": allowing({}),
        "target_acl": LogTargetAcl(()),
        "ownership": LogTargetOwnership(""),
        "lock": NO_LOCK,
        "encryption": LogTargetEncryption("AES256", "", bucket_key=False),
        "sources": LogSources(frozenset(), frozenset(), whole=True),
        "everywhere": Related({}),
        **said,
    }
    related = ("place", "target_policy", "target_acl", "ownership", "lock", "encryption")
    others = (Related({"logs": given[name]} if given["logging"].target else {}) for name in related)
    return s3_bucket_logging_enabled(bucket, given["logging"], *others, given["sources"], given["everywhere"])


OFF = BucketLogging("")


def sources(*targets: str, takers: tuple[str, ...] = ("site",), whole: bool = True) -> LogSources:
    return LogSources(frozenset(targets), frozenset(takers), whole)


def test_a_bucket_without_logs_fails() -> None:
    verdict = judged(logging=OFF)
    assert verdict.status is N
    assert verdict.reason == "Server access logging is off"


def test_a_bucket_that_another_one_sends_its_logs_to_needs_none() -> None:
    verdict = judged(logging=OFF, sources=sources("site"))
    assert verdict.status is NA
    assert verdict.reason == "Bucket receives the access logs of other buckets"


def test_a_bucket_that_log_delivery_may_write_to_and_that_nobody_logs_to_fails() -> None:
    assert judged(logging=OFF, sources=sources("other", takers=("site",))).status is N


def test_a_source_on_another_page_of_the_listing_counts() -> None:
    open_ = sources(takers=("site",), whole=False)
    assert (
        judged(logging=OFF, sources=open_, everywhere=Related({"*": AllLogTargets(frozenset({"site"}))})).status is NA
    )
    assert judged(logging=OFF, sources=open_, everywhere=Related({"*": AllLogTargets(frozenset())})).status is N


def test_other_pages_that_could_not_be_read_are_no_verdict() -> None:
    denied: Related[AllLogTargets] = Related({"*": Unavailable("s3:ListAllMyBuckets", "access denied")})
    with pytest.raises(UnknownField, match="access denied"):
        judged(logging=OFF, sources=sources(takers=("site",), whole=False), everywhere=denied)


def gathered(
    **buckets: tuple[BucketLogging | Unavailable, BucketAcl | Unavailable, BucketPolicy | Unavailable],
) -> LogSources:
    kinds = (BucketLogging, BucketAcl, BucketPolicy)
    return LogSources.gather(
        [(name, dict(zip(kinds, facets, strict=True))) for name, facets in buckets.items()], whole=True
    )


DENIED = Unavailable("s3:GetBucketAcl", "access denied")


def test_a_target_of_which_it_is_unknown_whether_it_takes_logs_has_no_verdict() -> None:
    site = (BucketLogging("private", ""), PRIVATE, NO_POLICY)
    for acl, policy in ((DENIED, NO_POLICY), (PRIVATE, DENIED), (DENIED, DENIED)):
        page = gathered(site=site, private=(OFF, acl, policy))
        with pytest.raises(UnknownField, match="access denied"):
            judged(Resource("AWS::S3::Bucket", "private", SITE.account_id, HERE), logging=OFF, sources=page)


def test_a_target_that_refuses_log_delivery_is_none_on_whichever_page_its_sources_are() -> None:
    alone = gathered(private=(OFF, PRIVATE, NO_POLICY))
    beside = gathered(site=(BucketLogging("private", ""), PRIVATE, NO_POLICY), private=(OFF, PRIVATE, NO_POLICY))
    assert (alone.targets, beside.targets) == (frozenset(), frozenset())
    assert beside.takers == alone.takers == frozenset()


def test_what_the_buckets_of_a_page_say_of_each_other() -> None:
    writes = BucketAcl(((LOG_DELIVERY, "WRITE"),))
    found = gathered(
        site=(BucketLogging("logs", "s/"), PRIVATE, NO_POLICY),
        logs=(OFF, writes, NO_POLICY),
        unused=(OFF, writes, NO_POLICY),
        policed=(OFF, PRIVATE, delivered()),
        unknown=(OFF, PRIVATE, BucketPolicy(UNKNOWN)),
        private=(OFF, PRIVATE, NO_POLICY),
        itself=(BucketLogging("itself", ""), writes, NO_POLICY),
        unread=(Unavailable("s3:GetBucketLogging", "access denied"), writes, NO_POLICY),
    )
    assert found.targets == {"logs"}
    assert found.takers == {"logs", "unused", "policed", "unknown"}


FROM_HERE = {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::si*"}, "StringEquals": {"aws:SourceAccount": "123456789012"}}
FROM_ELSEWHERE = {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::other"}}


@pytest.mark.parametrize(
    ("said", "status", "reason"),
    [
        pytest.param({}, C, "Access logs go to logs", id="its policy takes them"),
        pytest.param(
            {"place": LogTargetPlace("")}, N, "Access logs cannot be delivered: logs does not exist", id="it is gone"
        ),
        pytest.param(
            {"place": LogTargetPlace("us-east-1")},
            N,
            "Access logs cannot be delivered: logs is in us-east-1, the bucket in eu-west-1",
            id="in another region",
        ),
        pytest.param(
            {"lock": LogTargetLock(enabled=True, mode="GOVERNANCE", days=1)},
            N,
            "Access logs cannot be delivered: logs has Object Lock",
            id="with a default retention",
        ),
        pytest.param({"lock": LogTargetLock(enabled=True, mode="", days=0)}, N, "", id="only a lock"),
        pytest.param(
            {"encryption": LogTargetEncryption("aws:kms", "", bucket_key=True)},
            N,
            "Access logs in logs cannot be read: its default encryption is aws:kms with the AWS managed key aws/s3",
            id="encrypted with AWS's key",
        ),
        pytest.param(
            {"encryption": LogTargetEncryption("aws:kms:dsse", "alias/aws/s3", bucket_key=False)},
            N,
            "Access logs in logs cannot be read: its default encryption is aws:kms:dsse with the AWS "
            "managed key aws/s3",
            id="encrypted twice with AWS's key",
        ),
        pytest.param({"encryption": LogTargetEncryption("", "", bucket_key=False)}, C, "go to", id="not encrypted"),
        pytest.param(
            {"target_policy": allowing()},
            N,
            "Access logs cannot be delivered: logs does not let logging.s3.amazonaws.com write",
            id="no policy and no list",
        ),
        pytest.param(
            {"target_policy": allowing(), "target_acl": LogTargetAcl(((LOG_DELIVERY, "WRITE"),))},
            C,
            "",
            id="its list takes them",
        ),
        pytest.param(
            {
                "target_policy": allowing(),
                "target_acl": LogTargetAcl(((LOG_DELIVERY, "WRITE"),)),
                "ownership": LogTargetOwnership("BucketOwnerEnforced"),
            },
            N,
            "",
            id="its list is not in force",
        ),
        pytest.param({"target_policy": allowing({"Action": "s3:GetObject"})}, N, "does not let", id="another action"),
        pytest.param({"target_policy": allowing({"Resource": "arn:aws:s3:::logs/other/*"})}, N, "", id="elsewhere"),
        pytest.param({"target_policy": allowing({"Resource": "arn:aws:s3:::logs/s/*"})}, C, "", id="the prefix"),
        pytest.param(
            {
                "target_policy": allowing({"Resource": "arn:aws:s3:::logs/s/123456789012/eu-west-1/site/*"}),
                "logging": BucketLogging("logs", "s/", partitioned=True),
            },
            C,
            "",
            id="the partition",
        ),
        pytest.param(
            {"target_policy": allowing({"Resource": "arn:aws:s3:::logs/s/123456789012/eu-west-1/site/*"})},
            N,
            "",
            id="a partition, but logs are not partitioned",
        ),
        pytest.param(
            {
                "target_policy": allowing({"Resource": "arn:aws:s3:::logs/s/111122223333/*"}),
                "logging": BucketLogging("logs", "s/", partitioned=True),
            },
            N,
            "",
            id="another partition",
        ),
        pytest.param(
            {"target_policy": allowing({"Principal": {"Service": "cloudtrail.amazonaws.com"}})},
            N,
            "",
            id="another service",
        ),
        pytest.param(
            {"target_policy": allowing({"Resource": ["arn:aws:s3:::logs/other/*", "arn:aws:s3:::logs/s/*"]})},
            C,
            "",
            id="the prefix among others",
        ),
        pytest.param({"target_policy": allowing({"Principal": "*"})}, C, "", id="everybody"),
        pytest.param({"target_policy": allowing({"Condition": FROM_HERE})}, C, "", id="from this bucket"),
        pytest.param({"target_policy": allowing({"Condition": FROM_ELSEWHERE})}, N, "not let", id="from another"),
        *(
            pytest.param(
                {"target_policy": allowing({"Condition": {operator: {"aws:SourceArn": ["arn:aws:s3:::o*", value]}}})},
                status,
                "",
                id=f"{operator} {value}",
            )
            for operator, value, status in (
                ("StringLike", "arn:aws:s3:::s*", C),
                ("ArnEquals", "arn:aws:s3:::s*", C),
                ("StringEquals", "arn:aws:s3:::site", C),
                ("StringEquals", "arn:aws:s3:::s*", N),
                ("ArnNotLike", "arn:aws:s3:::s*", N),
            )
        ),
        pytest.param({"target_policy": allowing({}, deny())}, N, "", id="and denied to everybody"),
        pytest.param({"target_policy": allowing({}, deny(Action="s3:Get*"))}, C, "", id="another action denied"),
        pytest.param(
            {"target_policy": allowing({}, deny(Condition={"Bool": {"aws:SecureTransport": "false"}}))},
            C,
            "",
            id="denied without TLS",
        ),
        pytest.param(
            {"target_policy": allowing({}, deny(Condition={"NumericLessThan": {"s3:TlsVersion": 1.2}}))},
            C,
            "",
            id="denied with an old TLS",
        ),
        pytest.param(
            {"target_policy": allowing({}, deny(Condition={"StringNotEquals": {"aws:SourceAccount": "123456789012"}}))},
            C,
            "",
            id="denied to other accounts",
        ),
        pytest.param(
            {"target_policy": allowing({}, deny(Condition={"StringNotEquals": {"aws:SourceAccount": "111122223333"}}))},
            N,
            "",
            id="denied to this account",
        ),
        pytest.param(
            {"target_policy": allowing({}, deny(Principal=None, NotPrincipal={"AWS": "123456789012"}))},
            N,
            "",
            id="denied to all but an account",
        ),
        pytest.param(
            {"target_policy": allowing({}, deny(Principal=None, NotPrincipal={"Service": "logging.s3.amazonaws.com"}))},
            C,
            "",
            id="denied to all but log delivery",
        ),
        pytest.param(
            {"target_policy": allowing({}, deny(Resource=None, NotResource="arn:aws:s3:::logs/*"))},
            C,
            "",
            id="denied in other places",
        ),
    ],
)
def test_whether_logs_arrive(said: dict[str, Any], status: Status, reason: str) -> None:
    verdict = judged(**said)
    assert verdict.status is status
    assert reason in verdict.reason


ENCRYPTED = {"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}}


@pytest.mark.parametrize(
    "said",
    [
        pytest.param({"target_policy": allowing({"Condition": {"StringEquals": {"s3:x": "y"}}})}, id="an allowance"),
        pytest.param({"target_policy": allowing({}, deny(Condition=ENCRYPTED))}, id="a denial"),
        pytest.param(
            {
                "target_policy": allowing(deny(Condition=ENCRYPTED)),
                "target_acl": LogTargetAcl(((LOG_DELIVERY, "WRITE"),)),
            },
            id="a denial in spite of a list",
        ),
        pytest.param(
            {"target_policy": allowing({}, deny(Condition={"NumericGreaterThan": {"s3:TlsVersion": 1.2}}))},
            id="a denial of new versions of TLS",
        ),
        pytest.param(
            {"target_policy": allowing({}, deny(Condition={"NumericLessThan": {"s3:max-keys": 10}}))},
            id="a denial of other numbers",
        ),
        pytest.param(
            {"target_policy": allowing({"Condition": {"StringResembles": {"aws:SourceAccount": "1234"}}})},
            id="an operator that IAM does not have",
        ),
        pytest.param({"target_policy": LogTargetPolicy(UNKNOWN)}, id="a policy"),
        pytest.param({"encryption": LogTargetEncryption("aws:kms", KEY, bucket_key=True)}, id="a key of one's own"),
        pytest.param({"encryption": LogTargetEncryption(UNKNOWN, "", bucket_key=False)}, id="encryption"),
        pytest.param({"ownership": LogTargetOwnership(UNKNOWN)}, id="ownership"),
        *(
            pytest.param({name: Unavailable(None, "not read")}, id=f"{name} that was not read")
            for name in ("place", "target_policy", "target_acl", "ownership", "lock", "encryption")
        ),
    ],
)
def test_what_is_not_understood_is_no_verdict(said: dict[str, Any]) -> None:
    with pytest.raises(UnknownField):
        judged(**said)


def test_a_target_that_cannot_take_logs_is_said_to_be_so_whatever_its_key() -> None:
    locked, own = LogTargetLock(enabled=True, mode="", days=0), LogTargetEncryption("aws:kms", KEY, bucket_key=True)
    assert judged(lock=locked, encryption=own).status is N
    assert judged(target_policy=allowing(), encryption=own).status is N


def test_a_target_in_china_is_named_so() -> None:
    site = Resource("AWS::S3::Bucket", "site", "123456789012", HERE, "aws-cn", "arn:aws-cn:s3:::site")
    for partition, status in (("aws-cn", C), ("aws", N)):
        assert judged(site, target_policy=allowing({"Resource": f"arn:{partition}:s3:::logs/*"})).status is status


def test_severity_and_controls_and_version() -> None:
    check = s3_bucket_logging_enabled
    assert (check.id, check.severity, check.controls, check.version) == (
        "s3-bucket-logging-enabled",
        Severity.MEDIUM,
        ("FSBP S3.9",),
        5,
    )
