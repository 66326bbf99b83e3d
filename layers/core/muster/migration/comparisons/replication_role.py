"""Comparisons of the role that replicates a bucket: its trust, and all permissions, on both buckets and keys."""

from collections.abc import Iterable, Iterator

from muster.analysis.authorization.roles import Decision, ResourcePolicy, Role, admission, decide, denial
from muster.analysis.authorization.service_access import ServiceRequest, admits
from muster.analysis.policies.document import Policy
from muster.migration.comparison import compares
from muster.migration.relatives import BUCKET
from muster.migration.replication import role as roles
from muster.migration.replication.keys import aws_managed_key, decide_on_key, encryption_of, is_key, key_of
from muster.migration.replication.rules import rules_between, skipped
from muster.migration.sides import Pair, Side, Source, Target
from muster.model.arn import Arn
from muster.model.finding import Severity, Unknown, Verdict, compliant, known, non_compliant, not_applicable
from muster.snapshots.snapshot import Snapshot

_S3 = "s3.amazonaws.com"
_NO_KMS = "the source's default encryption is not KMS"


@compares(BUCKET, severity=Severity.HIGH)
def target_bucket_replication_role_trusts_s3(source: Source, pair: Pair) -> Verdict:
    """Target buckets should be written by a replication role that exists and that S3 may assume.

    Problem: S3 cannot assume the replication role
    Why: Without the role, S3 replicates nothing; objects get the status FAILED.
    Fix: `aws iam update-assume-role-policy --role-name ROLE-NAME --policy-document file://TRUST.json` Allow
      sts:AssumeRole to the service principal s3.amazonaws.com.
    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html
    """
    if skip := skipped(pair):
        return skip
    role = source.other("role")
    if role is None:
        return not_applicable("the source has no replication rules: see target-bucket-replication-rule")
    if not role.exists:
        return non_compliant(f"the role {role.resource.id} does not exist")
    request = ServiceRequest(
        _S3,
        "sts:assumerole",
        str(role.resource.arn),
        roles.bucket_arn(source),
        {"aws:sourceaccount": source.resource.account_id},
    )
    admitted = admits(roles.trust_of(role), request)
    if admitted is None:
        known(Unknown(f"it is not known whether a condition in the trust policy of {role.resource.id} admits {_S3}"))
    if not admitted:
        return non_compliant(f"the trust policy of {role.resource.id} does not allow sts:AssumeRole to {_S3}")
    return compliant(f"{_S3} may assume {role.resource.id}")


@compares(BUCKET, severity=Severity.HIGH)
def target_bucket_replication_reads_source(source: Source, pair: Pair) -> Verdict:
    """Target buckets should be written by a role that may read the replication rules of the source and list it.

    Judged are the role's inline and attached policies and its permissions boundary. Service control policies are out of
    sight, and the policies of the buckets are another comparison.

    Problem: role cannot read the source bucket
    Why: S3 reads the rules and the delete markers with this role, and replicates nothing without.
    Fix: `aws iam put-role-policy --role-name ROLE-NAME --policy-name replication --policy-document file://POLICY.json`
      Allow s3:GetReplicationConfiguration and s3:ListBucket on the source bucket. The call replaces the role's policy
      of that name.
    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html
    """
    role = skipped(pair) or roles.role_of(source)
    if isinstance(role, Verdict):
        return role
    return _permitted(source, role, roles.ON_SOURCE_BUCKET, objects=False)


@compares(BUCKET, severity=Severity.HIGH)
def target_bucket_replication_reads_objects(source: Source, pair: Pair) -> Verdict:
    """Target buckets should be written by a role that may read all objects of the source, with their ACLs and tags.

    Where the source has Object Lock, the role needs s3:GetObjectRetention and s3:GetObjectLegalHold, too.
    s3:GetObjectVersion does not do: it copies no object that is encrypted with KMS.

    Problem: role cannot read the source's objects
    Why: Objects that the role cannot read fail to replicate; without s3:GetObjectVersionTagging they lose their tags.
    Fix: `aws iam put-role-policy --role-name ROLE-NAME --policy-name replication --policy-document file://POLICY.json`
      Allow the actions of the reason on all objects of the source bucket. The call replaces the role's policy of that
      name.
    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html
    """
    role = skipped(pair) or roles.role_of(source)
    if isinstance(role, Verdict):
        return role
    return _permitted(source, role, roles.on_source_objects(source), objects=True)


