"""Checks of failed events of Lambda functions."""

from collections.abc import Iterator, Sequence

from muster.analysis.policies.document import Policy
from muster.analysis.policies.wildcards import applies_to
from muster.facets.lambda_.functions import LATEST, AsynchronousDestinations, Function, FunctionPolicy
from muster.facets.lambda_.sources import EventSourceMapping, EventSourceMappings, SourceQueue
from muster.model.arn import Arn
from muster.model.check import check
from muster.model.finding import Related, Severity, Unknown, Verdict, compliant, known, non_compliant, not_applicable
from muster.model.text import sentence

_ASYNCHRONOUS = frozenset({"s3", "sns", "events", "ses", "logs", "config", "codecommit", "iot", "iotevents"})
"""The services that invoke asynchronously by the function's policy, by the first part of their principal.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-services.html
"""

_ALARMS = "lambda.alarms.cloudwatch."
"""https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda.html"""


@check(severity=Severity.MEDIUM)
def lambda_failure_destination_configured(  # noqa: PLR0913 - five facets show what invokes a function
    function: Function,
    destinations: AsynchronousDestinations,
    policy: FunctionPolicy,
    mappings: EventSourceMappings,
    queues: Related[SourceQueue],
    *,
    assume_asynchronous: bool = False,
) -> Verdict:
    """Lambda functions should keep failed events.

    Asynchronous events need a dead-letter queue or an on-failure destination. An event source mapping of a stream needs
    an on-failure destination, and a polled queue needs its own dead-letter queue. Message brokers and DocumentDB
    support neither.

    A function counts as invoked asynchronously if its policy allows a service that invokes asynchronously (S3, SNS,
    EventBridge and others), or if asynchronous invocation is configured for it or for an alias. The check cannot see
    callers that use a role (EventBridge Scheduler, Step Functions, your programs); with `assume_asynchronous` every
    function needs a destination.

    Problem: failed events are lost
    Why: After its retries Lambda discards a failed event. Without a destination you lose the event and do not notice.
    Fix: The role of the function must be allowed to send to the destination. Asynchronous events: `aws lambda
      put-function-event-invoke-config --function-name NAME --destination-config '{"OnFailure": {"Destination":
      "DESTINATION-ARN"}}'` If the function has such a configuration already, use update-function-event-invoke-config
      with the same options, which keeps its other settings. Records of a stream: `aws lambda
      update-event-source-mapping --uuid MAPPING-UUID --destination-config '{"OnFailure": {"Destination":
      "DESTINATION-ARN"}}'` A queue needs a dead-letter queue: `aws sqs set-queue-attributes --queue-url QUEUE-URL
      --attributes "RedrivePolicy='"'{"deadLetterTargetArn":"DEAD-LETTER-QUEUE-ARN","maxReceiveCount":"5"}'"'"`
    Source: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
    """
    polled = mappings.polled_for(known(function.name))
    sink = function.dead_letter or dict(destinations.on_failure).get(LATEST, "")
    lost = [*_lost(polled, queues), *_unconfigured(function, destinations)]
    if not sink:
        lost += _unprepared(policy, assume=assume_asynchronous)
    if lost:
        return non_compliant(sentence("; ".join(lost)))
    if not sink:
        known(policy.policy)
    kept = [f"failed events go to {sink}"] if sink else []
    kept += [f"failed events of {name} go to {arn}" for name, arn in destinations.on_failure if name != LATEST]
    kept += [text for each in polled if (text := _kept(each, queues))]
    if kept:
        return compliant(sentence("; ".join(kept)))
    return not_applicable(
        "Nothing invokes it asynchronously, and no event source mapping polls a stream or a queue for it"
    )


