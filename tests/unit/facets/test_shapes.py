"""Whatever AWS may answer: every lister, describer and check against answers drawn from botocore's own models."""

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.catalog.catalog import load
from muster.facets.tagging.tags import Tags
from muster.model.check import Check
from muster.model.finding import TARGET, Finding, Related, Resource, Status, Unavailable
from muster.model.listing import gathers
from muster.model.readers import Describer
from tests.examples import examples
from tests.unit.facets.shapes import LEFT_OUT, NEW, PARTITIONS, Place, World, member, reading, scanned, words_of

pytestmark = pytest.mark.worlds
CATALOG = load()
CALM = settings(max_examples=examples(10), suppress_health_check=list(HealthCheck), deadline=None)
WORLDS = st.fixed_dictionaries(
    {
        "seed": st.integers(0, 2**32),
        "partition": st.sampled_from(sorted(PARTITIONS)),
        "gaps": st.sampled_from((0.0, 0.1, 0.4)),
        "odd": st.sampled_from((0.0, 0.1, 0.5)),
    }
)

ASKED: Mapping[str, Mapping[str, object]] = {
    "dynamodb-table-stream-enabled": {"allowed": ("NEW_IMAGE",)},
    "dynamodb-table-ttl-enabled": {"names": ("*",)},
    "ec2-instance-not-idle": {"minimum_hours": 1, "cpu_percent": 200, "network_megabytes": 10**9},
    "ecs-logs-non-blocking": {"required": True},
    "ecs-service-right-sized": {"hours": 1},
    "elb-cross-zone-enabled": {"required": True},
    "kms-key-single-region": {"required": True},
    "lambda-environment-kms": {"required": True},
    "lambda-inside-vpc": {"required": True},
    "lambda-reserved-concurrency-set": {"required": True},
    "s3-bucket-cross-region-replication-enabled": {"buckets": ("*",)},
    "s3-bucket-event-notifications-enabled": {"required": True},
    "s3-bucket-mfa-delete-enabled": {"buckets": ("*",)},
    "tag-values-agree": {"agreements": {"Owner": {"CostCenter": ("1",)}}},
}
"""Settings without which a check asks for nothing."""

MANY = 4
"""A check of so many types judges them alike: what differs is how their facets are read, which has its own test."""
JUDGED = [
    pytest.param(check, kind, id=f"{name} {kind}")
    for name, check in CATALOG.checks.items()
    for kinds in [CATALOG.resource_types(check)]
    for kind in (kinds if len(kinds) < MANY else kinds[1:2])
]


def known_words(kind: str, check: Check) -> dict[str, Any]:
    """Return the words and numbers that the readers of a type and a check speak of."""
    lister = CATALOG.listers.get(kind)
    source = CATALOG.source(lister) if lister else None
    readers = [*CATALOG.describers_for(check, kind), *([source] if source else ())]
    found: list[object] = [check.function, *(part for each in readers for part in (each.function, each.facet))]
    if lister:
        found += [lister.function, *lister.facets]
    words, numbers = words_of(*found)
    return {"words": words, "numbers": numbers}


FACETS = [
    pytest.param(kind, facet, None, id=f"{kind} {facet.__name__}")
    for kind, lister in CATALOG.listers.items()
    for facet in lister.facets
] + [
    pytest.param(kind, facet, describer, id=f"{kind} {facet.__name__}")
    for (kind, facet), describer in CATALOG.describers.items()
]


@pytest.mark.parametrize(("kind", "facet", "describer"), FACETS)
@CALM
@given(drawn=WORLDS)
def test_a_reading_is_a_facet_or_says_that_it_is_strange(
    kind: str, facet: type, describer: Describer | None, drawn: dict[str, Any]
) -> None:
    related = describer is not None and describer.keys is not None
    of_page = describer.of if describer and describer.of and gathers(describer.of) else None
    check, seen = reading(facet, of_page, related=related)
    for finding in scanned(World(**drawn, **known_words(kind, check)), CATALOG, check, kind):
        assert finding.resource.type in (kind, TARGET)
        assert finding.resource.id is not None
        assert finding.status in (Status.COMPLIANT, Status.INSUFFICIENT_DATA)
        assert "no data was read" not in finding.reason.lower()
    for value in seen:
        if related:
            assert isinstance(value, Related)
            assert all(isinstance(each, facet | Unavailable) for each in value.by_key.values())
        else:
            assert isinstance(value, facet)


