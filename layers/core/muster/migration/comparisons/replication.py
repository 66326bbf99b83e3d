"""Comparisons of a bucket's replication rules, and of the alarms that watch them."""

from collections.abc import Iterator

from muster.facets.cloudwatch.alarms import Alarms
from muster.facets.s3.replication import CopyRule
from muster.migration.comparison import compares
from muster.migration.relatives import BUCKET
from muster.migration.replication.keys import encryption_of
from muster.migration.replication.role import enforces_owner
from muster.migration.replication.rules import Rules, named, rules_between, skipped, without_rule
from muster.migration.sides import Pair, Side, Source, Target
from muster.model.arn import Arn
from muster.model.finding import Severity, Verdict, compliant, known, non_compliant, not_applicable
from muster.model.text import listed

_SHOWN = 4
_NAMESPACE = "AWS/S3"


@compares(BUCKET, severity=Severity.HIGH)
def target_bucket_replication_rule(source: Source, target: Target, pair: Pair) -> Verdict:
    """Target buckets should get all objects of their source by an enabled replication rule.

    The rule must have no prefix and no tags: rules with prefixes never add up to a whole bucket. Objects that were
    there before the rule are not replicated; S3 Batch Replication copies them. The reason says whether delete markers
    are replicated.

    Problem: objects are not replicated
    Why: Objects that are written while the migration goes on would be missing at the target.
    Fix: Run the bucket's command in the file that this writes:
      `muster migration template FILE --output target.yaml --commands source-side.sh`
    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-add-config.html
    """
    if skip := skipped(pair):
        return skip
    rules = rules_between(source, target)
    whole = rules.whole
    if whole is None:
        return non_compliant(_why_not(rules, target))
    markers = "are replicated, too" if whole.markers else "are not replicated"
    above = [rule for rule in rules.counting if rule is not whole]
    narrower = f"; {named(above)} with a higher priority take their objects from it" if above else ""
    return compliant(f"the rule {whole.id} replicates all objects; delete markers {markers}{narrower}")


@compares(BUCKET, severity=Severity.HIGH)
def target_bucket_kms_objects_replicated(source: Source, target: Target, pair: Pair) -> Verdict:
    """Target buckets should get the objects that the source encrypts with KMS, encrypted with a key of their region.

    A rule replicates such objects only with SseKmsEncryptedObjects, and S3 does not check the key when the rule is
    written. Objects that are written with a KMS key of their own into a bucket with another default are not seen here.

    Problem: KMS objects are not replicated
    Why: A rule without the opt-in silently leaves out every object of a bucket that encrypts with KMS.
    Fix: `aws s3api put-bucket-replication --region SOURCE-REGION --bucket SOURCE --replication-configuration
      file://REPLICATION.json` Add SourceSelectionCriteria.SseKmsEncryptedObjects and
      Destination.EncryptionConfiguration.ReplicaKmsKeyID to each rule, and keep the rest.
    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html
    """
    if skip := skipped(pair):
        return skip
    encryption = encryption_of(source)
    if not encryption.kms:
        return not_applicable("the source's default encryption is not KMS; replicas keep SSE-S3")
    rules = rules_between(source, target)
    if not rules.to:
        return without_rule(rules, target)
    if faults := [*_kms_faults(rules, target)]:
        return non_compliant("; ".join(faults))
    keys = dict.fromkeys(rule.replica_key for rule in rules.counting)
    return compliant(f"objects encrypted with KMS are replicated, with {', '.join(keys)}")


