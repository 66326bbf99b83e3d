"""Lambda's answers, parsed."""

import json
from collections.abc import Mapping
from typing import Any

import botocore.session
import pytest
from botocore.model import ListShape, MapShape, Shape, StructureShape
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.analysis.policies.document import Policy
from muster.facets.lambda_.functions import (
    AsynchronousDestinations,
    Function,
    FunctionConcurrency,
    FunctionPolicy,
    FunctionUrls,
    RegionConcurrency,
    qualifier,
)
from muster.facets.lambda_.sources import EventSourceMapping, EventSourceMappings, SourceQueue
from muster.model.finding import Unavailable, Unknown
from muster.model.listing import parsed
from tests.examples import examples

HERE = "eu-west-1:123456789012"
ARN = f"arn:aws:lambda:{HERE}:function:orders"
CHINESE = "arn:aws-cn:lambda:cn-north-1:123456789012:function:orders"
QUEUE = f"arn:aws:sqs:{HERE}:orders"
STREAM = f"arn:aws:kinesis:{HERE}:stream/orders"
MODEL = botocore.session.get_session().get_service_model("lambda")
FUNCTION = {
    "FunctionName": "orders",
    "FunctionArn": ARN,
    "Runtime": "python3.13",
    "PackageType": "Zip",
    "Timeout": 30,
    "TracingConfig": {"Mode": "Active"},
    "DeadLetterConfig": {"TargetArn": QUEUE},
    "Environment": {"Variables": {"LOG_LEVEL": "INFO", "DB_PASSWORD": "hunter2"}},
}


def test_a_function_is_parsed_without_the_values_of_its_environment() -> None:
    found = Function.parse(FUNCTION)
    assert found == Function(
        name="orders",
        package="Zip",
        runtime="python3.13",
        timeout=30,
        tracing="Active",
        dead_letter=QUEUE,
        variables=2,
        secrets=(("DB_PASSWORD", "the name suggests a secret, and the value is not a reference to one"),),
    )
    assert "hunter2" not in repr(found)


def test_an_image_has_no_runtime() -> None:
    assert Function.parse({"PackageType": "Image"}).runtime == ""


def test_a_customers_runtime_is_named_by_its_arn() -> None:
    arn = "arn:aws:lambda:eu-west-1:111122223333:runtime/cobol"
    own = {"PackageType": "Zip", "RuntimeConfig": {"RuntimeArn": arn, "RuntimeAlias": "stable"}}
    assert Function.parse(own).runtime == arn
    assert Function.parse(own | {"Runtime": "custom"}).runtime == arn
    assert Function.parse(FUNCTION | {"RuntimeConfig": {}}).runtime == "python3.13"


def test_what_aws_leaves_out_of_a_function_is_none_or_not_known() -> None:
    found = Function.parse({})
    for field in ("name", "package", "runtime", "timeout", "tracing"):
        assert isinstance(getattr(found, field), Unknown), field
    assert (found.dead_letter, found.variables, found.secrets) == ("", 0, ())


@pytest.mark.parametrize(
    ("changed", "field", "says"),
    [
        pytest.param(
            {"Environment": {"Error": {"Message": "x"}}}, "secrets", "no reason given", id="an error without a code"
        ),
        pytest.param(
            {"Environment": {"Error": {"ErrorCode": "KMSAccessDeniedException"}}},
            "variables",
            "KMSAccessDeniedException",
            id="variables that could not be decrypted",
        ),
    ],
)
def test_a_value_that_is_not_known_says_so(changed: dict[str, Any], field: str, says: str) -> None:
    value = getattr(Function.parse(FUNCTION | changed), field)
    assert isinstance(value, Unknown)
    assert says in value.reason


@pytest.mark.parametrize(
    ("arn", "name"),
    [
        pytest.param(ARN, "$LATEST", id="none"),
        pytest.param(f"{ARN}:$LATEST", "$LATEST", id="the latest"),
        pytest.param(f"{ARN}:live", "live", id="an alias"),
        pytest.param(f"{CHINESE}:7", "7", id="a version in China"),
        pytest.param("", "$LATEST", id="no ARN"),
    ],
)
def test_the_qualifier_of_an_arn(arn: str, name: str) -> None:
    assert qualifier(arn) == name


