"""A bucket and its replica in parity, as plain answers of AWS, and ways to change one of them."""

import copy
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from muster.migration.file import BucketItem
from muster.migration.judging import judge
from muster.migration.relatives import BUCKET, KEY, ROLE
from muster.migration.sides import Pair, Source, Target
from muster.model.finding import Unavailable
from muster.snapshots.snapshot import Snapshot
from tests.unit.migration.sides_of import (
    ACCOUNT_ID,
    AT,
    SOURCE_REGION,
    TARGET_REGION,
    UNREAD,
    pair_of,
    snapshot_of,
    source_of,
    target_of,
)

Answers = dict[str, Any]

ORDERS, REPLICA = "orders", "orders-eu"
SOURCE_KEY = f"arn:aws:kms:{SOURCE_REGION}:{ACCOUNT_ID}:key/11111111-aaaa"
TARGET_KEY = f"arn:aws:kms:{TARGET_REGION}:{ACCOUNT_ID}:key/22222222-bbbb"
ROLE_ARN = f"arn:aws:iam::{ACCOUNT_ID}:role/replication"
ROOT = f"arn:aws:iam::{ACCOUNT_ID}:root"
TOPIC = f"arn:aws:sns:{TARGET_REGION}:{ACCOUNT_ID}:alerts"


def policy_text(*statements: Answers) -> Answers:
    return {"Policy": json.dumps({"Version": "2012-10-17", "Statement": list(statements)})}


def allow(actions: Any, resource: Any, **more: Any) -> Answers:
    return {"Effect": "Allow", "Action": actions, "Resource": resource, **more}


def deny(actions: Any, resource: Any, **more: Any) -> Answers:
    return {**allow(actions, resource, **more), "Effect": "Deny"}


def encryption(key: str, *, bucket_key: bool = True) -> Answers:
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    rule = {"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": bucket_key}
    return {"ServerSideEncryptionConfiguration": {"Rules": [rule]}}


def key_sections(arn: str, *statements: Answers, **metadata: Any) -> Answers:
    said = {
        "Arn": arn,
        "KeyId": arn.rpartition("/")[2],
        "KeyManager": "CUSTOMER",
        "KeyState": "Enabled",
        "KeyUsage": "ENCRYPT_DECRYPT",
        "KeySpec": "SYMMETRIC_DEFAULT",
        "Origin": "AWS_KMS",
    }
    account = allow("kms:*", "*", Principal={"AWS": ROOT})
    aliases = [{"AliasName": "alias/orders", "AliasArn": arn.replace("key/", "alias/").rpartition("/")[0] + "/orders"}]
    return {
        "key": {"KeyMetadata": {**said, **metadata}},
        "policy": policy_text(*(statements or (account,))),
        "aliases": {"Aliases": aliases},
    }


def rule(**changes: Any) -> Answers:
    return {
        "ID": "all",
        "Priority": 1,
        "Status": "Enabled",
        "Filter": {},
        "DeleteMarkerReplication": {"Status": "Enabled"},
        "SourceSelectionCriteria": {"SseKmsEncryptedObjects": {"Status": "Enabled"}},
        "Destination": {
            "Bucket": f"arn:aws:s3:::{REPLICA}",
            "EncryptionConfiguration": {"ReplicaKmsKeyID": TARGET_KEY},
            "Metrics": {"Status": "Enabled"},
        },
        **changes,
    }


def destination(**changes: Any) -> Answers:
    return {"Destination": {**rule()["Destination"], **changes}}


def replication(*rules: Answers) -> Answers:
    return {"ReplicationConfiguration": {"Role": ROLE_ARN, "Rules": list(rules)}}


def alarm(metric: str, region: str = TARGET_REGION, **dimensions: str) -> Answers:
    named = dimensions or {"SourceBucket": ORDERS, "DestinationBucket": REPLICA, "RuleId": "all"}
    return {
        "AlarmName": metric,
        "AlarmArn": f"arn:aws:cloudwatch:{region}:{ACCOUNT_ID}:alarm:{metric}",
        "Namespace": "AWS/S3",
        "MetricName": metric,
        "Dimensions": [{"Name": name, "Value": value} for name, value in named.items()],
        "ActionsEnabled": True,
        "AlarmActions": [TOPIC],
        "StateValue": "OK",
    }


PERMISSIONS = (
    allow(["s3:GetReplicationConfiguration", "s3:ListBucket"], f"arn:aws:s3:::{ORDERS}"),
    allow(
        ["s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl", "s3:GetObjectVersionTagging"],
        f"arn:aws:s3:::{ORDERS}/*",
    ),
    allow(["s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags"], f"arn:aws:s3:::{REPLICA}/*"),
    allow(
        "kms:Decrypt",
        SOURCE_KEY,
        Condition={
            "StringLike": {
                "kms:ViaService": f"s3.{SOURCE_REGION}.amazonaws.com",
                "kms:EncryptionContext:aws:s3:arn": f"arn:aws:s3:::{ORDERS}",
            }
        },
    ),
    allow(
        ["kms:Encrypt", "kms:Decrypt"],
        TARGET_KEY,
        Condition={"StringEquals": {"kms:ViaService": f"s3.{TARGET_REGION}.amazonaws.com"}},
    ),
)


