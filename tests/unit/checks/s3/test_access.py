"""Access to a bucket: policy, ACL, Object Ownership and the Block Public Access settings together."""

import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.checks.s3.access import (
    s3_account_level_public_access_blocks,
    s3_bucket_acl_prohibited,
    s3_bucket_cross_account_writes_prohibited,
    s3_bucket_level_public_access_prohibited,
    s3_bucket_public_access_prohibited,
    s3_bucket_ssl_requests_only,
)
from muster.facets.s3.buckets import (
    ALL_USERS,
    AUTHENTICATED_USERS,
    LOG_DELIVERY,
    AccountPublicAccessBlock,
    BucketAcl,
    BucketOwnershipControls,
    BucketPolicy,
    BucketPolicyStatus,
    BucketPublicAccessBlock,
)
from muster.model.finding import Resource, Severity, Status, Unknown, UnknownField, Verdict

C, N = Status.COMPLIANT, Status.NON_COMPLIANT
ON = (True, True, True, True)
NONE = ()
IGNORES = (False, True, False, False)
RESTRICTS = (False, False, False, True)
ONLY_NEW = (True, False, True, False)
OWNER = ("", "FULL_CONTROL")
READ = (ALL_USERS, "READ")
WRITE = (AUTHENTICATED_USERS, "WRITE")


def judge(
    *,
    public: bool | Unknown = False,
    grants: tuple[tuple[str, str], ...] = (),
    ownership: str | Unknown = "ObjectWriter",
    bucket: tuple[bool, ...] = NONE,
    account: tuple[bool, ...] = NONE,
) -> Verdict:
    return s3_bucket_public_access_prohibited(
        BucketPolicyStatus(public),
        BucketAcl((OWNER, *grants)),
        BucketOwnershipControls(ownership),
        BucketPublicAccessBlock(*bucket),
        AccountPublicAccessBlock(*account),
    )


@pytest.mark.parametrize(
    ("verdict", "status", "reason"),
    [
        pytest.param(judge(), C, "Bucket is not public", id="private, with no block at all"),
        pytest.param(judge(public=True), N, "Bucket is public: its policy allows public access", id="a public policy"),
        pytest.param(
            judge(public=True, bucket=RESTRICTS),
            C,
            "Bucket is not public: RestrictPublicBuckets limits its public policy",
            id="a public policy, restricted by the bucket",
        ),
        pytest.param(judge(public=True, account=RESTRICTS), C, "", id="a public policy, restricted by the account"),
        pytest.param(
            judge(public=True, bucket=ONLY_NEW, account=ONLY_NEW),
            N,
            "",
            id="a public policy from before it was blocked",
        ),
        pytest.param(judge(public=True, bucket=IGNORES), N, "", id="the wrong switch"),
        pytest.param(
            judge(grants=(READ,)),
            N,
            "Bucket is public: its ACL grants READ to everyone (AllUsers)",
            id="everyone may list",
        ),
        pytest.param(judge(grants=(WRITE,)), N, "", id="everybody with an account may write"),
        pytest.param(judge(grants=((ALL_USERS, "READ_ACP"),)), N, "", id="everybody may read the ACL"),
        pytest.param(judge(grants=((LOG_DELIVERY, "WRITE"),)), C, "", id="log delivery is not everybody"),
        pytest.param(
            judge(grants=(READ,), bucket=IGNORES),
            C,
            "Bucket is not public: IgnorePublicAcls ignores its public ACL grants",
            id="a public grant, ignored by the bucket",
        ),
        pytest.param(judge(grants=(READ,), account=IGNORES), C, "", id="a public grant, ignored by the account"),
        pytest.param(
            judge(grants=(READ,), ownership="BucketOwnerEnforced"), C, "", id="a public grant, but ACLs are disabled"
        ),
        pytest.param(
            judge(grants=(READ,), ownership="BucketOwnerPreferred"), N, "", id="a public grant, and ACLs are enabled"
        ),
        pytest.param(
            judge(grants=(READ,), bucket=RESTRICTS, account=ONLY_NEW),
            N,
            "",
            id="a public grant, and the wrong switches",
        ),
        pytest.param(judge(public=True, grants=(READ, WRITE)), N, "", id="everything at once"),
        pytest.param(
            judge(public=True, grants=(READ,), bucket=RESTRICTS, account=IGNORES),
            C,
            "",
            id="bucket and account each block a part",
        ),
    ],
)
def test_s3_bucket_public_access_prohibited(verdict: Verdict, status: Status, reason: str) -> None:
    assert verdict.status is status
    assert reason in ("", verdict.reason)


def test_a_policy_of_which_s3_does_not_say_whether_it_is_public_is_no_verdict_where_it_decides() -> None:
    unknown = Unknown("not a word")
    with pytest.raises(UnknownField, match="not a word"):
        judge(public=unknown)
    assert judge(public=unknown, bucket=RESTRICTS) == Verdict(C, "Bucket is not public")
    assert judge(public=unknown, grants=(READ,)).status is N


