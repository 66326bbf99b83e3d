"""Checks of who can reach S3 buckets, and how."""

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

    What counts is what is left after the public-access blocks of the account and the bucket: RestrictPublicBuckets
    takes a public policy's effect on strangers away, IgnorePublicAcls that of public grants, and so does
    ownership enforced by the bucket's owner, under which no access control list counts at all.

    Problem: S3 bucket is public
    Why: What a stranger can list or read will be found; public buckets are searched for all the time.
    Fix: `aws s3api put-public-access-block --bucket NAME --public-access-block-configuration
      BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true` Serve public
      content through CloudFront.
    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
    """
    block = account.joined(bucket)
    open_by_policy = status.public is True and not block.restrict_public_buckets
    grants = () if block.ignore_public_acls else acl.public
    if grants and known(ownership.object_ownership) == "BucketOwnerEnforced":
        grants = ()
    found = (["its policy is public"] if open_by_policy else []) + [f"its ACL grants {grant}" for grant in grants]
    if found:
        return non_compliant(f"the bucket is public: {', '.join(found)}")
    if not block.restrict_public_buckets:
        known(status.public)
    kept = (["a public policy is restricted"] if status.public is True else []) + (
        ["public grants are ignored"] if acl.public else []
    )
    return compliant(f"the bucket is not public{': ' + ', '.join(kept) if kept else ''}")


@check(severity=Severity.HIGH, controls=("FSBP S3.1",))
def s3_account_level_public_access_blocks(block: AccountPublicAccessBlock) -> Verdict:
    """AWS accounts should block public access to all their S3 buckets.

    Problem: account does not block public access
    Why: The account's switches hold for every bucket, those of tomorrow too, whatever a bucket's own say.
    Fix: `aws s3control put-public-access-block --account-id ACCOUNT --public-access-block-configuration
      BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/s3-account-level-public-access-blocks-periodic.html
    """
    return _all_on(block)


@check(severity=Severity.HIGH, controls=("FSBP S3.8",))
def s3_bucket_level_public_access_prohibited(
    bucket: BucketPublicAccessBlock, account: AccountPublicAccessBlock, *, effective: bool = False
) -> Verdict:
    """S3 buckets should block public access.

    AWS's control wants all four switches on the bucket itself; with `effective` those of the account count too. The
    reason says what holds of both.

    Problem: Block Public Access is off
    Why: A bucket that blocks public access stays private whatever policy or list somebody puts on it later.
    Fix: `aws s3api put-public-access-block --bucket NAME --public-access-block-configuration
      BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/s3-bucket-level-public-access-prohibited.html
    """
    joined = account.joined(bucket)
    if effective or not bucket.off:
        return _all_on(joined if effective else bucket)
    rest = f"with the account's, off are {', '.join(joined.off)}" if joined.off else "the account's block all the same"
    return non_compliant(f"off are {', '.join(bucket.off)} of the bucket's own switches; {rest}")


@check(severity=Severity.MEDIUM, controls=("FSBP S3.5",), version=2)
def s3_bucket_ssl_requests_only(policy: BucketPolicy) -> Verdict:
    """S3 buckets should refuse requests without TLS.

    The policy must deny everybody all of S3's actions, on the bucket and on its objects, when aws:SecureTransport is
    false. Several statements may do it together; a statement that is narrowed otherwise does not count.
    s3:TlsVersion counts only with an operator that ends in IfExists: without TLS there is no version to compare.

    Problem: requests without TLS are allowed
    Why: Without the statement S3 answers plain HTTP, and what passes can be read and changed on the way.
    Fix: `aws s3api put-bucket-policy --bucket NAME --policy file://POLICY.json` Add to the policy a statement with
      Effect Deny, Principal *, Action s3:*, the ARNs of the bucket and of its objects, and the condition {"Bool":
      {"aws:SecureTransport": "false"}}.
    Source: https://docs.aws.amazon.com/config/latest/developerguide/s3-bucket-ssl-requests-only.html
    """
    statements = known(policy.policy).statements
    denying = [statement for statement in statements if _denies_plain_http(statement)]
    bucket = any(_covers_bucket(resource) for statement in denying for resource in statement.resources)
    objects = any(_covers_objects(resource) for statement in denying for resource in statement.resources)
    if bucket and objects:
        return compliant("its policy denies every request without TLS")
    if not statements:
        return non_compliant("it has no policy that denies requests without TLS")
    if denying:
        named = sorted({resource for statement in denying for resource in statement.resources})
        spared = sorted({f"all but {resource}" for statement in denying for resource in statement.not_resources})
        where = "the bucket" if bucket and len(named) == 1 else "objects" if objects else ", ".join([*named, *spared])
        return non_compliant(f"its policy denies requests without TLS on {where} only")
    return non_compliant("no statement of its policy denies everybody all actions without TLS")


@check(severity=Severity.HIGH, controls=("FSBP S3.6",), version=2)
def s3_bucket_cross_account_writes_prohibited(
    bucket: Resource, policy: BucketPolicy, *, actions: tuple[str, ...] = _TAKING_OVER
) -> Verdict:
    """S3 buckets should not let other accounts change who may do what.

    `actions` are those that AWS's control names. Everybody is of another account too.

    Problem: another account can change the bucket
    Why: Whoever may change a bucket's policy, lists or encryption can take it over and lock its owner's rules out.
    Fix: Remove the actions from the statement that names the other account, in the file that the first command
      writes. `aws s3api get-bucket-policy --bucket NAME --query Policy --output text > NAME.json` `aws s3api
      put-bucket-policy --bucket NAME --policy file://NAME.json`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html#s3-6
    """
    found = {action: foreign(known(policy.policy), bucket.account_id, (action,)) for action in actions}
    if not any(found.values()):
        return compliant("its policy lets no other account do any of these actions")
    named = "; ".join(f"{action} by {', '.join(names)}" for action, names in found.items() if names)
    return non_compliant(f"its policy allows {named}")


@check(severity=Severity.MEDIUM, controls=("FSBP S3.12",))
def s3_bucket_acl_prohibited(ownership: BucketOwnershipControls) -> Verdict:
    """S3 buckets should have access control lists disabled.

    Problem: S3 ACLs are enabled
    Why: With lists on, who may read an object is decided object by object, by whoever wrote it.
    Fix: Replace ACL grants to others with statements of the bucket policy first: they stop working. `aws s3api
      put-bucket-acl --bucket NAME --acl private` `aws s3api put-bucket-ownership-controls --bucket NAME
      --ownership-controls "Rules=[{ObjectOwnership=BucketOwnerEnforced}]"`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/s3-bucket-acl-prohibited.html
    """
    setting = known(ownership.object_ownership) or "ObjectWriter"
    if setting == "BucketOwnerEnforced":
        return compliant("the bucket's owner owns every object: lists are disabled")
    return non_compliant(f"object ownership is {setting}: lists are in force")


def _all_on(block: PublicAccessBlock) -> Verdict:
    if block.off:
        return non_compliant(f"off are {', '.join(block.off)}")
    return compliant("all four switches are on")


def _denies_plain_http(statement: Statement) -> bool:
    """Whether it denies everybody everything whenever a request comes without TLS, whatever else it denies."""
    everything = any(covers(action, "s3:*") for action in statement.actions)
    tested = all(_true_without_tls(condition) for condition in statement.conditions)
    return not statement.allow and statement.everybody and everything and tested


def _true_without_tls(condition: Condition) -> bool:
    """Whether a request without TLS always meets it: there aws:SecureTransport is false, and no s3:TlsVersion is."""
    values = {"aws:securetransport": ("false",), "s3:tlsversion": None}
    return condition.key in values and met(condition, values[condition.key]) is True


def _covers_bucket(resource: str) -> bool:
    bucket, slash, _ = _bucket_and_key(resource)
    return bool(bucket) and not slash


def _covers_objects(resource: str) -> bool:
    """Whether it names every object: S3 takes no policy that names another bucket, so that only the key matters."""
    bucket, slash, key = _bucket_and_key(resource)
    if not slash:
        return bucket.endswith("*")
    # No key is empty, so that one `?` beside a `*` leaves none out.
    return bool(bucket) and set(key) in ({"*"}, {"*", "?"}) and key.count("?") <= 1


def _bucket_and_key(resource: str) -> tuple[str, str, str]:
    """Split a pattern of S3's ARNs, or of their last parts, at the slash before the key; all empty for any other."""
    arn = Arn.parse(resource)
    ours = ":" not in resource or (arn and (arn.service, arn.region, arn.account) == ("s3", "", ""))
    return (arn.resource if arn else resource).partition("/") if ours else ("", "", "")
