"""Whether an alarm's notification reaches the subscribers of a topic: subscriptions, policy and key. Pure.

https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
https://repost.aws/knowledge-center/cloudwatch-receive-sns-for-alarm-trigger
"""

from muster.analysis.authorization.service_access import ServiceRequest, admits
from muster.facets.cloudwatch.alarm_topics import AlarmTopic, AlarmTopicKey
from muster.facets.cloudwatch.alarms import Alarm
from muster.facets.sns import TopicAudience
from muster.model.arn import account_of
from muster.model.finding import Related, Unavailable, Unknown

_CLOUDWATCH = "cloudwatch.amazonaws.com"
_KEY_ACTIONS = ("kms:Decrypt", "kms:GenerateDataKey")


def obstacle(
    alarm: Alarm,
    arn: str,
    audiences: Related[TopicAudience],
    topics: Related[AlarmTopic],
    keys: Related[AlarmTopicKey],
) -> str | Unavailable | None:
    """Return why an alarm's notification does not reach the subscribers of a topic of its account; None if it does.

    Unavailable if no reason is known, but something could not be read or decided.
    """
    audience = audiences.by_key.get(arn)
    if not isinstance(audience, TopicAudience):
        return _unread(audience, arn)
    if not audience.confirmed:
        return _lack(audience)
    topic = topics.by_key.get(arn)
    if not isinstance(topic, AlarmTopic):
        return _unread(topic, arn)
    policy, key = _by_policy(alarm, arn, topic), _by_key(alarm, arn, topic, keys)
    return policy if isinstance(policy, str) else key if isinstance(key, str) else policy or key


def _lack(audience: TopicAudience) -> str:
    if not audience.exists:
        return "does not exist"
    if audience.pending:
        return f"has no confirmed subscription ({audience.pending} pending)"
    return "has no subscription"


def _by_policy(alarm: Alarm, arn: str, topic: AlarmTopic) -> str | Unavailable | None:
    if isinstance(topic.policy, Unknown):
        return _doubt(topic.policy)
    # Only SNS sets aws:SourceOwner: the default policy of a topic uses it.
    owner = {"aws:sourceowner": account_of(alarm.arn)}
    admitted = admits(topic.policy, ServiceRequest(_CLOUDWATCH, "sns:publish", arn, alarm.arn, owner))
    if admitted is None:
        return _untold(arn)
    return None if admitted else f"has a policy that does not allow {_CLOUDWATCH} to call sns:Publish for the alarm"


def _by_key(alarm: Alarm, arn: str, topic: AlarmTopic, keys: Related[AlarmTopicKey]) -> str | Unavailable | None:
    name = topic.kms_key
    if isinstance(name, Unknown):
        return _doubt(name)
    if not name:
        return None
    encrypted = f"is encrypted with {name}"
    if topic.managed_by_aws:
        return f"{encrypted}, an AWS managed key that CloudWatch cannot use"
    if not topic.own_key(account_of(alarm.arn)):
        return Unavailable(None, f"Topic {arn} {encrypted}, a key of another account, which Muster cannot read")
    key = keys.by_key.get(name)
    if not isinstance(key, AlarmTopicKey):
        return _unread(key, name)
    fault = _of_key(alarm, arn, key)
    return f"{encrypted}, {fault}" if isinstance(fault, str) else fault


def _of_key(alarm: Alarm, topic: str, key: AlarmTopicKey) -> str | Unavailable | None:
    """Return what is wrong with a key of the account, or that AWS manages it."""
    if not key.exists:
        return "a key that does not exist"
    if key.manager == "AWS":
        return "an AWS managed key that CloudWatch cannot use"
    if key.unusable:
        return f"a key in state {key.state}"
    policy = _by_key_policy(alarm, topic, key)
    return _doubt(key.state) if policy is None and isinstance(key.state, Unknown) else policy


def _by_key_policy(alarm: Alarm, topic: str, key: AlarmTopicKey) -> str | Unavailable | None:
    if isinstance(key.policy, Unknown):
        return _doubt(key.policy)
    # SNS calls KMS with the topic as the encryption context. The key aws/sns admits by kms:CallerAccount, and AWS says
    # that CloudWatch cannot use it: its requests do not meet this condition.
    context = {"kms:encryptioncontext:aws:sns:topicarn": topic, "kms:calleraccount": None}
    admitted = {
        name: admits(key.policy, ServiceRequest(_CLOUDWATCH, name.lower(), key.arn, alarm.arn, context))
        for name in _KEY_ACTIONS
    }
    refused = [name for name, may in admitted.items() if may is False]
    if refused:
        return f"a key whose policy does not allow {_CLOUDWATCH} to call {' and '.join(refused)} for the alarm"
    if None in admitted.values():
        return _untold(key.arn)
    return None


def _untold(arn: str) -> Unavailable:
    return Unavailable(None, f"Muster cannot tell whether {_CLOUDWATCH} meets the conditions in the policy of {arn}")


def _doubt(unknown: Unknown) -> Unavailable:
    return Unavailable(None, unknown.reason)


def _unread(found: Unavailable | None, name: str) -> Unavailable:
    return found or Unavailable(None, f"{name} was not read")
