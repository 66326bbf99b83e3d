"""Where moto's SNS answers otherwise than AWS documents: it takes every message, and counts no subscriptions."""

import json

from local.corrections.caller import place
from local.corrections.request import Correction, Request
from local.front import Answer

_LARGEST, _LONGEST_SUBJECT = 262_144, 99


def corrections() -> dict[str, Correction]:
    """Return what corrects SNS, by operation."""
    return {"sns:GetTopicAttributes": _count_subscriptions, "sns:Publish": _publish}


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


def _count_subscriptions(request: Request) -> Answer | None:
    """Count them, and leave the answer to moto.

    https://docs.aws.amazon.com/sns/latest/api/API_GetTopicAttributes.html
    """
    from moto.sns.models import sns_backends  # noqa: PLC0415 - moto takes seconds to import

    account, region = place(request)
    backend, arn = sns_backends[account][region], request.parameters.get("TopicArn")
    if arn in backend.topics:
        found = [each for each in backend.subscriptions.values() if each.topic.arn == arn]
        backend.topics[arn].subscriptions_confimed = len(found)
    return None