def test_urls_destinations_and_policies_are_parsed() -> None:
    urls = [{"FunctionArn": f"{ARN}:live", "AuthType": "NONE"}, {"FunctionArn": ARN, "AuthType": "AWS_IAM"}]
    assert FunctionUrls.parse({"FunctionUrlConfigs": urls}).urls == (("live", "NONE"), ("$LATEST", "AWS_IAM"))
    configured = [
        {"FunctionArn": f"{ARN}:$LATEST", "DestinationConfig": {"OnFailure": {"Destination": QUEUE}}},
        {"FunctionArn": f"{ARN}:live", "DestinationConfig": {"OnSuccess": {"Destination": QUEUE}, "OnFailure": {}}},
        {"FunctionArn": f"{ARN}:dev", "MaximumRetryAttempts": 0},
    ]
    found = AsynchronousDestinations.parse({"FunctionEventInvokeConfigs": configured})
    assert found.on_failure == (("$LATEST", QUEUE), ("live", ""), ("dev", ""))
    policy = FunctionPolicy.parse({"Policy": json.dumps({"Statement": {"Effect": "Deny", "Principal": "*"}})})
    assert isinstance(policy.policy, Policy)
    assert len(policy.policy.statements) == 1


@pytest.mark.parametrize("facet", [FunctionUrls, AsynchronousDestinations, EventSourceMappings])
def test_nothing_means_that_there_is_none(facet: Any) -> None:
    assert facet.parse({}) == facet(())
    assert FunctionPolicy.parse({}) == FunctionPolicy(Policy(()))


@pytest.mark.parametrize("text", ["{", "[]", '{"Statement": [{"Effect": "Maybe"}]}'])
def test_a_policy_that_nobody_understands_is_not_known(text: str) -> None:
    assert isinstance(FunctionPolicy.parse({"Policy": text}).policy, Unknown)


def test_concurrency_is_parsed() -> None:
    assert FunctionConcurrency.parse({}).reserved is None
    assert FunctionConcurrency.parse({"ReservedConcurrentExecutions": 0}).reserved == 0
    limit = {"ConcurrentExecutions": 1000, "UnreservedConcurrentExecutions": 900, "TotalCodeSize": 1}
    assert RegionConcurrency.parse({"AccountLimit": limit}) == RegionConcurrency(1000, 900)
    assert isinstance(RegionConcurrency.parse({}).limit, Unknown)


@pytest.mark.parametrize(
    ("item", "kind", "source"),
    [
        pytest.param({"EventSourceArn": QUEUE}, "queue", QUEUE, id="SQS"),
        pytest.param({"EventSourceArn": STREAM}, "stream", STREAM, id="Kinesis"),
        pytest.param(
            {"EventSourceArn": f"arn:aws-us-gov:dynamodb:{HERE}:table/x/stream/y"},
            "stream",
            f"arn:aws-us-gov:dynamodb:{HERE}:table/x/stream/y",
            id="DynamoDB in GovCloud",
        ),
        pytest.param(
            {"EventSourceArn": f"arn:aws:kafka:{HERE}:cluster/x/y"},
            "stream",
            f"arn:aws:kafka:{HERE}:cluster/x/y",
            id="MSK",
        ),
        pytest.param({"EventSourceArn": "arn:aws:mq:x:1:broker:b"}, "broker", "arn:aws:mq:x:1:broker:b", id="MQ"),
        pytest.param(
            {"EventSourceArn": "arn:aws:rds:x:1:cluster:c"}, "database", "arn:aws:rds:x:1:cluster:c", id="DocumentDB"
        ),
        pytest.param({"SelfManagedEventSource": {"Endpoints": {"K": ["a:9092"]}}}, "stream", "Kafka", id="own Kafka"),
    ],
)
def test_a_mapping_knows_what_its_source_is(item: dict[str, Any], kind: str, source: str) -> None:
    found = EventSourceMapping.parse({"FunctionArn": f"{ARN}:live", "State": "Enabled"} | item)
    assert (found.function, found.kind, found.source, found.active) == ("orders", kind, source, True)


@pytest.mark.parametrize("source", ["", "nonsense", "arn:aws:newthing:x:1:y"])
def test_a_source_that_is_not_known_says_so(source: str) -> None:
    found = EventSourceMapping.parse({"FunctionArn": CHINESE, "EventSourceArn": source})
    assert isinstance(found.kind, Unknown)


def test_the_mappings_of_a_region_are_asked_by_function() -> None:
    def item(function: str, source: str, state: str) -> dict[str, Any]:
        return {"FunctionArn": f"arn:aws:lambda:{HERE}:function:{function}", "EventSourceArn": source, "State": state}

    found = EventSourceMappings.parse(
        {
            "EventSourceMappings": [
                item("orders", QUEUE, "Enabled"),
                item("orders:live", STREAM, "Updating"),
                item("orders", f"{QUEUE}-2", "Disabled"),
                item("orders", f"{QUEUE}-3", "Deleting"),
                item("returns", QUEUE, "Enabled"),
            ]
        }
    )
    assert [each.source for each in found.polled_for("orders")] == [QUEUE, STREAM]
    assert [each.source for each in found.polled_for("returns")] == [QUEUE]
    assert found.polled_for("nobody") == ()
    assert [found.queues_of(name) for name in ("orders", "returns", "nobody")] == [(QUEUE,), (QUEUE,), ()]
    assert len(found.mappings) == 4


