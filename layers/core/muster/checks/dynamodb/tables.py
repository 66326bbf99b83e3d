"""Checks of the protection and the configuration of DynamoDB tables.

They check each replica of a global table in its own region. They do not apply to tables that are being created, being
deleted or archived.
"""

from collections.abc import Collection
from datetime import timedelta

from muster.analysis.patterns import globs
from muster.facets.backup import ProtectedResources
from muster.facets.dynamodb.tables import AWS_OWNED, OFF, PointInTimeRecovery, Table, TableKey, TimeToLive
from muster.facets.tagging.tags import Tags
from muster.model.check import check
from muster.model.finding import (
    ObservedAt,
    Related,
    Severity,
    Unavailable,
    Unknown,
    Verdict,
    compliant,
    known,
    non_compliant,
    not_applicable,
)
from muster.model.text import counted

_NOT_SELECTED = "Table matches neither of the settings `names` and `tagged`"


@check(severity=Severity.MEDIUM, controls=("FSBP DynamoDB.2",))
def dynamodb_pitr_enabled(table: Table, recovery: PointInTimeRecovery, *, minimum_days: int = 7) -> Verdict:
    """DynamoDB tables should have point-in-time recovery enabled.

    The recovery period must be at least `minimum_days`; AWS allows 1 to 35 days. In a global table each replica has its
    own setting.

    Problem: point-in-time recovery is off or short
    Why: After a mistake, a daily backup loses the changes since it was made. Point-in-time recovery restores the table
      as it was at any second.
    Fix: `aws dynamodb update-continuous-backups --table-name NAME --point-in-time-recovery-specification
      PointInTimeRecoveryEnabled=true,RecoveryPeriodInDays=35`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/dynamodb-controls.html#dynamodb-2
    """
    if table.set_aside:
        return not_applicable(table.set_aside)
    if known(recovery.status) != "ENABLED":
        return non_compliant("Point-in-time recovery is disabled")
    days = known(recovery.days)
    text = f"Point-in-time recovery covers {counted(days, 'day')}"
    return compliant(text) if days >= minimum_days else non_compliant(f"{text}; at least {minimum_days} required")


@check(severity=Severity.LOW)
def dynamodb_table_encrypted_kms(table: Table, keys: Related[TableKey], *, customer_managed: bool = False) -> Verdict:
    """DynamoDB tables should be encrypted with a KMS key of the account.

    DynamoDB encrypts every table with an AWS owned key, with the AWS managed key aws/dynamodb, or with a customer
    managed key. An AWS owned key never passes. With `customer_managed` only a customer managed key passes.

    Problem: table has no KMS key of the account
    Why: CloudTrail does not show an auditor the use of an AWS owned key, because the key is not in your account. Only a
      customer managed key can be disabled to stop all access.
    Fix: `aws dynamodb update-table --table-name NAME --sse-specification
      Enabled=true,SSEType=KMS,KMSMasterKeyId=KEY-ARN`
    Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.howitworks.html
    """
    if table.set_aside:
        return not_applicable(table.set_aside)
    if known(table.encryption) == AWS_OWNED:
        return non_compliant("Table is encrypted with an AWS owned key, which is not in the account")
    key = known(table.key)
    lost = "; DynamoDB cannot access the key" if table.key_lost else ""
    if table.key_account:
        return compliant(f"Table is encrypted with a customer managed key of account {table.key_account}: {key}{lost}")
    if not customer_managed:
        return compliant(f"Table is encrypted with {_named(key, keys)}{lost}")
    if known(keys[key].manager) == "CUSTOMER":
        return compliant(f"Table is encrypted with {_named(key, keys)}{lost}")
    return non_compliant(f"Table is encrypted with {_named(key, keys)}, not with a customer managed key")


@check(severity=Severity.MEDIUM, controls=("FSBP DynamoDB.6",))
def dynamodb_table_deletion_protection_enabled(table: Table) -> Verdict:
    """DynamoDB tables should be protected from deletion.

    In a global table each replica has its own deletion protection.

    Problem: table has no deletion protection
    Why: A single call deletes a table with all its items.
    Fix: `aws dynamodb update-table --table-name NAME --deletion-protection-enabled`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/dynamodb-controls.html#dynamodb-6
    """
    if table.set_aside:
        return not_applicable(table.set_aside)
    if known(table.deletion_protection):
        return compliant("Deletion protection is enabled")
    return non_compliant("Deletion protection is disabled")


