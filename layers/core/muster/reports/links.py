"""Links to the AWS console, right in every partition that has one. Pure."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from urllib.parse import quote

from muster.data.services import words
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
    domain = _DOMAINS.get(partition)
    if domain is None or not resource_id:
        return ""
    place = _HOMES[partition] if region == GLOBAL else region
    if not place.replace("-", "").isalnum() or not place.isascii():
        return ""
    made = _path(resource_type, _Place(resource_id, arn, account_id, place, partition))
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


def _path(resource_type: str, place: _Place) -> str:
    """Return the path of a resource's page; empty where there is none, or where it needs an ARN that is not known."""
    if made := _PATHS.get(resource_type):
        return made(place)
    known = words().get(resource_type)
    if known is None or ("{arn}" in known.console and not place.raw_arn):
        return ""
    return known.console.format(id=place.id, arn=place.arn, account=place.account, region=place.region)


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


def _nodegroup(place: _Place) -> str:
    _, *names = place.raw_arn.rpartition(":")[2].split("/")
    if len(names) != 3:  # noqa: PLR2004 - a cluster, a node group and its UUID
        return ""
    cluster, nodegroup = map(_encoded, names[:2])
    return f"/eks/clusters/{cluster}/nodegroups/{nodegroup}?region={place.region}"


def _environment(place: _Place) -> str:
    # The page of an environment needs its id, which neither name nor ARN has; that of the application lists it.
    _, *names = place.raw_arn.rpartition(":")[2].split("/")
    if len(names) != 2:  # noqa: PLR2004 - an application and an environment
        return ""
    home = f"/elasticbeanstalk/home?region={place.region}"
    return f"{home}#/application/overview?applicationName={_encoded(names[0])}"


def _task_definition(place: _Place) -> str:
    family, _, revision = place.raw_id.rpartition(":")
    return f"/ecs/v2/task-definitions/{_encoded(family)}/{_encoded(revision)}?region={place.region}" if family else ""


def _log_group(place: _Place) -> str:
    # CloudWatch's page decodes the name twice, and has $ for the first %.
    name = _encoded(place.id).replace("%", "$")
    return f"/cloudwatch/home?region={place.region}#logsV2:log-groups/log-group/{name}"


def _network_firewall(place: _Place, page: str, more: str = "") -> str:
    # The page has its own spelling of the ARN: arn_aws_network-firewall_eu-west-1_111122223333_firewall~NAME
    if not place.raw_arn:
        return ""
    arn = _encoded(place.raw_arn.replace(":", "_").replace("/", "~"))
    return f"/vpcconsole/home?region={place.region}#NetworkFirewall{page}:{more}arn={arn}"


def _rule_group(place: _Place) -> str:
    kind, _, name = map(_encoded, place.raw_id.partition("/"))
    return _network_firewall(place, "RuleGroupDetails", f"name={name};type={kind};")


_PATHS: Mapping[str, Callable[[_Place], str]] = MappingProxyType(
    {
        "AWS::::Account": lambda place: f"/s3/settings?region={place.region}",
        "AWS::::Region": lambda place: f"/ec2/home?region={place.region}#Settings:",
        "AWS::ECS::Service": _service,
        "AWS::ECS::TaskDefinition": _task_definition,
        "AWS::EKS::Nodegroup": _nodegroup,
        "AWS::ElasticBeanstalk::Environment": _environment,
        "AWS::Logs::LogGroup": _log_group,
        "AWS::NetworkFirewall::Firewall": lambda place: _network_firewall(place, "Details"),
        "AWS::NetworkFirewall::FirewallPolicy": lambda place: _network_firewall(place, "PolicyDetails"),
        "AWS::NetworkFirewall::RuleGroup": _rule_group,
        _QUEUE: _queue,
    }
)
"""The paths that need more than the words of data/services."""
