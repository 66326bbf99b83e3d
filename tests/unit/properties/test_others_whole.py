"""Queues, topics, log groups, functions, groups and alarms with everything that AWS can answer: nothing is lost."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from muster.model.finding import Resource
from muster.snapshots.form import forms
from tests.unit.properties.whole import changed, changes, lost, model, whole

_ACCOUNT, _REGION = "123456789012", "eu-west-1"
TEXTS = ('{"Statement": [1]}', '{"Statement": [2]}')
TIMES = "made by AWS, or follows from others"


@dataclass(frozen=True)
class Case:
    """A resource type: its whole answer, other values of its members, and members that are no settings."""

    resource: Resource
    sections: dict[str, Any]
    differences: list[tuple[str, Any]]
    no_settings: Mapping[str, str] = field(default_factory=dict)

    def settings(self) -> Iterator[tuple[str, Any]]:
        """Yield the changes of settings."""
        for path, value in self.differences:
            if not any(path == each or path.startswith((f"{each}.", f"{each}[")) for each in self.no_settings):
                yield path, value

    def inside(self, path: str) -> list[tuple[str, Any]]:
        """Return the changes of a member that is no setting, and of what is in it."""
        return [each for each in self.differences if each[0] == path or each[0].startswith((f"{path}.", f"{path}["))]


def described(shapes: Mapping[str, Any], *set_to: tuple[str, Any]) -> tuple[dict[str, Any], list[tuple[str, Any]]]:
    """Return whole answers with some members set, and another value of each member."""
    sections = {name: whole(shape, name) for name, shape in shapes.items()}
    for path, value in set_to:
        sections = changed(sections, path, value)
    return sections, [change for name, shape in shapes.items() for change in changes(shape, name)]


def attributes(values: Mapping[str, tuple[str, str]]) -> tuple[dict[str, Any], list[tuple[str, Any]]]:
    """Return attributes, which AWS answers as a map, and another value of each."""
    first = {name: one for name, (one, _) in values.items()}
    return {"Attributes": first}, [(f"attributes.Attributes.{name}", two) for name, (_, two) in values.items()]


def tagged(resource_type: str, name: str) -> Resource:
    return Resource(resource_type, name, _ACCOUNT, _REGION)


TAGS = {"Tags": [{"Key": "a", "Value": "b"}]}
TAG_CHANGES = [("tags.Tags[0].Key", "c"), ("tags.Tags[0].Value", "d")]


def queue() -> Case:
    names = model("sqs", "GetQueueAttributes").members["Attributes"].key.enum
    flags = ("FifoQueue", "ContentBasedDeduplication", "SqsManagedSseEnabled")
    values = {name: ("1", "2") for name in names if name != "All"}
    values |= dict.fromkeys(flags, ("true", "false"))
    values |= dict.fromkeys(("Policy", "RedrivePolicy", "RedriveAllowPolicy"), TEXTS)
    values["QueueArn"] = ("arn:aws:sqs:eu-west-1:123456789012:one", "arn:aws:sqs:eu-west-1:123456789012:two")
    values |= {"KmsMasterKeyId": ("", "two"), "DeduplicationScope": ("a", "b"), "FifoThroughputLimit": ("a", "b")}
    answer, differences = attributes(values)
    counts = {
        f"attributes.Attributes.{name}": "a count or a time"
        for name in names
        if "Approximate" in name or "Timestamp" in name
    }
    resource = tagged("AWS::SQS::Queue", "https://sqs.eu-west-1.amazonaws.com/123456789012/orders")
    return Case(resource, {"attributes": answer, "tags": TAGS}, differences + TAG_CHANGES, counts)


def topic() -> Case:
    feedback = [
        f"{protocol}{name}"
        for protocol in ("HTTP", "SQS", "Lambda", "Firehose", "Application")
        for name in ("SuccessFeedbackRoleArn", "SuccessFeedbackSampleRate", "FailureFeedbackRoleArn")
    ]
    words = ("DisplayName", "KmsMasterKeyId", "SignatureVersion", "TracingConfig", "FifoThroughputScope", *feedback)
    counts = (
        "Owner",
        "SubscriptionsPending",
        "SubscriptionsDeleted",
        "EffectiveDeliveryPolicy",
        "BeginningArchiveTime",
    )
    values = dict.fromkeys((*words, *counts), ("1", "2"))
    values |= dict.fromkeys(("FifoTopic", "ContentBasedDeduplication"), ("true", "false"))
    values |= dict.fromkeys(("Policy", "ArchivePolicy", "DeliveryPolicy"), TEXTS)
    values |= {"MaximumMessageSize": ("1024", "2048"), "NewAttribute": ("1", "2")}
    arn = "arn:aws:sns:eu-west-1:123456789012:news"
    values["TopicArn"] = (arn, f"{arn}-2")
    answer, differences = attributes(values)
    sections = {"attributes": answer, "tags": TAGS, "data-protection": {"DataProtectionPolicy": TEXTS[0]}}
    differences += [*TAG_CHANGES, ("data-protection.DataProtectionPolicy", TEXTS[1])]
    no_settings = {f"attributes.Attributes.{name}": "a count, a time or a result" for name in counts}
    return Case(tagged("AWS::SNS::Topic", arn), sections, differences, no_settings)


def log_group() -> Case:
    shapes = {
        "log-group": model("logs", "DescribeLogGroups").members["logGroups"].member,
        "data-protection": model("logs", "GetDataProtectionPolicy"),
        "index-policies": model("logs", "DescribeIndexPolicies"),
        "resource-policy": model("logs", "DescribeResourcePolicies"),
        "metric-filters": model("logs", "DescribeMetricFilters"),
        "subscription-filters": model("logs", "DescribeSubscriptionFilters"),
        "transformer": model("logs", "GetTransformer"),
    }
    sections, differences = described(
        shapes,
        ("data-protection.policyDocument", TEXTS[0]),
        ("index-policies.indexPolicies[0].policyDocument", TEXTS[0]),
        ("index-policies.indexPolicies[0].source", "LOG_GROUP"),
        ("resource-policy.resourcePolicies[0].policyDocument", TEXTS[0]),
    )
    other = {
        "index-policies.indexPolicies[0].source": "ACCOUNT",
        "log-group.logGroupClass": "ESSENTIALS",
        **{path: TEXTS[1] for path, _ in differences if path.endswith(".policyDocument")},
    }
    sections["tags"] = TAGS
    groups = (
        "creationTime",
        "metricFilterCount",
        "arn",
        "logGroupArn",
        "storedBytes",
        "dataProtectionStatus",
        "inheritedProperties",
    )
    no_settings = {f"log-group.{name}": TIMES for name in groups}
    no_settings |= {f"data-protection.{name}": TIMES for name in ("logGroupIdentifier", "lastUpdatedTime")}
    no_settings |= {
        f"index-policies.indexPolicies[0].{name}": TIMES
        for name in ("logGroupIdentifier", "lastUpdateTime", "policyName")
    }
    no_settings |= {
        f"resource-policy.resourcePolicies[0].{name}": TIMES
        for name in ("policyName", "policyScope", "resourceArn", "revisionId", "lastUpdatedTime")
    }
    no_settings |= dict.fromkeys(("metric-filters", "subscription-filters", "transformer"), "resources of their own")
    no_settings["index-policies.nextToken"] = "there is one group"
    differences = [(path, other.get(path, value)) for path, value in differences + TAG_CHANGES]
    differences = [each for each in differences if each[0] != "resource-policy.nextToken"]
    return Case(tagged("AWS::Logs::LogGroup", "/app"), sections, differences, no_settings)


def security_group() -> Case:
    shapes = {
        "group": model("ec2", "DescribeSecurityGroups").members["SecurityGroups"].member,
        "rules": model("ec2", "DescribeSecurityGroupRules"),
    }
    sections, differences = described(shapes)
    pairs = [f"group.{member}[0].UserIdGroupPairs[0]" for member in ("IpPermissions", "IpPermissionsEgress")]
    no_settings = {"group.SecurityGroupArn": TIMES, "group.OwnerId": "whether groups elsewhere are named: the account"}
    no_settings |= {
        f"{pair}.{name}": "of the group, or of the peering"
        for pair in pairs
        for name in ("GroupName", "VpcId", "VpcPeeringConnectionId", "PeeringStatus")
    }
    members = model("ec2", "DescribeSecurityGroupRules").members["SecurityGroupRules"].member.members
    no_settings |= {
        f"rules.SecurityGroupRules[0].{name}": "read with the group's permissions" for name in members if name != "Tags"
    }
    differences = [each for each in differences if each[0] != "rules.NextToken"]
    return Case(tagged("AWS::EC2::SecurityGroup", "sg-1"), sections, differences, no_settings)


def alarm() -> Case:
    shape = model("cloudwatch", "DescribeAlarms")
    sections, differences = described({"alarm": shape})
    sections["tags"] = TAGS
    times = (
        "AlarmArn", "AlarmConfigurationUpdatedTimestamp", "StateValue", "StateReason", "StateReasonData",
        "StateUpdatedTimestamp", "StateTransitionedTimestamp", "EvaluationState", "ActionsSuppressedBy",
        "ActionsSuppressedReason",
    )  # fmt: skip
    no_settings = {
        f"alarm.{member}[0].{name}": TIMES
        for member in ("MetricAlarms", "CompositeAlarms")
        for name in times
        if name in shape.members[member].member.members
    }
    differences = [each for each in differences + TAG_CHANGES if each[0] != "alarm.NextToken"]
    return Case(tagged("AWS::CloudWatch::Alarm", "orders"), sections, differences, no_settings)


def function() -> Case:
    invoked = {
        "event-invoke": ("ListFunctionEventInvokeConfigs", "FunctionEventInvokeConfigs"),
        "event-sources": ("ListEventSourceMappings", "EventSourceMappings"),
        "url": ("ListFunctionUrlConfigs", "FunctionUrlConfigs"),
        "aliases": ("ListAliases", "Aliases"),
        "provisioned": ("ListProvisionedConcurrencyConfigs", "ProvisionedConcurrencyConfigs"),
    }
    operations = {
        "function": "GetFunction", "code-signing": "GetFunctionCodeSigningConfig",
        "runtime-management": "GetRuntimeManagementConfig", "recursion": "GetFunctionRecursionConfig",
    }  # fmt: skip
    shapes = {name: model("lambda", operation) for name, operation in operations.items()}
    sections, differences = described(
        shapes,
        ("function.Configuration.PackageType", "Image"),
        ("runtime-management.UpdateRuntimeOn", "Manual"),
        ("recursion.RecursiveLoop", "Allow"),
        ("function.Configuration.VpcConfig.Ipv6AllowedForDualStack", True),
    )
    for name, (operation, member) in invoked.items():
        sections[name] = {member: whole(model("lambda", operation).members[member], name)}
        differences += changes(model("lambda", operation).members[member], f"{name}.{member}")
    for name in ("Tags", "TagsError"):
        sections["function"].pop(name)
    sections["function"]["Code"].pop("Location")
    differences = [
        each for each in differences
        if not each[0].startswith(("function.Tags", "function.Code.Location", "function.Code.ResolvedS3Object"))
    ]  # fmt: skip
    sections |= {"tags": TAGS, "policy": {"Policy": "{}"}}
    other = {
        "function.Configuration.State": "Deleting", "function.Configuration.LastUpdateStatus": "InProgress",
        "function.Configuration.PackageType": "Zip", "runtime-management.UpdateRuntimeOn": "FunctionUpdate",
        "recursion.RecursiveLoop": "Terminate",
    }  # fmt: skip
    differences = [(path, other.get(path, value)) for path, value in differences + TAG_CHANGES]
    follows = (
        "FunctionArn", "CodeSize", "LastModified", "CodeSha256", "Version", "RevisionId", "StateReason",
        "StateReasonCode", "LastUpdateStatusReason", "LastUpdateStatusReasonCode", "SigningProfileVersionArn",
        "SigningJobArn", "RuntimeVersionConfig", "ConfigSha256",
    )  # fmt: skip
    no_settings = {f"function.Configuration.{name}": TIMES for name in follows}
    no_settings |= {
        f"function.Configuration.Layers[0].{name}": TIMES
        for name in ("CodeSize", "SigningProfileVersionArn", "SigningJobArn")
    }
    no_settings |= {
        "function.Configuration.VpcConfig.VpcId": "follows from the subnets",
        "function.Configuration.SnapStart.OptimizationStatus": "of a version",
        "function.Configuration.Environment.Error.Message": "explains the code",
        "function.Code.RepositoryType": "follows from the package",
        "function.Code.ImageUri": "a tag that may have moved: the digest is written",
        "code-signing.FunctionName": "the function's name",
        "runtime-management.FunctionArn": TIMES,
        **dict.fromkeys(invoked, "resources of their own"),
    }
    return Case(tagged("AWS::Lambda::Function", "orders"), sections, differences, no_settings)


CASES = [queue(), topic(), log_group(), security_group(), alarm(), function()]
CHANGES = [(case, path, value) for case in CASES for path, value in case.settings()]
NO_SETTINGS = [(case, path) for case in CASES for path in case.no_settings]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.resource.type)
def test_every_section_of_the_form_is_there(case: Case) -> None:
    assert set(case.sections) == {section.name for section in forms()[case.resource.type].sections}


@pytest.mark.parametrize(("case", "path", "value"), CHANGES, ids=[path for _, path, _ in CHANGES])
def test_a_change_shows_in_the_properties_or_lies_under_an_obstacle(case: Case, path: str, value: object) -> None:
    assert not lost(case.resource, case.sections, path, value)


@pytest.mark.parametrize(("case", "path"), NO_SETTINGS, ids=[path for _, path in NO_SETTINGS])
def test_what_is_no_setting_does_not_show(case: Case, path: str) -> None:
    inside = case.inside(path)
    assert inside
    assert all(lost(case.resource, case.sections, *each) for each in inside)
