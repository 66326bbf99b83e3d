"""Checks of SQS queues."""

from muster.analysis.policies.access import public
from muster.facets.sqs import DeadLetterSources, Queue
from muster.model.check import check
from muster.model.finding import Severity, Verdict, compliant, known, non_compliant, not_applicable
from muster.model.text import counted, listed

_SHOWN = 4


@check(severity=Severity.MEDIUM, controls=("FSBP SQS.1",))
def sqs_queue_encrypted(queue: Queue) -> Verdict:
    """SQS queues should be encrypted at rest.

    A KMS key (SSE-KMS) and an SQS managed key (SSE-SQS) both count.

    Problem: SQS queue is not encrypted
    Why: Messages can stay in a queue for up to two weeks, and unencrypted messages are stored on disk in plain text.
    Fix: `aws sqs set-queue-attributes --queue-url URL --attributes SqsManagedSseEnabled=true`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/sqs-controls.html#sqs-1
    """
    key = known(queue.kms_key)
    if key:
        return compliant(f"Queue is encrypted with {key}")
    if known(queue.sqs_managed_encryption):
        return compliant("Queue is encrypted with an SQS managed key (SSE-SQS)")
    return non_compliant("Queue is not encrypted: neither SSE-KMS nor SSE-SQS is on")


@check(severity=Severity.CRITICAL, controls=("FSBP SQS.3",), version=2)
def sqs_queue_no_public_access(queue: Queue) -> Verdict:
    """SQS queues should not be public.

    A queue is public if an Allow statement lets anyone in and no Deny statement stops them. A condition protects the
    queue if it names an account, an organization, an ARN, a VPC or a range of addresses. The value may also have
    wildcards.

    Problem: SQS queue is public
    Why: Anyone can send messages to the consumers of a public queue, or receive and delete its messages.
    Fix: Save the policy: `aws sqs get-queue-attributes --queue-url URL --attribute-names Policy --query Attributes
      --output json > NAME.json` In this file, name the principals, or add a condition such as aws:SourceArn with a
      fixed value. Then replace the policy with the file: `aws sqs set-queue-attributes --queue-url URL --attributes
      file://NAME.json`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/sqs-controls.html#sqs-3
    """
    found = public(known(queue.policy), ("sqs:*",))
    if found:
        return non_compliant(f"Queue is public: {'; '.join(found)}")
    return compliant("Queue policy allows no public access")


@check(severity=Severity.MEDIUM)
def sqs_queue_dlq_configured(queue: Queue, sources: DeadLetterSources) -> Verdict:
    """SQS queues should have a dead-letter queue.

    The check does not apply to dead-letter queues of other queues. Muster cannot recognize a dead-letter queue that
    only other services use, such as Lambda or SNS; exclude it or suppress the finding.

    Problem: SQS queue has no dead-letter queue
    Why: A message that always fails is received again and again until it expires, and then it is lost.
    Fix: The dead-letter queue must be of the same type, standard or FIFO. `aws sqs set-queue-attributes --queue-url URL
      --attributes "RedrivePolicy='"'{"deadLetterTargetArn":"QUEUE-ARN","maxReceiveCount":"5"}'"'"`
    Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
    """
    target = known(queue.dead_letter_queue)
    if target:
        receives = known(queue.max_receive_count)
        return compliant(f"Messages go to {target} after {counted(receives, 'receive')}")
    if sources.queues:
        return not_applicable(f"Queue is the dead-letter queue of {listed(sources.queues, _SHOWN)}")
    return non_compliant("Queue has no dead-letter queue and is not the dead-letter queue of another queue")


@check(severity=Severity.MEDIUM)
def sqs_dlq_empty(queue: Queue, sources: DeadLetterSources, *, max_messages: int = 0) -> Verdict:
    """Dead-letter queues should be empty.

    The check adds up visible, in-flight and delayed messages; SQS counts are approximate. A queue is a dead-letter
    queue if the redrive policy of another queue names it.

    Problem: dead-letter queue has messages
    Why: Each message is work that failed, and it is lost when the retention period of the queue ends.
    Fix: Find out why the messages failed and correct the cause. Then move the messages back to their source queue:
      `aws sqs start-message-move-task --source-arn ARN`
    Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
    """
    if not sources.queues:
        return not_applicable("Queue is not the dead-letter queue of another queue")
    messages = known(queue.messages)
    count = counted(messages, "message")
    if messages > max_messages:
        holder = f"Dead-letter queue of {listed(sources.queues, _SHOWN)}"
        return non_compliant(f"{holder} holds {count}; at most {max_messages} allowed")
    return compliant(
        f"Dead-letter queue holds {count}; at most {max_messages} allowed" if messages else "Dead-letter queue is empty"
    )
