"""Checks of access to S3 buckets."""

from collections.abc import Sequence

from muster.analysis.patterns.globs import covers
from muster.analysis.policies.access import foreign
from muster.analysis.policies.conditions import met
from muster.analysis.policies.document import Condition, Statement
from muster.facets.s3.buckets import (
    AccountPublicAccessBlock,
    BucketAcl,
    BucketOwnershipControls,
    BucketPolicy,
    BucketPolicyStatus,
    BucketPublicAccessBlock,
    PublicAccessBlock,
)
from muster.model.arn import Arn
from muster.model.check import check
from muster.model.finding import Resource, Severity, Verdict, compliant, known, non_compliant

_EVERYONE = 'everyone (Principal "*")'
"""The name that `foreign` gives to everyone without a condition."""
_TAKING_OVER = (
    "s3:DeleteBucketPolicy",
    "s3:PutBucketAcl",
    "s3:PutBucketPolicy",
    "s3:PutEncryptionConfiguration",
    "s3:PutObjectAcl",
)


@check(severity=Severity.CRITICAL, controls=("FSBP S3.2", "FSBP S3.3"))
def s3_bucket_public_access_prohibited(
    status: BucketPolicyStatus,
    acl: BucketAcl,
    ownership: BucketOwnershipControls,
    bucket: BucketPublicAccessBlock,
    account: AccountPublicAccessBlock,
) -> Verdict:
    """S3 buckets should not be public.

    The check looks at the access that remains after the Block Public Access settings of the account and the bucket.
    RestrictPublicBuckets limits a public policy to AWS services and the bucket's own account. IgnorePublicAcls ignores
    public ACL grants. With Object Ownership BucketOwnerEnforced, ACLs have no effect.

    Problem: S3 bucket is public
    Why: Anyone on the internet can use a public bucket, and scanners search for public buckets all the time.
    Fix: `aws s3api put-public-access-block --bucket NAME --public-access-block-configuration
      BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true` If the content must
      be public, serve it through CloudFront.
    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
    """
    block = account.joined(bucket)
    open_by_policy = status.public is True and not block.restrict_public_buckets
    grants = () if block.ignore_public_acls else acl.public
    if grants and known(ownership.object_ownership) == "BucketOwnerEnforced":
        grants = ()
    found = ["its policy allows public access"] if open_by_policy else []
    found += [f"its ACL grants {grant}" for grant in grants]
    if found:
        return non_compliant(f"Bucket is public: {', '.join(found)}").about(*(("policy",) if open_by_policy else ()))
    if not block.restrict_public_buckets:
        known(status.public)
    kept = ["RestrictPublicBuckets limits its public policy"] if status.public is True else []
    if acl.public:
        ignored_by = "IgnorePublicAcls" if block.ignore_public_acls else "Object Ownership BucketOwnerEnforced"
        kept += [f"{ignored_by} ignores its public ACL grants"]
    return compliant(f"Bucket is not public{': ' + ', '.join(kept) if kept else ''}")


@check(severity=Severity.HIGH, controls=("FSBP S3.1",))
def s3_account_level_public_access_blocks(block: AccountPublicAccessBlock) -> Verdict:
    """AWS accounts should block public access to all their S3 buckets.

    Problem: account does not block public access
    Why: The account's settings protect every bucket, including buckets created later, whatever the bucket's own
      settings and policies are.
    Fix: `aws s3control put-public-access-block --account-id ACCOUNT --public-access-block-configuration
      BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/s3-account-level-public-access-blocks-periodic.html
    """
    return _all_on(block, "the account")


