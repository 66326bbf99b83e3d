"""How many confirmed subscriptions a topic has: moto says 0, and confirms every subscription at once."""

from local.corrections.caller import place
from local.corrections.request import Correction, Request
from local.front import Answer


def corrections() -> dict[str, Correction]:
    """Return what corrects SNS, by operation."""
    return {"sns:GetTopicAttributes": _count_subscriptions}


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