@compares(BUCKET, severity=Severity.HIGH)
def target_bucket_replication_writes_objects(source: Source, target: Target, pair: Pair) -> Verdict:
    """Target buckets should be written by a role that may replicate objects, deletions and tags to all of their keys.

    Rules that change the owner of replicas need s3:ObjectOwnerOverrideToBucketOwner, unless the target enforces its
    owner; Object Lock at the source needs s3:PutObjectLegalHold.

    Problem: role cannot write to the target
    Why: What the role may not write fails to replicate.
    Fix: `aws iam put-role-policy --role-name ROLE-NAME --policy-name replication --policy-document file://POLICY.json`
      Allow the actions of the reason on all objects of the target bucket. The call replaces the role's policy of that
      name.
    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-failure-codes.html
    """
    role = skipped(pair) or roles.role_of(source)
    if isinstance(role, Verdict):
        return role
    return _permitted(target, role, roles.on_destination_objects(source, target), objects=True)


@compares(BUCKET, severity=Severity.HIGH)
def target_bucket_replication_policies_admit(source: Source, target: Target, pair: Pair) -> Verdict:
    """Target buckets should have a policy, and a source with a policy, that let the replication role work.

    Neither policy may deny one of the role's actions. Where the target belongs to another account, its policy must
    allow them, and requesters must not pay.

    Problem: a bucket policy stops replication
    Why: A Deny in the policy of a bucket outweighs every permission of the role.
    Fix: `aws s3api put-bucket-policy --bucket NAME --policy file://POLICY.json` The call replaces the policy. If the
      reason names the source bucket, use its name and region.
    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html
    """
    role = skipped(pair) or roles.role_of(source)
    if isinstance(role, Verdict):
        return role
    if target.resource.account_id != role.account and _requester_pays(target):
        return non_compliant("requesters pay for the target: S3 cannot replicate to it from another account")
    found = [*_policy_decisions(source, target, role)]
    return roles.verdict_on(found, "the buckets", "no bucket policy stops the role")


@compares(BUCKET, severity=Severity.HIGH)
def target_bucket_replication_decrypts(source: Source, pair: Pair) -> Verdict:
    """Target buckets should be written by a role that may decrypt the source's objects with its KMS key.

    Judged are the role's policies and the key's policy, for requests by way of S3 in the source region, with the
    object's ARN as encryption context, or the bucket's where S3 Bucket Keys are on.

    Problem: role cannot decrypt at the source
    Why: Every object that is encrypted with the key fails to replicate.
    Fix: `aws iam put-role-policy --role-name ROLE-NAME --policy-name replication-kms --policy-document
      file://POLICY.json` Allow kms:Decrypt on the source key; its policy must admit the account or the role.
      The call replaces the role's policy of that name.
    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html
    """
    role = skipped(pair) or roles.role_of(source)
    if isinstance(role, Verdict):
        return role
    encryption = encryption_of(source)
    if not encryption.kms:
        return not_applicable(_NO_KMS)
    key = source.other("key")
    if key is not None and not key.exists:
        return non_compliant(f"the source's key {encryption.key_id} does not exist")
    used = aws_managed_key(source) if key is None else key_of(key)
    decision = decide_on_key(role, source, used, "kms:Decrypt", bucket_keys=encryption.bucket_key)
    where = encryption.key_id or "aws/s3"
    return roles.verdict_on([("kms:Decrypt", decision)], where, f"the role may decrypt with {where}")