@check(severity=Severity.HIGH, controls=("FSBP S3.8",))
def s3_bucket_level_public_access_prohibited(
    bucket: BucketPublicAccessBlock, account: AccountPublicAccessBlock, *, effective: bool = False
) -> Verdict:
    """S3 buckets should block public access.

    AWS's control requires all four Block Public Access settings on the bucket itself. With `effective`, the account's
    settings count too.

    Problem: Block Public Access is off
    Why: A bucket with Block Public Access stays private even if someone later adds a public policy or ACL.
    Fix: `aws s3api put-public-access-block --bucket NAME --public-access-block-configuration
      BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/s3-bucket-level-public-access-prohibited.html
    """
    joined = account.joined(bucket)
    if not bucket.off:
        return _all_on(bucket, "the bucket")
    if effective and not joined.off:
        return compliant("Block Public Access settings of the bucket and the account together are all on")
    if effective or joined.off == bucket.off:
        return _all_on(joined, "the bucket and the account")
    rest = f"also off for the account: {', '.join(joined.off)}" if joined.off else "the account has them on"
    return non_compliant(f"Block Public Access is off for the bucket: {', '.join(bucket.off)}; {rest}")


@check(severity=Severity.MEDIUM, controls=("FSBP S3.5",), version=2)
def s3_bucket_ssl_requests_only(bucket: Resource, policy: BucketPolicy) -> Verdict:
    """S3 buckets should refuse requests without TLS.

    The bucket policy must deny all S3 actions to everyone, on the bucket and on its objects, when aws:SecureTransport
    is false. Several statements may do this together. A statement with further conditions does not count. A condition
    on s3:TlsVersion counts only with an operator that ends in IfExists, because a request without TLS has no version.

    Problem: requests without TLS are allowed
    Why: Without such a statement S3 answers plain HTTP, and anyone on the network path can read and change the data.
    Fix: Add a statement to the bucket policy. The command keeps the statements that the policy has; it needs jq.
      `policy=$(aws s3api get-bucket-policy --bucket NAME --query Policy --output text 2>&1 | jq -Rs --arg bucket NAME
      '(fromjson? // (if test("NoSuchBucketPolicy") then {Version: "2012-10-17"} else error end)) | .Statement =
      ([.Statement // []] | flatten) + [{Sid: "DenyRequestsWithoutTls", Effect: "Deny", Principal: "*", Action: "s3:*",
      Resource: ("arn:PARTITION:s3:::" + $bucket | [., . + "/*"]), Condition: {Bool: {"aws:SecureTransport":
      "false"}}}]') && aws s3api put-bucket-policy --bucket NAME --policy "$policy"`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/s3-bucket-ssl-requests-only.html
    """
    statements = known(policy.policy).statements
    denying = [statement for statement in statements if _denies_plain_http(statement)]
    itself = any(_covers_bucket(resource) for statement in denying for resource in statement.resources)
    objects = any(_covers_objects(resource) for statement in denying for resource in statement.resources)
    if itself and objects:
        return compliant("Bucket policy denies all requests without TLS")
    if not statements:
        reason = "Bucket has no policy, so requests without TLS are allowed"
    elif denying:
        reason = f"Bucket policy denies requests without TLS only on {_where(denying, itself=itself, objects=objects)}"
    else:
        reason = "Bucket policy has no statement that denies all requests without TLS"
    return non_compliant(reason, partition=bucket.partition)


@check(
    severity=Severity.HIGH,
    controls=("FSBP S3.6",),
    version=2,
    yields_to=("s3-bucket-public-access-prohibited",),
)
def s3_bucket_cross_account_writes_prohibited(
    bucket: Resource, policy: BucketPolicy, *, actions: tuple[str, ...] = _TAKING_OVER
) -> Verdict:
    """S3 bucket policies should not let other accounts change permissions or encryption.

    The default `actions` are those that AWS's control names. Grants to everyone count as cross-account grants.

    Problem: another account can change the bucket
    Why: An account that can change a bucket's policy, ACLs or encryption can take the bucket over.
    Fix: Save the policy: `aws s3api get-bucket-policy --bucket NAME --query Policy --output text > NAME.json` In this
      file, remove the actions from the statements that allow other accounts. Then replace the policy with the file:
      `aws s3api put-bucket-policy --bucket NAME --policy file://NAME.json`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html#s3-6
    """
    found = {action: foreign(known(policy.policy), bucket.account_id, (action,)) for action in actions}
    if not any(found.values()):
        return compliant(f"Bucket policy allows no other account to call {', '.join(actions)}")
    allowed: dict[tuple[str, ...], list[str]] = {}
    for action, names in found.items():
        if names:
            allowed.setdefault(names, []).append(action)
    named = "; ".join(f"{', '.join(each)} to {', '.join(names)}" for names, each in allowed.items())
    reason = f"Bucket policy allows {named}"
    facts = ("policy" if name == _EVERYONE else name for names in allowed for name in names)
    return non_compliant(reason).about(*facts, adds=reason)


