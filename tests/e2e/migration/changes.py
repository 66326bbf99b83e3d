"""Single changes of a migrated estate, each with the comparisons that it turns, and undone when the test is over."""

import copy
import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

from local.server import ACCOUNT, EmbeddedAws
from tests.e2e.migration.source import (
    BUCKET,
    BUCKET_EU,
    FUNCTION_EU,
    GROUP_EU,
    ORDERS,
    ORDERS_EU,
    SESSIONS_EU,
    SOURCE,
    TARGET,
    grant_queries,
)

Item = tuple[str, str]
"""A target and a comparison."""
Make = Callable[[EmbeddedAws], Iterator[None]]


@dataclass(frozen=True)
class Change:
    """One change: what makes and undoes it, and the items that it turns to a failure."""

    turns: frozenset[Item]
    made: Callable[[EmbeddedAws], AbstractContextManager[None]]


CHANGES: dict[str, Change] = {}


def turns(target: str, *check_ids: str) -> Callable[[Make], Make]:
    """Register a change under the name of its function."""

    def register(make: Make) -> Make:
        items = frozenset((target, f"target-{each}") for each in check_ids)
        CHANGES[make.__name__.replace("_", "-")] = Change(items, contextmanager(make))
        return make

    return register


# Buckets


@turns(BUCKET_EU, "bucket-versioned")
def versioning_suspended(aws: EmbeddedAws) -> Iterator[None]:
    s3 = aws.client("s3", TARGET)
    s3.put_bucket_versioning(Bucket=BUCKET_EU, VersioningConfiguration={"Status": "Suspended"})
    yield
    s3.put_bucket_versioning(Bucket=BUCKET_EU, VersioningConfiguration={"Status": "Enabled"})


@turns(BUCKET_EU, "bucket-encrypted")
def bucket_encrypted_by_s3(aws: EmbeddedAws) -> Iterator[None]:
    s3 = aws.client("s3", TARGET)
    before = s3.get_bucket_encryption(Bucket=BUCKET_EU)["ServerSideEncryptionConfiguration"]
    plain = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}
    s3.put_bucket_encryption(Bucket=BUCKET_EU, ServerSideEncryptionConfiguration=plain)
    yield
    s3.put_bucket_encryption(Bucket=BUCKET_EU, ServerSideEncryptionConfiguration=before)


@turns(BUCKET_EU, "bucket-public-access-blocked")
def one_switch_of_public_access_off(aws: EmbeddedAws) -> Iterator[None]:
    s3 = aws.client("s3", TARGET)
    before = s3.get_public_access_block(Bucket=BUCKET_EU)["PublicAccessBlockConfiguration"]
    s3.put_public_access_block(
        Bucket=BUCKET_EU, PublicAccessBlockConfiguration={**before, "RestrictPublicBuckets": False}
    )
    yield
    s3.put_public_access_block(Bucket=BUCKET_EU, PublicAccessBlockConfiguration=before)


@contextmanager
def _lifecycle(aws: EmbeddedAws, edit: Callable[[dict[str, Any]], object]) -> Iterator[None]:
    """Edit each rule of the target's lifecycle."""
    s3 = aws.client("s3", TARGET)
    before = s3.get_bucket_lifecycle_configuration(Bucket=BUCKET_EU)["Rules"]
    rules = copy.deepcopy(before)
    for rule in rules:
        edit(rule)
    s3.put_bucket_lifecycle_configuration(Bucket=BUCKET_EU, LifecycleConfiguration={"Rules": rules})
    yield
    s3.put_bucket_lifecycle_configuration(Bucket=BUCKET_EU, LifecycleConfiguration={"Rules": before})


@turns(BUCKET_EU, "bucket-objects-expire")
def objects_expire_a_day_later(aws: EmbeddedAws) -> Iterator[None]:
    with _lifecycle(aws, lambda rule: "Expiration" in rule and rule["Expiration"].update(Days=91)):
        yield


