"""The KMS keys of a replication: the source's, which S3 decrypts with, and the one that encrypts the replicas."""

import json
from dataclasses import dataclass

from muster.analysis.authorization.families import all_objects
from muster.analysis.authorization.key_services import via_service
from muster.analysis.authorization.requests import Request
from muster.analysis.authorization.roles import Decision, ResourcePolicy, Role, decide
from muster.analysis.policies.document import Policy
from muster.facets.kms import KeyPolicy, KeyUse
from muster.facets.s3.buckets import BucketEncryption
from muster.migration.replication.role import bucket_arn, context
from muster.migration.sides import Side
from muster.model.arn import Arn
from muster.model.finding import known
from muster.snapshots.snapshot import Snapshot

_CONTEXT = "kms:encryptioncontext:aws:s3:arn"


@dataclass(frozen=True, slots=True)
class UsedKey:
    """A key with its policy."""

    arn: str
    policy: Policy


def encryption_of(side: Side) -> BucketEncryption:
    """Return the default encryption of a side's bucket, whose algorithm is known.

    Raises:
        UnknownField: it was not read.
    """
    encryption = side.own.facet("encryption", BucketEncryption)
    known(encryption.algorithm)
    return encryption


def key_of(key: Snapshot) -> UsedKey:
    """Return a key with its policy.

    Raises:
        UnknownField: one of them was not read.
    """
    return UsedKey(key.facet("key", KeyUse).arn, known(key.facet("policy", KeyPolicy).policy))


def aws_managed_key(side: Side) -> UsedKey:
    """Return the key aws/s3 of the side's account and region, which S3 takes where none is named.

    Its ARN is not known, and its policy cannot be changed: it admits all principals of the account by way of S3.
    https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#aws-managed-cmk
    """
    where = side.resource
    policy = {
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
        "Resource": "*",
        "Condition": {
            "StringEquals": {
                "kms:CallerAccount": where.account_id,
                "kms:ViaService": via_service("s3", where.region, where.partition),
            }
        },
    }
    arn = f"arn:{where.partition}:kms:{where.region}:{where.account_id}:key/aws-s3"
    return UsedKey(arn, Policy.parse(json.dumps({"Statement": policy})))


def is_key(name: str, key: Snapshot) -> bool:
    """Whether a name, an id or ARN of a key or of an alias, is that of a key.

    Raises:
        UnknownField: it is an alias, and the key's were not read.
    """
    use = key.facet("key", KeyUse)
    if name in (use.arn, use.id):
        return True
    arn = Arn.parse(name)
    if not (arn.resource if arn else name).startswith("alias/"):
        return False
    aliases = key.answer("aliases").get("Aliases") or ()
    return any(name in (each.get("AliasArn"), each.get("AliasName")) for each in aliases)


def decide_on_key(role: Role, side: Side, key: UsedKey, action: str, *, bucket_keys: bool) -> Decision:
    """Return whether the role may use a key for a side's bucket by way of S3.

    The encryption context is the object's ARN, with S3 Bucket Keys the bucket's.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html
    """
    arn, where = Arn.of(key.arn), side.resource
    bucket = bucket_arn(side)
    request = Request(
        action.lower(),
        key.arn,
        context(
            role,
            {
                "aws:resourceaccount": arn.account,
                "kms:calleraccount": role.account,
                "kms:viaservice": via_service("s3", where.region, where.partition),
                _CONTEXT: bucket if bucket_keys else all_objects(bucket),
            },
        ),
    )
    return decide(role, request, ResourcePolicy("the key policy", key.policy, arn.account, decides=True))
