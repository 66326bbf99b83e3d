"""CloudWatch Logs: log groups."""

from muster.facets import kinds
from muster.facets.fields import Parsed, facet, read
from muster.model.finding import Unknown


def _days(value: object, _name: str, _question: str = "") -> int | Unknown | None:
    if value is None or (isinstance(value, int) and value > 0):
        return value
    return Unknown(f"AWS returned a retention that is not a number of days: {value!r}")


@facet
class LogGroup(Parsed):
    """One log group of DescribeLogGroups; `retention_days` is None where its events never expire.

    `retention_policy` is the account's policy that sets it, `kms_key` is empty where CloudWatch Logs encrypts with a
    key of its own.
    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_LogGroup.html
    """

    log_class: str = read("logGroupClass", kinds.defaulting("STANDARD", kinds.text))
    retention_days: int | Unknown | None = read("retentionInDays", _days)
    retention_policy: str = read("retentionPolicyName", kinds.text)
    kms_key: str = read("kmsKeyId", kinds.text)
