"""Reading Lambda on moto, and what moto cannot answer as AWS documents it."""

import io
import json
import zipfile
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from muster.facets.lambda_.functions import Function, RegionConcurrency
from muster.facets.lambda_.sources import SourceQueue
from muster.facets.tagging.tags import Tags
from muster.model.finding import REGION, Resource
from muster.model.shard import Shard
from muster.readers.lambda_.functions import (
    FUNCTION,
    asynchronous_destinations,
    concurrency,
    event_source_mappings,
    functions,
    policy,
    region_concurrency,
    source_queue,
    tags,
)
from muster.sdk.session import Clients
from tests.integration.conftest import listing

HERE = "eu-west-1"
ACCOUNT = "123456789012"
SHARD = Shard(ACCOUNT, HERE, "lambda", HERE, (HERE,))
ARN = f"arn:aws:lambda:{HERE}:{ACCOUNT}:function:orders"
ORDERS = Resource(FUNCTION, "orders", ACCOUNT, HERE, arn=ARN)
PLACE = Resource(REGION, HERE, ACCOUNT, HERE)


def code() -> dict[str, bytes]:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("app.py", "def handler(event, context): pass")
    return {"ZipFile": held.getvalue()}


@pytest.fixture
def client(clients: Clients) -> Any:
    return clients.get("lambda", HERE)