def test_a_mapping_without_a_function_is_an_error_and_not_left_out() -> None:
    assert isinstance(parsed(EventSourceMappings, {"EventSourceMappings": [{"UUID": "x"}]}), Unavailable)


@pytest.mark.parametrize(
    ("attributes", "visibility", "receives"),
    [
        pytest.param({"VisibilityTimeout": "30"}, 30, None, id="no redrive policy"),
        pytest.param(
            {"VisibilityTimeout": "0", "RedrivePolicy": '{"deadLetterTargetArn":"x","maxReceiveCount":3}'},
            0,
            3,
            id="a number",
        ),
        pytest.param(
            {"VisibilityTimeout": "0", "RedrivePolicy": '{"deadLetterTargetArn":"x","maxReceiveCount":"3"}'},
            0,
            3,
            id="a number as a text, as SQS has it too",
        ),
    ],
)
def test_a_queue_is_parsed(attributes: dict[str, str], visibility: int, receives: int | None) -> None:
    assert SourceQueue.parse({"Attributes": attributes}) == SourceQueue(visibility, receives)


@pytest.mark.parametrize("attributes", [{}, {"VisibilityTimeout": "soon", "RedrivePolicy": "{}"}])
def test_a_queue_of_which_nothing_is_said_is_not_known(attributes: dict[str, str]) -> None:
    found = SourceQueue.parse({"Attributes": attributes})
    assert isinstance(found.visibility, Unknown)
    assert isinstance(found.receives, Unknown)


def answers(shape: Shape) -> st.SearchStrategy[Any]:
    """Answers of a shape, any member of which may be missing."""
    if isinstance(shape, StructureShape):
        return st.fixed_dictionaries({}, optional={name: answers(each) for name, each in shape.members.items()})
    if isinstance(shape, ListShape):
        return st.lists(answers(shape.member), max_size=2)
    if isinstance(shape, MapShape):
        return st.dictionaries(answers(shape.key), answers(shape.value), max_size=2)
    if shape.type_name == "string":
        values = getattr(shape, "enum", ())
        return st.sampled_from(values) if values else st.text(max_size=12) | st.sampled_from([ARN, QUEUE, STREAM])
    plain: dict[str, st.SearchStrategy[Any]] = {
        "boolean": st.booleans(),
        "integer": st.integers(0, 10_000),
        "long": st.integers(0),
        "timestamp": st.datetimes(),
    }
    return plain[shape.type_name]


def subset(name: str, *members: str) -> st.SearchStrategy[dict[str, Any]]:
    shape = MODEL.shape_for(name)
    assert isinstance(shape, StructureShape)
    return st.fixed_dictionaries({}, optional={member: answers(shape.members[member]) for member in members})


CALM = settings(max_examples=examples(60), suppress_health_check=list(HealthCheck), deadline=None)
FUNCTIONS = subset(
    "FunctionConfiguration",
    "FunctionName",
    "Runtime",
    "RuntimeConfig",
    "Timeout",
    "PackageType",
    "TracingConfig",
    "DeadLetterConfig",
    "Environment",
)
MAPPINGS = subset("ListEventSourceMappingsResponse", "EventSourceMappings")


@pytest.mark.parametrize(
    ("facet", "answer"),
    [
        pytest.param(Function, FUNCTIONS, id="Function"),
        pytest.param(FunctionPolicy, subset("GetPolicyResponse", "Policy"), id="FunctionPolicy"),
        pytest.param(FunctionUrls, subset("ListFunctionUrlConfigsResponse", "FunctionUrlConfigs"), id="FunctionUrls"),
        pytest.param(
            AsynchronousDestinations,
            subset("ListFunctionEventInvokeConfigsResponse", "FunctionEventInvokeConfigs"),
            id="AsynchronousDestinations",
        ),
        pytest.param(RegionConcurrency, subset("GetAccountSettingsResponse", "AccountLimit"), id="RegionConcurrency"),
    ],
)
@CALM
@given(data=st.data())
def test_any_part_of_an_answer_is_a_facet(
    facet: type, answer: st.SearchStrategy[Mapping[str, Any]], data: st.DataObject
) -> None:
    assert isinstance(parsed(facet, data.draw(answer)), facet)


@CALM
@given(MAPPINGS)
def test_any_mappings_are_a_facet_or_say_that_they_are_strange(answer: dict[str, Any]) -> None:
    assert isinstance(parsed(EventSourceMappings, answer), EventSourceMappings | Unavailable)