def inline(*statements: Answers) -> Answers:
    document = {"Version": "2012-10-17", "Statement": copy.deepcopy(list(statements))}
    return {"Policies": [{"PolicyName": "replication", "PolicyDocument": document}]}


def trust(**changes: Any) -> Answers:
    statement = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sts:AssumeRole"}
    return {"Role": {"RoleName": "replication", "AssumeRolePolicyDocument": {"Statement": [{**statement, **changes}]}}}


def _bucket(key: str, region: str) -> Answers:
    lifecycle_rule = {
        "ID": "expire",
        "Status": "Enabled",
        "Filter": {},
        "Expiration": {"Days": 90},
        "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
    }
    switches = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    return {
        "location": {"Region": region},
        "versioning": {"Status": "Enabled"},
        "encryption": encryption(key),
        "lifecycle": {"Rules": [lifecycle_rule]},
        "public-access-block": {"PublicAccessBlockConfiguration": dict.fromkeys(switches, True)},
        "policy": None,
        "ownership": {"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}},
        "object-lock": None,
        "replication": None,
        "request-payment": {"Payer": "BucketOwner"},
        "tags": {
            "TagSet": [
                {"Key": "Environment", "Value": "prod"},
                {"Key": "MigrationBatch", "Value": "wave-1"},
                {"Key": "SourceRegion", "Value": SOURCE_REGION},
            ]
        },
    }


@dataclass
class Estate:
    """Both sides of a bucket as plain answers; a test changes one of them."""

    source: Answers = field(default_factory=lambda: _bucket(SOURCE_KEY, SOURCE_REGION))
    target: Answers = field(default_factory=lambda: _bucket(TARGET_KEY, TARGET_REGION))
    source_key: Answers | Unavailable | None = field(default_factory=lambda: key_sections(SOURCE_KEY))
    target_key: Answers | Unavailable | None = field(default_factory=lambda: key_sections(TARGET_KEY))
    replica_key: Snapshot | None = None
    role: Answers | Unavailable | None = field(
        default_factory=lambda: {
            "role": trust(),
            "inline-policies": inline(*PERMISSIONS),
            "attached-policies": {"AttachedPolicies": []},
            "boundary": {},
        }
    )
    source_region: Answers = field(
        default_factory=lambda: {"alarms": {"MetricAlarms": [alarm("OperationsFailedReplication", SOURCE_REGION)]}}
    )
    target_region: Answers = field(default_factory=lambda: {"alarms": {"MetricAlarms": [alarm("ReplicationLatency")]}})
    target_account: str = ACCOUNT_ID
    item: BucketItem = field(default_factory=lambda: BucketItem(ORDERS, REPLICA))
    exists: tuple[bool, bool] = (True, True)

    def sides(self) -> tuple[Source, Target, Pair]:
        """Return the three values that comparisons take."""
        source = source_of(
            BUCKET,
            ORDERS,
            self.source if self.exists[0] else None,
            region=self.source_region,
            key=_other(KEY, SOURCE_KEY, self.source_key),
            role=_other(ROLE, ROLE_ARN, self.role),
            **{"replica-key": self.replica_key},
        )
        target = target_of(
            BUCKET,
            REPLICA,
            self.target if self.exists[1] else None,
            region=self.target_region,
            account_id=self.target_account,
            key=_other(KEY, TARGET_KEY, self.target_key),
        )
        return source, target, pair_of(self.item)

    def findings(self) -> Mapping[str, tuple[str, str]]:
        """Return the status and the reason of each comparison, by its id without `target-` and `bucket-`."""
        return {
            finding.check_id.removeprefix("target-").removeprefix("bucket-"): (finding.status.value, finding.reason)
            for finding in judge(*self.sides(), AT)
        }


Change = Callable[[Estate], None]


def parity() -> Estate:
    """Return an estate in which every comparison passes or does not apply."""
    made = Estate()
    made.source["replication"] = replication(rule())
    return made


def changed(change: Change) -> Estate:
    """Return the estate in parity after one change."""
    made = copy.deepcopy(parity())
    change(made)
    return made


def differing(change: Change) -> dict[str, tuple[str, str]]:
    """Return the comparisons whose status a change turns."""
    before, after = parity().findings(), changed(change).findings()
    return {name: found for name, found in after.items() if found[0] != before[name][0]}


def unread(side: str, *sections: str) -> Change:
    """Return the change that some sections of a side cannot be read."""

    def change(estate: Estate) -> None:
        for section in sections:
            getattr(estate, side)[section] = UNREAD

    return change


def _other(resource_type: str, arn: str, sections: Answers | Unavailable | None) -> Snapshot | Unavailable | None:
    if sections is None or isinstance(sections, Unavailable):
        return sections
    return snapshot_of(resource_type, arn, None if sections.get("gone") else sections)


def statements(sections: Any) -> Iterator[Answers]:
    """Yield the statements of a role's inline policies."""
    for policy in sections["inline-policies"]["Policies"]:
        yield from policy["PolicyDocument"]["Statement"]
