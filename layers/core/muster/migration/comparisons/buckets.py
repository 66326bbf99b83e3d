"""Comparisons of S3 buckets: existence, versions, encryption, access, and how long objects are kept."""

from muster.facets.kms import SYMMETRIC, Key, KeyUse
from muster.facets.s3.buckets import BucketPublicAccessBlock, BucketVersioning
from muster.facets.s3.lifecycle import BucketLifecycle, Rule
from muster.facets.s3.resilience import BucketObjectLock
from muster.migration.comparison import compares
from muster.migration.file import BucketItem
from muster.migration.relatives import BUCKET
from muster.migration.replication.keys import encryption_of
from muster.migration.sides import Pair, Source, Target
from muster.model.arn import Arn
from muster.model.finding import Severity, Unknown, Verdict, compliant, known, non_compliant, not_applicable
from muster.model.text import listed
from muster.snapshots.snapshot import Snapshot

_SHOWN = 4


@compares(BUCKET, severity=Severity.CRITICAL, existence=True)
def target_bucket_exists(source: Source, target: Target) -> Verdict:
    """Target buckets should exist in the target region.

    The source must exist in the source region, too: names of buckets are global, and a name alone does not say where a
    bucket is.

    Problem: no target bucket
    Why: Without its bucket the application has nowhere to read and write in the target region.
    Fix: `muster migration template FILE --output target.yaml` `aws cloudformation deploy --template-file
      target.yaml --stack-name STACK --capabilities CAPABILITY_NAMED_IAM`
    Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html
    """
    for side in (source, target):
        if not side.own.exists:
            return non_compliant(f"there is no bucket {side.resource.id}; it is expected in {side.resource.region}")
    for side in (source, target):
        region = str(side.own.answer("location").get("Region") or "")
        if not region:
            known(Unknown(f"AWS did not say in which region the bucket {side.resource.id} is"))
        if region != side.resource.region:
            return non_compliant(f"the bucket {side.resource.id} is in {region}, not in {side.resource.region}")
    return compliant(f"the bucket exists in {target.resource.region}")


@compares(BUCKET, severity=Severity.HIGH)
def target_bucket_versioned(source: Source, target: Target, pair: Pair) -> Verdict:
    """Target buckets should have versioning enabled, and so should their source where it is replicated.

    Problem: versioning is off
    Why: S3 replicates only between versioned buckets; with versioning suspended at the target, replication fails.
    Fix: `aws s3api put-bucket-versioning --bucket NAME --versioning-configuration Status=Enabled` If the reason names
      the source bucket, use its name and region.
    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-requirements.html
    """
    replicated = isinstance(pair.item, BucketItem) and pair.item.replicated
    off = []
    for side in (target, source) if replicated else (target,):
        status = known(side.own.facet("versioning", BucketVersioning).status)
        if status != "Enabled":
            off.append(f"versioning of {side.resource.id} is {status.lower() or 'off'}")
    if off:
        return non_compliant("; ".join(off))
    return compliant(f"versioning is enabled{', at the source, too' if replicated else ''}")


@compares(BUCKET, severity=Severity.HIGH)
def target_bucket_encrypted(target: Target) -> Verdict:
    """Target buckets should be encrypted with a customer managed KMS key of the target region.

    The key must be enabled, symmetric and for encryption.

    Problem: no customer managed KMS key
    Why: The policy of an AWS managed key cannot be changed: it grants no other account access.
    Fix: `aws s3api put-bucket-encryption --bucket NAME --server-side-encryption-configuration
      "Rules=[{ApplyServerSideEncryptionByDefault={SSEAlgorithm=aws:kms,KMSMasterKeyID=KEY-ARN},BucketKeyEnabled=true}]"`
      If the key is disabled, `aws kms enable-key --key-id KEY-ARN` enables it.
    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
    """
    encryption = encryption_of(target)
    if not encryption.kms:
        return non_compliant(f"the default encryption is {encryption.algorithm or 'none'}, not KMS")
    key = target.other("key")
    if key is None:
        return non_compliant("the default encryption names no key: S3 uses the AWS managed key aws/s3")
    if fault := _key_fault(key, target.resource.region):
        return non_compliant(f"the key {encryption.key_id} {fault}")
    return compliant(f"encrypted with the customer managed key {encryption.key_id}")


@compares(BUCKET, severity=Severity.CRITICAL)
def target_bucket_public_access_blocked(target: Target) -> Verdict:
    """Target buckets should block public access with all four settings.

    Problem: public access is not blocked
    Why: A policy or ACL that is copied or written later could open the bucket to everyone.
    Fix: `aws s3api put-public-access-block --bucket NAME --public-access-block-configuration
      BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true`
    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
    """
    off = target.own.facet("public-access-block", BucketPublicAccessBlock).off
    return non_compliant(f"off: {', '.join(off)}") if off else compliant("all four settings are on")


