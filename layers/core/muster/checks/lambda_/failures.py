"""Checks of what becomes of events that a Lambda function fails on."""

from collections.abc import Iterator, Sequence

from muster.analysis.policies.document import Policy
from muster.analysis.policies.wildcards import applies_to
from muster.facets.lambda_.functions import LATEST, AsynchronousDestinations, Function, FunctionPolicy
from muster.facets.lambda_.sources import EventSourceMapping, EventSourceMappings, SourceQueue
from muster.model.arn import Arn
from muster.model.check import check
from muster.model.finding import Related, Severity, Unknown, Verdict, compliant, known, non_compliant, not_applicable

_ASYNCHRONOUS = frozenset({"s3", "sns", "events", "ses", "logs", "config", "codecommit", "iot", "iotevents"})
"""The services that invoke asynchronously by the function's policy, by the first part of their principal.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-services.html
"""

_ALARMS = "lambda.alarms.cloudwatch."
"""https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda.html"""


@check(severity=Severity.MEDIUM)
def lambda_failure_destination_configured(  # noqa: PLR0913 - what a function is invoked by is said in five places
    function: Function,
    destinations: AsynchronousDestinations,
    policy: FunctionPolicy,
    mappings: EventSourceMappings,
    queues: Related[SourceQueue],
    *,
    assume_asynchronous: bool = False,
) -> Verdict:
    """Lambda functions should keep the events that they fail on.

    Asynchronous events need a dead-letter queue or an on-failure destination, a stream's mapping an on-failure
    destination, and a queue that is polled a dead-letter queue of its own. Brokers and DocumentDB have none of these.

    A function is taken to be invoked asynchronously when its policy admits a service that invokes so (S3, SNS,
    EventBridge and their like), or when somebody configured such invocations of it or of an alias. Callers that use a
    role (EventBridge Scheduler, Step Functions, programs) are not seen by this: `assume_asynchronous` asks it of every
    function. Without any of this the function is called synchronously as far as one can tell, and its caller sees the
    error.

    Problem: failed events are lost
    Why: After its retries Lambda discards an event that nobody asked it to keep, and nobody knows what was lost.
    Fix: `aws lambda update-function-event-invoke-config --function-name NAME --destination-config '{"OnFailure":
      {"Destination": "QUEUE-ARN"}}'` For a stream: `aws lambda update-event-source-mapping --uuid MAPPING-UUID
      --destination-config '{"OnFailure": {"Destination": "QUEUE-ARN"}}'` For a queue, give the queue a dead-letter
      queue. If the function has no such configuration yet, use put-function-event-invoke-config. The function's
      role must be allowed to send to the destination.
    Source: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
    """
    polled = mappings.polled_for(known(function.name))
    sink = function.dead_letter or dict(destinations.on_failure).get(LATEST, "")
    lost = [*_lost(polled, queues), *_unconfigured(function, destinations)]
    if not sink:
        lost += _unprepared(policy, assume=assume_asynchronous)
    if lost:
        return non_compliant(f"what the function fails on is lost: {'; '.join(lost)}")
    if not sink:
        known(policy.policy)
    kept = [f"asynchronous events go to {sink}"] if sink else []
    kept += [f"those of {name} to {arn}" for name, arn in destinations.on_failure if name != LATEST]
    kept += [text for each in polled if (text := _kept(each, queues))]
    if kept:
        return compliant(f"what the function fails on is kept: {'; '.join(kept)}")
    return not_applicable("neither its policy nor a mapping names anything that leaves failed events to Lambda")