@compares(BUCKET, severity=Severity.HIGH)
def target_bucket_replication_encrypts(source: Source, target: Target, pair: Pair) -> Verdict:
    """Target buckets should be written by a role that may encrypt replicas with the key that the rules name.

    Judged are the role's policies and the key's policy, for requests by way of S3 in the target region. With S3 Bucket
    Keys on either side, the encryption context is the bucket's ARN, and the role needs kms:Decrypt, too.

    Problem: role cannot encrypt at the target
    Why: S3 does not check the key when a rule is written: objects that are encrypted with KMS fail to replicate later.
    Fix: `aws iam put-role-policy --role-name ROLE-NAME --policy-name replication-kms --policy-document
      file://POLICY.json` Allow the actions of the reason on the target key; its policy must admit the account or the
      role. The call replaces the role's policy of that name.
    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html
    """
    role = skipped(pair) or roles.role_of(source)
    if isinstance(role, Verdict):
        return role
    encryption = encryption_of(source)
    if not encryption.kms:
        return not_applicable(_NO_KMS)
    key = _replica_key(source, target)
    if key is None or not key.exists:
        return not_applicable("the target has no key: see target-bucket-encrypted")
    used = key_of(key)
    bucket_keys = encryption.bucket_key or encryption_of(target).bucket_key
    actions = ("kms:Encrypt", "kms:Decrypt") if bucket_keys else ("kms:Encrypt",)
    made = [(action, decide_on_key(role, target, used, action, bucket_keys=bucket_keys)) for action in actions]
    return roles.verdict_on(made, used.arn, f"the role may {' and '.join(actions)} with {used.arn}")


def _permitted(side: Side, role: Role, actions: Iterable[str], *, objects: bool) -> Verdict:
    """Return whether the role's policies, or in its account the bucket's, allow actions; denials do not count."""
    made = [(action, decide(role, request)) for action, request in roles.requests(side, role, actions, objects=objects)]
    if side.resource.account_id == role.account and any(not each.allowed for _, each in made):
        allows = Policy(tuple(each for each in roles.bucket_policy(side).statements if each.allow))
        policy = ResourcePolicy(f"the policy of {side.resource.id}", allows, role.account)
        wanted = roles.requests(side, role, (action for action, _ in made), objects=objects)
        made = [(action, decide(role, request, policy)) for action, request in wanted]
    where = f"{'all objects of ' if objects else ''}{side.resource.id}"
    return roles.verdict_on(made, where, f"allowed on {where}: {', '.join(action for action, _ in made)}")


def _policy_decisions(source: Source, target: Target, role: Role) -> Iterator[tuple[str, Decision]]:
    """Yield what the policies of both buckets make of the role's requests."""
    wanted: list[tuple[Side, tuple[str, ...], bool, bool]] = [
        (source, roles.ON_SOURCE_BUCKET, False, False),
        (source, roles.on_source_objects(source), True, False),
        (target, roles.on_destination_objects(source, target), True, False),
    ]
    if target.resource.account_id != role.account:
        wanted += [
            (target, roles.ON_DESTINATION_BUCKET, False, True),
            (target, roles.admitted_on_objects(source, target), True, True),
        ]
    for side, actions, objects, must_allow in wanted:
        policy = ResourcePolicy(
            f"the policy of {side.resource.id}", roles.bucket_policy(side), side.resource.account_id
        )
        for action, request in roles.requests(side, role, actions, objects=objects):
            yield action, (admission if must_allow else denial)(role, request, policy)


def _requester_pays(target: Target) -> bool:
    return target.own.answer("request-payment").get("Payer") == "Requester"


def _replica_key(source: Source, target: Target) -> Snapshot | None:
    """Return the key that the rules encrypt replicas with: the target's, where they name none of its region.

    Raises:
        UnknownField: a rule names a key whose policy was not read.
    """
    own = target.other("key")
    for rule in rules_between(source, target).counting:
        named = Arn.parse(rule.replica_key)
        if named is None or named.region != target.resource.region or _is(rule.replica_key, own):
            continue
        other = source.other("replica-key")
        if _is(rule.replica_key, other):
            return other
        known(Unknown(f"the policy of {rule.replica_key} was not read: the rules name several keys"))
    return own


def _is(name: str, key: Snapshot | None) -> bool:
    return key is not None and key.exists and is_key(name, key)
