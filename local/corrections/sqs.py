"""Where moto's SQS answers otherwise than AWS documents: encryption, and attributes that it drops.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
"""

from http import HTTPStatus
from typing import Any

from local.corrections.caller import place
from local.corrections.request import Correction, Request
from local.front import Answer

_ALLOW = "RedriveAllowPolicy"


def corrections() -> dict[str, Correction]:
    """Return what corrects SQS, by operation."""
    return {
        "sqs:CreateQueue": _create,
        "sqs:SetQueueAttributes": _set,
        "sqs:GetQueueAttributes": _get,
    }


def _queues(request: Request) -> dict[str, Any]:
    from moto.sqs.models import sqs_backends  # noqa: PLC0415 - moto takes seconds to import

    account, region = place(request)
    queues: dict[str, Any] = sqs_backends[account][region].queues
    return queues


def _create(request: Request) -> Answer:
    queues, name = _queues(request), str(request.parameters["QueueName"])
    is_new = name not in queues
    status, body = request.ask()
    if status == HTTPStatus.OK and is_new:
        _encrypt(queues[name], request.parameters.get("Attributes") or {})
    return status, body


def _set(request: Request) -> Answer:
    """Keep the policy unless it is named: moto drops it whenever another attribute is set."""
    attributes = request.parameters.get("Attributes") or {}
    queue = _queues(request).get(str(request.parameters["QueueUrl"]).rpartition("/")[2])
    before = queue.policy if queue else None
    status, body = request.ask()
    if status == HTTPStatus.OK and queue:
        if "Policy" not in attributes:
            queue.policy = before
        if attributes.get(_ALLOW) == "":
            queue.redrive_allow_policy = None
        _encrypt(queue, attributes)
    return status, body


def _encrypt(queue: Any, attributes: dict[str, str]) -> None:
    """Let one of the two encryptions end the other: a queue has a key of KMS, or one of SQS, or none.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-sqs-sse-queue.html
    """
    if attributes.get("KmsMasterKeyId"):
        queue.sqs_managed_sse_enabled = False
    elif attributes.get("SqsManagedSseEnabled") == "true":
        queue.kms_master_key_id = None


def _get(_request: Request) -> Answer | None:
    """Let moto answer which queues may use one as their dead-letter queue."""
    from moto.sqs.models import Queue  # noqa: PLC0415 - moto takes seconds to import

    if _ALLOW not in Queue.BASE_ATTRIBUTES:
        Queue.redrive_allow_policy = None
        Queue.BASE_ATTRIBUTES = [*Queue.BASE_ATTRIBUTES, _ALLOW]
    return None
