"""EventBridge: what rules hand to their targets, and what becomes of an event that cannot be delivered.

moto delivers for disabled rules too, raises where a target is missing, and knows neither Lambda nor topics as targets.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
"""

import json
import threading
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from local.eventing.arrivals import while_active
from local.eventing.inputs import handed
from local.iam_policies import decide

_MOST_ENTRIES, _LARGEST_ENTRIES = 10, 1024 * 1024
_installed: list[Any] = []
_REQUIRED = ("Source", "DetailType", "Detail")
Entry = Mapping[str, Any]


class UndeliveredError(Exception):
    """A target did not get an event; `code` is EventBridge's own."""

    def __init__(self, code: str, message: str) -> None:
        """Keep the code beside the message."""
        super().__init__(message)
        self.code = code


def install() -> None:
    """Change moto's rules and PutEvents, once in a process."""
    if _installed:
        return
    from moto.events.models import EventsBackend, Rule  # noqa: PLC0415 - moto takes seconds to import

    _installed.append(Rule.send_to_targets)
    Rule.send_to_targets = while_active(_send_to_targets, Rule.send_to_targets)
    EventsBackend.put_events = while_active(_put_events, EventsBackend.put_events)


def publish(account: str, region: str, bus: str, event: Mapping[str, Any]) -> None:
    """Hand an event to the targets of the rules of a bus that want it; a bus that is not there swallows it."""
    from moto.events.models import events_backends  # noqa: PLC0415 - moto takes seconds to import

    buses = events_backends[account][region].event_buses
    if bus in buses:
        for rule in list(buses[bus].rules.values()):
            _offer(rule, event)


def _put_events(backend: Any, events: Sequence[Entry]) -> list[dict[str, Any]]:
    """Answer each entry for itself, as PutEvents does.

    https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
    """
    from moto.events.exceptions import ValidationException  # noqa: PLC0415 - moto takes seconds to import

    if len(events) > _MOST_ENTRIES:
        raise ValidationException(
            "1 validation error detected: Value '[PutEventsRequestEntry]' at 'entries' failed to satisfy constraint: "
            "Member must have length less than or equal to 10"
        )
    if sum(map(_size, events)) > _LARGEST_ENTRIES:
        raise ValidationException("Total size of the entries in the request is over the limit.")
    answers = []
    for entry in events:
        if refused := _refused(entry):
            answers.append({"ErrorCode": refused[0], "ErrorMessage": refused[1]})
            continue
        number = str(uuid.uuid4())
        bus = str(entry.get("EventBusName") or "default").rpartition("/")[2]
        publish(backend.account_id, backend.region_name, bus, _event(backend, entry, number))
        answers.append({"EventId": number})
    return answers


def _size(entry: Entry) -> int:
    """Return an entry's size as EventBridge counts it.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html
    """
    texts = [str(entry.get(name) or "") for name in _REQUIRED] + [str(each) for each in entry.get("Resources") or ()]
    return sum(len(text.encode()) for text in texts) + (14 if entry.get("Time") else 0)


def _refused(entry: Entry) -> tuple[str, str] | None:
    for name in _REQUIRED:
        if not entry.get(name):
            return "InvalidArgument", f"Parameter {name} is not valid. Reason: {name} is a required argument."
    if str(entry["Source"]).startswith("aws."):
        return "NotAuthorizedForSourceException", "Not authorized for the source."
    try:
        detail = json.loads(entry["Detail"])
    except ValueError:
        return "MalformedDetail", "Detail is malformed."
    return None if isinstance(detail, dict) else ("MalformedDetail", "Detail is malformed.")


def _event(backend: Any, entry: Entry, number: str) -> dict[str, Any]:
    given = entry.get("Time")
    moment = datetime.fromtimestamp(float(given), UTC) if isinstance(given, int | float) else datetime.now(UTC)
    return {
        "version": "0",
        "id": number,
        "detail-type": entry["DetailType"],
        "source": entry["Source"],
        "account": backend.account_id,
        "time": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
        "region": backend.region_name,
        "resources": list(entry.get("Resources") or ()),
        "detail": json.loads(entry["Detail"]),
    }


def _send_to_targets(rule: Any, original_event: dict[str, Any], *_: Any, **__: Any) -> None:
    """Take over from moto, which replays and forwards events in its own form."""
    event = {key: value for key, value in original_event.items() if key != "ingestion-time"}
    if isinstance(event.get("time"), int | float):
        event["time"] = f"{datetime.fromtimestamp(event['time'], UTC):%Y-%m-%dT%H:%M:%SZ}"
    _offer(rule, event)


