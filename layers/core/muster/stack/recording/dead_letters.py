"""Malformed records of the stream: each goes to the dead-letter queue with its reason, and delays no other record."""

import hashlib
import json

from muster.errors import ConfigurationError, Transient
from muster.model.text import shortened
from muster.sdk.errors import READ_ERRORS, code_of
from muster.sdk.session import Clients
from muster.stack.recording.records import Record
from muster.storage import keys
from muster.storage.bucket import Bucket

LARGEST = 250_000
"""Bytes of a message at most. A queue takes 256 KiB or, where it is set so, 1 MiB; a record may have more.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
"""


def set_aside(record: Record, queue_url: str, bucket: Bucket, clients: Clients, region: str) -> None:
    """Send a malformed record to the queue as `{"reason": …, "record": …}`.

    A record that is too large for a message lies in the bucket, and the message has its address as `record_at`.
    The message is ASCII: a queue does not take every character that a record may hold.

    Raises:
        ConfigurationError: the function does not know the queue.
        MusterError: SQS or S3 did not take it now.
    """
    if not queue_url:
        raise ConfigurationError("the environment variable MUSTER_RECORD_DLQ_URL is not set; deploy by template.yaml")
    body = json.dumps({"reason": record.malformed, "record": record.raw})
    if len(body) > LARGEST:
        content = json.dumps(record.raw).encode()
        key = keys.set_aside(hashlib.sha256(content).hexdigest()[:32])
        bucket.put_bytes(key, content)
        body = json.dumps({"reason": record.malformed, "record_at": f"s3://{bucket.name}/{key}"})
    try:
        clients.get("sqs", region).send_message(QueueUrl=queue_url, MessageBody=body)
    except READ_ERRORS as error:
        raise Transient(
            f"cannot send a malformed record to {queue_url} ({code_of(error)}): {shortened(str(error))}"
        ) from error
