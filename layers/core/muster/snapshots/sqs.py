"""The whole configuration of SQS queues."""

from muster.readers import sqs
from muster.snapshots.form import Form
from muster.snapshots.section import read_as

_ON = "arn:{partition}:sqs:*:*:*"

form = Form(
    sqs.QUEUE,
    (read_as("attributes", sqs.queue, on=_ON), read_as("tags", sqs.tags, on=_ON)),
    sqs.queues.gone,
)
