"""Checks of EBS volumes (use and backups) and of EBS snapshots."""

from datetime import datetime, timedelta

from muster.facets.backup import ProtectedResources
from muster.facets.ec2.ebs import NewestSnapshots, PublicSnapshots, Snapshot, SnapshotBlockPublicAccess, VolumeUse
from muster.model.check import check
from muster.model.finding import ObservedAt, Severity, Verdict, compliant, known, non_compliant, not_applicable
from muster.model.text import counted


@check(severity=Severity.LOW)
def ec2_volume_inuse(volume: VolumeUse, scan: ObservedAt, *, older_than_days: int = 7) -> Verdict:
    """EBS volumes should be attached to an instance.

    A volume may be unattached until it is more than `older_than_days` days old. AWS does not report when a volume was
    detached, so the age is counted from its creation.

    Problem: EBS volume is not attached
    Why: You pay for an unattached volume as for one in use, and the data on it is easily forgotten.
    Fix: Take a snapshot: `aws ec2 create-snapshot --volume-id ID` When the snapshot is complete, delete the volume:
      `aws ec2 delete-volume --volume-id ID`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/ec2-volume-inuse-check.html
    """
    state = known(volume.state)
    if state == "in-use":
        return compliant("The volume is attached")
    if state != "available":
        return not_applicable(f"The volume is in state {state} and cannot be attached")
    age = scan.at - known(volume.created_at)
    text = f"The volume is not attached; it was created {counted(age.days, 'day')} ago"
    if age > timedelta(days=older_than_days):
        return non_compliant(text)
    return compliant(f"{text} ({counted(older_than_days, 'day')} are allowed)")


@check(severity=Severity.MEDIUM, controls=("Security Hub EC2.28",))
def ec2_volume_backed_up(
    volume: VolumeUse,
    snapshots: NewestSnapshots,
    backups: ProtectedResources,
    scan: ObservedAt,
    *,
    within_days: int = 7,
) -> Verdict:
    """EBS volumes should have a recent backup.

    A completed snapshot counts from the time it was started. A recovery point of the volume in AWS Backup counts too;
    a backup of the whole instance appears as snapshots. A volume younger than `within_days` days does not need a
    backup yet.

    Problem: EBS volume has no recent backup
    Why: A volume exists in one Availability Zone only. After a failure, a deletion or a ransomware attack you can
      restore only what a backup holds.
    Fix: `aws ec2 create-snapshot --volume-id ID` For regular backups, tag the volume so that an AWS Backup plan or an
      Amazon Data Lifecycle Manager policy includes it.
    Source: https://docs.aws.amazon.com/config/latest/developerguide/ebs-last-backup-recovery-point-created.html
    """
    made = {"snapshot": snapshots.times.get(volume.id), "AWS Backup recovery point": backups.times.get(volume.arn)}
    times = {kind: at for kind, at in made.items() if isinstance(at, datetime)}
    newest = max(times, key=lambda kind: times[kind], default="")
    if newest and scan.at - times[newest] <= timedelta(days=within_days):
        return compliant(f"The newest {newest} is from {times[newest]:%Y-%m-%d %H:%M} UTC")
    for at in made.values():
        known(at)  # one of unknown time may be recent
    age = scan.at - known(volume.created_at)
    if age <= timedelta(days=within_days):
        return not_applicable(
            f"The volume was created {counted(age.days, 'day')} ago; a backup is required after {within_days} days"
        )
    if newest:
        late = counted((scan.at - times[newest]).days, "day")
        return non_compliant(
            f"The newest {newest} is {late} old ({times[newest]:%Y-%m-%d}); at most {within_days} days are allowed"
        )
    return non_compliant("The volume has no completed snapshot and no recovery point in AWS Backup")


@check(severity=Severity.MEDIUM)
def ec2_snapshot_encrypted(snapshot: Snapshot) -> Verdict:
    """EBS snapshots should be encrypted.

    Problem: EBS snapshot is not encrypted
    Why: Every account that an unencrypted snapshot is shared with can read it, and volumes created from it are not
      encrypted by default.
    Fix: Create an encrypted copy: `aws ec2 copy-snapshot --source-snapshot-id ID --source-region REGION --encrypted`
      When the copy is complete and nothing refers to the old snapshot, delete it: `aws ec2 delete-snapshot
      --snapshot-id ID`
    Source: https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption.html
    """
    if known(snapshot.encrypted):
        return compliant("The snapshot is encrypted")
    return non_compliant("The snapshot is not encrypted")


@check(severity=Severity.CRITICAL, controls=("FSBP EC2.1",))
def ec2_snapshot_not_public(snapshot: Snapshot, public: PublicSnapshots, block: SnapshotBlockPublicAccess) -> Verdict:
    """EBS snapshots should not be public.

    A snapshot that is shared with all AWS accounts passes where block public access for EBS snapshots of the region is
    in the mode block-all-sharing: AWS then treats it as private and does not change its permissions.

    Problem: EBS snapshot is public
    Why: Any AWS account can create a volume from a public snapshot and read all data on it.
    Fix: `aws ec2 modify-snapshot-attribute --snapshot-id ID --attribute createVolumePermission --operation-type
      remove --group-names all`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-1
    """
    if snapshot.id not in public.ids:
        return compliant("The snapshot is not shared with all AWS accounts")
    if known(block.state) == "block-all-sharing":
        return compliant("The snapshot is shared with all AWS accounts, but the region blocks it (block-all-sharing)")
    return non_compliant("The snapshot is public: any AWS account can restore it")


@check(severity=Severity.HIGH, controls=("FSBP EC2.182",))
def ec2_snapshot_block_public_access(block: SnapshotBlockPublicAccess) -> Verdict:
    """Regions should block all public sharing of EBS snapshots.

    Problem: snapshots may be shared publicly
    Why: One mistaken call can make a snapshot public. The setting prevents this, and its mode block-all-sharing also
      closes snapshots that are public already. It is set in each region separately.
    Fix: `aws ec2 enable-snapshot-block-public-access --state block-all-sharing` Snapshots that are
      shared publicly on purpose stop being available.
    Source: https://docs.aws.amazon.com/ebs/latest/userguide/block-public-access-snapshots.html
    """
    state = known(block.state)
    if state == "block-all-sharing":
        return compliant("Block public access for EBS snapshots is on (block-all-sharing)")
    if state == "block-new-sharing":
        return non_compliant(
            "Block public access for EBS snapshots blocks new sharing only; public snapshots stay public"
        )
    return non_compliant("Block public access for EBS snapshots is off")
