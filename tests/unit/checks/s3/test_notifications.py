"""The event notifications of buckets."""

from typing import Any

import pytest

from muster.checks.s3.notifications import s3_bucket_event_notifications_enabled
from muster.facets.s3.notifications import BucketNotifications
from muster.model.finding import Status

C, N = Status.COMPLIANT, Status.NON_COMPLIANT
CREATED = [{"TopicArn": "arn", "Events": ["s3:ObjectCreated:*"]}]


@pytest.mark.parametrize(
    ("answer", "settings", "status", "reason"),
    [
        ({}, {}, N, "Bucket sends no event notifications"),
        ({"TopicConfigurations": []}, {}, N, "Bucket sends no event notifications"),
        ({"EventBridgeConfiguration": {}}, {}, C, "Bucket sends all events to EventBridge"),
        ({"TopicConfigurations": CREATED}, {}, C, "Bucket sends s3:ObjectCreated:*"),
        ({"QueueConfigurations": CREATED}, {}, C, "Bucket sends s3:ObjectCreated:*"),
        ({"LambdaFunctionConfigurations": CREATED}, {}, C, "Bucket sends s3:ObjectCreated:*"),
        (
            {"TopicConfigurations": CREATED, "QueueConfigurations": [{"Events": ["s3:ObjectRemoved:Delete"]}]},
            {"event_types": ("s3:ObjectCreated:Put", "s3:ObjectRemoved:Delete")}, C,
            "Bucket sends s3:ObjectCreated:*, s3:ObjectRemoved:Delete",
        ),
        (
            {"TopicConfigurations": CREATED}, {"event_types": ("s3:ObjectRemoved:*", "s3:ObjectCreated:*")}, N,
            "Bucket does not send s3:ObjectRemoved:*",
        ),
        (
            {"TopicConfigurations": [{"Events": ["s3:ObjectCreated:Put"]}]}, {"event_types": ("s3:ObjectCreated:*",)},
            N, "Bucket does not send s3:ObjectCreated:*",
        ),
        ({"EventBridgeConfiguration": {}}, {"event_types": ("x",)}, C, "Bucket sends all events to EventBridge"),
    ],
)  # fmt: skip
def test_s3_bucket_event_notifications_enabled(
    answer: dict[str, Any], settings: dict[str, Any], status: Status, reason: str
) -> None:
    found = BucketNotifications.parse(answer)
    verdict = s3_bucket_event_notifications_enabled(found, required=True, **settings)
    assert (verdict.status, verdict.reason) == (status, reason)
    assert s3_bucket_event_notifications_enabled(found).status is Status.NOT_APPLICABLE