@pytest.mark.parametrize(("check", "kind"), JUDGED)
@CALM
@given(drawn=WORLDS)
def test_every_answer_can_be_judged(check: Check, kind: str, drawn: dict[str, Any]) -> None:
    world = World(**drawn, **known_words(kind, check))
    for finding in scanned(world, CATALOG, check, kind, ASKED.get(check.id)):
        assert finding.reason
        assert "Unknown(" not in finding.reason
        assert "Unavailable(" not in finding.reason


TAGS = st.dictionaries(
    st.sampled_from(("Owner", "a=b", "🦊 tail", " ", "aws:stack", "AWS:x")) | st.text(min_size=1, max_size=8),
    st.sampled_from(("", "x=y=z", "🙂", "ops, dev")) | st.text(max_size=8),
    max_size=4,
)


@pytest.mark.parametrize(
    "kind", [kind for kind in CATALOG.listers if CATALOG.describer(kind, Tags) or Tags in CATALOG.listers[kind].facets]
)
@CALM
@given(seed=st.integers(0, 2**32), tags=TAGS)
def test_tags_come_out_as_they_are(kind: str, seed: int, tags: dict[str, str]) -> None:
    check, seen = reading(Tags)
    own = {key: value for key, value in tags.items() if not key.lower().startswith("aws:")}
    for finding in scanned(World(seed, tags=tags, **known_words(kind, check)), CATALOG, check, kind):
        if finding.status is Status.COMPLIANT:
            assert finding.resource.tags == own
    assert all(value == Tags(tags) for value in seen)


@pytest.mark.parametrize("kind", CATALOG.listers)
@CALM
@given(seed=st.integers(0, 2**32), partition=st.sampled_from(sorted(PARTITIONS)))
def test_names_and_arns_come_out_as_they_are(kind: str, seed: int, partition: str) -> None:
    check, _ = reading(Resource)
    world = World(seed, partition, **known_words(kind, check))
    for finding in scanned(world, CATALOG, check, kind):
        heard = {value for value in world.told.values() if isinstance(value, str)}
        pieces = {piece for value in heard for piece in (*value.split("/"), *re.split("[/:]", value))}
        resource = finding.resource
        if resource.type == TARGET:
            continue
        assert resource.id in heard | pieces or set(re.split("[/:]", resource.id)) <= pieces
        arn = resource.arn or ""
        own = [value for value in heard | pieces if resource.id.endswith(value)]
        assert arn in heard or (arn.startswith(f"arn:{partition}:") and any(arn.endswith(value) for value in own))


NOT_DRAWN = {
    "iam-administrators-have-mfa": "a file in CSV, which no drawn text is",
    "iam-principal-no-privilege-escalation": "a policy, or the ARN of one of AWS",
    "iam-root-not-used-lately": "a file in CSV, which no drawn text is",
    "iam-user-access-keys-rotated": "a file in CSV, which no drawn text is",
    "iam-user-console-mfa-enabled": "a file in CSV, which no drawn text is",
    "iam-user-credentials-used-lately": "a file in CSV, which no drawn text is",
    "iam-user-hardware-mfa-enabled": "a file in CSV, which no drawn text is",
    "iam-user-mfa-enabled": "a file in CSV, which no drawn text is",
    "iam-user-no-access-key-from-setup": "a file in CSV, which no drawn text is",
    "iam-user-single-active-access-key": "a file in CSV, which no drawn text is",
    "iam-root-credentials-absent": "a number by an exact key of a map",
    "iam-root-credentials-managed-centrally": "a number by an exact key of a map",
    "iam-identity-provider-configured": "a number by an exact key of a map",
    "iam-cloudshell-full-access-not-attached": "a policy, or the ARN of one of AWS",
    "iam-policy-no-privilege-escalation": "a policy, or the ARN of one of AWS",
    "iam-role-read-only-access-not-cross-account": "a policy, or the ARN of one of AWS",
    "ec2-instance-user-data-without-secrets": "a text in base64 with a secret in it",
    "ec2-launch-template-without-secrets": "a text in base64 with a secret in it",
    "cloudtrail-bucket-access-logged": "a name of another resource that is there",
    "cloudtrail-bucket-not-public": "a name of another resource that is there",
    "ec2-instance-image-not-outdated": "a name of another resource that is there",
    "ec2-network-acl-admin-ports-closed": "a CIDR, a number and a port that fit each other",
    "netfw-stateless-rule-group-not-empty": "the ARN of a stateless rule group, which no drawn ARN is",
    "ec2-security-group-few-rules": "a name or a number that is drawn too seldom",
    "ec2-security-group-not-from-launch-wizard": "a name or a number that is drawn too seldom",
}
"""Checks that no drawn answer makes fail, each with what that takes; their own tests have both sides."""
ONE_TYPE = [
    pytest.param(check, CATALOG.resource_types(check)[0], id=name)
    for name, check in CATALOG.checks.items()
    if name not in NOT_DRAWN
]
ENOUGH = examples(3)
"""How many failures of each check are looked at."""
MOST = examples(40)
"""How many members of each of them are spoiled."""

