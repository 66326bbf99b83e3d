"""Whether the alert topic has a confirmed subscription."""

from muster.sdk.errors import READ_ERRORS
from muster.sdk.session import Clients
from muster.stack.documents.request import Environment


def has_subscriber(environment: Environment, clients: Clients) -> bool:
    """Return whether the topic has a confirmed subscription: SNS delivers to no other, and keeps nothing for later.

    Where the topic cannot be read, the answer is yes: the alert is sent once and is not due again.

    https://docs.aws.amazon.com/sns/latest/api/API_GetTopicAttributes.html
    """
    try:
        answer = clients.get("sns", environment.region).get_topic_attributes(TopicArn=environment.topic_arn)
    except READ_ERRORS:
        return True
    return str(answer.get("Attributes", {}).get("SubscriptionsConfirmed", "")) != "0"