@turns(BUCKET_EU, "bucket-objects-expire")
def old_versions_kept(aws: EmbeddedAws) -> Iterator[None]:
    with _lifecycle(aws, lambda rule: rule.pop("NoncurrentVersionExpiration", None)):
        yield


@turns(BUCKET_EU, "bucket-uploads-aborted")
def uploads_not_aborted(aws: EmbeddedAws) -> Iterator[None]:
    with _lifecycle(aws, lambda rule: rule.pop("AbortIncompleteMultipartUpload", None) and _keep(rule)):
        yield


def _keep(rule: dict[str, Any]) -> None:
    """Give a rule that did nothing else an action: S3 refuses a rule without one."""
    if not {"Expiration", "NoncurrentVersionExpiration"} & rule.keys():
        rule["Expiration"] = {"ExpiredObjectDeleteMarker": True}


@turns(BUCKET_EU, "tagged")
def bucket_of_another_batch(aws: EmbeddedAws) -> Iterator[None]:
    s3 = aws.client("s3", TARGET)
    before = s3.get_bucket_tagging(Bucket=BUCKET_EU)["TagSet"]
    edited = [{**tag, "Value": "wave-2"} if tag["Key"] == "MigrationBatch" else tag for tag in before]
    s3.put_bucket_tagging(Bucket=BUCKET_EU, Tagging={"TagSet": edited})
    yield
    s3.put_bucket_tagging(Bucket=BUCKET_EU, Tagging={"TagSet": before})


@contextmanager
def _replication(aws: EmbeddedAws, edit: Callable[[dict[str, Any]], object]) -> Iterator[None]:
    """Edit the one rule of the source."""
    s3 = aws.client("s3", SOURCE)
    before = s3.get_bucket_replication(Bucket=BUCKET)["ReplicationConfiguration"]
    after = copy.deepcopy(before)
    edit(after["Rules"][0])
    s3.put_bucket_replication(Bucket=BUCKET, ReplicationConfiguration=after)
    yield
    s3.put_bucket_replication(Bucket=BUCKET, ReplicationConfiguration=before)


@turns(BUCKET_EU, "bucket-replication-rule")
def rule_disabled(aws: EmbeddedAws) -> Iterator[None]:
    with _replication(aws, lambda rule: rule.update(Status="Disabled")):
        yield


@turns(BUCKET_EU, "bucket-replication-rule")
def rule_of_a_prefix(aws: EmbeddedAws) -> Iterator[None]:
    with _replication(aws, lambda rule: rule.update(Filter={"Prefix": "2026/"})):
        yield


@turns(BUCKET_EU, "bucket-replication-rule")
def rule_of_a_tag(aws: EmbeddedAws) -> Iterator[None]:
    def edit(rule: dict[str, Any]) -> None:
        rule.update(Filter={"Tag": {"Key": "copy", "Value": "yes"}}, DeleteMarkerReplication={"Status": "Disabled"})

    with _replication(aws, edit):
        yield


@turns(BUCKET_EU, "bucket-replication-metrics")
def metrics_of_the_rule_off(aws: EmbeddedAws) -> Iterator[None]:
    with _replication(aws, lambda rule: rule["Destination"].pop("Metrics")):
        yield


@turns(BUCKET_EU, "bucket-kms-objects-replicated")
def kms_objects_left_out(aws: EmbeddedAws) -> Iterator[None]:
    def edit(rule: dict[str, Any]) -> None:
        rule.pop("SourceSelectionCriteria")
        rule["Destination"].pop("EncryptionConfiguration")

    with _replication(aws, edit):
        yield


