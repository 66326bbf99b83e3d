"""CloudWatch Logs: log groups."""

from muster.analysis.policies.document import Policy, policy_of
from muster.facets import kinds
from muster.facets.fields import Answer, Parsed, computed, facet, read
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


def _policy(item: Answer) -> Policy | Unknown:
    name, text = item.get("policyName"), item.get("policyDocument")
    if not text:
        return Unknown(f"AWS did not return the document of the resource policy {name}")
    return policy_of(text, f"CloudWatch Logs named {name}")


@facet
class LogsResourcePolicy(Parsed):
    """One item of DescribeResourcePolicies: its name, and what it lets services and accounts do with log groups.

    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_ResourcePolicy.html
    """

    name: str = read("policyName", kinds.text)
    policy: Policy | Unknown = computed(_policy, "policyDocument")


@facet
class LogsResourcePolicies(Parsed):
    """The resource policies of a region that apply to all its log groups, 10 at most."""

    items: tuple[LogsResourcePolicy, ...] = read("resourcePolicies", kinds.many(LogsResourcePolicy.parse))
