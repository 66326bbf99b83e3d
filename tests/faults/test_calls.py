"""One list, many checks: the whole catalogue on the embedded AWS makes the least number of calls, each accounted for.

What the estate holds is counted with calls of the test's own; the tables say how many of each operation that takes.
Those of most services are modules of tests/faults/calls, found there by their function `calls`.
"""

import importlib
import math
import pkgutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from local import estate, estates
from local.server import ACCOUNT, EmbeddedAws
from muster import configuration
from muster.catalog.catalog import load
from muster.catalog.read_plan import read_plan
from muster.configuration.selection import select
from muster.model.finding import Status
from muster.model.rule import Rule
from muster.scanning.calls import ScanContext
from muster.scanning.shard_scan import ShardScan
from muster.sdk.retry import Retrier
from muster.sdk.session import Clients, open_session
from muster.targets.sharding import shards
from tests.faults.held import REGIONS, Estate, batches, client_of, places

AT = datetime.now(UTC)
RULES = select(load(), configuration.load(estates.CONFIGURATION, load()))
OTHERWISE = {lister.permission for lister in load().listers.values()} - {
    lister.operation for lister in load().listers.values()
}
"""What IAM calls listings that the SDK calls otherwise."""


Found = Counter[tuple[str, Status]]
"""How many findings each check made, by status."""


def scanned(aws: EmbeddedAws, rules: Sequence[Rule]) -> tuple[Counter[str], Found]:
    """Scan all shards as one scan does; return the operations that were called, and what was found."""
    clients = Clients(open_session(region=estate.HOME, projections=load().projections()), endpoint_url=aws.endpoint)
    context = ScanContext(clients, AT, Retrier(sleep=lambda _: None))
    plan = read_plan(load(), rules)
    before = len(aws.calls)
    found: Found = Counter()
    for shard in shards(ACCOUNT, "aws", estates.REGIONS, rules, global_services=load().global_services):
        scan = ShardScan(shard, plan, context)
        found.update((finding.check_id, finding.status) for finding in scan)
        assert scan.outcome.complete
        assert not {row.api for row in scan.outcome.ledger.rows()} & OTHERWISE, "calls and items in two rows"
    return Counter(call.operation for call in aws.calls[before:]), found


@pytest.fixture(scope="module")
def once(aws: EmbeddedAws) -> tuple[Counter[str], Found]:
    """Scan with every check once."""
    return scanned(aws, RULES)


def test_every_operation_is_called_as_often_as_it_must_be(aws: EmbeddedAws, once: tuple[Counter[str], Found]) -> None:
    made, _ = once
    assert {rule.check.id for rule in RULES} > load().checks.keys(), "some check is left out: this would show less"
    there = Estate(aws)
    wanted: Counter[str] = Counter()
    written = (of_ec2, of_storage, of_databases, of_functions, of_containers, of_messages, of_all)
    for table in (*written, *tables()):
        calls = table(there)
        # Services may read the same of another one, each in its own shards.
        wanted.update(calls)
    assert all(wanted.values()), "of some operation the estate needs no call: this would show nothing of it"
    assert dict(sorted(made.items())) == dict(sorted(wanted.items()))


def tables() -> Iterator[Callable[[Estate], dict[str, int]]]:
    """Yield the tables of tests/faults/calls."""
    for info in pkgutil.iter_modules([str(Path(__file__).with_name("calls"))]):
        yield importlib.import_module(f"tests.faults.calls.{info.name}").calls


