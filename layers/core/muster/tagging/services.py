"""The tags of each resource type that can have any, by the service's own calls.

Actions and the ARNs that they take are those of the Service Authorization Reference:
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

import functools
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from muster.model.finding import Resource
from muster.readers.answers import all_pages
from muster.tagging.api import TagApi, pair, tag_api
from muster.tagging.buckets import ACCESS_POINT, BUCKET


def _ec2(resource_type: str, name: str, account: str = "*") -> TagApi:
    """Declare a type of EC2; images and snapshots have no account in their ARNs.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteTags.html
    """
    return tag_api(
        resource_type, "ec2", f"arn:{{partition}}:ec2:*:{account}:{name}/*",
        read=("DescribeTags", lambda ec2, each: all_pages(
            ec2, "describe_tags", "Tags", page=1000, Filters=[{"Name": "resource-id", "Values": [each.id]}]
        )["Tags"]),
        reads_on="*",
        write=("CreateTags", lambda ec2, each, key, value: ec2.create_tags(
            Resources=[each.id], Tags=pair(key, value)
        )),
        erase=("DeleteTags", lambda ec2, each, key: ec2.delete_tags(Resources=[each.id], Tags=[{"Key": key}])),
    )  # fmt: skip


def _elb(resource_type: str, name: str) -> TagApi:
    return tag_api(
        resource_type, "elbv2", f"arn:{{partition}}:elasticloadbalancing:*:*:{name}/*",
        prefix="elasticloadbalancing", reads_on="*",
        read=("DescribeTags", lambda elb, each: elb.describe_tags(
            ResourceArns=[each.arn]
        )["TagDescriptions"][0]["Tags"]),
        write=("AddTags", lambda elb, each, key, value: elb.add_tags(ResourceArns=[each.arn], Tags=pair(key, value))),
        erase=("RemoveTags", lambda elb, each, key: elb.remove_tags(ResourceArns=[each.arn], TagKeys=[key])),
    )  # fmt: skip


def _ecs(resource_type: str, name: str) -> TagApi:
    return tag_api(
        resource_type, "ecs", f"arn:{{partition}}:ecs:*:*:{name}/*",
        read=("ListTagsForResource", lambda ecs, each: _small(
            ecs.list_tags_for_resource(resourceArn=each.arn).get("tags", ())
        )),
        write=("TagResource", lambda ecs, each, key, value: ecs.tag_resource(
            resourceArn=each.arn, tags=[{"key": key, "value": value}]
        )),
        erase=("UntagResource", lambda ecs, each, key: ecs.untag_resource(resourceArn=each.arn, tagKeys=[key])),
    )  # fmt: skip


def _iam(resource_type: str, kind: str, parameter: str) -> TagApi:
    """Declare a type of IAM, whose tags are named after it: ListRoleTags, TagRole, UntagRole."""
    small = kind.lower()

    def named(each: Resource) -> dict[str, str]:
        return {parameter: each.id}

    return tag_api(
        resource_type, "iam", f"arn:{{partition}}:iam::*:{small}/*", any_case=True,
        read=(f"List{kind}Tags", lambda iam, each: all_pages(
            iam, f"list_{small}_tags", "Tags", page=100, **named(each)
        )["Tags"]),
        write=(f"Tag{kind}", lambda iam, each, key, value: getattr(iam, f"tag_{small}")(
            **named(each), Tags=pair(key, value)
        )),
        erase=(f"Untag{kind}", lambda iam, each, key: getattr(iam, f"untag_{small}")(**named(each), TagKeys=[key])),
    )  # fmt: skip


def _by_arn(resource_type: str, on: str, parameter: str, read: tuple[str, Callable[[Any, Resource], Any]]) -> TagApi:
    """Declare a type whose TagResource and UntagResource take the ARN in the parameter of this name."""
    return tag_api(
        resource_type, on.partition(":")[0], f"arn:{{partition}}:{on}", read=read,
        write=("TagResource", lambda client, each, key, value: client.tag_resource(
            **{parameter: each.arn}, Tags=pair(key, value)
        )),
        erase=("UntagResource", lambda client, each, key: client.untag_resource(
            **{parameter: each.arn}, TagKeys=[key]
        )),
    )  # fmt: skip


def _small(tags: Iterable[Mapping[str, Any]]) -> Mapping[str, str]:
    """Return the tags of ECS, which spells their members in small letters."""
    return {str(each["key"]): str(each.get("value") or "") for each in tags}


_ALARM = _by_arn(
    "AWS::CloudWatch::Alarm", "cloudwatch:*:*:alarm:*", "ResourceARN",
    ("ListTagsForResource", lambda client, each: client.list_tags_for_resource(ResourceARN=each.arn)["Tags"]),
)  # fmt: skip
_CLUSTER = _by_arn(
    "AWS::DAX::Cluster", "dax:*:*:cache/*", "ResourceName",
    ("ListTags", lambda dax, each: all_pages(dax, "list_tags", "Tags", ResourceName=each.arn)["Tags"]),
)  # fmt: skip
_TABLE = _by_arn(
    "AWS::DynamoDB::Table", "dynamodb:*:*:table/*", "ResourceArn",
    ("ListTagsOfResource", lambda dynamodb, each: all_pages(
        dynamodb, "list_tags_of_resource", "Tags", ResourceArn=each.arn
    )["Tags"]),
)  # fmt: skip
_KEY = tag_api(
    "AWS::KMS::Key", "kms", "arn:{partition}:kms:*:*:key/*",
    read=("ListResourceTags", lambda kms, each: {
        tag["TagKey"]: tag["TagValue"]
        for tag in all_pages(kms, "list_resource_tags", "Tags", page=50, KeyId=each.id)["Tags"]
    }),
    write=("TagResource", lambda kms, each, key, value: kms.tag_resource(
        KeyId=each.id, Tags=[{"TagKey": key, "TagValue": value}]
    )),
    erase=("UntagResource", lambda kms, each, key: kms.untag_resource(KeyId=each.id, TagKeys=[key])),
)  # fmt: skip
_FUNCTION = tag_api(
    "AWS::Lambda::Function", "lambda", "arn:{partition}:lambda:*:*:function:*",
    read=("ListTags", lambda client, each: client.list_tags(Resource=each.arn).get("Tags") or {}),
    write=("TagResource", lambda client, each, key, value: client.tag_resource(Resource=each.arn, Tags={key: value})),
    erase=("UntagResource", lambda client, each, key: client.untag_resource(Resource=each.arn, TagKeys=[key])),
)  # fmt: skip
_LOG_GROUP = tag_api(
    "AWS::Logs::LogGroup", "logs", "arn:{partition}:logs:*:*:log-group:*",
    read=("ListTagsForResource", lambda logs, each: (
        logs.list_tags_for_resource(resourceArn=each.arn).get("tags") or {}
    )),
    write=("TagResource", lambda logs, each, key, value: logs.tag_resource(resourceArn=each.arn, tags={key: value})),
    erase=("UntagResource", lambda logs, each, key: logs.untag_resource(resourceArn=each.arn, tagKeys=[key])),
)  # fmt: skip
_TOPIC = _by_arn(
    "AWS::SNS::Topic", "sns:*:*:*", "ResourceArn",
    ("ListTagsForResource", lambda sns, each: sns.list_tags_for_resource(ResourceArn=each.arn)["Tags"]),
)  # fmt: skip
_QUEUE = tag_api(
    "AWS::SQS::Queue", "sqs", "arn:{partition}:sqs:*:*:*",
    read=("ListQueueTags", lambda sqs, each: sqs.list_queue_tags(QueueUrl=each.id).get("Tags") or {}),
    write=("TagQueue", lambda sqs, each, key, value: sqs.tag_queue(QueueUrl=each.id, Tags={key: value})),
    erase=("UntagQueue", lambda sqs, each, key: sqs.untag_queue(QueueUrl=each.id, TagKeys=[key])),
)  # fmt: skip


@functools.cache
def tag_apis() -> Mapping[str, TagApi]:
    """Return the calls of each type that can have tags, by type."""
    made = (
        _ALARM, _CLUSTER, _TABLE, _KEY, _FUNCTION, _LOG_GROUP, _TOPIC, _QUEUE, BUCKET, ACCESS_POINT,
        _ec2("AWS::EC2::EIP", "elastic-ip"),
        _ec2("AWS::EC2::Image", "image", account=""),
        _ec2("AWS::EC2::Instance", "instance"),
        _ec2("AWS::EC2::LaunchTemplate", "launch-template"),
        _ec2("AWS::EC2::NetworkInterface", "network-interface"),
        _ec2("AWS::EC2::SecurityGroup", "security-group"),
        _ec2("AWS::EC2::Snapshot", "snapshot", account=""),
        _ec2("AWS::EC2::VPC", "vpc"),
        _ec2("AWS::EC2::Volume", "volume"),
        _ecs("AWS::ECS::Cluster", "cluster"),
        _ecs("AWS::ECS::Service", "service"),
        _ecs("AWS::ECS::TaskDefinition", "task-definition"),
        _elb("AWS::ElasticLoadBalancingV2::Listener", "listener"),
        _elb("AWS::ElasticLoadBalancingV2::LoadBalancer", "loadbalancer"),
        _elb("AWS::ElasticLoadBalancingV2::TargetGroup", "targetgroup"),
        _iam("AWS::IAM::ManagedPolicy", "Policy", "PolicyArn"),
        _iam("AWS::IAM::Role", "Role", "RoleName"),
        _iam("AWS::IAM::User", "User", "UserName"),
    )  # fmt: skip
    return MappingProxyType({each.resource_type: each for each in made})