@contextmanager
def _role_policy(aws: EmbeddedAws, action: str) -> Iterator[None]:
    """Take an action out of the first statement of the replication role that has it."""
    iam, role = aws.client("iam", SOURCE), _role(aws)
    (name,) = iam.list_role_policies(RoleName=role)["PolicyNames"]
    before = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
    after = copy.deepcopy(before)
    statement = next(each for each in after["Statement"] if action in each["Action"])
    actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
    statement["Action"] = [each for each in actions if each != action] or ["s3:GetBucketVersioning"]
    iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(after))
    yield
    iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(before))


def _role(aws: EmbeddedAws) -> str:
    configuration = aws.client("s3", SOURCE).get_bucket_replication(Bucket=BUCKET)["ReplicationConfiguration"]
    return str(configuration["Role"]).rpartition("/")[2]


_NEEDED = {
    "s3:GetReplicationConfiguration": "reads-source",
    "s3:ListBucket": "reads-source",
    "s3:GetObjectVersionForReplication": "reads-objects",
    "s3:GetObjectVersionAcl": "reads-objects",
    "s3:GetObjectVersionTagging": "reads-objects",
    "s3:ReplicateObject": "writes-objects",
    "s3:ReplicateDelete": "writes-objects",
    "s3:ReplicateTags": "writes-objects",
    "kms:Decrypt": "decrypts",
    "kms:Encrypt": "encrypts",
}
"""The actions of a replication role, and the comparison of each."""


def _without(action: str) -> Make:
    def make(aws: EmbeddedAws) -> Iterator[None]:
        with _role_policy(aws, action):
            yield

    make.__name__ = f"role without {action}".replace(" ", "-").replace(":", "-")
    return make


for _action, _check in _NEEDED.items():
    turns(BUCKET_EU, f"bucket-replication-{_check}")(_without(_action))


@turns(BUCKET_EU, "bucket-replication-role-trusts-s3")
def role_trusted_by_another_service(aws: EmbeddedAws) -> Iterator[None]:
    iam, role = aws.client("iam", SOURCE), _role(aws)
    before = iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]
    iam.update_assume_role_policy(
        RoleName=role, PolicyDocument=json.dumps(before).replace("s3.amazonaws", "ec2.amazonaws")
    )
    yield
    iam.update_assume_role_policy(RoleName=role, PolicyDocument=json.dumps(before))