@check(severity=Severity.MEDIUM)
def lambda_queue_visibility_sufficient(
    function: Function,
    mappings: EventSourceMappings,
    queues: Related[SourceQueue],
    *,
    timeouts: int = 6,
    receives: int = 5,
) -> Verdict:
    """Queues that Lambda polls should have a visibility timeout of 6 times the function's timeout.

    A queue with a dead-letter queue should also allow at least 5 receives before a message moves there. The timeout of
    the latest configuration counts, also for event source mappings of versions and aliases.

    Problem: visibility timeout is too short
    Why: Lambda needs time to retry when the function is throttled. With a shorter timeout, a message is processed twice
      at once, or ends in the dead-letter queue without a fault.
    Fix: `aws sqs get-queue-url --queue-name QUEUE-NAME` `aws sqs set-queue-attributes --queue-url QUEUE-URL
      --attributes VisibilityTimeout=SECONDS` If maxReceiveCount in the redrive policy is below 5, raise it.
    Source: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
    """
    polled = [each for each in mappings.polled_for(known(function.name)) if each.kind == "queue"]
    if not polled:
        return not_applicable("No event source mapping polls a queue for the function")
    wanted = timeouts * known(function.timeout)
    read = [(_name(each), queues.by_key.get(each.source)) for each in polled]
    faults = {
        name: found
        for name, queue in read
        if isinstance(queue, SourceQueue) and (found := list(_too_short(name, queue, wanted, timeouts, receives)))
    }
    if faults:
        reason = "; ".join(fault for found in faults.values() for fault in found)
        return non_compliant(sentence(reason), queue_name=next(iter(faults)), seconds=str(wanted))
    hidden = [_hidden(_name(each), queues[each.source]) for each in polled]
    return compliant(sentence(f"{'; '.join(hidden)} (the function's timeout is {function.timeout} s)"))


def _lost(polled: Sequence[EventSourceMapping], queues: Related[SourceQueue]) -> Iterator[str]:
    """Name the polled sources whose failed records or messages are certainly lost."""
    for each in polled:
        if each.kind == "stream" and not each.on_failure:
            yield f"failed records of {_name(each)} are discarded: no on-failure destination"
        queue = queues.by_key.get(each.source)
        if each.kind == "queue" and isinstance(queue, SourceQueue) and queue.receives is None:
            yield f"queue {_name(each)} has no dead-letter queue"


def _unconfigured(function: Function, destinations: AsynchronousDestinations) -> Iterator[str]:
    """Name the configurations of asynchronous invocation without a destination."""
    for name, arn in () if function.dead_letter else destinations.on_failure:
        if not arn:
            yield f"failed events of {name} are discarded: no on-failure destination"


def _unprepared(policy: FunctionPolicy, *, assume: bool) -> Iterator[str]:
    invokers = () if isinstance(policy.policy, Unknown) else _invokers(policy.policy)
    missing = "no dead-letter queue or on-failure destination"
    if invokers:
        yield f"failed events from {', '.join(invokers)} are discarded: {missing}"
    elif assume:
        yield f"failed events are discarded: {missing} (assume_asynchronous is on)"


def _invokers(policy: Policy) -> tuple[str, ...]:
    """Name the services that the policy allows and that invoke asynchronously."""
    found = {
        name.removeprefix("service:")
        for statement in policy.statements
        if statement.allow and applies_to(statement, "lambda:InvokeFunction")
        for name in statement.principals
        if name.startswith("service:")
    }
    return tuple(sorted(name for name in found if name.startswith(_ALARMS) or name.split(".")[0] in _ASYNCHRONOUS))


def _kept(mapping: EventSourceMapping, queues: Related[SourceQueue]) -> str:
    """Return where the failures of a mapping go; empty where nothing can be kept."""
    kind = known(mapping.kind)
    if kind == "queue":
        return (
            f"queue {_name(mapping)} has a dead-letter queue (after {known(queues[mapping.source].receives)} receives)"
        )
    return f"failed records of {_name(mapping)} go to {mapping.on_failure}" if kind == "stream" else ""


def _too_short(name: str, queue: SourceQueue, visibility: int, timeouts: int, receives: int) -> Iterator[str]:
    if not isinstance(queue.visibility, Unknown) and queue.visibility < visibility:
        use = f"use {visibility} s or more ({timeouts} times the function's timeout)"
        yield f"visibility timeout of queue {name} is {queue.visibility} s; {use}"
    if isinstance(queue.receives, int) and queue.receives < receives:
        yield f"maxReceiveCount of queue {name} is {queue.receives}; use {receives} or more"


def _hidden(name: str, queue: SourceQueue) -> str:
    count = known(queue.receives)
    then = "it has no dead-letter queue" if count is None else f"maxReceiveCount is {count}"
    return f"visibility timeout of queue {name} is {known(queue.visibility)} s, {then}"


def _name(mapping: EventSourceMapping) -> str:
    """Return the short name of a source: its ARN without partition, region and account."""
    source = Arn.parse(mapping.source)
    return source.resource if source else mapping.source