def made(clients: Clients, **more: Any) -> None:
    iam = clients.get("iam", HERE)
    role = iam.create_role(RoleName="orders", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    clients.get("lambda", HERE).create_function(
        FunctionName="orders", Runtime="python3.13", Role=role, Handler="app.handler", Code=code(), **more
    )


def test_functions_come_with_their_facet_and_arn(clients: Clients, client: Any) -> None:
    made(
        clients,
        Timeout=30,
        TracingConfig={"Mode": "Active"},
        Environment={"Variables": {"DB_PASSWORD": "hunter2"}},
        Tags={"Owner": "web=1 🛒"},
    )
    (found,) = listing(functions, client, SHARD)
    assert (found.resource.id, found.resource.arn, found.resource.type) == ("orders", ARN, "AWS::Lambda::Function")
    facet = found.facets[Function]
    assert isinstance(facet, Function)
    assert (facet.name, facet.package, facet.runtime, facet.timeout) == ("orders", "Zip", "python3.13", 30)
    assert (facet.tracing, facet.dead_letter, facet.variables) == ("Active", "", 1)
    assert [name for name, _ in facet.secrets] == ["DB_PASSWORD"]  # type: ignore[union-attr]
    assert "hunter2" not in repr(found)
    assert tags.function(client, found.resource) == Tags({"Owner": "web=1 🛒"})


def test_a_function_without_tags_has_none(clients: Clients, client: Any) -> None:
    made(clients)
    assert tags.function(client, ORDERS) == Tags({})


def test_the_arn_of_a_function_is_what_aws_says_in_every_partition() -> None:
    shard = Shard(ACCOUNT, "cn-north-1", "lambda", "cn-north-1", ("cn-north-1",), partition="aws-cn")
    arn = f"arn:aws-cn:lambda:cn-north-1:{ACCOUNT}:function:orders"
    chinese = boto3.client("lambda", "cn-north-1")
    with Stubber(chinese) as stub:
        stub.add_response("list_functions", {"Functions": [{"FunctionName": "orders", "FunctionArn": arn}]})
        (found,) = listing(functions, chinese, shard)
    assert (found.resource.arn, found.resource.partition) == (arn, "aws-cn")


def test_functions_are_listed_to_the_last_page_without_replicas() -> None:
    def item(name: str, **more: str) -> dict[str, str]:
        return {"FunctionName": name, "FunctionArn": f"arn:aws:lambda:{HERE}:{ACCOUNT}:function:{name}", **more}

    stubbed = boto3.client("lambda", HERE)
    replica = item("us-east-1.edge", MasterArn=f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:edge:1")
    with Stubber(stubbed) as stub:
        stub.add_response("list_functions", {"Functions": [item("a"), replica], "NextMarker": "m"}, {"MaxItems": 50})
        stub.add_response("list_functions", {"Functions": [item("b")]}, {"MaxItems": 50, "Marker": "m"})
        found = listing(functions, stubbed, SHARD)
    assert [each.resource.id for each in found] == ["a", "b"]


def test_a_policy_is_read_and_its_absence_is_told_by_a_code_of_aws(clients: Clients, client: Any) -> None:
    made(clients)
    client.add_permission(
        FunctionName="orders", StatementId="sns", Action="lambda:InvokeFunction", Principal="sns.amazonaws.com"
    )
    (statement,) = policy.function(client, ORDERS).policy.statements
    assert statement.principals == ("service:sns.amazonaws.com",)
    assert policy.absent == {"ResourceNotFoundException"}


def test_asynchronous_destinations_are_read(clients: Clients, client: Any) -> None:
    made(clients)
    assert asynchronous_destinations.function(client, ORDERS).on_failure == ()
    queue = f"arn:aws:sqs:{HERE}:{ACCOUNT}:dead"
    clients.get("sqs", HERE).create_queue(QueueName="dead")
    client.put_function_event_invoke_config(
        FunctionName="orders", DestinationConfig={"OnFailure": {"Destination": queue}}
    )
    assert asynchronous_destinations.function(client, ORDERS).on_failure == (("$LATEST", queue),)


def test_destinations_are_asked_for_only_where_there_is_no_dead_letter_queue() -> None:
    assert asynchronous_destinations.when is not None
    assert asynchronous_destinations.when(Function.parse({}))
    assert not asynchronous_destinations.when(Function.parse({"DeadLetterConfig": {"TargetArn": "arn"}}))


@pytest.mark.parametrize("reserved", [None, 0, 7])
def test_reserved_concurrency_is_read(clients: Clients, client: Any, reserved: int | None) -> None:
    made(clients)
    if reserved is not None:
        client.put_function_concurrency(FunctionName="orders", ReservedConcurrentExecutions=reserved)
    assert concurrency.function(client, ORDERS).reserved == reserved


def test_what_is_polled_for_functions_is_read_with_its_queue(clients: Clients, client: Any) -> None:
    made(clients)
    sqs = clients.get("sqs", HERE)
    dead = f"arn:aws:sqs:{HERE}:{ACCOUNT}:dead"
    sqs.create_queue(QueueName="dead")
    redrive = json.dumps({"deadLetterTargetArn": dead, "maxReceiveCount": 3})
    sqs.create_queue(QueueName="orders", Attributes={"VisibilityTimeout": "60", "RedrivePolicy": redrive})
    queue = f"arn:aws:sqs:{HERE}:{ACCOUNT}:orders"
    client.create_event_source_mapping(FunctionName="orders", EventSourceArn=queue)
    mappings = event_source_mappings.function(client, PLACE)
    (mapping,) = mappings.polled_for("orders")
    assert (mapping.source, mapping.kind, mapping.active) == (queue, "queue", True)
    assert source_queue.keys is not None
    assert source_queue.keys(mappings, ORDERS) == (queue,)
    assert source_queue.function(sqs, ORDERS, queue) == SourceQueue(visibility=60, receives=3)


@pytest.mark.parametrize(
    ("region", "partition", "host"),
    [
        pytest.param("eu-west-1", "aws", "https://sqs.eu-west-1.amazonaws.com", id="commercial"),
        pytest.param("cn-north-1", "aws-cn", "https://sqs.cn-north-1.amazonaws.com.cn", id="China"),
        pytest.param("us-gov-west-1", "aws-us-gov", "https://sqs.us-gov-west-1.amazonaws.com", id="GovCloud"),
    ],
)
def test_a_queue_is_asked_for_by_the_url_of_its_owner(region: str, partition: str, host: str) -> None:
    sqs = boto3.client("sqs", region)
    asked = {
        "QueueUrl": f"{host}/111122223333/orders",
        "AttributeNames": ["VisibilityTimeout", "RedrivePolicy"],
    }
    with Stubber(sqs) as stub:
        stub.add_response("get_queue_attributes", {"Attributes": {"VisibilityTimeout": "30"}}, asked)
        found = source_queue.function(sqs, ORDERS, f"arn:{partition}:sqs:{region}:111122223333:orders")
    assert found == SourceQueue(30, None)


def test_the_concurrency_of_the_region_is_read() -> None:
    stubbed = boto3.client("lambda", HERE)
    limit = {"ConcurrentExecutions": 1000, "UnreservedConcurrentExecutions": 900}
    with Stubber(stubbed) as stub:
        stub.add_response("get_account_settings", {"AccountLimit": limit}, {})
        assert region_concurrency.function(stubbed, PLACE) == RegionConcurrency(1000, 900)
