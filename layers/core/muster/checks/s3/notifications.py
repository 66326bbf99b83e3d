"""Checks of the event notifications of S3 buckets."""

from muster.analysis.patterns.globs import matches
from muster.facets.s3.notifications import BucketNotifications
from muster.model.check import check
from muster.model.finding import Severity, Verdict, compliant, non_compliant, not_applicable


@check(severity=Severity.MEDIUM, controls=("Security Hub S3.11",), opt_in=("required",))
def s3_bucket_event_notifications_enabled(
    notifications: BucketNotifications, *, required: bool = False, event_types: tuple[str, ...] = ()
) -> Verdict:
    """S3 buckets should send event notifications.

    The check is off until the setting `required` is on; it makes one call for each bucket. `event_types` are event
    types that must be sent, such as s3:ObjectCreated:*. A bucket that sends its events to EventBridge passes: it sends
    all of them.

    Problem: bucket sends no event notifications
    Why: With notifications, a program can react at once when objects are written or deleted, by mistake or by an
      attacker.
    Fix: This replaces the notifications of the bucket with EventBridge, which gets all events: `aws s3api
      put-bucket-notification-configuration --bucket NAME --notification-configuration '{"EventBridgeConfiguration":
      {}}'`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/s3-event-notifications-enabled.html
    """
    if not required:
        return not_applicable("The setting required is off")
    if notifications.event_bridge:
        return compliant("Bucket sends all events to EventBridge")
    if not notifications.events:
        return non_compliant("Bucket sends no event notifications")
    absent = [wanted for wanted in event_types if not _sent(wanted, notifications.events)]
    if absent:
        return non_compliant(f"Bucket does not send {', '.join(absent)}")
    return compliant(f"Bucket sends {', '.join(notifications.events)}")


def _sent(wanted: str, events: tuple[str, ...]) -> bool:
    """Whether an event type is among those that are sent, alone or in a wildcard."""
    return any(event == wanted or (event.endswith(":*") and matches(event, wanted)) for event in events)
