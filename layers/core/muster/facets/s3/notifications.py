"""S3: the event notifications of a bucket."""

from muster.facets import kinds
from muster.facets.fields import Answer, Parsed, computed, facet, read

_KINDS = ("TopicConfigurations", "QueueConfigurations", "LambdaFunctionConfigurations")


def _events(response: Answer) -> tuple[str, ...]:
    configured = (each for kind in _KINDS for each in response.get(kind) or ())
    return tuple(dict.fromkeys(str(event) for each in configured for event in each.get("Events") or ()))


@facet
class BucketNotifications(Parsed):
    """GetBucketNotificationConfiguration: the events that a topic, a queue or a function gets, each once.

    With `event_bridge`, EventBridge gets all events. A bucket that notifies nobody has an empty configuration.
    https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketNotificationConfiguration.html
    """

    events: tuple[str, ...] = computed(
        _events, "TopicConfigurations", "QueueConfigurations", "LambdaFunctionConfigurations"
    )
    event_bridge: bool = read("EventBridgeConfiguration", kinds.present)
