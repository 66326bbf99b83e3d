"""What becomes of events that a Lambda function fails on."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from muster.checks.lambda_.failures import lambda_failure_destination_configured, lambda_queue_visibility_sufficient
from muster.facets.lambda_.functions import AsynchronousDestinations, Function, FunctionPolicy
from muster.facets.lambda_.sources import EventSourceMappings, SourceQueue
from muster.model.finding import Related, Status, Unavailable, UnknownField, Verdict

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
HERE = "eu-west-1:123456789012"
ARN = f"arn:aws:lambda:{HERE}:function:orders"
QUEUE, OTHER, DEAD = (f"arn:aws:sqs:{HERE}:{name}" for name in ("orders", "returns", "dead"))
STREAM = f"arn:aws:kinesis:{HERE}:stream/orders"
TABLE = f"arn:aws:dynamodb:{HERE}:table/orders/stream/2026-11-21T00:00:00.000"
CLUSTER = f"arn:aws:kafka:{HERE}:cluster/orders/abc"
BROKER = f"arn:aws:mq:{HERE}:broker:orders:b-1"
DATABASE = f"arn:aws:rds:{HERE}:cluster:orders"
GOOD = SourceQueue(visibility=180, receives=5)
WITHOUT = SourceQueue(visibility=180, receives=None)
GAP = Unavailable("sqs:GetQueueAttributes", "access denied")


def function(dead_letter: str = "", timeout: int = 30) -> Function:
    said = {"TargetArn": dead_letter} if dead_letter else {}
    return Function.parse({"FunctionName": "orders", "Timeout": timeout, "DeadLetterConfig": said})


def policy(*services: str, action: str = "lambda:InvokeFunction", effect: str = "Allow") -> FunctionPolicy:
    statements = [
        {"Effect": effect, "Principal": {"Service": each}, "Action": action, "Resource": ARN} for each in services
    ]
    return FunctionPolicy.parse({"Policy": json.dumps({"Statement": statements})} if statements else {})


def mapping(source: str, on_failure: str = "", **more: Any) -> dict[str, Any]:
    to = {"DestinationConfig": {"OnFailure": {"Destination": on_failure}}} if on_failure else {}
    return {"FunctionArn": ARN, "EventSourceArn": source, "State": "Enabled", **to, **more}


def judged(
    function: Function = function(),  # noqa: B008 - a frozen value
    *,
    destinations: tuple[tuple[str, str], ...] = (),
    policy: FunctionPolicy = policy(),  # noqa: B008 - the same
    mappings: tuple[dict[str, Any], ...] = (),
    queues: Mapping[str, SourceQueue | Unavailable] | None = None,
    **settings: Any,
) -> Verdict:
    return lambda_failure_destination_configured(
        function,
        AsynchronousDestinations(destinations),
        policy,
        EventSourceMappings.parse({"EventSourceMappings": mappings}),
        Related(queues or {}),
        **settings,
    )


def test_a_function_that_is_called_synchronously_as_far_as_one_can_tell_is_not_judged() -> None:
    assert judged().status is NA
    assert judged(policy=policy("apigateway.amazonaws.com")).status is NA
    assert judged(mappings=(mapping(BROKER), mapping(DATABASE))).status is NA


def test_whoever_invokes_with_a_role_is_believed_to_if_a_setting_says_so() -> None:
    verdict = judged(assume_asynchronous=True)
    assert verdict.status is N
    assert "assume_asynchronous" in verdict.reason
    assert judged(function(DEAD), assume_asynchronous=True).status is C
    assert judged(destinations=(("$LATEST", DEAD),), assume_asynchronous=True).status is C


@pytest.mark.parametrize(
    "service",
    [
        "s3.amazonaws.com",
        "sns.amazonaws.com",
        "events.amazonaws.com",
        "ses.amazonaws.com",
        "logs.amazonaws.com",
        "logs.eu-west-1.amazonaws.com",
        "config.amazonaws.com",
        "codecommit.amazonaws.com",
        "iot.amazonaws.com",
        "iotevents.amazonaws.com",
        "lambda.alarms.cloudwatch.amazonaws.com",
    ],
)
def test_a_function_that_a_service_may_invoke_asynchronously_needs_somewhere_to_put_failures(service: str) -> None:
    verdict = judged(policy=policy(service))
    assert verdict.status is N
    assert service in verdict.reason
    assert judged(function(DEAD), policy=policy(service)).status is C
    assert judged(policy=policy(service), destinations=(("$LATEST", DEAD),)).status is C


@pytest.mark.parametrize(
    ("said", "status"),
    [
        pytest.param(policy("sns.amazonaws.com", effect="Deny"), NA, id="who is denied does not invoke"),
        pytest.param(policy("sns.amazonaws.com", action="lambda:GetFunction"), NA, id="who reads does not invoke"),
        pytest.param(policy("sns.amazonaws.com", action="lambda:Invoke*"), N, id="a pattern of actions"),
    ],
)
def test_only_a_service_that_may_invoke_counts(said: FunctionPolicy, status: Status) -> None:
    assert judged(policy=said).status is status


@pytest.mark.parametrize(
    ("destinations", "status", "says"),
    [
        pytest.param(
            (("$LATEST", ""),),
            N,
            "Failed events of $LATEST are discarded: no on-failure destination",
            id="configured without a destination",
        ),
        pytest.param(
            (("live", ""),),
            N,
            "Failed events of live are discarded: no on-failure destination",
            id="an alias without a destination",
        ),
        pytest.param((("$LATEST", DEAD), ("live", "")), N, "", id="one of two"),
        pytest.param((("live", DEAD),), C, f"Failed events of live go to {DEAD}", id="an alias with a destination"),
    ],
)
def test_what_somebody_configured_is_invoked_asynchronously(
    destinations: tuple[tuple[str, str], ...], status: Status, says: str
) -> None:
    verdict = judged(destinations=destinations)
    assert verdict.status is status
    assert says in verdict.reason
    assert judged(function(DEAD), destinations=destinations).status is C


def test_each_place_where_failures_are_kept_is_named_once() -> None:
    verdict = judged(destinations=(("$LATEST", DEAD), ("live", OTHER)))
    assert verdict.reason == (f"Failed events go to {DEAD}; failed events of live go to {OTHER}")


def test_an_aliass_destination_does_not_help_the_function_itself() -> None:
    assert judged(policy=policy("sns.amazonaws.com"), destinations=(("live", DEAD),)).status is N


@pytest.mark.parametrize(
    ("mappings", "queues", "status", "says"),
    [
        pytest.param(
            (mapping(STREAM),),
            {},
            N,
            "Failed records of stream/orders are discarded: no on-failure destination",
            id="Kinesis",
        ),
        pytest.param(
            (mapping(TABLE),),
            {},
            N,
            "Failed records of table/orders/stream/2026-11-21T00:00:00.000 are discarded: no on-failure destination",
            id="DynamoDB",
        ),
        pytest.param((mapping(CLUSTER),), {}, N, "", id="MSK"),
        pytest.param(
            (mapping("", SelfManagedEventSource={"Endpoints": {}}),), {}, N, "records of Kafka", id="one's own Kafka"
        ),
        pytest.param((mapping(STREAM, DEAD),), {}, C, f"stream/orders go to {DEAD}", id="Kinesis with a destination"),
        pytest.param((mapping(CLUSTER, "kafka://dead"),), {}, C, "kafka://dead", id="a topic as the destination"),
        pytest.param((mapping(STREAM, DEAD), mapping(TABLE)), {}, N, "table/orders", id="one of two streams"),
        pytest.param(
            (mapping(QUEUE),), {QUEUE: WITHOUT}, N, "Queue orders has no dead-letter queue", id="a bare queue"
        ),
        pytest.param(
            (mapping(QUEUE),),
            {QUEUE: GOOD},
            C,
            "Queue orders has a dead-letter queue (after 5 receives)",
            id="a queue's own redrive",
        ),
        pytest.param((mapping(QUEUE, DEAD),), {QUEUE: WITHOUT}, N, "orders has no", id="OnFailure is not for queues"),
        pytest.param((mapping(QUEUE), mapping(OTHER)), {QUEUE: GOOD, OTHER: WITHOUT}, N, "returns", id="one of two"),
        pytest.param(
            (mapping(STREAM, State="Disabled"),),
            {},
            NA,
            "Nothing invokes it asynchronously, and no event source mapping polls a stream or a queue for it",
            id="a mapping that is off",
        ),
        pytest.param((mapping(STREAM, State="Disabling"),), {}, NA, "", id="one that is being turned off"),
        pytest.param((mapping(STREAM, State="Creating"),), {}, N, "", id="one that is being made"),
        pytest.param((mapping(STREAM, FunctionArn=f"{ARN}-2"),), {}, NA, "", id="of another function"),
        pytest.param((mapping(STREAM, FunctionArn=f"{ARN}:live"),), {}, N, "", id="of an alias"),
        pytest.param((mapping(STREAM), mapping(QUEUE)), {QUEUE: GAP}, N, "", id="what is read decides"),
        pytest.param((mapping(BROKER), mapping(QUEUE)), {QUEUE: GOOD}, C, "5 receives", id="a broker besides a queue"),
    ],
)
def test_what_is_polled_keeps_its_failures_in_its_own_way(
    mappings: tuple[dict[str, Any], ...], queues: dict[str, SourceQueue | Unavailable], status: Status, says: str
) -> None:
    verdict = judged(mappings=mappings, queues=queues)
    assert verdict.status is status
    assert says in verdict.reason


def test_a_dead_letter_queue_of_the_function_does_not_help_what_is_polled() -> None:
    assert judged(function(DEAD), mappings=(mapping(STREAM),)).status is N
    assert judged(function(DEAD), mappings=(mapping(QUEUE),), queues={QUEUE: WITHOUT}).status is N


def test_doubt_is_no_verdict() -> None:
    with pytest.raises(UnknownField, match="access denied"):
        judged(mappings=(mapping(QUEUE),), queues={QUEUE: GAP})
    with pytest.raises(UnknownField, match="was not read"):
        judged(mappings=(mapping(QUEUE),))
    with pytest.raises(UnknownField, match="redrive policy"):
        judged(mappings=(mapping(QUEUE),), queues={QUEUE: SourceQueue.parse({"Attributes": {"RedrivePolicy": "?"}})})
    with pytest.raises(UnknownField, match="Unknown kind of event source"):
        judged(mappings=(mapping("arn:aws:newthing:eu-west-1:123456789012:x"),))
    with pytest.raises(UnknownField, match="cannot be parsed"):
        judged(policy=FunctionPolicy.parse({"Policy": "?"}))


def test_a_policy_nobody_understands_does_not_matter_where_failures_are_kept_anyway() -> None:
    assert judged(function(DEAD), policy=FunctionPolicy.parse({"Policy": "?"})).status is C


def visible(
    *mappings: dict[str, Any],
    queues: Mapping[str, SourceQueue | Unavailable],
    timeout: int = 30,
    **settings: int,
) -> Verdict:
    polled = EventSourceMappings.parse({"EventSourceMappings": mappings})
    return lambda_queue_visibility_sufficient(function(timeout=timeout), polled, Related(queues), **settings)


@pytest.mark.parametrize(
    ("queue", "status", "says"),
    [
        pytest.param(
            SourceQueue(180, 5),
            C,
            "Visibility timeout of queue orders is 180 s, maxReceiveCount is 5 (the function's timeout is 30 s)",
            id="just enough",
        ),
        pytest.param(
            SourceQueue(179, 5),
            N,
            "Visibility timeout of queue orders is 179 s; use 180 s or more (6 times the function's timeout)",
            id="a second too short",
        ),
        pytest.param(
            SourceQueue(180, 4), N, "MaxReceiveCount of queue orders is 4; use 5 or more", id="a receive too few"
        ),
        pytest.param(
            SourceQueue(30, 1),
            N,
            "Visibility timeout of queue orders is 30 s; use 180 s or more (6 times the function's "
            "timeout); maxReceiveCount of queue orders is 1; use 5 or more",
            id="both",
        ),
        pytest.param(SourceQueue(180, None), C, "has no dead-letter queue", id="no dead-letter queue"),
        pytest.param(
            SourceQueue(30, None),
            N,
            "Visibility timeout of queue orders is 30 s; use 180 s or more (6 times the function's timeout)",
            id="too short, no dead-letter queue",
        ),
    ],
)
def test_lambda_queue_visibility_sufficient(queue: SourceQueue, status: Status, says: str) -> None:
    verdict = visible(mapping(QUEUE), queues={QUEUE: queue})
    assert verdict.status is status
    assert says in verdict.reason


def test_a_function_for_which_no_queue_is_polled_is_not_judged() -> None:
    assert visible(queues={}).status is NA
    assert visible(mapping(STREAM), queues={}).status is NA
    assert visible(mapping(QUEUE, State="Disabled"), queues={QUEUE: SourceQueue(0, 1)}).status is NA


def test_one_queue_of_two_decides() -> None:
    queues = {QUEUE: GOOD, OTHER: SourceQueue(1, 5)}
    verdict = visible(mapping(QUEUE), mapping(OTHER), queues=queues)
    assert verdict.status is N
    assert (
        "Visibility timeout of queue returns is 1 s; use 180 s or more (6 times the function's timeout)"
    ) in verdict.reason
    assert "orders" not in verdict.reason
    assert visible(mapping(QUEUE), mapping(OTHER), queues=queues | {QUEUE: GAP}).status is N


def test_how_much_is_asked_for_is_a_setting() -> None:
    assert visible(mapping(QUEUE), queues={QUEUE: GOOD}, timeouts=7).status is N
    assert visible(mapping(QUEUE), queues={QUEUE: GOOD}, receives=6).status is N
    assert visible(mapping(QUEUE), queues={QUEUE: SourceQueue(30, 1)}, timeouts=1, receives=1).status is C


def test_a_queue_that_is_not_known_is_no_verdict() -> None:
    with pytest.raises(UnknownField, match="access denied"):
        visible(mapping(QUEUE), queues={QUEUE: GAP})
    with pytest.raises(UnknownField, match="visibility timeout"):
        visible(mapping(QUEUE), queues={QUEUE: SourceQueue.parse({"Attributes": {"QueueArn": QUEUE}})})
    strange = SourceQueue.parse({"Attributes": {"VisibilityTimeout": "900", "RedrivePolicy": "?"}})
    with pytest.raises(UnknownField, match="redrive policy"):
        visible(mapping(QUEUE), queues={QUEUE: strange})


def test_a_timeout_that_is_not_known_is_no_verdict() -> None:
    polled = EventSourceMappings.parse({"EventSourceMappings": [mapping(QUEUE)]})
    with pytest.raises(UnknownField, match="timeout"):
        lambda_queue_visibility_sufficient(Function.parse({"FunctionName": "orders"}), polled, Related({QUEUE: GOOD}))