@turns(BUCKET_EU, "bucket-replication-policies-admit")
def target_denies_the_role(aws: EmbeddedAws) -> Iterator[None]:
    s3 = aws.client("s3", TARGET)
    statement = {
        "Effect": "Deny",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:role/{_role(aws)}"},
        "Action": "s3:ReplicateObject",
        "Resource": f"arn:aws:s3:::{BUCKET_EU}/*",
    }
    s3.put_bucket_policy(Bucket=BUCKET_EU, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    yield
    s3.delete_bucket_policy(Bucket=BUCKET_EU)


# Alarms and dashboards


@contextmanager
def _without_alarm(aws: EmbeddedAws, region: str, metric: str, **dimensions: str) -> Iterator[None]:
    cloudwatch = aws.client("cloudwatch", region)
    wanted = set(dimensions.items())
    (before,) = [
        alarm
        for alarm in cloudwatch.describe_alarms()["MetricAlarms"]
        if alarm.get("MetricName") == metric
        and wanted <= {(each["Name"], each["Value"]) for each in alarm["Dimensions"]}
        and ("GlobalSecondaryIndexName" in dimensions or len(alarm["Dimensions"]) != 2)
    ]
    cloudwatch.delete_alarms(AlarmNames=[before["AlarmName"]])
    yield
    given = (
        "AlarmName", "ActionsEnabled", "AlarmActions", "MetricName", "Namespace", "Statistic", "Dimensions", "Period",
        "EvaluationPeriods", "Threshold", "ComparisonOperator", "TreatMissingData",
    )  # fmt: skip
    cloudwatch.put_metric_alarm(**{name: before[name] for name in given})


@turns(BUCKET_EU, "bucket-replication-lag-alarmed")
def no_alarm_on_lag(aws: EmbeddedAws) -> Iterator[None]:
    with _without_alarm(aws, TARGET, "ReplicationLatency", DestinationBucket=BUCKET_EU):
        yield


@turns(BUCKET_EU, "bucket-replication-failures-alarmed")
def no_alarm_on_failures(aws: EmbeddedAws) -> Iterator[None]:
    with _without_alarm(aws, SOURCE, "OperationsFailedReplication", DestinationBucket=BUCKET_EU):
        yield


@turns(ORDERS_EU, "table-read-throttles-alarmed")
def no_alarm_on_throttled_reads(aws: EmbeddedAws) -> Iterator[None]:
    with _without_alarm(aws, TARGET, "ReadThrottleEvents", TableName=ORDERS_EU):
        yield


@turns(ORDERS_EU, "table-write-throttles-alarmed")
def no_alarm_on_throttled_writes_of_the_index(aws: EmbeddedAws) -> Iterator[None]:
    index = {"TableName": ORDERS_EU, "GlobalSecondaryIndexName": "by-day"}
    with _without_alarm(aws, TARGET, "WriteThrottleEvents", **index):
        yield


@turns(TARGET, "dashboard-shows-the-batch")
def no_dashboard(aws: EmbeddedAws) -> Iterator[None]:
    cloudwatch = aws.client("cloudwatch", TARGET)
    (name,) = [each["DashboardName"] for each in cloudwatch.list_dashboards()["DashboardEntries"]]
    body = cloudwatch.get_dashboard(DashboardName=name)["DashboardBody"]
    cloudwatch.delete_dashboards(DashboardNames=[name])
    yield
    cloudwatch.put_dashboard(DashboardName=name, DashboardBody=body)


# Tables


def _recovery(aws: EmbeddedAws, *, on: bool) -> None:
    wanted = {"PointInTimeRecoveryEnabled": on}
    aws.client("dynamodb", TARGET).update_continuous_backups(
        TableName=ORDERS_EU, PointInTimeRecoverySpecification=wanted
    )


@turns(ORDERS_EU, "table-recoverable")
def recovery_off(aws: EmbeddedAws) -> Iterator[None]:
    _recovery(aws, on=False)
    yield
    _recovery(aws, on=True)


@turns(ORDERS_EU, "table-streams-images")
def stream_off(aws: EmbeddedAws) -> Iterator[None]:
    dynamodb = aws.client("dynamodb", TARGET)
    dynamodb.update_table(TableName=ORDERS_EU, StreamSpecification={"StreamEnabled": False})
    yield
    images = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    dynamodb.update_table(TableName=ORDERS_EU, StreamSpecification=images)


@turns(ORDERS_EU, "table-time-to-live-matches")
def items_never_expire(aws: EmbeddedAws) -> Iterator[None]:
    dynamodb = aws.client("dynamodb", TARGET)
    for on in (False, True):
        expiry = {"Enabled": on, "AttributeName": "expires"}
        dynamodb.update_time_to_live(TableName=ORDERS_EU, TimeToLiveSpecification=expiry)
        if not on:
            yield


@turns(ORDERS_EU, "table-deletion-protected")
def source_protected_from_deletion(aws: EmbeddedAws) -> Iterator[None]:
    dynamodb = aws.client("dynamodb", SOURCE)
    dynamodb.update_table(TableName=ORDERS, DeletionProtectionEnabled=True)
    yield
    dynamodb.update_table(TableName=ORDERS, DeletionProtectionEnabled=False)


@turns(ORDERS_EU, "table-capacity-scaled")
def one_unit_less(aws: EmbeddedAws) -> Iterator[None]:
    dynamodb = aws.client("dynamodb", TARGET)
    before = dynamodb.describe_table(TableName=ORDERS_EU)["Table"]["ProvisionedThroughput"]
    units = {name: before[name] for name in ("ReadCapacityUnits", "WriteCapacityUnits")}
    fewer = {**units, "WriteCapacityUnits": units["WriteCapacityUnits"] - 1}
    dynamodb.update_table(TableName=ORDERS_EU, ProvisionedThroughput=fewer)
    yield
    dynamodb.update_table(TableName=ORDERS_EU, ProvisionedThroughput=units)


_DIMENSION = {
    "ServiceNamespace": "dynamodb",
    "ResourceId": f"table/{ORDERS_EU}",
    "ScalableDimension": "dynamodb:table:ReadCapacityUnits",
}


@turns(ORDERS_EU, "table-autoscaling-scaled")
def scaled_less_far(aws: EmbeddedAws) -> Iterator[None]:
    scaling = aws.client("application-autoscaling", TARGET)
    scaling.register_scalable_target(**_DIMENSION, MinCapacity=30, MaxCapacity=299)
    yield
    scaling.register_scalable_target(**_DIMENSION, MinCapacity=30, MaxCapacity=300)


@turns(ORDERS_EU, "table-autoscaling-scaled")
def scaled_at_another_utilization(aws: EmbeddedAws) -> Iterator[None]:
    scaling = aws.client("application-autoscaling", TARGET)
    (policy,) = scaling.describe_scaling_policies(ServiceNamespace="dynamodb")["ScalingPolicies"]
    before = policy["TargetTrackingScalingPolicyConfiguration"]
    same = {**_DIMENSION, "PolicyName": policy["PolicyName"], "PolicyType": "TargetTrackingScaling"}
    scaling.put_scaling_policy(**same, TargetTrackingScalingPolicyConfiguration={**before, "TargetValue": 85.0})
    yield
    scaling.put_scaling_policy(**same, TargetTrackingScalingPolicyConfiguration=before)


@turns(ORDERS_EU, "table-encrypted-with-customer-key")
def table_encrypted_by_aws(aws: EmbeddedAws) -> Iterator[None]:
    dynamodb = aws.client("dynamodb", TARGET)
    key = dynamodb.describe_table(TableName=ORDERS_EU)["Table"]["SSEDescription"]["KMSMasterKeyArn"]
    dynamodb.update_table(TableName=ORDERS_EU, SSESpecification={"Enabled": False})
    yield
    wanted = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}
    dynamodb.update_table(TableName=ORDERS_EU, SSESpecification=wanted)