EC2 = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/"
ECS = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/"
POLICY = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html"
TASK = "ecs.DescribeTaskDefinition.taskDefinition"
PERMISSION = "ec2.DescribeSecurityGroups.SecurityGroups[].IpPermissions[]"

SECRETS = "secretsmanager.ListSecrets.SecretList[]"
SECRET = "https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_SecretListEntry.html"
DOCUMENTED: Mapping[str, str] = {
    # "By default S3 build logs are encrypted."
    "codebuild-project-s3-logs-encrypted: codebuild.BatchGetProjects.projects[].logsConfig.s3Logs.encryptionDisabled"
    " left out": "https://docs.aws.amazon.com/codebuild/latest/APIReference/API_S3LogsConfig.html",
    # "If the distribution uses Aliases, set this field to false and specify values for" the other certificate.
    "cloudfront-custom-ssl-certificate: cloudfront.ListDistributions.DistributionList.Items[].ViewerCertificate"
    ".CloudFrontDefaultCertificate left out": (
        "https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_ViewerCertificate.html"
    ),
    # There only where the instance has one.
    "ec2-instance-no-public-ip: ec2.DescribeInstances.Reservations[].Instances[].PublicIpAddress left out": (
        f"{EC2}API_Instance.html"
    ),
    # A private node has none.
    "emr-master-no-public-ip: emr.ListInstances.Instances[].PublicIpAddress left out": (
        "https://docs.aws.amazon.com/emr/latest/APIReference/API_Instance.html"
    ),
    # Any protocol has a name or a number; ports are those of tcp and udp, or of all with -1.
    **{
        f"ec2-instance-public-without-profile: ec2.DescribeInstances.Reservations[].Instances[].{name} left out": (
            f"{EC2}API_Instance.html"
        )
        for name in ("IamInstanceProfile.Arn", "PublicIpAddress")
    },
    # Without it the subnet decides.
    "ec2-launch-template-no-public-ip: ec2.DescribeLaunchTemplateVersions.LaunchTemplateVersions[].LaunchTemplateData"
    ".NetworkInterfaces[].AssociatePublicIpAddress left out": (
        f"{EC2}API_LaunchTemplateInstanceNetworkInterfaceSpecification.html"
    ),
    # A device that nobody is assigned has no user.
    "iam-root-hardware-mfa-enabled: iam.ListVirtualMFADevices.VirtualMFADevices[].User.Arn left out": (
        "https://docs.aws.amazon.com/IAM/latest/APIReference/API_VirtualMFADevice.html"
    ),
    f"ec2-security-group-admin-ports-closed: {PERMISSION}.IpProtocol unknown": f"{EC2}API_IpPermission.html",
    f"ec2-security-group-high-risk-ports-closed: {PERMISSION}.IpProtocol unknown": (f"{EC2}API_IpPermission.html"),
    # Off unless it is asked for.
    f"ecs-containers-nonprivileged: {TASK}.containerDefinitions[].privileged left out": (
        f"{ECS}API_ContainerDefinition.html"
    ),
    # "If one isn't specified, the LATEST platform version is used."
    "ecs-fargate-latest-platform-version: ecs.DescribeServices.services[].platformVersion left out": (
        f"{ECS}API_Service.html"
    ),
    # Without a mode it is that of the account setting, which is another answer.
    f"ecs-logs-non-blocking: {TASK}.containerDefinitions[].logConfiguration.options.mode left out": (
        f"{ECS}API_LogConfiguration.html"
    ),
    # An empty variable holds no secret.
    f"ecs-no-environment-secrets: {TASK}.containerDefinitions[].environment[].value left out": (
        f"{ECS}API_KeyValuePair.html"
    ),
    # "If this parameter is omitted, a container is assumed to be essential."
    # "By default, the startPeriod is off", the interval is 30 seconds and the timeout 5.
    f"ecs-service-health-checked: {TASK}.containerDefinitions[].essential left out": (
        f"{ECS}API_ContainerDefinition.html"
    ),
    f"ecs-service-health-checked: {TASK}.containerDefinitions[].healthCheck.startPeriod left out": (
        f"{ECS}API_HealthCheck.html"
    ),
    f"ecs-service-health-checked: {TASK}.containerDefinitions[].healthCheck.interval left out": (
        f"{ECS}API_HealthCheck.html"
    ),
    f"ecs-service-health-checked: {TASK}.containerDefinitions[].healthCheck.timeout left out": (
        f"{ECS}API_HealthCheck.html"
    ),
    # "If no network mode is specified, the default is bridge."
    f"ecs-task-definition-network-mode-not-host: {TASK}.networkMode left out": f"{ECS}API_TaskDefinition.html",
    # Only Windows has to be said: without a word it is Linux.
    f"ecs-task-definition-fargate-size-valid: {TASK}.runtimePlatform.operatingSystemFamily left out": (
        "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html#runtime-platform"
    ),
    # Any name may stand there, and one that is not root's is not root.
    f"ecs-task-definition-linux-user-non-root: {TASK}.containerDefinitions[].user unknown": (
        f"{ECS}API_ContainerDefinition.html"
    ),
    # "If no value is specified, the default is a private namespace for each container."
    f"ecs-task-definition-pid-mode-not-shared: {TASK}.pidMode left out": f"{ECS}API_TaskDefinition.html",
    # "Multi-Region keys have a distinctive key ID that begins with mrk-."
    "kms-key-single-region: kms.DescribeKey.KeyMetadata.MultiRegion left out": (
        "https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-overview.html"
    ),
    # Without one messages are delivered as often as need be: there is no count that is too small.
    "lambda-queue-visibility-sufficient: sqs.GetQueueAttributes.Attributes.RedrivePolicy left out": (
        "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html"
    ),
    # Without a policy nobody outside the account is let in.
    "lambda-function-public-access-prohibited: lambda.GetPolicy.Policy left out": POLICY,
    # "Enable ObjectLockEnabled when you apply ObjectLockConfiguration to a bucket": without it there is no lock.
    "s3-bucket-logging-enabled: s3.GetObjectLockConfiguration.ObjectLockConfiguration.ObjectLockEnabled left out": (
        "https://docs.aws.amazon.com/AmazonS3/latest/API/API_ObjectLockConfiguration.html"
    ),
    # Any other group is one of the account's own.
    "elasticache-custom-subnet-group: elasticache.DescribeCacheClusters.CacheClusters[].CacheSubnetGroupName unknown": (
        "https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CacheCluster.html"
    ),
    # Off unless it was turned on.
    "msk-cluster-public-access-disabled: kafka.ListClustersV2.ClusterInfoList[].Provisioned.BrokerNodeGroupInfo"
    ".ConnectivityInfo.PublicAccess.Type left out": "https://docs.aws.amazon.com/msk/latest/developerguide/public-access.html",
    "redshift-default-admin-check: redshift.DescribeClusters.Clusters[].MasterUsername unknown": (
        "https://docs.aws.amazon.com/redshift/latest/APIReference/API_Cluster.html"
    ),
    "redshift-serverless-default-admin-check: redshift-serverless.ListNamespaces.namespaces[].adminUsername unknown": (
        "https://docs.aws.amazon.com/redshift-serverless/latest/APIReference/API_Namespace.html"
    ),
    # A route has one destination and one target: without it, or with another, it is another route.
    **{
        f"rds-instance-subnets-without-igw: ec2.DescribeRouteTables.RouteTables[].Routes[].{name} {what}": (
            f"{EC2}API_Route.html"
        )
        for name in ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "GatewayId")
        for what in ("left out", "unknown")
    },
    # Any other name is a custom one.
    "rds-cluster-default-admin-check: rds.DescribeDBClusters.DBClusters[].MasterUsername unknown": (
        "https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBCluster.html"
    ),
    "rds-instance-default-admin-check: rds.DescribeDBInstances.DBInstances[].MasterUsername unknown": (
        "https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBInstance.html"
    ),
    "s3-bucket-cross-account-writes-prohibited: s3.GetBucketPolicy.Policy left out": POLICY,
    "sns-topic-no-public-access: sns.GetTopicAttributes.Attributes.Policy left out": POLICY,
    # Without a word the subnet decides.
    "autoscaling-launch-config-public-ip-disabled: autoscaling.DescribeLaunchConfigurations.LaunchConfigurations[]"
    ".AssociatePublicIpAddress left out": (
        "https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_LaunchConfiguration.html"
    ),
    # Without a date that never happened; then the day counts on which the secret was created.
    f"secretsmanager-secret-periodic-rotation: {SECRETS}.LastRotatedDate left out": SECRET,
    f"secretsmanager-secret-used: {SECRETS}.LastAccessedDate left out": SECRET,
    "sqs-queue-no-public-access: sqs.GetQueueAttributes.Attributes.Policy left out": POLICY,
}
"""What AWS documents to pass where a member is left out or has another value, with AWS's page."""


