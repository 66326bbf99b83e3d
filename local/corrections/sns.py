"""Where moto's SNS answers otherwise than AWS documents: it takes every message, and drops attributes of topics."""

import json
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any
from xml.sax.saxutils import escape

from local.corrections.caller import place
from local.corrections.request import Correction, Request
from local.front import Answer

_LARGEST, _LONGEST_SUBJECT = 262_144, 99
_HIDDEN = ("ArchivePolicy", "FifoThroughputScope", "MaximumMessageSize", "SignatureVersion", "TracingConfig")
_PROTOCOLS = ("Application", "Firehose", "HTTP", "Lambda", "SQS")
_FEEDBACK = ("SuccessFeedbackRoleArn", "SuccessFeedbackSampleRate", "FailureFeedbackRoleArn")


def corrections() -> dict[str, Correction]:
    """Return what corrects SNS, by operation."""
    return {
        "sns:CreateTopic": _create_topic,
        "sns:GetDataProtectionPolicy": _get_protection,
        "sns:GetTopicAttributes": _get_topic_attributes,
        "sns:Publish": _publish,
        "sns:PutDataProtectionPolicy": _put_protection,
    }


def _publish(request: Request) -> Answer | None:
    """Refuse what SNS refuses of a message and its subject.

    https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
    """
    message, subject = str(request.parameters.get("Message", "")), request.parameters.get("Subject")
    if not message:
        return request.refuse("InvalidParameter", "Invalid parameter: Empty message")
    if len(message.encode()) > _LARGEST:
        return request.refuse("InvalidParameter", "Invalid parameter: Message too long")
    if subject is not None and not _is_subject(str(subject)):
        return request.refuse("InvalidParameter", "Invalid parameter: Subject")
    if request.parameters.get("MessageStructure") == "json":
        try:
            parts = json.loads(message)
        except ValueError:
            reason = "JSON message body failed to parse"
            return request.refuse("InvalidParameter", f"Invalid parameter: Message Structure - {reason}")
        if not isinstance(parts, dict) or "default" not in parts:
            reason = "No default entry in JSON message body"
            return request.refuse("InvalidParameter", f"Invalid parameter: Message Structure - {reason}")
    return None


def _is_subject(text: str) -> bool:
    """Whether a subject is shorter than 100 characters, not empty, and without line breaks or control characters."""
    return 0 < len(text) <= _LONGEST_SUBJECT and text.isprintable()


def _topics(request: Request) -> dict[str, Any]:
    from moto.sns.models import sns_backends  # noqa: PLC0415 - moto takes seconds to import

    account, region = place(request)
    topics: dict[str, Any] = sns_backends[account][region].topics
    return topics


def _create_topic(request: Request) -> Answer:
    """Keep the policy that protects data, which moto drops."""
    status, body = request.ask()
    policy = request.parameters.get("DataProtectionPolicy")
    if status == HTTPStatus.OK and policy is not None:
        account, region = place(request)
        _topics(request)[f"arn:aws:sns:{region}:{account}:{request.parameters['Name']}"].protection = policy
    return status, body


def _put_protection(request: Request) -> Answer:
    topic = _topics(request).get(request.parameters["ResourceArn"])
    if topic is None:
        return request.refuse("NotFound", "Topic does not exist", HTTPStatus.NOT_FOUND)
    topic.protection = request.parameters["DataProtectionPolicy"]
    return request.answer({})


def _get_protection(request: Request) -> Answer:
    topic = _topics(request).get(request.parameters["ResourceArn"])
    if topic is None:
        return request.refuse("NotFound", "Topic does not exist", HTTPStatus.NOT_FOUND)
    kept = getattr(topic, "protection", "")
    return request.answer({"DataProtectionPolicy": kept} if kept else {})


def _get_topic_attributes(request: Request) -> Answer:
    """Count the subscriptions, add the attributes that moto keeps and does not show, leave out what is not set.

    https://docs.aws.amazon.com/sns/latest/api/API_GetTopicAttributes.html
    """
    from moto.sns.models import sns_backends  # noqa: PLC0415 - moto takes seconds to import

    account, region = place(request)
    backend, arn = sns_backends[account][region], request.parameters.get("TopicArn")
    topic = backend.topics.get(arn)
    if topic is None:
        return request.ask()
    found = [each for each in backend.subscriptions.values() if each.topic.arn == arn]
    topic.subscriptions_confimed = len(found)
    status, body = request.ask()
    further = "".join(_entry(name, value) for name, value in _hidden(topic))
    for spelled in (_entry("DeliveryPolicy", ""), "<entry><key>DeliveryPolicy</key><value/></entry>"):
        body = body.replace(spelled, "")
    return status, body.replace("</Attributes>", f"{further}</Attributes>")


def _entry(name: str, value: str) -> str:
    return f"<entry><key>{name}</key><value>{escape(value)}</value></entry>"


def _hidden(topic: Any) -> Iterator[tuple[str, str]]:
    """Yield the attributes of a topic that moto does not show."""
    from moto.core.utils import camelcase_to_underscores  # noqa: PLC0415 - moto takes seconds to import

    for name in (*_HIDDEN, *(f"{protocol}{kind}" for protocol in _PROTOCOLS for kind in _FEEDBACK)):
        value = getattr(topic, camelcase_to_underscores(name), None)
        if value not in (None, ""):
            yield name, str(value)
