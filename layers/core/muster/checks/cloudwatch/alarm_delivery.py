"""Whether an alarm's notification gets through to a topic's subscribers: audience, policy and key. Pure.

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
    """Return what keeps an alarm's notification from the subscribers of a topic of its account; None if nothing does.

    Unavailable where nothing is known to, but something could not be read or told.
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
        return f"has no confirmed subscription: {audience.pending} are pending"
    return "has no subscription"


def _by_policy(alarm: Alarm, arn: str, topic: AlarmTopic) -> str | Unavailable | None:
    if isinstance(topic.policy, Unknown):
        return _doubt(topic.policy)
    # aws:SourceOwner is of SNS alone: the policy that it gives a new topic is written with it.
    owner = {"aws:sourceowner": account_of(alarm.arn)}
    admitted = admits(topic.policy, ServiceRequest(_CLOUDWATCH, "sns:publish", arn, alarm.arn, owner))
    if admitted is None:
        return _untold(arn)
    return None if admitted else f"has a policy that does not let {_CLOUDWATCH} call sns:Publish for the alarm"


def _by_key(alarm: Alarm, arn: str, topic: AlarmTopic, keys: Related[AlarmTopicKey]) -> str | Unavailable | None:
    name = topic.kms_key
    if isinstance(name, Unknown):
        return _doubt(name)
    if not name:
        return None
    encrypted = f"is encrypted with {name}"
    if topic.managed_by_aws:
        return f"{encrypted}, a key of AWS that CloudWatch cannot use"
    if not topic.own_key(account_of(alarm.arn)):
        return Unavailable(None, f"{arn} {encrypted}, a key of another account, which cannot be looked at")
    key = keys.by_key.get(name)
    if not isinstance(key, AlarmTopicKey):
        return _unread(key, name)
    fault = _of_key(alarm, arn, key)
    return f"{encrypted}, {fault}" if isinstance(fault, str) else fault


def _of_key(alarm: Alarm, topic: str, key: AlarmTopicKey) -> str | Unavailable | None:
    """Return what is wrong with a key of the account, or that it is a key of AWS."""
    if not key.exists:
        return "a key that does not exist"
    if key.manager == "AWS":
        return "a key of AWS that CloudWatch cannot use"
    if key.unusable:
        return f"a key that cannot be used: it is {key.state}"
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
        return f"a key whose policy does not give {_CLOUDWATCH} {' and '.join(refused)} for the alarm"
    if None in admitted.values():
        return _untold(key.arn)
    return None


def _untold(arn: str) -> Unavailable:
    return Unavailable(None, f"it cannot be told whether {_CLOUDWATCH} meets the conditions of the policy of {arn}")


def _doubt(unknown: Unknown) -> Unavailable:
    return Unavailable(None, unknown.reason)


def _unread(found: Unavailable | None, name: str) -> Unavailable:
    return found or Unavailable(None, f"{name} was not read")