@pytest.mark.parametrize(("check", "kind"), ONE_TYPE)
def test_what_aws_leaves_out_or_newly_says_never_makes_a_failure_pass(check: Check, kind: str) -> None:
    found = list(itertools.islice(failures(check, kind), ENOUGH))
    assert found, "no world makes the check fail: this test would show nothing"
    wrong = {
        f"{check.id}: {member(place)} {'left out' if instead is LEFT_OUT else 'unknown'}": (failure, passing)
        for world, failure in found
        for place, instead in some(spoiled(world), check.id)
        for passing in again(replace(world, changes={place: instead}, told={}), check, failure)
        if passing.status is Status.COMPLIANT
    }
    for what, (failure, passing) in wrong.items():
        assert what in DOCUMENTED, f"{failure.reason} -> {passing.reason}"


def failures(check: Check, kind: str) -> Iterator[tuple[World, Finding]]:
    """Yield failures, one of each world at most; the worlds mostly are as AWS documents them, the same in each run."""
    known = known_words(kind, check)
    for seed in range(3000):
        world = World(seed, gaps=0.05, odd=0.02, longest=2, pages=1, **known)
        for finding in once(judgements(world, check, kind)):
            if finding.status is Status.NON_COMPLIANT:
                yield world, finding
                break


def again(world: World, check: Check, failure: Finding) -> Iterator[Finding]:
    """Yield what becomes of the same resource in another world, if it is there."""
    found = once(judgements(world, check, failure.resource.type))
    return (each for each in found if each.finding_id == failure.finding_id)


