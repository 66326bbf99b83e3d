"""Checks of SNS topics and subscriptions."""

from muster.analysis.policies.access import public
from muster.facets.sns import Subscription, SubscriptionAttributes, Topic
from muster.model.check import check
from muster.model.finding import Severity, Verdict, compliant, known, non_compliant, not_applicable


@check(severity=Severity.MEDIUM, controls=("Security Hub SNS.1",))
def sns_encrypted_kms(topic: Topic) -> Verdict:
    """SNS topics should be encrypted with a KMS key.

    Any key counts, the one that AWS manages for SNS (alias/aws/sns) too.

    Problem: SNS topic has no KMS key
    Why: A key's policy says who may read what is published, and each use of the key is on record.
    Fix: `aws sns set-topic-attributes --topic-arn ARN --attribute-name KmsMasterKeyId --attribute-value KEY-ID` The
      key's policy must allow kms:Decrypt and kms:GenerateDataKey* to alarms and other services that publish.
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/sns-controls.html#sns-1
    """
    key = known(topic.kms_key)
    if key:
        return compliant(f"the topic is encrypted with {key}")
    return non_compliant("no KMS key encrypts the topic")


@check(severity=Severity.CRITICAL, controls=("FSBP SNS.4",), version=2)
def sns_topic_no_public_access(topic: Topic) -> Verdict:
    """SNS topics should not be public.

    A topic is public if a stranger's request meets an Allow statement and no Deny stops it. A condition keeps strangers
    out if it fixes an account, an organization, an ARN, a VPC, a range of addresses, or the endpoint of a subscription;
    a wildcard may stand beside what is fixed. The policy that SNS gives a new topic fixes the topic's owner.

    Problem: SNS topic is public
    Why: Whoever may publish can feed what trusts the topic, and whoever may subscribe reads all that is published.
    Fix: `aws sns set-topic-attributes --topic-arn ARN --attribute-name Policy --attribute-value file://POLICY.json`
      Name the principals in the policy, or add a condition such as aws:SourceAccount with a fixed value.
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/sns-controls.html#sns-4
    """
    found = public(known(topic.policy), ("sns:*",))
    if found:
        return non_compliant(f"the topic is public: {'; '.join(found)}")
    return compliant("no statement of its policy admits everybody")


@check(severity=Severity.LOW)
def sns_subscription_dlq_configured(subscription: Subscription, attributes: SubscriptionAttributes) -> Verdict:
    """SNS subscriptions should have a dead-letter queue.

    Problem: subscription has no dead-letter queue
    Why: What SNS cannot deliver after its retries is dropped, and nobody learns what it was.
    Fix: `aws sns set-subscription-attributes --subscription-arn ARN --attribute-name RedrivePolicy
      --attribute-value '{"deadLetterTargetArn": "QUEUE-ARN"}'` The queue's policy must allow sns.amazonaws.com to
      call sqs:SendMessage.
    Source: https://docs.aws.amazon.com/sns/latest/dg/sns-dead-letter-queues.html
    """
    if not subscription.confirmed:
        return not_applicable("the subscription waits for its confirmation: nothing is delivered yet")
    protocol = known(subscription.protocol)
    if protocol == "firehose":
        return not_applicable("the subscription delivers into a stream of Firehose")
    target = known(attributes.dead_letter_queue)
    if target:
        return compliant(f"what cannot be delivered goes to {target}")
    return non_compliant(f"what cannot be delivered to its {protocol} endpoint is dropped: it has no redrive policy")
