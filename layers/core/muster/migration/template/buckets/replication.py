"""The replication of buckets: the role that S3 assumes, and the rules of the source, which a command sets. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from muster.migration.file import BucketItem
from muster.migration.sides import Source
from muster.migration.template.plan import ROLE, Parts, Plan, domain, key_arn
from muster.model.finding import UnknownField

_BUCKET = ("s3:GetReplicationConfiguration", "s3:ListBucket")
_OBJECTS = (
    "s3:GetObjectVersionForReplication",
    "s3:GetObjectVersionAcl",
    "s3:GetObjectVersionTagging",
    "s3:GetObjectRetention",
    "s3:GetObjectLegalHold",
)
_REPLICAS = ("s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags", "s3:ObjectOwnerOverrideToBucketOwner")
LEGAL_HOLD = "s3:PutObjectLegalHold"
_CONTEXT = "kms:EncryptionContext:aws:s3:arn"


def add_role(plan: Plan, parts: Parts) -> None:
    """Add the role that S3 assumes; one of another account is made by a command of the source side."""
    if not plan.replicated or plan.across_accounts:
        return
    properties = {
        "RoleName": plan.role_name,
        "Description": f"Replicates {plan.file.batch} to {plan.file.target.region}",
        "AssumeRolePolicyDocument": trust(),
        "Policies": [{"PolicyName": "replication", "PolicyDocument": permissions(plan, key_arn())}],
        "Tags": plan.tags(),
    }
    parts.add(ROLE, "AWS::IAM::Role", properties)


def trust() -> dict[str, Any]:
    """Return the trust policy of the replication role."""
    admitted = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sts:AssumeRole"}
    return {"Version": "2012-10-17", "Statement": [admitted]}


def permissions(plan: Plan, target_key: Any) -> dict[str, Any]:
    """Return all that the role needs on both sides, by the codes of failures that S3 documents.

    `target_key` is the ARN of the key, or what makes it in a template.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-failure-codes.html
    """
    sources = [_arn(plan, item.name) for item, _ in plan.replicated]
    targets = [_arn(plan, item.target) for item, _ in plan.replicated]
    locked = any(is_locked(source) for _, source in plan.replicated)
    encrypt = ["kms:Encrypt", "kms:GenerateDataKey", "kms:Decrypt"]
    statements = [
        _allow("ReadTheRules", _BUCKET, sources),
        _allow("ReadTheObjects", _OBJECTS, _objects(sources)),
        _allow("WriteTheReplicas", [*_REPLICAS, *([LEGAL_HOLD] if locked else [])], _objects(targets)),
        _with_key(plan, "DecryptAtTheSource", ["kms:Decrypt"], _source_keys(plan), plan.file.source.region, sources),
        _with_key(plan, "EncryptAtTheTarget", encrypt, target_key, plan.file.target.region, targets),
    ]
    return {"Version": "2012-10-17", "Statement": statements}


def rule_id(plan: Plan, item: BucketItem, source: Source) -> str:
    """Return the id of the rule to a target: that of the source's own rule to it, or a new one."""
    own = next((rule for rule in _rules(source) if _to(rule, plan, item)), {})
    return str(own.get("ID") or f"{plan.file.batch}-{plan.file.suffix}")


def role_arn(plan: Plan, item: BucketItem, source: Source) -> str:
    """Return the role of a bucket's rules: that of the source where it has rules to other buckets, as there is one."""
    try:
        if any(not _to(rule, plan, item) for rule in _rules(source)):
            return str(source.own.answer("replication")["ReplicationConfiguration"]["Role"])
    except UnknownField:
        pass
    return plan.role_arn