@turns(ORDERS_EU, "table-in-one-region")
def replica_added(aws: EmbeddedAws) -> Iterator[None]:
    dynamodb, other = aws.client("dynamodb", TARGET), {"RegionName": "eu-central-1"}
    dynamodb.update_table(TableName=ORDERS_EU, ReplicaUpdates=[{"Create": other}])
    yield
    dynamodb.update_table(TableName=ORDERS_EU, ReplicaUpdates=[{"Delete": other}])


@turns(ORDERS_EU, "table-class-matches")
def class_of_rare_access(aws: EmbeddedAws) -> Iterator[None]:
    dynamodb = aws.client("dynamodb", TARGET)
    dynamodb.update_table(TableName=ORDERS_EU, TableClass="STANDARD_INFREQUENT_ACCESS")
    yield
    dynamodb.update_table(TableName=ORDERS_EU, TableClass="STANDARD")


@turns(ORDERS_EU, "tagged")
def table_without_a_tag(aws: EmbeddedAws) -> Iterator[None]:
    dynamodb = aws.client("dynamodb", TARGET)
    arn = f"arn:aws:dynamodb:{TARGET}:{ACCOUNT}:table/{ORDERS_EU}"
    dynamodb.untag_resource(ResourceArn=arn, TagKeys=["SourceRegion"])
    yield
    dynamodb.tag_resource(ResourceArn=arn, Tags=[{"Key": "SourceRegion", "Value": SOURCE}])