def judgements(world: World, check: Check, kind: str) -> list[Finding]:
    return scanned(world, CATALOG, check, kind, ASKED.get(check.id))


def once(findings: list[Finding]) -> list[Finding]:
    """Return those of resources whose names no other has: drawn names may collide."""
    ids = Counter(each.finding_id for each in findings)
    return [each for each in findings if ids[each.finding_id] == 1]


def spoiled(world: World) -> Iterator[tuple[Place, object]]:
    """Yield the members that were looked at, each with what stands there instead: nothing, or an unknown value.

    Items of lists, tags, variables and settings are no members: without one, or without its name, there are fewer of
    them. Nor is what says that there is another page.
    """
    for place, value in world.told.items():
        if COUNTED.search(member(place)):
            continue
        yield place, LEFT_OUT
        if isinstance(value, str) and value and (world.enumerated(place) or value in world.words or value[0] in "{%"):
            yield place, NEW


def some(places: Iterable[tuple[Place, object]], name: str) -> list[tuple[Place, object]]:
    """Return as many of the members as are looked at of one failure, the same in each run."""
    found = list(places)
    return Random(name).sample(found, min(len(found), MOST))  # noqa: S311 - examples, no secrets


COUNTED = re.compile(
    r"\]$|\.(tags|variables)(\[\])?\.|(settings|attributes|environment|environmentvariables)\[\]\.(name|key)$|truncated$"
    r"|DistributionList\.Items\[\]\.Id$|NetworkInterfaces\[\]\.NetworkInterfaceId$"
    r"|^sagemaker\.List\w+\.\w+\[\]\.\w+Name$|^bedrock-agentcore-control\.List\w+\.\w+\[\]\.\w+Id$",
    re.IGNORECASE,
)
