"""The whole configuration of log groups."""

import typing

from muster.model.finding import Resource
from muster.readers.answers import all_pages
from muster.readers.cloudwatch import logs as log_groups
from muster.snapshots.form import Form
from muster.snapshots.section import Answer, Call, NotListed, read_as, section

if typing.TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

_ON = "arn:{partition}:logs:*:*:log-group:*"


def _log_group(logs: "CloudWatchLogsClient", group: Resource) -> Answer:
    """Return the item of exactly this name; others may begin with it.

    Raises:
        NotListed: there is none.
    """
    found = all_pages(logs, "describe_log_groups", "logGroups", page=50, logGroupNamePrefix=group.id)["logGroups"]
    for each in found:
        if each.get("logGroupName") == group.id:
            return dict(each)
    raise NotListed


def _standard(answer: Answer) -> bool:
    """Whether the group is of the log class that has filters, field indexes and transformers.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch_Logs_Log_Classes.html
    """
    return bool((answer.get("logGroupClass") or "STANDARD") == "STANDARD")


def _filters(operation: str, member: str) -> Call:
    def read(logs: "CloudWatchLogsClient", group: Resource, answer: Answer) -> Answer:
        return all_pages(logs, operation, member, page=50, logGroupName=group.id) if _standard(answer) else {}

    return read


def _data_protection(logs: "CloudWatchLogsClient", group: Resource, answer: Answer) -> Answer:
    """Read the policy where the group says that it has or had one of its own; not that of the account."""
    return logs.get_data_protection_policy(logGroupIdentifier=group.id) if answer.get("dataProtectionStatus") else {}


def _index_policies(logs: "CloudWatchLogsClient", group: Resource, answer: Answer) -> Answer:
    """Read the group's field index policy, or that of the account where the group has none: `source` says which."""
    return logs.describe_index_policies(logGroupIdentifiers=[group.id]) if _standard(answer) else {}


def _transformer(logs: "CloudWatchLogsClient", group: Resource, answer: Answer) -> Answer:
    return logs.get_transformer(logGroupIdentifier=group.id) if _standard(answer) else {}


def _resource_policy(logs: "CloudWatchLogsClient", group: Resource) -> Answer:
    """Read the policy of the group itself; those of the account are none of its configuration."""
    answer = logs.describe_resource_policies(resourceArn=str(group.arn), policyScope="RESOURCE")
    policies = answer.get("resourcePolicies") or ()
    return {"resourcePolicies": [each for each in policies if each.get("policyScope") == "RESOURCE"]}


form = Form(
    log_groups.LOG_GROUP,
    (
        section("log-group", "logs:DescribeLogGroups", _log_group, on=_ON),
        read_as("tags", log_groups.tags),
        section(
            "metric-filters", "logs:DescribeMetricFilters", _filters("describe_metric_filters", "metricFilters"),
            of="log-group", on=_ON,
        ),
        section(
            "subscription-filters", "logs:DescribeSubscriptionFilters",
            _filters("describe_subscription_filters", "subscriptionFilters"), of="log-group", on=_ON,
        ),
        section("data-protection", "logs:GetDataProtectionPolicy", _data_protection, of="log-group", on=_ON),
        section("index-policies", "logs:DescribeIndexPolicies", _index_policies, of="log-group", on=_ON),
        section(
            "transformer", "logs:GetTransformer", _transformer,
            absent=("ResourceNotFoundException",), of="log-group", on=_ON,
        ),
        section("resource-policy", "logs:DescribeResourcePolicies", _resource_policy),
    ),
    log_groups.log_groups.gone,
)  # fmt: skip