@check(severity=Severity.MEDIUM, controls=("FSBP S3.12",))
def s3_bucket_acl_prohibited(ownership: BucketOwnershipControls) -> Verdict:
    """S3 buckets should have ACLs disabled.

    Problem: S3 ACLs are enabled
    Why: With ACLs, each writer decides object by object who may read, and the bucket policy does not show it.
    Fix: First replace ACL grants to others with bucket policy statements, because these grants stop working. Reset the
      ACL to private: `aws s3api put-bucket-acl --bucket NAME --acl private` Then disable ACLs: `aws s3api
      put-bucket-ownership-controls --bucket NAME --ownership-controls "Rules=[{ObjectOwnership=BucketOwnerEnforced}]"`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/s3-bucket-acl-prohibited.html
    """
    setting = known(ownership.object_ownership) or "ObjectWriter"
    if setting == "BucketOwnerEnforced":
        return compliant("ACLs are disabled (Object Ownership: BucketOwnerEnforced)")
    return non_compliant(f"ACLs are enabled (Object Ownership: {setting})")


def _all_on(block: PublicAccessBlock, whose: str) -> Verdict:
    if block.off:
        return non_compliant(f"Block Public Access is off for {whose}: {', '.join(block.off)}")
    return compliant(f"Block Public Access is on for {whose}: all four settings")


def _where(denying: Sequence[Statement], *, itself: bool, objects: bool) -> str:
    """Return the part of a bucket that some statements protect."""
    named = sorted({resource for statement in denying for resource in statement.resources})
    spared = sorted({f"everything except {resource}" for statement in denying for resource in statement.not_resources})
    if itself and len(named) == 1:
        return "the bucket itself, not on its objects"
    return "objects, not on the bucket itself" if objects else ", ".join([*named, *spared])


def _denies_plain_http(statement: Statement) -> bool:
    """Whether it denies all actions to everyone whenever a request comes without TLS."""
    everything = any(covers(action, "s3:*") for action in statement.actions)
    tested = all(_true_without_tls(condition) for condition in statement.conditions)
    return not statement.allow and statement.everybody and everything and tested


def _true_without_tls(condition: Condition) -> bool:
    """Whether every request without TLS meets it: aws:SecureTransport is false there, and s3:TlsVersion is absent."""
    values = {"aws:securetransport": ("false",), "s3:tlsversion": None}
    return condition.key in values and met(condition, values[condition.key]) is True


def _covers_bucket(resource: str) -> bool:
    bucket, slash, _ = _bucket_and_key(resource)
    return bool(bucket) and not slash


def _covers_objects(resource: str) -> bool:
    """Whether it names every object: S3 rejects a policy that names another bucket, so only the key matters."""
    bucket, slash, key = _bucket_and_key(resource)
    if not slash:
        return bucket.endswith("*")
    # No key is empty, so one `?` next to a `*` still matches every key.
    return bool(bucket) and set(key) in ({"*"}, {"*", "?"}) and key.count("?") <= 1


def _bucket_and_key(resource: str) -> tuple[str, str, str]:
    """Split a pattern of S3 ARNs, or of their last part, at the slash before the key; all empty for anything else."""
    arn = Arn.parse(resource)
    ours = ":" not in resource or (arn and (arn.service, arn.region, arn.account) == ("s3", "", ""))
    return (arn.resource if arn else resource).partition("/") if ours else ("", "", "")