@compares(BUCKET, severity=Severity.MEDIUM)
def target_bucket_objects_expire(target: Target, pair: Pair) -> Verdict:
    """Target buckets should expire all objects after the days that the migration file says, and old versions, too.

    An enabled rule without prefix, tags and sizes must do so; S3 acts on the earliest of several. In a versioned bucket
    an expiration only adds a delete marker: noncurrent versions must expire as well, within as many days. Replicas
    count their age from the creation of the original.

    Problem: objects do not expire as planned
    Why: Objects that never expire are paid for ever, and those that expire early are lost.
    Fix: `aws s3api put-bucket-lifecycle-configuration --bucket NAME --lifecycle-configuration
      file://LIFECYCLE.json` The call replaces all rules. Keep those that exist, and add an enabled rule with an empty
      Filter, Expiration and NoncurrentVersionExpiration.
    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
    """
    days, rules = pair.file.expiry_days, target.own.facet("lifecycle", BucketLifecycle).rules
    whole = [rule for rule in rules if rule.whole]
    dated = [rule.expiration for rule in whole if rule.expiration and rule.expiration.days is None]
    found = [rule.expiration.days for rule in whole if rule.expiration and rule.expiration.days is not None]
    if dated:
        return non_compliant(f"all objects expire {dated[0]}; {days} days are expected")
    if not found:
        return non_compliant(_no_rule(rules, "expires objects", [rule for rule in rules if rule.expiration]))
    if min(found) != days:
        return non_compliant(f"objects expire after {min(found)} days, {days} are expected")
    noncurrent = [rule for rule in whole if rule.noncurrent is not None]
    in_time = [rule for rule in noncurrent if rule.noncurrent is not None and rule.noncurrent <= days]
    if not in_time:
        late = f"noncurrent versions expire after {noncurrent[0].noncurrent} days only" if noncurrent else ""
        partial = [rule for rule in rules if rule.noncurrent is not None]
        return non_compliant(late or _no_rule(rules, "expires noncurrent versions", partial))
    kept = min(rule.keeps for rule in in_time)
    return compliant(
        f"objects expire after {days} days, noncurrent versions after {min(rule.noncurrent or 0 for rule in in_time)}"
        + (f", but the newest {kept} of each object" if kept else "")
    )


@compares(BUCKET, severity=Severity.LOW)
def target_bucket_uploads_aborted(target: Target) -> Verdict:
    """Target buckets should abort incomplete multipart uploads.

    Problem: incomplete uploads are kept
    Why: Parts of uploads that never ended are paid for, and no listing of objects shows them.
    Fix: `aws s3api put-bucket-lifecycle-configuration --bucket NAME --lifecycle-configuration
      file://LIFECYCLE.json` The call replaces all rules. Keep those that exist, and add an enabled rule with an empty
      Filter and AbortIncompleteMultipartUpload.
    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpu-abort-incomplete-mpu-lifecycle-config.html
    """
    rules = target.own.facet("lifecycle", BucketLifecycle).rules
    aborting = [rule for rule in rules if rule.aborts is not None]
    days = [rule.aborts for rule in aborting if rule.whole and rule.aborts is not None]
    if days:
        return compliant(f"incomplete uploads are aborted after {min(days)} days")
    return non_compliant(_no_rule(rules, "aborts incomplete uploads", aborting))


@compares(BUCKET, severity=Severity.HIGH)
def target_bucket_object_lock(source: Source, target: Target) -> Verdict:
    """Target buckets should have Object Lock where their source has it.

    Problem: Object Lock is off
    Why: S3 does not replicate from a bucket with Object Lock to one without, and locked objects would lose their lock.
    Fix: `aws s3api put-object-lock-configuration --bucket NAME --object-lock-configuration ObjectLockEnabled=Enabled`
      It cannot be switched off again.
    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html
    """
    if not source.own.facet("object-lock", BucketObjectLock).enabled:
        return not_applicable("the source has no Object Lock")
    if target.own.facet("object-lock", BucketObjectLock).enabled:
        return compliant("Object Lock is on, as at the source")
    return non_compliant("Object Lock is off; the source has it")


def _key_fault(key: Snapshot, region: str) -> str:
    """Return why a key is not a customer managed one that S3 can use in a region; empty where it is one."""
    if not key.exists:
        return "does not exist"
    found, use = key.facet("key", Key), key.facet("key", KeyUse)
    where = Arn.of(use.arn).region
    if known(found.manager) != "CUSTOMER":
        return "is AWS managed"
    if where != region:
        return f"is in {where}, the bucket in {region}"
    if known(found.state) != "Enabled":
        return f"is {found.state}"
    if known(use.usage) != "ENCRYPT_DECRYPT" or known(found.spec) != SYMMETRIC:
        return f"is for {use.usage} with {found.spec}; S3 needs ENCRYPT_DECRYPT with {SYMMETRIC}"
    return ""


def _no_rule(rules: tuple[Rule, ...], does: str, near: list[Rule]) -> str:
    """Return that no rule does it for all objects, and why those that come near do not count."""
    if not rules:
        return "there are no lifecycle rules"
    faults = [f"the rule {rule.id or 'without an id'} {_fault(rule)}" for rule in near]
    return f"no enabled rule for all objects {does}" + (f": {listed(faults, _SHOWN)}" if faults else "")


def _fault(rule: Rule) -> str:
    if not rule.enabled:
        return "is disabled"
    return f"covers only the prefix {rule.prefix}" if rule.prefix else "covers only objects of some tags or sizes"