def test_ownership_that_is_not_known_is_no_verdict_where_it_decides() -> None:
    unknown = Unknown("a new kind of ownership")
    with pytest.raises(UnknownField, match="new kind"):
        judge(grants=(READ,), ownership=unknown)
    assert judge(ownership=unknown).status is C
    assert judge(grants=(READ,), ownership=unknown, bucket=ON).status is C


SWITCHES = st.tuples(st.booleans(), st.booleans(), st.booleans(), st.booleans())
GRANTS = st.lists(st.sampled_from((READ, WRITE, (LOG_DELIVERY, "WRITE"))), max_size=3).map(tuple)


@given(st.booleans(), GRANTS, SWITCHES, SWITCHES)
def test_it_does_not_matter_whether_bucket_or_account_blocks(
    public: bool, grants: tuple[tuple[str, str], ...], one: tuple[bool, ...], other: tuple[bool, ...]
) -> None:
    assert judge(public=public, grants=grants, bucket=one, account=other) == judge(
        public=public, grants=grants, bucket=other, account=one
    )


@given(st.booleans(), GRANTS, SWITCHES, SWITCHES, st.integers(0, 3))
def test_one_more_switch_never_opens_a_bucket(
    public: bool, grants: tuple[tuple[str, str], ...], bucket: tuple[bool, ...], account: tuple[bool, ...], which: int
) -> None:
    more = (*bucket[:which], True, *bucket[which + 1 :])
    if judge(public=public, grants=grants, bucket=bucket, account=account).status is C:
        assert judge(public=public, grants=grants, bucket=more, account=account).status is C


@given(st.booleans(), GRANTS, SWITCHES)
def test_nothing_is_public_behind_all_four_switches(
    public: bool, grants: tuple[tuple[str, str], ...], other: tuple[bool, ...]
) -> None:
    assert judge(public=public, grants=grants, bucket=ON, account=other).status is C
    assert judge(public=public, grants=grants, bucket=other, account=ON).status is C


@pytest.mark.parametrize("switches", list(itertools.product((True, False), repeat=4)))
def test_s3_account_level_public_access_blocks(switches: tuple[bool, ...]) -> None:
    verdict = s3_account_level_public_access_blocks(AccountPublicAccessBlock(*switches))
    assert verdict.status is (C if all(switches) else N)
    names = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    assert [name for name in names if name in verdict.reason] == [
        name for name, on in zip(names, switches, strict=True) if not on
    ]


def test_an_account_that_never_configured_a_block_has_none() -> None:
    verdict = s3_account_level_public_access_blocks(AccountPublicAccessBlock.parse({}))
    assert verdict.status is N
    assert verdict.reason == (
        "Block Public Access is off for the account: "
        "BlockPublicAcls, IgnorePublicAcls, BlockPublicPolicy, RestrictPublicBuckets"
    )


@pytest.mark.parametrize(
    ("bucket", "account", "own", "effective", "reason"),
    [
        pytest.param(
            ON, NONE, C, C, "Block Public Access is on for the bucket: all four settings", id="the bucket's are on"
        ),
        pytest.param(
            NONE,
            ON,
            N,
            C,
            "Block Public Access is off for the bucket: BlockPublicAcls, IgnorePublicAcls, "
            "BlockPublicPolicy, RestrictPublicBuckets; the account has them on",
            id="only the account's are on",
        ),
        pytest.param(
            ONLY_NEW,
            IGNORES,
            N,
            N,
            "Block Public Access is off for the bucket: IgnorePublicAcls, RestrictPublicBuckets; also off"
            " for the account: RestrictPublicBuckets",
            id="one is on nowhere",
        ),
        pytest.param(ONLY_NEW, (False, True, False, True), N, C, "", id="each has two"),
    ],
)
def test_s3_bucket_level_public_access_prohibited(
    bucket: tuple[bool, ...], account: tuple[bool, ...], own: Status, effective: Status, reason: str
) -> None:
    facets = BucketPublicAccessBlock(*bucket), AccountPublicAccessBlock(*account)
    verdict = s3_bucket_level_public_access_prohibited(*facets)
    assert verdict.status is own
    assert reason in ("", verdict.reason)
    assert s3_bucket_level_public_access_prohibited(*facets, effective=True).status is effective


@pytest.mark.parametrize(
    ("ownership", "status", "reason"),
    [
        ("BucketOwnerEnforced", C, "ACLs are disabled (Object Ownership: BucketOwnerEnforced)"),
        ("BucketOwnerPreferred", N, "ACLs are enabled (Object Ownership: BucketOwnerPreferred)"),
        ("ObjectWriter", N, ""),
        ("", N, ""),
    ],
)
def test_s3_bucket_acl_prohibited(ownership: str, status: Status, reason: str) -> None:
    verdict = s3_bucket_acl_prohibited(BucketOwnershipControls(ownership))
    assert verdict.status is status
    assert reason in ("", verdict.reason)