@compares(BUCKET, severity=Severity.MEDIUM)
def target_bucket_replication_metrics(source: Source, target: Target, pair: Pair) -> Verdict:
    """Target buckets should have replication metrics on in the rules that copy to them.

    Problem: replication metrics are off
    Why: Without them CloudWatch has no metric of latency, backlog and failures, and no alarm can work.
    Fix: `aws s3api put-bucket-replication --region SOURCE-REGION --bucket SOURCE --replication-configuration
      file://REPLICATION.json` Add Destination.Metrics with Status Enabled to each rule, and keep the rest.
    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/repl-metrics.html
    """
    if skip := skipped(pair):
        return skip
    rules = rules_between(source, target)
    if not rules.to:
        return without_rule(rules, target)
    if off := [rule for rule in rules.counting if not rule.metrics]:
        return non_compliant(f"metrics are off in {named(off)}")
    return compliant(f"metrics are on in {named(rules.counting)}")


@compares(BUCKET, severity=Severity.LOW)
def target_bucket_replica_owner(source: Source, target: Target, pair: Pair) -> Verdict:
    """Target buckets should own their replicas: by AccessControlTranslation across accounts, and without it within one.

    Within an account S3 applies it all the same, and no longer replicates changes of ACLs. Where the target's object
    ownership is BucketOwnerEnforced, both are without effect.

    Problem: replica ownership is not as expected
    Why: Objects of another owner cannot be read in the target account, and ACLs that change would differ.
    Fix: `aws s3api put-bucket-ownership-controls --bucket NAME --ownership-controls
      "Rules=[{ObjectOwnership=BucketOwnerEnforced}]"`
    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-change-owner.html
    """
    if skip := skipped(pair):
        return skip
    rules = rules_between(source, target)
    if not rules.to:
        return without_rule(rules, target)
    if enforces_owner(target):
        return compliant("the target enforces its owner on all objects")
    within = source.resource.account_id == target.resource.account_id
    wrong = [rule for rule in rules.counting if rule.translated is within]
    if not wrong:
        return compliant("replicas belong to the owner of the target")
    if within:
        return non_compliant(f"AccessControlTranslation stops the replication of ACLs: {named(wrong)}")
    return non_compliant(f"replicas belong to the source account, without AccessControlTranslation: {named(wrong)}")


@compares(BUCKET, severity=Severity.MEDIUM)
def target_bucket_replication_lag_alarmed(source: Source, target: Target, pair: Pair) -> Verdict:
    """Target buckets should have an alarm on ReplicationLatency for each rule that copies to them.

    S3 sends the metric to the target region, with the dimensions SourceBucket, DestinationBucket and RuleId. The alarm,
    or a composite one that it helps to raise, must have an action.

    Problem: no alarm on replication lag
    Why: A lag without an alarm becomes lost writes when the application moves to the target.
    Fix: `aws cloudwatch put-metric-alarm --alarm-name replication-lag-NAME --namespace AWS/S3 --metric-name
      ReplicationLatency --dimensions Name=SourceBucket,Value=SOURCE Name=DestinationBucket,Value=NAME
      Name=RuleId,Value=RULE-ID --statistic Maximum --period 60 --evaluation-periods 15 --threshold 900
      --comparison-operator GreaterThanThreshold --treat-missing-data ignore --alarm-actions TOPIC-ARN`
    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/repl-metrics.html
    """
    if skip := skipped(pair):
        return skip
    rules = rules_between(source, target)
    if not rules.to:
        return without_rule(rules, target)
    return _alarmed("ReplicationLatency", rules.counting, source, target, [target])


@compares(BUCKET, severity=Severity.MEDIUM)
def target_bucket_replication_failures_alarmed(source: Source, target: Target, pair: Pair) -> Verdict:
    """Target buckets should have an alarm on OperationsFailedReplication for each rule that copies to them.

    An alarm counts in the target region or in the source region, with the dimensions SourceBucket, DestinationBucket
    and RuleId.

    Problem: no alarm on failed replication
    Why: S3 does not try again when an object has failed to replicate, by a missing permission for example.
    Fix: `aws cloudwatch put-metric-alarm --region SOURCE-REGION --alarm-name replication-failures-NAME --namespace
      AWS/S3 --metric-name OperationsFailedReplication --dimensions Name=SourceBucket,Value=SOURCE
      Name=DestinationBucket,Value=NAME Name=RuleId,Value=RULE-ID --statistic Sum --period 300 --evaluation-periods 1
      --threshold 0 --comparison-operator GreaterThanThreshold --treat-missing-data ignore --alarm-actions TOPIC-ARN`
    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/repl-metrics.html
    """
    if skip := skipped(pair):
        return skip
    rules = rules_between(source, target)
    if not rules.to:
        return without_rule(rules, target)
    return _alarmed("OperationsFailedReplication", rules.counting, source, target, [target, source])


