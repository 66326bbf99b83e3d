"""The ARNs of each resource type as globs: which patterns of ARNs can name a resource of the type. Pure.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from collections.abc import Mapping
from types import MappingProxyType

from muster.analysis.patterns.globs import intersects
from muster.catalog.catalog import load
from muster.model.arn import parts
from muster.model.finding import ACCOUNT, REGION, TAGGED

_REGIONAL: Mapping[str, str] = MappingProxyType(
    {
        "AWS::CloudWatch::Alarm": "cloudwatch alarm:",
        "AWS::DAX::Cluster": "dax cache/",
        "AWS::DynamoDB::Table": "dynamodb table/",
        "AWS::EC2::EIP": "ec2 elastic-ip/",
        "AWS::EC2::Instance": "ec2 instance/",
        "AWS::EC2::LaunchTemplate": "ec2 launch-template/",
        "AWS::EC2::NetworkInterface": "ec2 network-interface/",
        "AWS::EC2::SecurityGroup": "ec2 security-group/",
        "AWS::EC2::VPC": "ec2 vpc/",
        "AWS::EC2::Volume": "ec2 volume/",
        "AWS::ECS::Cluster": "ecs cluster/",
        "AWS::ECS::Service": "ecs service/",
        "AWS::ECS::TaskDefinition": "ecs task-definition/",
        "AWS::ElasticLoadBalancingV2::Listener": "elasticloadbalancing listener/",
        "AWS::ElasticLoadBalancingV2::LoadBalancer": "elasticloadbalancing loadbalancer/",
        "AWS::ElasticLoadBalancingV2::TargetGroup": "elasticloadbalancing targetgroup/",
        "AWS::KMS::Key": "kms key/",
        "AWS::Lambda::Function": "lambda function:",
        "AWS::Logs::LogGroup": "logs log-group:",
        "AWS::S3::AccessPoint": "s3 accesspoint/",
        "AWS::SNS::Subscription": "sns ",
        "AWS::SNS::Topic": "sns ",
        "AWS::SQS::Queue": "sqs ",
    }
)
"""The service in the ARN and the beginning of its resource; of types that are not here, the lister's form says it."""
_OTHERS: Mapping[str, str] = MappingProxyType(
    {
        "AWS::EC2::Image": "arn:*:ec2:?*::image/*",
        "AWS::EC2::Snapshot": "arn:*:ec2:?*::snapshot/*",
        "AWS::IAM::Group": "arn:*:iam::{account}:group/*",
        "AWS::IAM::ManagedPolicy": "arn:*:iam::{account}:policy/*",
        "AWS::IAM::Role": "arn:*:iam::{account}:role/*",
        "AWS::IAM::User": "arn:*:iam::{account}:user/*",
        "AWS::S3::Bucket": "arn:*:s3:::*",
        TAGGED: "arn:*",
        ACCOUNT: "aws:account",
        REGION: "aws:region",
    }
)


ANY = "?*"
"""A part of an ARN that is never empty."""


def form_of(resource_type: str, account: str = ANY) -> str | None:
    """Return the glob that every ARN of a type matches, in all accounts or in one; None for a type without a form.

    Where the ARNs of a type have no account, `account` changes nothing.
    """
    if other := _OTHERS.get(resource_type):
        return other.format(account=account)
    service, _, resource = _REGIONAL.get(resource_type, "").partition(" ")
    if service:
        return f"arn:*:{service}:{ANY}:{account}:{resource}*"
    lister = load().listers.get(resource_type)
    return lister.arn.glob(account) if lister and lister.arn else None


def can_name(pattern: str, resource_type: str, account: str = ANY) -> bool:
    """Return whether a pattern of ARNs can match a resource of a type; a type without a form may have any ARN.

    In a pattern of six parts each part is compared with its own: to a glob a star may stand for several parts of an
    ARN, but to its author it stands for one. In a shorter pattern the first star may stand for what is missing.
    """
    form = form_of(resource_type, account)
    if form is None:
        return True
    given, possible = parts(pattern), parts(form)
    if min(len(given), len(possible)) <= _PARTITION + 1:
        return intersects(pattern, form)
    whole = len(given) == len(possible)
    place = 0
    while place < len(given) - 1 and (whole or place <= _PARTITION or "*" not in given[place]):
        if not intersects(given[place], possible[place]):
            return False
        place += 1
    rest, other = ":".join(given[place:]), ":".join(possible[place:])
    # `arn:aws:lambda:*:*:name` does match a function, whose resource is `function:name`.
    named = whole and "*" in given[-2] and intersects(rest, other.partition(":")[2] or other)
    return named or intersects(rest, other)


_PARTITION = 1
"""The place of the partition among the parts of an ARN."""