def test_ownership_that_is_not_known_is_no_verdict() -> None:
    with pytest.raises(UnknownField, match="new word"):
        s3_bucket_acl_prohibited(BucketOwnershipControls(Unknown("a new word")))


OTHER = {"AWS": "arn:aws:iam::111122223333:root"}
BUCKET = Resource("AWS::S3::Bucket", "site", "123456789012", "eu-west-1", arn="arn:aws:s3:::site")


def allowing(principal: object, *actions: str, **more: object) -> BucketPolicy:
    said = {"Effect": "Allow", "Principal": principal, "Action": list(actions), "Resource": "*", **more}
    return BucketPolicy.parse({"Policy": json.dumps({"Statement": [said]})})


@pytest.mark.parametrize(
    ("policy", "status", "reason"),
    [
        pytest.param(
            BucketPolicy.parse({}),
            C,
            "Bucket policy allows no other account to call s3:DeleteBucketPolicy, s3:PutBucketAcl, "
            "s3:PutBucketPolicy, s3:PutEncryptionConfiguration, s3:PutObjectAcl",
            id="no policy",
        ),
        pytest.param(
            allowing(OTHER, "s3:GetObject", "s3:PutObject"),
            C,
            "Bucket policy allows no other account to call s3:DeleteBucketPolicy, s3:PutBucketAcl, "
            "s3:PutBucketPolicy, s3:PutEncryptionConfiguration, s3:PutObjectAcl",
            id="other actions",
        ),
        pytest.param(
            allowing(OTHER, "s3:PutBucketAcl"),
            N,
            "Bucket policy allows s3:PutBucketAcl to arn:aws:iam::111122223333:root",
            id="another account",
        ),
        pytest.param(
            allowing(OTHER, "s3:*Policy"),
            N,
            "Bucket policy allows s3:DeleteBucketPolicy, s3:PutBucketPolicy to arn:aws:iam::111122223333:root",
            id="a pattern of actions",
        ),
        pytest.param(
            allowing("*", "s3:*"),
            N,
            "Bucket policy allows s3:DeleteBucketPolicy, s3:PutBucketAcl, s3:PutBucketPolicy, "
            's3:PutEncryptionConfiguration, s3:PutObjectAcl to everyone (Principal "*")',
            id="everybody",
        ),
        pytest.param(allowing({"AWS": "123456789012"}, "s3:*"), C, "", id="its own account"),
        pytest.param(allowing({"Service": "s3.amazonaws.com"}, "s3:*"), C, "", id="a service"),
        pytest.param(
            allowing("*", "s3:*", Condition={"StringEquals": {"aws:PrincipalAccount": "123456789012"}}),
            C,
            "",
            id="everybody of its own account",
        ),
    ],
)
def test_s3_bucket_cross_account_writes_prohibited(policy: BucketPolicy, status: Status, reason: str) -> None:
    verdict = s3_bucket_cross_account_writes_prohibited(BUCKET, policy)
    assert verdict.status is status
    assert reason in verdict.reason


@pytest.mark.parametrize(
    "action",
    [
        "s3:DeleteBucketPolicy",
        "s3:PutBucketAcl",
        "s3:PutBucketPolicy",
        "s3:PutEncryptionConfiguration",
        "s3:PutObjectAcl",
    ],
)
def test_each_action_that_takes_a_bucket_over_is_named(action: str) -> None:
    verdict = s3_bucket_cross_account_writes_prohibited(BUCKET, allowing(OTHER, action))
    assert verdict.status is N
    assert f" {action} " in verdict.reason


def test_which_actions_others_must_not_do_is_a_setting_and_a_policy_may_not_be_known() -> None:
    policy = allowing(OTHER, "s3:PutObject")
    assert s3_bucket_cross_account_writes_prohibited(BUCKET, policy, actions=("s3:Put*",)).status is N
    with pytest.raises(UnknownField, match="new word"):
        s3_bucket_cross_account_writes_prohibited(BUCKET, BucketPolicy(Unknown("a new word")))


def test_severities_and_controls() -> None:
    assert {
        check.id: (check.severity, check.controls)
        for check in (
            s3_bucket_public_access_prohibited,
            s3_account_level_public_access_blocks,
            s3_bucket_level_public_access_prohibited,
            s3_bucket_ssl_requests_only,
            s3_bucket_acl_prohibited,
            s3_bucket_cross_account_writes_prohibited,
        )
    } == {
        "s3-bucket-public-access-prohibited": (Severity.CRITICAL, ("FSBP S3.2", "FSBP S3.3")),
        "s3-account-level-public-access-blocks": (Severity.HIGH, ("FSBP S3.1",)),
        "s3-bucket-level-public-access-prohibited": (Severity.HIGH, ("FSBP S3.8",)),
        "s3-bucket-ssl-requests-only": (Severity.MEDIUM, ("FSBP S3.5",)),
        "s3-bucket-acl-prohibited": (Severity.MEDIUM, ("FSBP S3.12",)),
        "s3-bucket-cross-account-writes-prohibited": (Severity.HIGH, ("FSBP S3.6",)),
    }
