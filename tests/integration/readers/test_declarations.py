"""What all readers declare: calls that botocore would send, and the narrowest grants that AWS offers for them."""

import functools
from collections.abc import Mapping
from typing import Any

import botocore.session
import botocore.validate
import pytest

from muster.catalog.catalog import load
from muster.catalog.permissions import scanner_statements
from muster.model.finding import Resource
from muster.model.readers import Describer
from muster.model.rule import Rule
from muster.sdk.session import reading

CATALOG = load()
SHORT = [each for each in CATALOG.describers.values() if each.call]
ACCOUNT, HERE = "123456789012", "eu-west-1"
KEY = f"arn:aws:sqs:{HERE}:{ACCOUNT}:orders"


class Answer(dict[str, Any]):
    """An answer that has every member, each without anything in it."""

    def __missing__(self, name: str) -> dict[str, Any]:
        return {}


@functools.cache
def client(service: str) -> Any:
    """Return a client that sends nothing: it notes each operation and refuses what botocore would refuse."""
    made: Any = reading(botocore.session.Session()).create_client(
        service, HERE, aws_access_key_id="AKIAEXAMPLE", aws_secret_access_key="secret"
    )
    made.noted = []

    def answer(operation: str, parameters: Mapping[str, Any]) -> Answer:
        shape = made.meta.service_model.operation_model(operation).input_shape
        if shape is None:
            assert not parameters, f"{operation} takes no parameters"
        else:
            report = botocore.validate.ParamValidator().validate(parameters, shape)
            assert not report.has_errors(), report.generate_report()
        made.noted.append(f"{service}:{operation}")
        return Answer()

    made._make_api_call = answer
    return made


@pytest.mark.parametrize("describer", SHORT, ids=lambda each: f"{each.resource_type} {each.facet.__name__}")
def test_a_describer_calls_what_it_declares_with_parameters_that_aws_takes(describer: Describer) -> None:
    aws = client(describer.client)
    aws.noted.clear()
    arn = f"arn:aws:x:{HERE}:{ACCOUNT}:one/two"
    name = {"iam": arn, "transfer": "s-0a1b2c3d4e5f60718"}.get(describer.client, "orders")
    resource = Resource(describer.resource_type, name, ACCOUNT, HERE, arn=arn)
    describer.function(aws, resource, *([KEY] if describer.related else []))
    assert describer.operation in aws.noted


def test_most_describers_are_short_forms() -> None:
    assert len(SHORT) > len(CATALOG.describers) / 2


@functools.cache
def granted() -> Mapping[str, str]:
    """Return the resource that each action of all checks is granted on."""
    checks = CATALOG.checks.values()
    rules = [
        Rule(each, kind, CATALOG.service_of(each, kind), each.settings)
        for each in checks
        for kind in CATALOG.resource_types(each)
    ]
    statements = scanner_statements(CATALOG, rules, "aws")
    return {action: each["Resource"] for each in statements for action in each["Action"]}


@pytest.mark.parametrize(
    ("service", "resource", "actions"),
    [
        pytest.param("backup", "*", "ListProtectedResources", id="a region's backups"),
        pytest.param("cloudwatch", "*", "DescribeAlarms GetMetricData", id="alarms of a region, and metrics"),
        pytest.param("cloudwatch", "arn:aws:cloudwatch:*:*:alarm:*", "ListTagsForResource", id="one alarm"),
        pytest.param("ecs", "*", "ListClusters ListServices ListTaskDefinitions", id="listings of ECS"),
        pytest.param("ecs", "*", "DescribeTaskDefinition", id="a task definition, for which IAM takes no resource"),
        pytest.param("ecs", "arn:aws:ecs:*:*:cluster/*", "DescribeClusters", id="clusters"),
        pytest.param("ecs", "arn:aws:ecs:*:*:service/*", "DescribeServices", id="services"),
        pytest.param("ecs", "arn:aws:ecs:*:*:task-definition/*", "ListTagsForResource", id="tags of task definitions"),
        pytest.param("iam", "arn:aws:iam::*:policy/*", "ListPolicyTags", id="one policy"),
        pytest.param("kms", "*", "ListKeys ListAliases", id="listings of KMS"),
        pytest.param(
            "kms",
            "arn:aws:kms:*:*:key/*",
            "DescribeKey GetKeyRotationStatus GetKeyPolicy ListResourceTags",
            id="one key",
        ),
        pytest.param(
            "lambda", "*", "ListFunctions GetAccountSettings ListEventSourceMappings", id="a region's functions"
        ),
        pytest.param(
            "lambda",
            "arn:aws:lambda:*:*:function:*",
            "ListTags GetPolicy ListFunctionUrlConfigs ListFunctionEventInvokeConfigs GetFunctionConcurrency",
            id="one function",
        ),
        pytest.param("s3", "*", "ListAllMyBuckets ListAccessPoints GetAccessPoint", id="listings of S3"),
        pytest.param("s3", "arn:aws:s3:*:*:accesspoint/*", "ListTagsForResource", id="tags of access points"),
        pytest.param("s3", "arn:aws:s3:::*", "GetBucketLocation GetBucketAcl GetBucketPolicy", id="one bucket"),
        pytest.param("sns", "*", "ListTopics ListSubscriptions GetSubscriptionAttributes", id="subscriptions"),
        pytest.param("sns", "arn:aws:sns:*:*:*", "GetTopicAttributes ListTagsForResource", id="one topic"),
        pytest.param("sqs", "*", "ListQueues", id="listing queues"),
        pytest.param("sqs", "arn:aws:sqs:*:*:*", "GetQueueAttributes ListQueueTags", id="one queue"),
    ],
)
def test_an_action_is_granted_on_the_narrowest_resource_that_iam_takes(
    service: str, resource: str, actions: str
) -> None:
    assert {granted()[f"{service}:{action}"] for action in actions.split()} == {resource}