@check(severity=Severity.LOW, controls=("Security Hub DynamoDB.4",))
def dynamodb_table_protected_by_backup_plan(
    table: Table, protected: ProtectedResources, observed: ObservedAt, *, maximum_age_days: int = 35
) -> Verdict:
    """DynamoDB tables should be backed up by AWS Backup.

    A backup counts for `maximum_age_days`. An older backup shows that no backup plan covers the table any more.

    Problem: AWS Backup has no recent backup
    Why: A backup in a vault remains if the table is deleted, by mistake or on purpose.
    Fix: Add the table to a backup plan: `aws backup create-backup-selection --backup-plan-id PLAN-ID
      --backup-selection SelectionName=NAME,IamRoleArn=ROLE-ARN,Resources=ARN`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/dynamodb-controls.html#dynamodb-4
    """
    if table.set_aside:
        return not_applicable(table.set_aside)
    last = protected.last_backup(known(table.arn))
    if last is None:
        return non_compliant("AWS Backup has no backup of the table")
    text = f"Last backup by AWS Backup was on {last:%Y-%m-%d}"
    if observed.at - last <= timedelta(days=maximum_age_days):
        return compliant(text)
    return non_compliant(f"{text}, more than {counted(maximum_age_days, 'day')} ago")


@check(severity=Severity.LOW, opt_in=("names", "tagged"))
def dynamodb_table_ttl_enabled(
    table: Table, ttl: TimeToLive, tags: Tags, *, names: tuple[str, ...] = (), tagged: tuple[str, ...] = ()
) -> Verdict:
    """Selected DynamoDB tables should have Time to Live (TTL) enabled.

    The check applies to tables whose names match `names` or whose tags match `tagged` (KEY or KEY=VALUE; `*` is any
    text). If both are empty, it applies to no table.

    Problem: time to live is off
    Why: Items that nothing deletes cost money every month, and may be kept longer than the law allows.
    Fix: `aws dynamodb update-time-to-live --table-name NAME --time-to-live-specification
      Enabled=true,AttributeName=ATTRIBUTE`
    Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html
    """
    if table.set_aside:
        return not_applicable(table.set_aside)
    if not _chosen(known(table.name), tags, names, tagged):
        return not_applicable(_NOT_SELECTED)
    if table.strong:
        return not_applicable("Global tables with strong consistency do not support Time to Live")
    status = known(ttl.status)
    if status in ("ENABLED", "ENABLING"):
        return compliant(f"Time to Live is {status} (attribute {ttl.attribute})")
    return non_compliant(f"Time to Live is {status}")


@check(severity=Severity.LOW, opt_in=("allowed",))
def dynamodb_table_stream_enabled(
    table: Table,
    tags: Tags,
    *,
    allowed: tuple[str, ...] = (),
    names: tuple[str, ...] = ("*",),
    tagged: tuple[str, ...] = (),
) -> Verdict:
    """DynamoDB tables should have an allowed stream type.

    `allowed` lists the view types (KEYS_ONLY, NEW_IMAGE, OLD_IMAGE, NEW_AND_OLD_IMAGES), and OFF for no stream. If it
    is empty, the check applies to no table. It applies to tables whose names match `names` or whose tags match `tagged`
    (KEY or KEY=VALUE; `*` is any text). Global tables with eventual consistency need the stream they have.

    Problem: stream is not as required
    Why: Consumers that copy, audit or index changes see only what the stream contains. An unused stream exposes items
      to everyone who may read streams.
    Fix: The type of a stream cannot be changed. If the table has a stream, disable it first: `aws dynamodb update-table
      --table-name NAME --stream-specification StreamEnabled=false` If a stream is required, enable the right one: `aws
      dynamodb update-table --table-name NAME --stream-specification StreamEnabled=true,StreamViewType=TYPE`
    Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
    """
    if table.set_aside:
        return not_applicable(table.set_aside)
    if not allowed:
        return not_applicable("The setting `allowed` is empty")
    if not _chosen(known(table.name), tags, names, tagged):
        return not_applicable(_NOT_SELECTED)
    stream = known(table.stream)
    if stream in allowed:
        return compliant(f"Stream is {stream}")
    if stream != OFF and table.replicas and not table.strong:
        return not_applicable(f"Stream is {stream}, which replication to {', '.join(table.replicas)} needs")
    kind = next((each for each in allowed if each != OFF), "")
    return non_compliant(f"Stream is {stream}; allowed is {' or '.join(allowed)}", type=kind)


def _named(key: str, keys: Related[TableKey]) -> str:
    found = keys.by_key.get(key)
    if found is None:
        return f"the KMS key {key}"
    gap = found if isinstance(found, Unavailable) else found.manager
    if isinstance(gap, Unavailable | Unknown):
        return f"the KMS key {key} (AWS managed or customer managed is unknown: {gap.reason})"
    if gap == "AWS":
        return f"the AWS managed key aws/dynamodb ({key})"
    return f"the customer managed key {key}"


def _chosen(name: str, tags: Tags, names: Collection[str], tagged: Collection[str]) -> bool:
    """Whether a pattern of names matches, or one of tags; a key may itself hold `=`."""
    by_tag = (
        globs.starred(pattern, text)
        for pattern in tagged
        for key, value in tags.own.items()
        for text in (key, f"{key}={value}")
    )
    return any(globs.starred(pattern, name) for pattern in names) or any(by_tag)
