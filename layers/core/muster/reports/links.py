"""Links to the AWS console, right in every partition that has one. Pure."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from urllib.parse import quote

from muster.model.finding import GLOBAL
from muster.reports.nouns import short_name

_DOMAINS: Mapping[str, str] = MappingProxyType(
    {
        "aws": "console.aws.amazon.com",
        "aws-cn": "console.amazonaws.cn",
        "aws-us-gov": "console.amazonaws-us-gov.com",
    }
)
"""The domain of the console by partition. The isolated partitions have consoles whose addresses AWS does not publish.

https://docs.aws.amazon.com/awsconsolehelpdocs/latest/gsg/what-is.html
"""
_HOMES: Mapping[str, str] = MappingProxyType(
    {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
)
"""The region in which the console of a global service runs, by partition."""
WITHOUT: Mapping[str, str] = MappingProxyType(
    {"AWS::::Target": "it stands for resources that could not be listed, and is none itself"}
)
"""The resource types without a page in the console, each with the reason."""


_QUEUE = "AWS::SQS::Queue"


class _Place:
    """The parts of a link, percent-encoded."""

    def __init__(self, resource_id: str, arn: str, account_id: str, region: str, partition: str) -> None:
        self.id, self.arn, self.account, self.region = map(_encoded, (resource_id, arn, account_id, region))
        self.raw_id, self.raw_arn, self.partition = resource_id, arn, partition


def console_link(  # noqa: PLR0913 - a resource's own names
    resource_type: str, resource_id: str, arn: str, account_id: str, region: str, partition: str = "aws"
) -> str:
    """Return the address of a resource's page in the AWS console, empty where there is none.

    Names and ARNs in it are percent-encoded. It opens in the account that the browser is signed in to.
    """
    domain, path = _DOMAINS.get(partition), _PATHS.get(resource_type)
    if domain is None or path is None or not resource_id:
        return ""
    place = _HOMES[partition] if region == GLOBAL else region
    if not place.replace("-", "").isalnum() or not place.isascii():
        return ""
    made = path(_Place(resource_id, arn, account_id, place, partition))
    return f"https://{place}.{domain}{made}" if made else ""


def report_link(address: str, region: str, partition: str = "aws") -> str:
    """Return the address of an object's page in the S3 console, empty where the address is not of S3 or none is known.

    `address` is an s3:// address with bucket and key.
    """
    bucket, _, key = address.removeprefix("s3://").partition("/")
    domain = _DOMAINS.get(partition)
    if not address.startswith("s3://") or not bucket or not key or domain is None:
        return ""
    query = f"region={_encoded(region)}&prefix={quote(key, safe='/')}"
    return f"https://{region}.{domain}/s3/object/{_encoded(bucket)}?{query}"


def _encoded(text: str) -> str:
    return quote(text, safe="", errors="replace")


def _ec2(fragment: str) -> Callable[[_Place], str]:
    return lambda place: f"/ec2/home?region={place.region}#{fragment}{place.id}"


def _ec2_arn(fragment: str) -> Callable[[_Place], str]:
    return lambda place: f"/ec2/home?region={place.region}#{fragment}{place.arn}" if place.raw_arn else ""


def _hash(path: str) -> Callable[[_Place], str]:
    return lambda place: f"{path.replace('REGION', place.region)}{place.id}"


def _iam(kind: str) -> Callable[[_Place], str]:
    return lambda place: f"/iam/home#/{kind}/details/{place.id}"


def _sns(path: str) -> Callable[[_Place], str]:
    return lambda place: f"/sns/v3/home?region={place.region}#/{path}/{place.arn}" if place.raw_arn else ""


def _queue(place: _Place) -> str:
    suffix = "amazonaws.com.cn" if place.partition == "aws-cn" else "amazonaws.com"
    url = f"https://sqs.{place.region}.{suffix}/{place.account}/{short_name(_QUEUE, place.raw_id)}"
    return f"/sqs/v3/home?region={place.region}#/queues/{_encoded(url)}"


def _service(place: _Place) -> str:
    names = place.raw_arn.rpartition(":")[2].removeprefix("service/").split("/")
    if len(names) != 2:  # noqa: PLR2004 - a cluster and a service; older ARNs do not name the cluster
        return ""
    cluster, service = map(_encoded, names)
    return f"/ecs/v2/clusters/{cluster}/services/{service}/health?region={place.region}"


def _task_definition(place: _Place) -> str:
    family, _, revision = place.raw_id.rpartition(":")
    return f"/ecs/v2/task-definitions/{_encoded(family)}/{_encoded(revision)}?region={place.region}" if family else ""


def _log_group(place: _Place) -> str:
    # CloudWatch's page decodes the name twice, and has $ for the first %.
    name = _encoded(place.id).replace("%", "$")
    return f"/cloudwatch/home?region={place.region}#logsV2:log-groups/log-group/{name}"


_PATHS: Mapping[str, Callable[[_Place], str]] = MappingProxyType(
    {
        "AWS::::Account": lambda place: f"/s3/settings?region={place.region}",
        "AWS::::Region": lambda place: f"/ec2/home?region={place.region}#Settings:",
        "AWS::CloudWatch::Alarm": _hash("/cloudwatch/home?region=REGION#alarmsV2:alarm/"),
        "AWS::DAX::Cluster": _hash("/dynamodbv2/home?region=REGION#dax-cluster?clusterName="),
        "AWS::DynamoDB::Table": _hash("/dynamodbv2/home?region=REGION#table?name="),
        "AWS::EC2::EIP": _ec2("ElasticIpDetails:AllocationId="),
        "AWS::EC2::Image": _ec2("ImageDetails:imageId="),
        "AWS::EC2::Instance": _ec2("InstanceDetails:instanceId="),
        "AWS::EC2::LaunchTemplate": _ec2("LaunchTemplateDetails:launchTemplateId="),
        "AWS::EC2::NetworkInterface": _ec2("NetworkInterface:networkInterfaceId="),
        "AWS::EC2::SecurityGroup": _ec2("SecurityGroup:groupId="),
        "AWS::EC2::Snapshot": _ec2("SnapshotDetails:snapshotId="),
        "AWS::EC2::VPC": _hash("/vpcconsole/home?region=REGION#VpcDetails:VpcId="),
        "AWS::EC2::Volume": _ec2("VolumeDetails:volumeId="),
        "AWS::ECS::Cluster": lambda place: f"/ecs/v2/clusters/{place.id}?region={place.region}",
        "AWS::ECS::Service": _service,
        "AWS::ECS::TaskDefinition": _task_definition,
        "AWS::ElasticLoadBalancingV2::Listener": _ec2_arn("ELBListenerV2:listenerArn="),
        "AWS::ElasticLoadBalancingV2::LoadBalancer": _ec2_arn("LoadBalancer:loadBalancerArn="),
        "AWS::ElasticLoadBalancingV2::TargetGroup": _ec2_arn("TargetGroup:targetGroupArn="),
        "AWS::IAM::Group": _iam("groups"),
        "AWS::IAM::ManagedPolicy": lambda place: f"/iam/home#/policies/details/{place.arn}" if place.raw_arn else "",
        "AWS::IAM::Role": _iam("roles"),
        "AWS::IAM::User": _iam("users"),
        "AWS::KMS::Key": _hash("/kms/home?region=REGION#/kms/keys/"),
        "AWS::Lambda::Function": _hash("/lambda/home?region=REGION#/functions/"),
        "AWS::Logs::LogGroup": _log_group,
        "AWS::S3::AccessPoint": lambda place: f"/s3/ap/{place.account}/{place.id}?region={place.region}",
        "AWS::S3::Bucket": lambda place: f"/s3/buckets/{place.id}?region={place.region}&tab=permissions",
        "AWS::SNS::Subscription": _sns("subscription"),
        "AWS::SNS::Topic": _sns("topic"),
        _QUEUE: _queue,
    }
)
