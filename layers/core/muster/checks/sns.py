"""Checks of SNS topics and subscriptions."""

from muster.analysis.policies.access import public
from muster.facets.sns import Subscription, SubscriptionAttributes, Topic
from muster.model.check import check
from muster.model.finding import Severity, Unknown, Verdict, compliant, known, non_compliant, not_applicable

_ENCRYPTED = frozenset({"application", "email", "email-json", "firehose", "https", "lambda", "sms", "sqs"})
"""The protocols by which SNS sends nothing in plain text to an endpoint of yours.

https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html
"""


@check(severity=Severity.MEDIUM, controls=("Security Hub SNS.1",))
def sns_encrypted_kms(topic: Topic) -> Verdict:
    """SNS topics should be encrypted with a KMS key.

    Any KMS key counts, including the AWS managed key alias/aws/sns.

    Problem: SNS topic has no KMS key
    Why: The key policy limits who can read the messages, and CloudTrail records each use of the key.
    Fix: If CloudWatch alarms or other services publish to the topic, use a customer managed key whose policy allows
      them kms:Decrypt and kms:GenerateDataKey*. `aws sns set-topic-attributes --topic-arn ARN --attribute-name
      KmsMasterKeyId --attribute-value KEY-ID`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/sns-controls.html#sns-1
    """
    key = known(topic.kms_key)
    if key:
        return compliant(f"Topic is encrypted with {key}")
    return non_compliant("Topic is not encrypted with a KMS key")


@check(severity=Severity.CRITICAL, controls=("FSBP SNS.4",), version=2)
def sns_topic_no_public_access(topic: Topic) -> Verdict:
    """SNS topics should not be public.

    A topic is public if an Allow statement lets anyone in and no Deny statement stops them. A condition protects the
    topic if it names an account, an organization, an ARN, a VPC, a range of addresses, or the endpoint of a
    subscription. The value may also have wildcards. The default policy of a topic names the topic's owner.

    Problem: SNS topic is public
    Why: Anyone can send messages to the subscribers of a public topic, or subscribe and read every message.
    Fix: Save the policy: `aws sns get-topic-attributes --topic-arn ARN --query Attributes.Policy --output text >
      NAME.json` In this file, name the principals, or add a condition such as aws:SourceAccount with a fixed value.
      Then replace the policy with the file: `aws sns set-topic-attributes --topic-arn ARN --attribute-name Policy
      --attribute-value file://NAME.json`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/sns-controls.html#sns-4
    """
    found = public(known(topic.policy), ("sns:*",))
    if found:
        return non_compliant(f"Topic is public: {'; '.join(found)}")
    return compliant("Topic policy allows no public access")


@check(severity=Severity.LOW)
def sns_subscription_dlq_configured(subscription: Subscription, attributes: SubscriptionAttributes) -> Verdict:
    """SNS subscriptions should have a dead-letter queue.

    Problem: subscription has no dead-letter queue
    Why: Without a dead-letter queue, SNS discards messages that it cannot deliver after its retries.
    Fix: The queue's policy must allow sns.amazonaws.com to call sqs:SendMessage. `aws sns set-subscription-attributes
      --subscription-arn ARN --attribute-name RedrivePolicy --attribute-value '{"deadLetterTargetArn": "QUEUE-ARN"}'`
    Source: https://docs.aws.amazon.com/sns/latest/dg/sns-dead-letter-queues.html
    """
    if not subscription.confirmed:
        return not_applicable("Subscription is not confirmed yet")
    protocol = known(subscription.protocol)
    if protocol == "firehose":
        return not_applicable("Subscription delivers to a Firehose stream")
    target = known(attributes.dead_letter_queue)
    if target:
        return compliant(f"Undelivered messages go to {target}")
    return non_compliant(f"No dead-letter queue: messages that cannot be delivered by {protocol} are lost")


@check(severity=Severity.HIGH)
def sns_subscription_encrypted_in_transit(subscription: Subscription) -> Verdict:
    """SNS subscriptions should not use HTTP.

    Problem: subscription uses HTTP
    Why: Anyone on the network path can read and change the messages that SNS sends over HTTP.
    Fix: The protocol of a subscription cannot be changed. Subscribe an HTTPS endpoint: `aws sns subscribe --topic-arn
      TOPIC-ARN --protocol https --notification-endpoint HTTPS-URL` Then delete the old subscription: `aws sns
      unsubscribe --subscription-arn ARN`
    Source: https://docs.aws.amazon.com/sns/latest/dg/sns-security-best-practices.html
    """
    protocol = known(subscription.protocol)
    if protocol == "http":
        return non_compliant("Subscription uses HTTP", topic_arn=subscription.topic_arn)
    if protocol not in _ENCRYPTED:
        known(Unknown(f"Muster does not know the protocol {protocol!r}"))
    return compliant(f"Subscription uses {protocol}")
