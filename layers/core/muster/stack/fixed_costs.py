"""What the stack costs a month whether or not it scans: alarms, the dashboard, metrics and the key."""

from collections.abc import Mapping

from muster.stack.cost import Cost, Price

FIXED = (
    ("CloudWatch", "alarm metrics", "cloudwatch_alarm", 14),
    ("CloudWatch", "dashboards", "cloudwatch_dashboard", 1),
    ("CloudWatch", "metrics that Muster writes", "cloudwatch_custom_metric", 16),
    ("CloudWatch", "request metrics of the bucket, at most", "cloudwatch_custom_metric", 16),
    ("KMS", "keys", "kms_key", 1),
)
"""Service, part, name of the price, and how many: tests count them in the template and in `muster.stack.metrics`.

An alarm on an expression is billed for each metric in it. The request metrics of S3 are billed as custom metrics:
https://docs.aws.amazon.com/AmazonS3/latest/userguide/metrics-dimensions.html lists 16.
"""


def fixed(prices: Mapping[str, Price]) -> tuple[Cost, ...]:
    """Return the monthly cost of what the stack holds, part by part."""
    return tuple(
        Cost(service, what, float(units), prices[name].of(units) if name in prices else None)
        for service, what, name, units in FIXED
    )
