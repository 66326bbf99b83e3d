"""An SQS queue and its policy as properties.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sqs-queue.html
"""

from typing import Any

from muster.model.arn import Arn
from muster.properties.consuming import Part, Sections, document, own_tags, without
from muster.properties.conversion import Conversion, TemplateResource, converts
from muster.snapshots.snapshot import Snapshot

QUEUE = "AWS::SQS::Queue"
POLICY = "AWS::SQS::QueueInlinePolicy"

_COUNTS = (
    "ApproximateNumberOfMessages", "ApproximateNumberOfMessagesDelayed", "ApproximateNumberOfMessagesNotVisible",
    "CreatedTimestamp", "LastModifiedTimestamp", "QueueArn",
)  # fmt: skip
_NUMBERS = (
    "DelaySeconds", "MaximumMessageSize", "MessageRetentionPeriod", "ReceiveMessageWaitTimeSeconds",
    "VisibilityTimeout", "KmsDataKeyReusePeriodSeconds",
)  # fmt: skip


@converts(QUEUE)
def queue(snapshot: Snapshot) -> Conversion:
    """Return a queue and its policy; SQS answers all attributes as text."""
    sections = Sections(snapshot)
    url = snapshot.resource.id
    part = sections.part("attributes").part("Attributes")
    policy = document(part, "Policy")
    name = _name(part, url)
    properties = {
        "QueueName": name,
        **_settings(part),
        "Tags": own_tags(sections.part("tags").take("Tags")),
    }
    made = [TemplateResource(QUEUE, name, without(properties), {"QueueUrl": url})]
    if policy:
        made.append(TemplateResource(POLICY, name, {"Queue": url, "PolicyDocument": policy}, {"Queue": url}))
    return sections.conversion(*made)


def _name(part: Part, url: str) -> str:
    arn = Arn.parse(str(part.members.get("QueueArn")))
    return arn.name if arn else url.rpartition("/")[2]


def _settings(part: Part) -> dict[str, Any]:
    part.drop(*_COUNTS)
    key = part.take("KmsMasterKeyId")
    managed = flag(part, "SqsManagedSseEnabled")
    fifo = flag(part, "FifoQueue")
    return {
        **{name: number(part, name) for name in _NUMBERS},
        # A queue is encrypted with a key or by SQS itself; without either it is not, which must be said.
        "KmsMasterKeyId": key,
        "SqsManagedSseEnabled": None if key else managed,
        # CloudFormation takes FifoQueue only where it is true.
        "FifoQueue": fifo or None,
        "ContentBasedDeduplication": flag(part, "ContentBasedDeduplication"),
        **part.copy("DeduplicationScope", "FifoThroughputLimit"),
        "RedrivePolicy": _dead_letters(part),
        "RedriveAllowPolicy": document(part, "RedriveAllowPolicy"),
    }


def _dead_letters(part: Part) -> dict[str, Any]:
    """Return the dead-letter queue; the count may be text."""
    found = document(part, "RedrivePolicy")
    count = str(found.get("maxReceiveCount", ""))
    return {**found, "maxReceiveCount": int(count)} if count.isdecimal() else found


def number(part: Part, name: str) -> int | None:
    """Take an attribute that is a number, as text; another text is an obstacle."""
    text = part.take(name)
    if text in (None, ""):
        return None
    if not str(text).isdecimal():
        part.obstacle("it is no number", name)
        return None
    return int(text)


def flag(part: Part, name: str) -> bool | None:
    """Take an attribute that is `true` or `false`, as text; another text is an obstacle."""
    text = str(part.take(name) or "").lower()
    if text not in ("", "true", "false"):
        part.obstacle("it is neither true nor false", name)
    return text == "true" if text else None