def _offer(rule: Any, event: Mapping[str, Any]) -> None:
    if rule.state == "DISABLED" or not rule.event_pattern.get_pattern():
        return
    if not rule.event_pattern.matches_event(event):
        return
    for target in list(rule.targets):
        text = handed(target, event, rule.arn)
        try:
            _deliver(target, text, event, rule)
        except UndeliveredError as error:
            _bury(target, event, rule, error)


def _deliver(target: Mapping[str, Any], text: str, event: Mapping[str, Any], rule: Any) -> None:
    service = str(target["Arn"]).split(":")[2]
    if service == "sqs":
        _send(str(target["Arn"]), text, rule.arn, group=(target.get("SqsParameters") or {}).get("MessageGroupId"))
    elif service == "lambda":
        _invoke(str(target["Arn"]), text)
    elif service == "sns":
        _notify(str(target["Arn"]), text)
    elif service == "events" and ":event-bus/" in target["Arn"]:
        _, _, _, region, account, bus = str(target["Arn"]).split(":")
        publish(account, region, bus.rpartition("/")[2], event)
    else:
        # moto's own way, for the targets that only it knows.
        only = _Only(rule, [dict(target)])
        _installed[0](only, {**event, "time": datetime.now(UTC).timestamp(), "ingestion-time": 0}, False)


class _Only:
    """A rule with some of its targets."""

    def __init__(self, rule: Any, targets: list[dict[str, Any]]) -> None:
        self._rule, self.targets = rule, targets

    def __getattr__(self, name: str) -> Any:
        return getattr(self._rule, name)


def _send(arn: str, text: str, source: str, group: str | None = None, attributes: Any = None) -> None:
    from moto.sqs.models import sqs_backends  # noqa: PLC0415 - moto takes seconds to import

    _, _, _, region, account, name = arn.split(":")
    queues = sqs_backends[account][region].queues
    if name not in queues:
        raise UndeliveredError("NO_RESOURCE", f"The specified queue {arn} does not exist.")
    if not _lets(queues[name].policy, "sqs:SendMessage", arn, source):
        raise UndeliveredError("NO_PERMISSIONS", f"events.amazonaws.com may not send messages to {arn}.")
    sqs_backends[account][region].send_message(
        queue_name=name, message_body=text, group_id=group, message_attributes=attributes
    )


def _lets(policy: Any, action: str, resource: str, source: str) -> bool:
    """Whether a resource's policy lets EventBridge act for a rule."""
    if not policy:
        return False
    document = policy if isinstance(policy, dict) else json.loads(policy)
    statements = document["Statement"] if isinstance(document["Statement"], list) else [document["Statement"]]
    meant = [each for each in statements if _is_for_events(each.get("Principal"))]
    context = {"aws:sourcearn": (source,), "aws:sourceaccount": (source.split(":")[4],)}
    return bool(decide([json.dumps({"Statement": meant})], action, resource, context).allowed)


def _is_for_events(principal: Any) -> bool:
    if not isinstance(principal, dict):
        return bool(principal == "*")
    services = principal.get("Service", ())
    named = [services] if isinstance(services, str) else services
    return bool("events.amazonaws.com" in named or principal.get("AWS") == "*")


def _invoke(arn: str, text: str) -> None:
    """Invoke a function asynchronously."""
    from moto.awslambda.utils import get_backend  # noqa: PLC0415 - moto takes seconds to import

    function = get_backend(arn.split(":")[4], arn.split(":")[3]).get_function_by_arn(arn)
    if function is None:
        raise UndeliveredError("NO_RESOURCE", f"The specified function {arn} does not exist.")
    threading.Thread(target=function._invoke_lambda, args=(text,), daemon=True, name="rule-target").start()


def _notify(arn: str, text: str) -> None:
    from moto.sns.models import sns_backends  # noqa: PLC0415 - moto takes seconds to import

    backend = sns_backends[arn.split(":")[4]][arn.split(":")[3]]
    if arn not in backend.topics:
        raise UndeliveredError("NO_RESOURCE", f"The specified topic {arn} does not exist.")
    backend.publish(text, arn=arn)


def _bury(target: Mapping[str, Any], event: Mapping[str, Any], rule: Any, error: UndeliveredError) -> None:
    """Send what could not be delivered to the target's dead-letter queue, if it has one that takes it."""
    queue = (target.get("DeadLetterConfig") or {}).get("Arn")
    if not queue:
        return
    texts = {
        "RULE_ARN": rule.arn,
        "TARGET_ARN": str(target["Arn"]),
        "ERROR_CODE": error.code,
        "ERROR_MESSAGE": str(error),
        "RETRY_ATTEMPTS": "0",
    }
    attributes = {name: {"DataType": "String", "StringValue": value} for name, value in texts.items()}
    try:
        _send(queue, json.dumps(event), rule.arn, attributes=attributes)
    except UndeliveredError:
        return