@check(severity=Severity.MEDIUM)
def lambda_queue_visibility_sufficient(
    function: Function,
    mappings: EventSourceMappings,
    queues: Related[SourceQueue],
    *,
    timeouts: int = 6,
    receives: int = 5,
) -> Verdict:
    """Queues that Lambda polls should hide a message for six times the function's timeout.

    A queue that has a dead-letter queue should also give a message five receives before it is moved there. The timeout
    is that of the function's latest configuration, for mappings of versions and aliases too.

    Problem: visibility timeout is too short
    Why: Lambda needs the time to try again when the function is throttled; otherwise a message is worked on twice at
      once, or lands in the dead-letter queue though nothing is wrong with it.
    Fix: `aws sqs set-queue-attributes --queue-url QUEUE-URL --attributes VisibilityTimeout=SECONDS` Set
      maxReceiveCount in RedrivePolicy to 5 or more.
    Source: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
    """
    polled = [each for each in mappings.polled_for(known(function.name)) if each.kind == "queue"]
    if not polled:
        return not_applicable("no queue is polled for the function")
    wanted = timeouts * known(function.timeout)
    read = [(_name(each), queues.by_key.get(each.source)) for each in polled]
    short = [
        fault
        for name, queue in read
        if isinstance(queue, SourceQueue)
        for fault in _too_short(name, queue, wanted, receives)
    ]
    if short:
        return non_compliant(f"the function's timeout is {function.timeout} s: {'; '.join(short)}")
    hidden = [_hidden(_name(each), queues[each.source]) for each in polled]
    return compliant(f"{'; '.join(hidden)}; the function's timeout is {function.timeout} s, {wanted} s are asked for")


def _lost(polled: Sequence[EventSourceMapping], queues: Related[SourceQueue]) -> Iterator[str]:
    """Name the polled sources that certainly lose records or messages that fail."""
    for each in polled:
        if each.kind == "stream" and not each.on_failure:
            yield f"records of {_name(each)} have no on-failure destination"
        queue = queues.by_key.get(each.source)
        if each.kind == "queue" and isinstance(queue, SourceQueue) and queue.receives is None:
            yield f"the queue {_name(each)} has no dead-letter queue"


def _unconfigured(function: Function, destinations: AsynchronousDestinations) -> Iterator[str]:
    """Name the configurations of asynchronous events that have no destination."""
    for name, arn in () if function.dead_letter else destinations.on_failure:
        if not arn:
            yield f"asynchronous events of {name} are configured, but have no destination"


def _unprepared(policy: FunctionPolicy, *, assume: bool) -> Iterator[str]:
    invokers = () if isinstance(policy.policy, Unknown) else _invokers(policy.policy)
    missing = "it has neither a dead-letter queue nor an on-failure destination"
    if invokers:
        yield f"{', '.join(invokers)} may invoke it asynchronously, and {missing}"
    elif assume:
        yield f"{missing}, which assume_asynchronous asks of every function"


def _invokers(policy: Policy) -> tuple[str, ...]:
    """Name the services that invoke asynchronously and that the policy admits."""
    found = {
        name.removeprefix("service:")
        for statement in policy.statements
        if statement.allow and applies_to(statement, "lambda:InvokeFunction")
        for name in statement.principals
        if name.startswith("service:")
    }
    return tuple(sorted(name for name in found if name.startswith(_ALARMS) or name.split(".")[0] in _ASYNCHRONOUS))


def _kept(mapping: EventSourceMapping, queues: Related[SourceQueue]) -> str:
    """Return where a mapping's failures go; empty where nothing can be kept. Doubt ends the check."""
    kind = known(mapping.kind)
    if kind == "queue":
        return f"{_name(mapping)} gives up after {known(queues[mapping.source].receives)} receives"
    return f"records of {_name(mapping)} go to {mapping.on_failure}" if kind == "stream" else ""


def _too_short(name: str, queue: SourceQueue, visibility: int, receives: int) -> Iterator[str]:
    if not isinstance(queue.visibility, Unknown) and queue.visibility < visibility:
        yield f"{name} hides a message for {queue.visibility} s, {visibility} s asked for"
    if isinstance(queue.receives, int) and queue.receives < receives:
        yield f"{name} gives up after {queue.receives} receives, {receives} asked for"


def _hidden(name: str, queue: SourceQueue) -> str:
    count = known(queue.receives)
    then = "has no dead-letter queue" if count is None else f"gives up after {count} receives"
    return f"{name} hides a message for {known(queue.visibility)} s and {then}"


def _name(mapping: EventSourceMapping) -> str:
    """Return how people call a source: an ARN without what all of the region's have in common."""
    source = Arn.parse(mapping.source)
    return source.resource if source else mapping.source
