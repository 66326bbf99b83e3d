"""Checks of event notification subscriptions."""

from muster.facets.rds.events import EventSubscription, EventSubscriptions
from muster.model.check import check
from muster.model.finding import Severity, Unknown, Verdict, compliant, known, non_compliant, not_applicable
from muster.model.text import counted

_CLUSTER_EVENTS = ("maintenance", "failure")
_INSTANCE_EVENTS = ("maintenance", "configuration change", "failure")
_GROUP_EVENTS = ("configuration change",)
_SECURITY_EVENTS = ("configuration change", "failure")


@check(severity=Severity.LOW, controls=("FSBP RDS.19",))
def rds_cluster_event_notifications_configured(subscription: EventSubscription) -> Verdict:
    """RDS event subscriptions for clusters should include critical events.

    The critical categories are maintenance and failure. A subscription without categories has all of them.

    Problem: critical cluster events are not sent
    Why: Without a notification, your users notice a failure or a maintenance before you do.
    Fix: `aws rds modify-event-subscription --subscription-name NAME --enabled --event-categories maintenance failure`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html#rds-19
    """
    return _subscribed(subscription, "db-cluster", _CLUSTER_EVENTS)


@check(severity=Severity.LOW, controls=("FSBP RDS.20",))
def rds_instance_event_notifications_configured(subscription: EventSubscription) -> Verdict:
    """RDS event subscriptions for DB instances should include critical events.

    The critical categories are maintenance, configuration change and failure. A subscription without categories has all
    of them.

    Problem: critical instance events are not sent
    Why: Without a notification, your users notice a failure or a maintenance before you do.
    Fix: `aws rds modify-event-subscription --subscription-name NAME --enabled --event-categories maintenance
      "configuration change" failure`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html#rds-20
    """
    return _subscribed(subscription, "db-instance", _INSTANCE_EVENTS)


@check(severity=Severity.LOW, controls=("FSBP RDS.21",))
def rds_pg_event_notifications_configured(subscriptions: EventSubscriptions) -> Verdict:
    """RDS should notify of changes of parameter groups.

    A region without any event subscription passes, as in Security Hub.

    Problem: parameter group events are not sent
    Why: A changed parameter can turn off encryption or logging of every database that uses the group.
    Fix: `aws rds create-event-subscription --subscription-name parameter-groups --sns-topic-arn TOPIC-ARN --source-type
      db-parameter-group --event-categories "configuration change" --enabled`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html#rds-21
    """
    return _covered(subscriptions, "db-parameter-group", _GROUP_EVENTS)


@check(severity=Severity.LOW, controls=("FSBP RDS.22",))
def rds_sg_event_notifications_configured(subscriptions: EventSubscriptions) -> Verdict:
    """RDS should notify of changes of DB security groups.

    A region without any event subscription passes, as in Security Hub. DB security groups are a part of EC2-Classic;
    security groups of VPCs send no such events.

    Problem: DB security group events are not sent
    Why: One change of a DB security group can open a database to the internet, and without a notification you do not
      notice.
    Fix: `aws rds create-event-subscription --subscription-name security-groups --sns-topic-arn TOPIC-ARN --source-type
      db-security-group --event-categories "configuration change" failure --enabled`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html#rds-22
    """
    return _covered(subscriptions, "db-security-group", _SECURITY_EVENTS)


def _subscribed(subscription: EventSubscription, source: str, wanted: tuple[str, ...]) -> Verdict:
    if subscription.source_type != source:
        return not_applicable(f"Subscription has source type {subscription.source_type or 'all'}, not {source}")
    narrowed = f"; only of {counted(len(subscription.sources), 'named source')}" if subscription.sources else ""
    if not known(subscription.enabled):
        return non_compliant("Subscription is disabled")
    if missing := subscription.missing(wanted):
        return non_compliant(f"Subscription lacks the event categories {', '.join(missing)}")
    return compliant(f"Subscription has the event categories {', '.join(wanted)}{narrowed}")


def _covered(subscriptions: EventSubscriptions, source: str, wanted: tuple[str, ...]) -> Verdict:
    if not subscriptions.subscriptions:
        return compliant("Region has no event subscription")
    unsure: Unknown | None = None
    for each in subscriptions.subscriptions:
        if each.source_type in ("", source) and not each.missing(wanted):
            if each.enabled is True:
                return compliant(f"Subscription {each.name} sends events of {source}")
            unsure = each.enabled if isinstance(each.enabled, Unknown) else unsure
    if unsure:
        return known(unsure)
    return non_compliant(f"No enabled subscription sends {' and '.join(wanted)} events of {source}")
