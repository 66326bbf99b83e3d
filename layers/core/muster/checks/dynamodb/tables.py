"""Checks of how DynamoDB tables are protected and configured.

Each replica of a global table is judged in its own region; tables that are being made, are being deleted or were
archived are set aside.
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


@check(severity=Severity.MEDIUM, controls=("FSBP DynamoDB.2",))
def dynamodb_pitr_enabled(table: Table, recovery: PointInTimeRecovery, *, minimum_days: int = 7) -> Verdict:
    """DynamoDB tables should be restorable to any point in time.

    The recovery period must be `minimum_days` at least; AWS lets it be 1 to 35 days. In a global table every replica
    has a recovery of its own.

    Problem: point-in-time recovery is off or short
    Why: Backups of the day before do not bring back what was written or overwritten since; this does, to the second.
    Fix: `aws dynamodb update-continuous-backups --table-name NAME --point-in-time-recovery-specification
      PointInTimeRecoveryEnabled=true,RecoveryPeriodInDays=35`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/dynamodb-controls.html#dynamodb-2
    """
    if table.set_aside:
        return not_applicable(table.set_aside)
    if known(recovery.status) != "ENABLED":
        return non_compliant("point-in-time recovery is disabled")
    days = known(recovery.days)
    text = f"the recovery period is {counted(days, 'day')}, at least {minimum_days} asked for"
    return compliant(text) if days >= minimum_days else non_compliant(text)


@check(severity=Severity.LOW)
def dynamodb_table_encrypted_kms(table: Table, keys: Related[TableKey], *, customer_managed: bool = False) -> Verdict:
    """DynamoDB tables should be encrypted with a KMS key of the account.

    DynamoDB encrypts every table: with a key that AWS owns, with aws/dynamodb, which AWS manages in the account, or
    with a customer's key. The first never passes; with `customer_managed` only the last does.

    Problem: table has no KMS key of the account
    Why: Only uses of a key in the account are logged, and only a customer's key can be taken away again.
    Fix: `aws dynamodb update-table --table-name NAME --sse-specification
      Enabled=true,SSEType=KMS,KMSMasterKeyId=KEY-ARN`
    Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.howitworks.html
    """
    if table.set_aside:
        return not_applicable(table.set_aside)
    if known(table.encryption) == AWS_OWNED:
        return non_compliant("the table is encrypted with a key that AWS owns, outside of the account")
    key = known(table.key)
    lost = ", which is out of DynamoDB's reach" if table.key_lost else ""
    if table.key_account:
        return compliant(f"the table is encrypted with a customer's key of account {table.key_account}: {key}{lost}")
    if not customer_managed:
        return compliant(f"the table is encrypted with {_named(key, keys)}{lost}")
    if known(keys[key].manager) == "CUSTOMER":
        return compliant(f"the table is encrypted with {_named(key, keys)}{lost}")
    return non_compliant(f"the table is encrypted with {_named(key, keys)}, a customer's own is asked for")


@check(severity=Severity.MEDIUM, controls=("FSBP DynamoDB.6",))
def dynamodb_table_deletion_protection_enabled(table: Table) -> Verdict:
    """DynamoDB tables should be protected from deletion.

    In a global table every replica is protected for itself.

    Problem: table has no deletion protection
    Why: Deleting a table takes one call, and its items, streams and alarms go with it.
    Fix: `aws dynamodb update-table --table-name NAME --deletion-protection-enabled`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/dynamodb-controls.html#dynamodb-6
    """
    if table.set_aside:
        return not_applicable(table.set_aside)
    if known(table.deletion_protection):
        return compliant("deletion protection is enabled")
    return non_compliant("deletion protection is disabled")


@check(severity=Severity.LOW, controls=("Security Hub DynamoDB.4",))
def dynamodb_table_protected_by_backup_plan(
    table: Table, protected: ProtectedResources, observed: ObservedAt, *, maximum_age_days: int = 35
) -> Verdict:
    """DynamoDB tables should be backed up by AWS Backup.

    A backup counts for `maximum_age_days`: one that is older shows that no plan covers the table any more.

    Problem: AWS Backup has no recent backup
    Why: Backups in a vault outlive the table and the mistakes of those who may delete it.
    Fix: `aws backup create-backup-selection --backup-plan-id PLAN-ID --backup-selection
      SelectionName=NAME,IamRoleArn=ROLE-ARN,Resources=ARN`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/dynamodb-controls.html#dynamodb-4
    """
    if table.set_aside:
        return not_applicable(table.set_aside)
    last = protected.last_backup(known(table.arn))
    if last is None:
        return non_compliant("AWS Backup has never backed up the table")
    text = f"AWS Backup last backed up the table on {last:%Y-%m-%d}, at most {maximum_age_days} days ago asked for"
    return compliant(text) if observed.at - last <= timedelta(days=maximum_age_days) else non_compliant(text)


@check(severity=Severity.LOW, opt_in=("names", "tagged"))
def dynamodb_table_ttl_enabled(
    table: Table, ttl: TimeToLive, tags: Tags, *, names: tuple[str, ...] = (), tagged: tuple[str, ...] = ()
) -> Verdict:
    """DynamoDB tables of short-lived items should have a time to live.

    Which tables those are is for you to say: by `names`, and by tags as KEY or KEY=VALUE in `tagged`; `*` stands for
    anything. While both are empty no table is judged.

    Problem: time to live is off
    Why: Items that nobody deletes are paid for month after month, and are kept longer than they may be.
    Fix: `aws dynamodb update-time-to-live --table-name NAME --time-to-live-specification
      Enabled=true,AttributeName=ATTRIBUTE`
    Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html
    """
    if table.set_aside:
        return not_applicable(table.set_aside)
    if not _chosen(known(table.name), tags, names, tagged):
        return not_applicable("the settings `names` and `tagged` do not ask this table for a time to live")
    if table.strong:
        return not_applicable("global tables of strong consistency cannot have a time to live")
    status = known(ttl.status)
    if status in ("ENABLED", "ENABLING"):
        return compliant(f"time to live is {status} by the attribute {ttl.attribute}")
    return non_compliant(f"time to live is {status}")


@check(severity=Severity.LOW, opt_in=("allowed",))
def dynamodb_table_stream_enabled(
    table: Table,
    tags: Tags,
    *,
    allowed: tuple[str, ...] = (),
    names: tuple[str, ...] = ("*",),
    tagged: tuple[str, ...] = (),
) -> Verdict:
    """DynamoDB tables should have the stream that the policy asks for.

    `allowed` says which: view types (KEYS_ONLY, NEW_IMAGE, OLD_IMAGE, NEW_AND_OLD_IMAGES), and OFF for none at all;
    while it is empty no table is judged. It holds for the tables of `names` and those with a tag of `tagged`, KEY or
    KEY=VALUE; `*` stands for anything. Global tables of eventual consistency need the stream they have.

    Problem: stream is not as required
    Why: What copies, audits or indexes changes sees only what the stream shows, and a stream that nobody reads shows
      items to whoever may read streams.
    Fix: `aws dynamodb update-table --table-name NAME --stream-specification StreamEnabled=true,StreamViewType=TYPE`
      To change the type of a stream, turn the stream off first.
    Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
    """
    if table.set_aside:
        return not_applicable(table.set_aside)
    if not allowed:
        return not_applicable("the setting `allowed` says nothing of the stream that tables should have")
    if not _chosen(known(table.name), tags, names, tagged):
        return not_applicable("the settings `names` and `tagged` do not concern this table")
    stream = known(table.stream)
    text = f"the stream is {stream}, asked for is {' or '.join(allowed)}"
    if stream in allowed:
        return compliant(text)
    if stream != OFF and table.replicas and not table.strong:
        return not_applicable(f"the stream is {stream}: replication to {', '.join(table.replicas)} needs it")
    return non_compliant(text)


def _named(key: str, keys: Related[TableKey]) -> str:
    found = keys.by_key.get(key)
    if found is None:
        return f"the KMS key {key}"
    gap = found if isinstance(found, Unavailable) else found.manager
    if isinstance(gap, Unavailable | Unknown):
        return f"the KMS key {key} (whether it is AWS managed or customer managed could not be read: {gap.reason})"
    if gap == "AWS":
        return f"aws/dynamodb, the key that AWS manages in the account: {key}"
    return f"the customer's key {key}"


def _chosen(name: str, tags: Tags, names: Collection[str], tagged: Collection[str]) -> bool:
    """Whether a pattern of names matches, or one of tags; a key may itself hold `=`."""
    by_tag = (
        globs.starred(pattern, text)
        for pattern in tagged
        for key, value in tags.own.items()
        for text in (key, f"{key}={value}")
    )
    return any(globs.starred(pattern, name) for pattern in names) or any(by_tag)