def of_ec2(there: Estate) -> dict[str, int]:
    instances = there.held("ec2", "describe_instances", "Reservations", "Instances")
    running = {
        region: [each for each in items if each["State"]["Name"] == "running"] for region, items in instances.items()
    }
    volumes = there.held("ec2", "describe_volumes", "Volumes")
    attached = {
        region: {each["InstanceId"] for volume in items for each in volume["Attachments"]}
        for region, items in volumes.items()
    }
    interfaces = there.held("ec2", "describe_network_interfaces", "NetworkInterfaces")
    holding = {
        region: {each["Attachment"]["InstanceId"] for each in items if "Attachment" in each}
        for region, items in interfaces.items()
    }
    snapshots = there.held("ec2", "describe_snapshots", "Snapshots", OwnerIds=["self"])
    taken = {region: {each["VolumeId"] for each in items} - {"vol-ffffffff"} for region, items in snapshots.items()}
    groups = there.held("ec2", "describe_security_groups", "SecurityGroups")
    prefix_lists = {
        (region, each["PrefixListId"])
        for region, items in groups.items()
        for group in items
        for permission in group["IpPermissions"]
        for each in permission.get("PrefixListIds", ())
    }
    page = REGIONS
    return {
        "ec2:DescribeAddresses": page,
        # To judge each by its tags, and once for the VPCs that they are of.
        "ec2:DescribeFlowLogs": 2 * page,
        # The account's own to judge each, and those that instances were launched from, 200 a call.
        "ec2:DescribeImages": page
        + batches({region: list({each["ImageId"] for each in items}) for region, items in instances.items()}, 200),
        "ec2:DescribeInstances": page,
        "ec2:DescribeLaunchTemplateVersions": page,
        "ec2:DescribeLaunchTemplates": page,
        "ec2:DescribeSecurityGroupRules": page,
        # Page by page to judge each; and those of Redshift's clusters, 200 a call, for the rules of their ports.
        "ec2:DescribeSecurityGroups": page + places(there.held("redshift", "describe_clusters", "Clusters")),
        "ec2:DescribeVolumes": page,
        "ec2:DescribeVpcs": page,
        "ec2:GetEbsEncryptionByDefault": page,
        "ec2:GetImageBlockPublicAccessState": page,
        "ec2:GetInstanceMetadataDefaults": page,
        "ec2:GetSnapshotBlockPublicAccessState": page,
        # Page by page to judge each; once before that for the newest of each volume, as no page is kept (all of them
        # would not fit into memory); and those that everybody may restore, which the other listings do not tell.
        "ec2:DescribeSnapshots": 3 * page,
        # Page by page to judge each; once before that for who uses which group, as with snapshots.
        "ec2:DescribeNetworkInterfaces": 2 * page,
        # The instances that volumes are attached to, those that interfaces are, and the volumes that snapshots are of:
        # 200 a call, apart for each type as it is judged.
        "ec2:DescribeTags": sum(
            batches({region: list(ids) for region, ids in named.items()}, 200) for named in (attached, holding, taken)
        ),
        "ec2:GetManagedPrefixListEntries": len(prefix_lists),
        # The metrics of instances, tables and services: 500 a call, of which an instance has three.
        "cloudwatch:GetMetricData": batches(running, 500 // 3) + of_metered_tables(there) + of_metered_services(there),
        # Judged by it are volumes and tables.
        "backup:ListProtectedResources": places(volumes, there.held("dynamodb", "list_tables", "TableNames")),
    }


def of_metered_tables(there: Estate) -> int:
    """Two metrics of a table and of each of its global indexes."""
    metered = {
        region: [
            name
            for table in items
            for description in [there.ask(region, "dynamodb", "describe_table", TableName=table)["Table"]]
            for name in (table, *(each["IndexName"] for each in description.get("GlobalSecondaryIndexes", ())))
        ]
        for region, items in there.held("dynamodb", "list_tables", "TableNames").items()
    }
    return batches(metered, 500 // 2)


def of_metered_services(there: Estate) -> int:
    """Two metrics of a service on Fargate."""
    fargate = {
        region: [each for each in items if each.get("launchType") == "FARGATE"]
        for region, items in _services(there).items()
    }
    return batches(fargate, 500 // 2)


def of_storage(there: Estate) -> dict[str, int]:
    s3 = [each["Name"] for each in there.ask(estate.HOME, "s3", "list_buckets")["Buckets"]]
    logging = [there.ask(estate.HOME, "s3", "get_bucket_logging", Bucket=name) for name in s3]
    targets = {each["LoggingEnabled"]["TargetBucket"] for each in logging if "LoggingEnabled" in each}
    points = there.held("s3control", "list_access_points", "AccessPointList", AccountId=ACCOUNT)
    each, point = len(s3), sum(len(items) for items in points.values())
    in_one_zone = sum(len(items) for items in there.held("s3", "list_directory_buckets", "Buckets").values())
    return {
        "s3:ListBuckets": 1,
        "s3control:GetPublicAccessBlock": 1,
        "s3:GetBucketLifecycleConfiguration": each + in_one_zone,
        "s3:GetBucketLogging": each,
        "s3:GetBucketPolicyStatus": each,
        "s3:GetBucketReplication": each,
        "s3:GetBucketTagging": each,
        "s3:GetBucketVersioning": each,
        "s3:GetPublicAccessBlock": each,
        "s3:ListBucketMetricsConfigurations": each,
        # Those that logs are delivered to once more: any bucket may be one, and none is kept after it was judged.
        "s3:GetBucketAcl": each + len(targets),
        "s3:GetBucketEncryption": each + len(targets),
        "s3:GetBucketOwnershipControls": each + len(targets),
        "s3:GetBucketPolicy": each + len(targets),
        "s3:GetObjectLockConfiguration": each + len(targets),
        # Where those are that are named by others, which may be other accounts'; the list says it of one's own.
        "s3:GetBucketLocation": len(targets) + len(_replicas(there, s3)),
        "s3control:ListAccessPoints": REGIONS,
        "s3control:GetAccessPoint": point,
        "s3control:ListTagsForResource": point + in_one_zone,
    }


def _replicas(there: Estate, names: Iterable[str]) -> set[str]:
    s3 = client_of(there.aws, "s3", estate.HOME)
    found = set()
    for name in names:
        try:
            rules = s3.get_bucket_replication(Bucket=name)["ReplicationConfiguration"]["Rules"]
        except s3.exceptions.ClientError:
            continue
        found |= {each["Destination"]["Bucket"].rpartition(":")[2] for each in rules if each["Status"] == "Enabled"}
    return found


def of_databases(there: Estate) -> dict[str, int]:
    tables = there.held("dynamodb", "list_tables", "TableNames")
    each = sum(len(items) for items in tables.values())
    described = [
        there.ask(region, "dynamodb", "describe_table", TableName=name)["Table"]
        for region, items in tables.items()
        for name in items
    ]
    keys = {table["SSEDescription"]["KMSMasterKeyArn"] for table in described if "SSEDescription" in table}
    alerting = {key for _, key in _heard_topics(there) if key and not key.startswith("alias/aws/")}
    clusters = there.all("dax", "describe_clusters", "Clusters")
    own = [
        there.ask(region, "kms", "describe_key", KeyId=key["KeyId"])["KeyMetadata"]
        for region, items in there.held("kms", "list_keys", "Keys").items()
        for key in items
        if key["KeyId"] not in _of_aws(there, region)
    ]
    rotatable = [
        key
        for key in own
        if (key["KeySpec"], key["Origin"]) == ("SYMMETRIC_DEFAULT", "AWS_KMS") and key["KeyState"] != "PendingDeletion"
    ]
    return {
        "dynamodb:ListTables": REGIONS,
        "dynamodb:DescribeContinuousBackups": each,
        "dynamodb:DescribeTable": each,
        "dynamodb:DescribeTimeToLive": each,
        "dynamodb:GetResourcePolicy": each,
        "dynamodb:ListTagsOfResource": each,
        "application-autoscaling:DescribeScalableTargets": places(tables),
        "dax:DescribeClusters": REGIONS,
        "dax:ListTags": len(clusters),
        "kms:ListAliases": REGIONS,
        "kms:ListKeys": REGIONS,
        # Once more those that encrypt topics which alarms tell: a scan of alarms does not depend on one of keys.
        "kms:GetKeyPolicy": len(own) + len(alerting),
        "kms:GetKeyRotationStatus": len(rotatable),
        "kms:ListResourceTags": len(own),
        # Once more those that tables name: whose they are does not depend on a scan of keys, nor on its being done.
        "kms:DescribeKey": len(own) + len(keys) + len(alerting),
    }


def _of_aws(there: Estate, region: str) -> set[str]:
    aliases = there.held("kms", "list_aliases", "Aliases")[region]
    return {each.get("TargetKeyId", "") for each in aliases if each["AliasName"].startswith("alias/aws/")}


def of_functions(there: Estate) -> dict[str, int]:
    functions = there.held("lambda", "list_functions", "Functions")
    each = sum(len(items) for items in functions.values())
    without = [
        one for items in functions.values() for one in items if "TargetArn" not in one.get("DeadLetterConfig", {})
    ]
    mappings = there.held("lambda", "list_event_source_mappings", "EventSourceMappings")
    polled = {one["EventSourceArn"] for items in mappings.values() for one in items if ":sqs:" in one["EventSourceArn"]}
    queues = there.all("sqs", "list_queues", "QueueUrls")
    groups = there.all("logs", "describe_log_groups", "logGroups")
    return {
        "lambda:GetAccountSettings": REGIONS,
        "lambda:GetFunctionConcurrency": each,
        "lambda:GetPolicy": each,
        "lambda:ListEventSourceMappings": places(functions),
        # A function with a dead-letter queue needs no destination.
        "lambda:ListFunctionEventInvokeConfigs": len(without),
        "lambda:ListFunctionUrlConfigs": each,
        "lambda:ListTags": each,
        # Functions to judge, in the shard of Lambda; in that of EC2 the security groups of all their versions.
        "lambda:ListFunctions": REGIONS + places(there.held("ec2", "describe_security_groups", "SecurityGroups")),
        "logs:DescribeLogGroups": REGIONS,
        "logs:DescribeResourcePolicies": REGIONS,
        "logs:ListTagsForResource": len(groups),
        "sqs:ListQueues": REGIONS,
        "sqs:ListDeadLetterSourceQueues": len(queues),
        "sqs:ListQueueTags": len(queues),
        # Once more those that functions poll, which may be other accounts' and are looked at in the shard of Lambda.
        "sqs:GetQueueAttributes": len(queues) + len(polled),
    }


def _services(there: Estate) -> dict[str, list[Any]]:
    return {
        region: [
            service
            for cluster in clusters
            for arn in there.ask(region, "ecs", "list_services", cluster=cluster)["serviceArns"]
            for service in there.ask(region, "ecs", "describe_services", cluster=cluster, services=[arn])["services"]
        ]
        for region, clusters in there.held("ecs", "list_clusters", "clusterArns").items()
    }


def of_containers(there: Estate) -> dict[str, int]:
    clusters = there.held("ecs", "list_clusters", "clusterArns")
    services = [each for items in _services(there).values() for each in items]
    of_cluster = Counter(each["clusterArn"] for each in services)
    registered = {
        region: list({each["targetGroupArn"] for service in items for each in service.get("loadBalancers", ())})
        for region, items in _services(there).items()
    }
    run = {each["taskDefinition"] for each in services}
    active = there.all("ecs", "list_task_definitions", "taskDefinitionArns")
    latest = {arn.rpartition(":")[0]: arn for arn in sorted(active, key=_revision)}
    judged = run | set(latest.values())
    balancers = there.held("elbv2", "describe_load_balancers", "LoadBalancers")
    each = [(region, one["LoadBalancerArn"]) for region, items in balancers.items() for one in items]
    network = [one for items in balancers.values() for one in items if one["Type"] == "network"]
    of_balancer = {
        arn: there.ask(region, "elbv2", "describe_listeners", LoadBalancerArn=arn)["Listeners"] for region, arn in each
    }
    targets = there.held("elbv2", "describe_target_groups", "TargetGroups")
    used = [one for items in targets.values() for one in items if one["LoadBalancerArns"]]
    return {
        "ecs:ListClusters": REGIONS,
        "ecs:DescribeClusters": batches(clusters, 100),
        "ecs:ListServices": sum(len(items) for items in clusters.values()),
        # Ten services of one cluster a call.
        "ecs:DescribeServices": sum(math.ceil(count / 10) for count in of_cluster.values()),
        "ecs:ListTaskDefinitions": REGIONS,
        # Once more those that services run: services are judged by them before definitions are, and none is kept.
        "ecs:DescribeTaskDefinition": len(judged) + len(run),
        "ecs:ListTagsForResource": len(judged),
        "elbv2:DescribeLoadBalancers": REGIONS,
        "elbv2:DescribeLoadBalancerAttributes": len(each),
        # Of each load balancer to judge them; of network ones before that, which are judged by what listeners speak.
        "elbv2:DescribeListeners": len(each) + len(network),
        "elbv2:DescribeRules": sum(len(listeners) for listeners in of_balancer.values()),
        # Once more those that services are registered with, twenty a call: they are judged by how these ask.
        "elbv2:DescribeTargetGroups": REGIONS + batches(registered, 20),
        "elbv2:DescribeTargetGroupAttributes": sum(len(items) for items in targets.values()),
        "elbv2:DescribeTargetHealth": len(used),
        # Twenty a call of each page; the listeners of each load balancer are a page.
        "elbv2:DescribeTags": batches(balancers, 20) + batches(targets, 20) + batches(of_balancer, 20),
    }


def _revision(arn: str) -> int:
    return int(arn.rpartition(":")[2])


def of_messages(there: Estate) -> dict[str, int]:
    topics = there.all("sns", "list_topics", "Topics")
    subscriptions = there.all("sns", "list_subscriptions", "Subscriptions")
    confirmed = [each for each in subscriptions if each["SubscriptionArn"].startswith("arn:")]
    retried = [each for each in confirmed if each["Protocol"] != "firehose"]
    alarms = _alarms(there)
    return {
        # Once more where the account's trail logs to: the account is judged by a scan of its own.
        "cloudwatch:DescribeAlarms": REGIONS + 1,
        "cloudwatch:ListTagsForResource": sum(len(items) for items in alarms.values()),
        "sns:ListTopics": REGIONS,
        # Once more the topics that alarms notify and that have a confirmed subscription.
        "sns:GetTopicAttributes": len(topics) + len(_heard_topics(there)),
        "sns:ListTagsForResource": len(topics),
        "sns:ListSubscriptions": REGIONS,
        # What SNS itself tries to deliver.
        "sns:GetSubscriptionAttributes": len(retried),
        # Who listens to the topics that alarms tell, however many alarms tell them.
        # Once more the topic of the alarm on what the account's trail records.
        "sns:ListSubscriptionsByTopic": len(_told_topics(there)) + 1,
    }


def _alarms(there: Estate) -> dict[str, list[Any]]:
    metric = there.held("cloudwatch", "describe_alarms", "MetricAlarms")
    composite = there.held("cloudwatch", "describe_alarms", "CompositeAlarms", AlarmTypes=["CompositeAlarm"])
    return {region: metric[region] + composite[region] for region in estates.REGIONS}


def _told_topics(there: Estate) -> set[tuple[str, str]]:
    """Return the topics that alarms of their region tell, with the region."""
    return {
        (region, action)
        for region, items in _alarms(there).items()
        for alarm in items
        for action in alarm["AlarmActions"]
        if action.startswith(f"arn:aws:sns:{region}:{ACCOUNT}:")
    }


def _heard_topics(there: Estate) -> set[tuple[str, str]]:
    """Return the topics that alarms notify and that have a confirmed subscription, each with its key."""
    subscriptions = there.all("sns", "list_subscriptions", "Subscriptions")
    confirmed = {each["TopicArn"] for each in subscriptions if each["SubscriptionArn"].startswith("arn:")}
    return {
        (
            topic,
            there.ask(region, "sns", "get_topic_attributes", TopicArn=topic)["Attributes"].get("KmsMasterKeyId", ""),
        )
        for region, topic in _told_topics(there)
        if topic in confirmed
    }


def of_all(_there: Estate) -> dict[str, int]:
    return {
        # Of the account, for every taggable resource of every shard.
        "organizations:DescribeEffectivePolicy": 1,
        "resourcegroupstaggingapi:ListRequiredTags": 1,
    }


MORE = """  - id: table-is-protected
    resource_type: AWS::DynamoDB::Table
    condition: table.deletion_protection && tags.own.Owner != ''
    severity: LOW
    title: Tables should be protected and owned.
    why: They are missed.
    fix: Protect them.
"""


def test_with_twice_the_checks_no_operation_is_called_more_often(
    aws: EmbeddedAws, once: tuple[Counter[str], Found], tmp_path: Path
) -> None:
    path = tmp_path / "muster.yaml"
    path.write_text(estates.CONFIGURATION.read_text(encoding="utf-8") + MORE, encoding="utf-8")
    more = [rule for rule in select(load(), configuration.load(path, load())) if rule.check.id == "table-is-protected"]
    assert len(more) == 1
    rules = [*RULES, *more]
    twice = [*rules, *(replace(rule, variant="again") for rule in rules)]
    calls, found = scanned(aws, twice)
    made, found_once = once
    assert calls == made
    of_more = {key: count for key, count in found.items() if key[0] == "table-is-protected"}
    assert of_more
    assert found == Counter({key: 2 * count for key, count in found_once.items()} | of_more)