@turns(SESSIONS_EU, "table-maximum-throughput")
def another_maximum(aws: EmbeddedAws) -> Iterator[None]:
    dynamodb = aws.client("dynamodb", TARGET)
    for reads in (2000, 1000):
        maximum = {"MaxReadRequestUnits": reads, "MaxWriteRequestUnits": 500}
        dynamodb.update_table(TableName=SESSIONS_EU, OnDemandThroughput=maximum)
        if reads == 2000:
            yield


# Functions and log groups


def _configured(**settings: tuple[Any, Any]) -> Make:
    """Return a change of a function's settings, each from its second value to its first."""

    def make(aws: EmbeddedAws) -> Iterator[None]:
        function = aws.client("lambda", TARGET)
        changed, before = ({name: pair[place] for name, pair in settings.items()} for place in (0, 1))
        function.update_function_configuration(FunctionName=FUNCTION_EU, **changed)
        yield
        function.update_function_configuration(FunctionName=FUNCTION_EU, **before)

    make.__name__ = f"function-{'-'.join(settings)}"
    return make


_VARIABLES = {"TABLE": ORDERS_EU, "REGION": TARGET}
turns(FUNCTION_EU, "function-memory-matches")(_configured(MemorySize=(1024, 512)))
turns(FUNCTION_EU, "function-timeout-matches")(_configured(Timeout=(31, 30)))
turns(FUNCTION_EU, "function-runtime-matches")(_configured(Runtime=("python3.12", "python3.13")))
turns(FUNCTION_EU, "function-package-matches")(_configured(Handler=("main.handler", "app.handler")))
turns(FUNCTION_EU, "function-environment-matches")(
    _configured(Environment=({"Variables": {**_VARIABLES, "MORE": "1"}}, {"Variables": _VARIABLES}))
)


@turns(FUNCTION_EU, "function-concurrency-matches")
def concurrency_not_reserved(aws: EmbeddedAws) -> Iterator[None]:
    function = aws.client("lambda", TARGET)
    function.delete_function_concurrency(FunctionName=FUNCTION_EU)
    yield
    function.put_function_concurrency(FunctionName=FUNCTION_EU, ReservedConcurrentExecutions=5)


@turns(FUNCTION_EU, "function-permissions-name-target", "function-permissions-match")
def role_of_the_function_reads_the_source(aws: EmbeddedAws) -> Iterator[None]:
    grant_queries(aws, FUNCTION_EU, f"arn:aws:dynamodb:{SOURCE}:{ACCOUNT}:table/{ORDERS}")
    yield
    grant_queries(aws, FUNCTION_EU, f"arn:aws:dynamodb:{TARGET}:{ACCOUNT}:table/{ORDERS_EU}")


@turns(GROUP_EU, "log-group-retention")
def logs_kept_for_ever(aws: EmbeddedAws) -> Iterator[None]:
    logs = aws.client("logs", TARGET)
    logs.delete_retention_policy(logGroupName=GROUP_EU)
    yield
    logs.put_retention_policy(logGroupName=GROUP_EU, retentionInDays=30)


@turns(GROUP_EU, "log-group-exists")
def log_group_deleted(aws: EmbeddedAws) -> Iterator[None]:
    logs = aws.client("logs", TARGET)
    arn = f"arn:aws:logs:{TARGET}:{ACCOUNT}:log-group:{GROUP_EU}"
    tags = logs.list_tags_for_resource(resourceArn=arn)["tags"]
    own = {key: value for key, value in tags.items() if not key.startswith("aws:")}
    key = logs.describe_log_groups(logGroupNamePrefix=GROUP_EU)["logGroups"][0].get("kmsKeyId")
    logs.delete_log_group(logGroupName=GROUP_EU)
    yield
    logs.create_log_group(logGroupName=GROUP_EU, tags=own, **({"kmsKeyId": key} if key else {}))
    logs.put_retention_policy(logGroupName=GROUP_EU, retentionInDays=30)
