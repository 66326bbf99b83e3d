"""Checks of EBS volumes' use and backups, and of snapshots."""

from datetime import datetime, timedelta

from muster.facets.backup import ProtectedResources
from muster.facets.ec2.ebs import NewestSnapshots, PublicSnapshots, Snapshot, SnapshotBlockPublicAccess, VolumeUse
from muster.model.check import check
from muster.model.finding import ObservedAt, Severity, Verdict, compliant, known, non_compliant, not_applicable
from muster.model.text import counted


@check(severity=Severity.LOW)
def ec2_volume_inuse(volume: VolumeUse, scan: ObservedAt, *, older_than_days: int = 7) -> Verdict:
    """EBS volumes should be attached to something.

    A volume that is younger than `older_than_days` may be attached to nothing. AWS does not tell since when a volume
    is: the age is that of the volume.

    Problem: EBS volume is not attached
    Why: A volume that nothing uses costs as much as one in use, and its data is watched by nobody.
    Fix: `aws ec2 create-snapshot --volume-id ID` Delete the volume when the snapshot is complete: `aws ec2
      delete-volume --volume-id ID`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/ec2-volume-inuse-check.html
    """
    state = known(volume.state)
    if state == "in-use":
        return compliant("the volume is in use")
    if state != "available":
        return not_applicable(f"the volume is {state}: nothing can use it")
    age = scan.at - known(volume.created_at)
    text = f"created {counted(age.days, 'day')} ago, attached to nothing"
    if age > timedelta(days=older_than_days):
        return non_compliant(text)
    return compliant(f"{text}: up to {older_than_days} days it may be")


@check(severity=Severity.MEDIUM)
def ec2_volume_backed_up(
    volume: VolumeUse,
    snapshots: NewestSnapshots,
    backups: ProtectedResources,
    scan: ObservedAt,
    *,
    within_days: int = 7,
) -> Verdict:
    """EBS volumes should have a recent backup.

    A completed snapshot counts, whoever made it, from when it was begun, and so does a backup of the volume by AWS
    Backup. A backup of the whole instance is there as snapshots. A volume younger than `within_days` need not have
    one yet.

    Problem: EBS volume has no recent backup
    Why: A volume lives in one availability zone; what is lost with it, deleted or encrypted by somebody else comes
      back only from a copy, and an old copy brings back old data.
    Fix: `aws ec2 create-snapshot --volume-id ID` For regular backups, tag the volume so that a backup plan or a
      policy of Data Lifecycle Manager selects it.
    Source: https://docs.aws.amazon.com/config/latest/developerguide/ebs-last-backup-recovery-point-created.html
    """
    made = {"snapshot": snapshots.times.get(volume.id), "backup by AWS Backup": backups.times.get(volume.arn)}
    times = {what: at for what, at in made.items() if isinstance(at, datetime)}
    what = max(times, key=lambda name: times[name], default="")
    if what and scan.at - times[what] <= timedelta(days=within_days):
        return compliant(f"the newest {what} is of {times[what]:%Y-%m-%d %H:%M} UTC")
    for at in made.values():
        known(at)  # one of unknown time may be a fresh one
    age = scan.at - known(volume.created_at)
    if age <= timedelta(days=within_days):
        return not_applicable(f"created {counted(age.days, 'day')} ago: a backup is due after {within_days} days")
    if what:
        late = counted((scan.at - times[what]).days, "day")
        return non_compliant(f"the newest {what} is {late} old, of {times[what]:%Y-%m-%d}; {within_days} are asked for")
    return non_compliant("there is no completed snapshot of the volume, and AWS Backup has none")


@check(severity=Severity.MEDIUM)
def ec2_snapshot_encrypted(snapshot: Snapshot) -> Verdict:
    """EBS snapshots should be encrypted.

    Problem: EBS snapshot is not encrypted
    Why: An unencrypted snapshot can be read by every account that it is ever shared with, and volumes made of it are
      not encrypted either unless somebody asks.
    Fix: `aws ec2 copy-snapshot --source-snapshot-id ID --source-region REGION --encrypted` Delete the old snapshot
      when the copy is complete: `aws ec2 delete-snapshot --snapshot-id ID`
    Source: https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption.html
    """
    if known(snapshot.encrypted):
        return compliant("the snapshot is encrypted")
    return non_compliant("the snapshot is not encrypted")


@check(severity=Severity.CRITICAL, controls=("FSBP EC2.1",))
def ec2_snapshot_not_public(snapshot: Snapshot, public: PublicSnapshots, block: SnapshotBlockPublicAccess) -> Verdict:
    """EBS snapshots should not be public.

    A snapshot that is shared with everybody is not public where the region blocks all sharing: AWS then treats it as
    private, but leaves its permissions as they are.

    Problem: EBS snapshot is public
    Why: Whoever has an AWS account can make a volume of a public snapshot and read all that is on it.
    Fix: `aws ec2 modify-snapshot-attribute --snapshot-id ID --attribute createVolumePermission --operation-type
      remove --group-names all`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-1
    """
    if snapshot.id not in public.ids:
        return compliant("the snapshot is not shared with everybody")
    if known(block.state) == "block-all-sharing":
        return compliant("the snapshot is shared with everybody, but the region blocks all public sharing")
    return non_compliant("the snapshot is shared with everybody: any AWS account can restore it")


@check(severity=Severity.HIGH, controls=("FSBP EC2.182",))
def ec2_snapshot_block_public_access(block: SnapshotBlockPublicAccess) -> Verdict:
    """Regions should block all public sharing of EBS snapshots.

    Problem: snapshots may be shared publicly
    Why: It is set for each region apart, and stops a snapshot from becoming public by one careless call; only
      block-all-sharing also takes back what is public already.
    Fix: `aws ec2 enable-snapshot-block-public-access --state block-all-sharing --region REGION`
    Source: https://docs.aws.amazon.com/ebs/latest/userguide/block-public-access-snapshots.html
    """
    state = known(block.state)
    if state == "block-all-sharing":
        return compliant("the region blocks all public sharing of snapshots")
    if state == "block-new-sharing":
        return non_compliant("the region blocks new public sharing only: what was shared before stays public")
    return non_compliant("the region does not block the public sharing of snapshots")
