"""What CloudWatch Logs answers about log groups."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from muster.model.finding import Unknown


@dataclass(frozen=True, slots=True)
class LogGroup:
    """One log group; `retention_days` is None where its events never expire, `retention_policy` the account's policy.

    `kms_key` is empty where CloudWatch Logs encrypts with a key of its own.
    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_LogGroup.html
    """

    log_class: str
    retention_days: int | Unknown | None
    retention_policy: str
    kms_key: str

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse an item of DescribeLogGroups."""
        days = response.get("retentionInDays")
        usable = days is None or (isinstance(days, int) and days > 0)
        return cls(
            log_class=str(response.get("logGroupClass") or "STANDARD"),
            retention_days=days if usable else Unknown(f"AWS said a retention that is no number of days: {days!r}"),
            retention_policy=str(response.get("retentionPolicyName") or ""),
            kms_key=str(response.get("kmsKeyId") or ""),
        )