def replication_configuration(plan: Plan, item: BucketItem, source: Source) -> dict[str, Any]:
    """Return the source's replication configuration with the rule to the target.

    The call that sets it replaces all rules: the source's others are kept, with their role, and those of the first
    version are written as they have to be beside others.

    Raises:
        UnknownField: the source's rules were not read.
    """
    others = [_second_version(rule) for rule in _rules(source) if not _to(rule, plan, item)]
    taken = [int(rule.get("Priority") or 0) for rule in others]
    destination: dict[str, Any] = {
        "Bucket": _arn(plan, item.target),
        "EncryptionConfiguration": {"ReplicaKmsKeyID": plan.alias_arn},
        "Metrics": {"Status": "Enabled"},
    }
    if plan.across_accounts:
        destination |= {"Account": plan.target_account, "AccessControlTranslation": {"Owner": "Destination"}}
    rule = {
        "ID": rule_id(plan, item, source),
        "Priority": max(taken, default=0) + 1,
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "SourceSelectionCriteria": {"SseKmsEncryptedObjects": {"Status": "Enabled"}},
        "DeleteMarkerReplication": {"Status": "Enabled"},
        "Destination": destination,
    }
    return {"Role": role_arn(plan, item, source), "Rules": [*_numbered(others), rule]}


def _numbered(rules: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield rules with priorities of their own: those of the first version have none."""
    taken = {int(rule["Priority"]) for rule in rules if "Priority" in rule}
    free = (number for number in range(len(rules) + len(taken) + 1) if number not in taken)
    for rule in rules:
        yield dict(rule) if "Priority" in rule else {**rule, "Priority": next(free)}


def _second_version(rule: Mapping[str, Any]) -> dict[str, Any]:
    """Return a rule as one of the second version; one of the first replicates delete markers.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-add-config.html
    """
    if "Filter" in rule:
        return {**rule, "Filter": rule["Filter"] or {"Prefix": ""}}
    markers = {"DeleteMarkerReplication": {"Status": "Enabled"}}
    kept = {name: value for name, value in rule.items() if name != "Prefix"}
    return {**kept, "Filter": {"Prefix": rule.get("Prefix") or ""}, **markers}


def _rules(source: Source) -> Sequence[Mapping[str, Any]]:
    return (source.own.answer("replication").get("ReplicationConfiguration") or {}).get("Rules") or ()


def _to(rule: Mapping[str, Any], plan: Plan, item: BucketItem) -> bool:
    return bool(rule["Destination"]["Bucket"] == _arn(plan, item.target))


def is_locked(source: Source) -> bool:
    """Whether Object Lock is on, or may be."""
    try:
        return source.own.has("object-lock")
    except UnknownField:
        return True


def _source_keys(plan: Plan) -> list[str]:
    """Return the keys that the sources' objects are encrypted with.

    Where a source names no key, or it could not be read, that is any key of the account and region; what the role may
    decrypt is held to the objects by the condition.
    """
    named = [_named_key(source) for _, source in plan.replicated]
    anything = f"arn:{plan.partition}:kms:{plan.file.source.region}:{plan.source_account}:key/*"
    return [*dict.fromkeys(each or anything for each in named)]


def _named_key(source: Source) -> str:
    try:
        key = source.other("key")
        metadata = key.answer("key").get("KeyMetadata") if key and key.exists else None
    except UnknownField:
        return ""
    return str((metadata or {}).get("Arn") or "")


def _with_key(  # noqa: PLR0913 - the parts of one statement
    plan: Plan, sid: str, actions: Sequence[str], keys: Any, region: str, buckets: Sequence[str]
) -> dict[str, Any]:
    """Return a statement about a key: S3 uses it in the region of a bucket, for its objects only.

    With S3 Bucket Keys the encryption context is the bucket's ARN, otherwise the object's.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html
    """
    condition = {
        "StringEquals": {"kms:ViaService": f"s3.{region}.{domain(plan.partition)}"},
        "ArnLike": {_CONTEXT: [*buckets, *_objects(buckets)]},
    }
    return {**_allow(sid, actions, keys), "Condition": condition}


def _allow(sid: str, actions: Sequence[str], resources: Any) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Allow", "Action": [*actions], "Resource": resources}


def _objects(buckets: Sequence[str]) -> list[str]:
    return [f"{bucket}/*" for bucket in buckets]


def _arn(plan: Plan, bucket: str) -> str:
    return f"arn:{plan.partition}:s3:::{bucket}"
