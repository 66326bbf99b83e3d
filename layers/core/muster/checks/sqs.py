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

    A KMS key and SQS's own key count alike.

    Problem: SQS queue is not encrypted
    Why: Messages wait for up to two weeks in a queue; unencrypted ones can be read from the disks they wait on.
    Fix: `aws sqs set-queue-attributes --queue-url URL --attributes SqsManagedSseEnabled=true`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/sqs-controls.html#sqs-1
    """
    key = known(queue.kms_key)
    if key:
        return compliant(f"the queue is encrypted with {key}")
    if known(queue.sqs_managed_encryption):
        return compliant("the queue is encrypted with SQS's own key")
    return non_compliant("neither a KMS key nor SQS's own key encrypts the queue")


@check(severity=Severity.CRITICAL, controls=("FSBP SQS.3",), version=2)
def sqs_queue_no_public_access(queue: Queue) -> Verdict:
    """SQS queues should not be public.

    A queue is public if a stranger's request meets an Allow statement and no Deny stops it. A condition keeps strangers
    out if it fixes an account, an organization, an ARN, a VPC or a range of addresses; a wildcard may stand beside what
    is fixed.

    Problem: SQS queue is public
    Why: Strangers who may send feed what trusts the queue; those who may receive take its messages away.
    Fix: `aws sqs set-queue-attributes --queue-url URL --attributes file://POLICY.json` Name the principals in the
      queue's policy, or add a condition such as aws:SourceArn with a fixed value.
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/sqs-controls.html#sqs-3
    """
    found = public(known(queue.policy), ("sqs:*",))
    if found:
        return non_compliant(f"the queue is public: {'; '.join(found)}")
    return compliant("no statement of its policy admits everybody")


@check(severity=Severity.MEDIUM)
def sqs_queue_dlq_configured(queue: Queue, sources: DeadLetterSources) -> Verdict:
    """SQS queues should have a dead-letter queue.

    Queues that are the dead-letter queue of others are exempt. One that only other services use as such, for example
    Lambda or SNS, does not look different from any queue: exclude or suppress it.

    Problem: SQS queue has no dead-letter queue
    Why: A message that cannot be handled comes back again and again until it expires, and then nobody can look at it.
    Fix: `aws sqs set-queue-attributes --queue-url URL --attributes
      "RedrivePolicy='"'{"deadLetterTargetArn":"QUEUE-ARN","maxReceiveCount":"5"}'"'"` The dead-letter queue must be
      of the same kind, standard or FIFO.
    Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
    """
    target = known(queue.dead_letter_queue)
    if target:
        receives = known(queue.max_receive_count)
        return compliant(f"after {receives} receives a message goes to {target}")
    if sources.queues:
        return not_applicable(f"it is itself the dead-letter queue of {listed(sources.queues, _SHOWN)}")
    return non_compliant("it has no redrive policy, and no queue names it as its dead-letter queue")


@check(severity=Severity.MEDIUM)
def sqs_dlq_empty(queue: Queue, sources: DeadLetterSources, *, max_messages: int = 0) -> Verdict:
    """Dead-letter queues should be empty.

    Messages that wait, that are in flight and that are delayed are added up; SQS counts them approximately. A queue
    is a dead-letter queue where another queue of the account names it.

    Problem: dead-letter queue has messages
    Why: Each message in it is work that failed and that nobody has looked at; it expires with the queue's retention.
    Fix: Look at the messages, fix the cause, then send them back: `aws sqs start-message-move-task --source-arn
      ARN`
    Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
    """
    if not sources.queues:
        return not_applicable("no queue names it as its dead-letter queue")
    messages = known(queue.messages)
    count = counted(messages, "message")
    if messages > max_messages:
        return non_compliant(f"it holds {count} that could not be handled, of {listed(sources.queues, _SHOWN)}")
    return compliant(f"it holds {count}, at most {max_messages} asked for" if messages else "it is empty")
