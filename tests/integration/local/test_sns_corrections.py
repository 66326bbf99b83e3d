"""The embedded AWS counts the subscriptions of a topic as AWS documents."""

from local.server import EmbeddedAws


def test_a_topic_has_as_many_confirmed_subscriptions_as_were_made() -> None:
    """https://docs.aws.amazon.com/sns/latest/api/API_GetTopicAttributes.html."""
    with EmbeddedAws() as aws:
        sns = aws.client("sns")
        topic, other = (sns.create_topic(Name=name)["TopicArn"] for name in ("alerts", "other"))

        def confirmed(arn: str) -> str:
            return str(sns.get_topic_attributes(TopicArn=arn)["Attributes"]["SubscriptionsConfirmed"])

        assert confirmed(topic) == "0"
        subscription = sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="a@example.com")["SubscriptionArn"]
        sns.subscribe(TopicArn=topic, Protocol="sms", Endpoint="+15555550100")
        assert (confirmed(topic), confirmed(other)) == ("2", "0")
        sns.unsubscribe(SubscriptionArn=subscription)
        assert confirmed(topic) == "1"