def _why_not(rules: Rules, target: Target) -> str:
    if not rules.all:
        return "the source has no replication rules"
    if not rules.to:
        elsewhere = dict.fromkeys(known(rule.bucket) for rule in rules.all)
        return f"no rule copies to {target.resource.id}; they copy to {listed([*elsewhere], _SHOWN)}"
    if not rules.enabled:
        return f"disabled: {named(rules.to)}"
    return f"only some objects are replicated, by their prefix or tags: {named(rules.enabled)}"


def _kms_faults(rules: Rules, target: Target) -> Iterator[str]:
    region = target.resource.region
    for rule in rules.counting:
        key = Arn.parse(rule.replica_key)
        if not rule.kms:
            yield f"the rule {rule.id} does not replicate objects encrypted with KMS"
        elif not rule.replica_key:
            yield f"the rule {rule.id} names no ReplicaKmsKeyID"
        elif key is None:
            yield f"ReplicaKmsKeyID of the rule {rule.id} is {rule.replica_key}, not the ARN of a key in {region}"
        elif key.region != region:
            yield f"ReplicaKmsKeyID of the rule {rule.id} is a key in {key.region}, the target is in {region}"


def _alarmed(metric: str, rules: tuple[CopyRule, ...], source: Source, target: Target, sides: list[Side]) -> Verdict:
    """Return whether each rule has an alarm that acts; later sides are read if earlier ones lack one."""
    missing = list(rules)
    muted: list[str] = []
    for side in sides:
        alarms = side.region.facet("alarms", Alarms)
        for rule in tuple(missing):
            found = alarms.on(_NAMESPACE, (metric,), _dimensions(source, target, rule))
            if known(alarms.heard(found)) is not None:
                missing.remove(rule)
            muted += [f"{alarm.name} has no action that is enabled" for alarm in found if rule in missing]
        if not missing:
            return compliant(f"{metric} of {named(rules)} has an alarm")
    blind = [text for side in sides for text in _blind(side.region.facet("alarms", Alarms), metric, source, target)]
    regions = " or ".join(side.resource.region for side in sides)
    faults = listed([*muted, *blind], _SHOWN)
    return non_compliant(f"no alarm on {metric} of {named(missing)} in {regions}" + (f": {faults}" if faults else ""))


def _dimensions(source: Source, target: Target, rule: CopyRule) -> dict[str, str]:
    return {"SourceBucket": source.resource.id, "DestinationBucket": target.resource.id, "RuleId": rule.id}


def _blind(alarms: Alarms, metric: str, source: Source, target: Target) -> Iterator[str]:
    """Yield why alarms that name one of the buckets watch nothing: CloudWatch has no metric with their dimensions."""
    buckets, needed = {source.resource.id, target.resource.id}, {"SourceBucket", "DestinationBucket", "RuleId"}
    for alarm in alarms.alarms:
        for watched in alarm.watched:
            names = {name for name, _ in watched.dimensions}
            values = {value for _, value in watched.dimensions}
            if (watched.namespace, watched.metric) == (_NAMESPACE, metric) and values & buckets and names != needed:
                wrong = [f"no {name}" for name in sorted(needed - names)] + sorted(names - needed)
                yield f"{alarm.name} watches nothing: its dimensions have {', '.join(wrong)}"
