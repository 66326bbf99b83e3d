"""What Lambda sends where a mapping's records are given up: neither the records nor a reason, except to S3.

https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
"""

import json
import uuid
from datetime import UTC, datetime
from typing import Any

from local.eventing.batches import Lost
from local.eventing.behalf import Behalf


def message(lost: Lost, function: str, stream: str, shard: str) -> dict[str, Any]:
    """Return the message about lost records; `function` and `stream` are ARNs."""
    first, last = lost.part.records[0], lost.part.records[-1]
    letter: dict[str, Any] = {
        "requestContext": {
            "requestId": str(uuid.uuid4()),
            "functionArn": function,
            "condition": lost.condition,
            "approximateInvokeCount": lost.part.failures,
        },
        "version": "1.0",
        "timestamp": _spelled(datetime.now(UTC).timestamp()),
        "DDBStreamBatchInfo": {
            "shardId": shard,
            "startSequenceNumber": first.number,
            "endSequenceNumber": last.number,
            "approximateArrivalOfFirstRecord": _spelled(first.made),
            "approximateArrivalOfLastRecord": _spelled(last.made),
            "batchSize": len(lost.part.records),
            "streamArn": stream,
        },
    }
    if lost.answer is not None:
        letter["responseContext"] = {
            "statusCode": 200,
            "executedVersion": "$LATEST",
            "functionError": "Unhandled" if lost.answer.errored else None,
        }
    return letter


def send(behalf: Behalf, destination: str, letter: dict[str, Any], payload: dict[str, Any], mapping: str) -> None:
    """Send a message to a queue, a topic or a bucket, with the function's role; a bucket gets the records too.

    Raises:
        ValueError: the destination is of another kind.
    """
    service, name = destination.split(":")[2], destination.rpartition(":")[2]
    if service == "sqs":
        queues = behalf.client("sqs")
        queues.send_message(QueueUrl=_queue_url(destination), MessageBody=json.dumps(letter))
    elif service == "sns":
        behalf.client("sns").publish(TopicArn=destination, Message=json.dumps(letter))
    elif service == "s3":
        info, now = letter["DDBStreamBatchInfo"], datetime.now(UTC)
        key = f"aws/lambda/{mapping}/{info['shardId']}/{now:%Y/%m/%d/%Y-%m-%dT%H.%M.%S}-{uuid.uuid4()}"
        whole = {**letter, "payload": json.dumps(payload)}
        behalf.client("s3").put_object(Bucket=name, Key=key, Body=json.dumps(whole).encode())
    else:
        raise ValueError(f"Lambda sends what failed to queues, topics and buckets, and not to {destination}.")


def _queue_url(arn: str) -> str:
    """Return the URL of a queue; moto goes by its last two parts."""
    _, _, _, region, account, name = arn.split(":")
    return f"https://sqs.{region}.amazonaws.com/{account}/{name}"


def _spelled(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
