"""An SNS topic and its policy as properties.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sns-topic.html
"""

from collections.abc import Iterator
from typing import Any

from muster.model.arn import Arn
from muster.properties.consuming import Part, Sections, document, own_tags, without
from muster.properties.conversion import Conversion, TemplateResource, converts
from muster.properties.sqs import flag, number
from muster.snapshots.snapshot import Snapshot

TOPIC = "AWS::SNS::Topic"
POLICY = "AWS::SNS::TopicInlinePolicy"

_COUNTS = (
    "Owner", "SubscriptionsPending", "SubscriptionsConfirmed", "SubscriptionsDeleted", "EffectiveDeliveryPolicy",
    "BeginningArchiveTime",
)  # fmt: skip
_FEEDBACK = ("SuccessFeedbackRoleArn", "SuccessFeedbackSampleRate", "FailureFeedbackRoleArn")
_PROTOCOLS = {"HTTP": "http/s", "SQS": "sqs", "Lambda": "lambda", "Firehose": "firehose", "Application": "application"}
_FIFO = ("ContentBasedDeduplication",)


@converts(TOPIC)
def topic(snapshot: Snapshot) -> Conversion:
    """Return a topic and its policy; SNS answers all attributes as text."""
    sections = Sections(snapshot)
    part = sections.part("attributes").part("Attributes")
    arn = str(part.take("TopicArn") or snapshot.resource.id)
    name = Arn.of(arn).name
    confirmed = number(part, "SubscriptionsConfirmed") or 0
    policy = document(part, "Policy")
    properties = {
        "TopicName": name,
        **_settings(part),
        "DataProtectionPolicy": document(sections.part("data-protection"), "DataProtectionPolicy"),
        "Tags": own_tags(sections.part("tags").take("Tags")),
    }
    made = [TemplateResource(TOPIC, name, without(properties), {"TopicArn": arn})]
    if policy:
        made.append(TemplateResource(POLICY, name, {"TopicArn": arn, "PolicyDocument": policy}, {"TopicArn": arn}))
    left = f"its {confirmed} subscriptions are left out and stay as they are"
    return sections.conversion(*made, remarks=(left,) if confirmed else ())


def _settings(part: Part) -> dict[str, Any]:
    part.drop(*_COUNTS)
    part.refuse("DeliveryPolicy", "CloudFormation has no property for the delivery policy of a topic")
    fifo = flag(part, "FifoTopic")
    return {
        "DisplayName": part.take("DisplayName") or None,
        **part.copy("KmsMasterKeyId", "SignatureVersion", "TracingConfig", "FifoThroughputScope"),
        "MaximumMessageSize": number(part, "MaximumMessageSize"),
        # CloudFormation takes what is for FIFO topics only there.
        "FifoTopic": fifo or None,
        **{name: value if fifo else None for name in _FIFO for value in (flag(part, name),)},
        "ArchivePolicy": document(part, "ArchivePolicy"),
        "DeliveryStatusLogging": list(_logging(part)),
    }


def _logging(part: Part) -> Iterator[dict[str, Any]]:
    """Yield how deliveries are logged, protocol by protocol.

    https://docs.aws.amazon.com/sns/latest/dg/topics-attrib.html
    """
    for prefix, protocol in _PROTOCOLS.items():
        found = part.copy(**{f"{prefix}{name}": name for name in _FEEDBACK})
        if found:
            yield {"Protocol": protocol, **found}
