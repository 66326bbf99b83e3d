"""The house rules hold for the template, and each finds a template that breaks it."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.infrastructure import house
from tests.infrastructure.conftest import transformed
from tests.infrastructure.reading import resources, text

Template = dict[str, Any]


@pytest.mark.parametrize("rule", house.RULES, ids=lambda rule: rule.__name__)
def test_the_template_keeps(rule: Callable[[Template], Any], template: Template) -> None:
    assert list(rule(template)) == []


def change(logical_id: str, *path: str | int, to: Any) -> Callable[[Template], None]:
    """Return what sets one property of one resource, or takes it away."""

    def apply(template: Template) -> None:
        inner: Any = template["Resources"][logical_id]
        for step in path[:-1]:
            inner = inner[step]
        if to is None:
            del inner[path[-1]]
        else:
            inner[path[-1]] = to

    return apply


def grant(action: str, resource: Any = "arn:aws:s3:::a", sid: str = "More") -> Callable[[Template], None]:
    def apply(template: Template) -> None:
        policy = template["Resources"]["ScanShardsRole"]["Properties"]["Policies"][0]["PolicyDocument"]
        policy["Statement"].append({"Sid": sid, "Effect": "Allow", "Action": [action], "Resource": resource})

    return apply


P = "Properties"


@pytest.mark.parametrize(
    ("rule", "broken", "says"),
    [
        pytest.param(
            house.functions_log_to_a_group_that_expires,
            change("PlanScanLogs", P, "RetentionInDays", to=None),
            "PlanScanLogs keeps its logs",
            id="a log group without retention",
        ),
        pytest.param(
            house.functions_log_to_a_group_that_expires,
            change("PlanScanLogs", P, "LogGroupName", to="/aws/lambda/other"),
            "PlanScanFunction has no log group",
            id="a log group of another name",
        ),
        pytest.param(
            house.functions_log_to_a_group_that_expires,
            change("SendAlertFunction", P, "LoggingConfig", to=None),
            "SendAlertFunction has no log group",
            id="a function that logs where AWS likes",
        ),
        pytest.param(
            house.functions_log_to_a_group_that_expires,
            change("StateMachineLogs", P, "LogGroupName", to="/muster"),
            "ScanStateMachine has no log group",
            id="a workflow's log group outside /aws/vendedlogs",
        ),
        pytest.param(
            house.everything_is_traced,
            change("ScanShardsFunction", P, "TracingConfig", "Mode", to="PassThrough"),
            "ScanShardsFunction is not traced",
            id="a function without tracing",
        ),
        pytest.param(
            house.everything_is_traced,
            change("ScanStateMachine", P, "TracingConfiguration", to=None),
            "ScanStateMachine is not traced",
            id="a workflow without tracing",
        ),
        pytest.param(house.no_action_is_a_star, grant("s3:*"), "is granted s3:*", id="a service's every action"),
        pytest.param(house.no_action_is_a_star, grant("s3:Get*"), "is granted s3:Get*", id="a verb's every action"),
        pytest.param(house.no_action_is_a_star, grant("logs:CreateLogGroup"), "make log groups", id="CreateLogGroup"),
        pytest.param(
            house.no_action_is_a_star, grant("s3:PutObject", "*"), "s3:PutObject on every", id="a write anywhere"
        ),
        pytest.param(
            house.no_action_is_a_star,
            grant("s3:PutBucketTagging", "*", house.SCANNER),
            "s3:PutBucketTagging on every",
            id="a scanner that writes",
        ),
        pytest.param(
            house.no_action_is_a_star,
            grant("s3:GetBucketAcl", "*", house.SCANNER),
            "s3:GetBucketAcl on every",
            id="a scanner that reads of buckets on everything",
        ),
        pytest.param(
            house.roles_are_explicit,
            change("PlanScanRole", P, "ManagedPolicyArns", to=["arn:aws:iam::aws:policy/ReadOnlyAccess"]),
            "PlanScanRole has managed policies",
            id="a managed policy of AWS",
        ),
        pytest.param(
            house.roles_are_explicit,
            change("PlanScanFunction", P, "Role", to={"Fn::GetAtt": ["ScanShardsRole", "Arn"]}),
            "ScanShardsRole is not the role of one function",
            id="two functions with one role",
        ),
        pytest.param(
            house.roles_are_assumed_for_this_account_only,
            change("SendAlertRole", P, "AssumeRolePolicyDocument", "Statement", 0, "Condition", to=None),
            "SendAlertRole may be assumed by lambda.amazonaws.com on behalf of any account",
            id="a role that any account may have Lambda use",
        ),
        pytest.param(
            house.roles_are_explicit,
            change("CrawlerRole", P, "PermissionsBoundary", to=None),
            "CrawlerRole ignores PermissionsBoundaryArn",
            id="a role without the boundary",
        ),
        pytest.param(
            house.functions_are_alike,
            change("PlanScanFunction", P, "Runtime", to="python3.12"),
            "PlanScanFunction runs on python3.12",
            id="another runtime",
        ),
        pytest.param(
            house.functions_are_alike,
            change("PlanScanFunction", P, "ReservedConcurrentExecutions", to=1),
            "PlanScanFunction reserves",
            id="reserved concurrency",
        ),
        pytest.param(
            house.nothing_is_retained,
            change("ReportBucket", "DeletionPolicy", to="Retain"),
            "ReportBucket has the DeletionPolicy Retain",
            id="a bucket that stays",
        ),
        pytest.param(
            house.nothing_is_retained,
            change("Key", "UpdateReplacePolicy", to="Retain"),
            "Key has the UpdateReplacePolicy Retain",
            id="a key that stays when it is replaced",
        ),
        pytest.param(
            house.nothing_is_retained,
            change("Workgroup", P, "RecursiveDeleteOption", to=False),
            "Workgroup cannot be deleted",
            id="a workgroup with a history",
        ),
        pytest.param(
            house.names_end_in_the_suffix,
            change("AlertTopic", P, "TopicName", to="muster-alerts"),
            "AlertTopic is named muster-alerts",
            id="a name without suffix",
        ),
        pytest.param(
            house.names_end_in_the_suffix,
            change("CrawlerRole", P, "RoleName", to={"Fn::Sub": "muster-crawler-${EnvironmentSuffix}"}),
            "CrawlerRole is named",
            id="a role without region",
        ),
        pytest.param(
            house.names_end_in_the_suffix,
            change("Schedule", "Type", to="AWS::Events::Archive"),
            "Schedule is a AWS::Events::Archive",
            id="a type nobody thought of",
        ),
        pytest.param(
            house.everything_taggable_is_tagged,
            change("Dashboard", P, "Tags", to=None),
            "Dashboard lacks the tags",
            id="no tags",
        ),
        pytest.param(
            house.everything_taggable_is_tagged,
            change("Crawler", P, "Tags", "Purpose", to=None),
            "Crawler lacks the tags",
            id="one tag of two",
        ),
        pytest.param(
            house.buckets_are_private,
            change("ReportBucket", P, "PublicAccessBlockConfiguration", "BlockPublicPolicy", to=False),
            "ReportBucket does not block public access",
            id="a policy may make the bucket public",
        ),
        pytest.param(
            house.buckets_are_private,
            change("ReportBucketPolicy", P, "PolicyDocument", "Statement", 0, "Effect", to="Allow"),
            "ReportBucket answers without TLS",
            id="a bucket without TLS",
        ),
        pytest.param(
            house.buckets_are_private,
            change("ReportBucket", P, "BucketEncryption", to=None),
            "ReportBucket is not encrypted",
            id="a bucket without the key",
        ),
        pytest.param(
            house.tables_are_private,
            change("EventTable", P, "SSESpecification", "KMSMasterKeyId", to=None),
            "EventTable is not encrypted by the key",
            id="a table under AWS's own key",
        ),
        pytest.param(
            house.tables_are_private,
            change("EventTable", P, "PointInTimeRecoverySpecification", to=None),
            "EventTable has no point-in-time recovery",
            id="a table that cannot be restored",
        ),
        pytest.param(
            house.tables_are_private,
            change("EventTable", P, "DeletionProtectionEnabled", to=True),
            "EventTable cannot be deleted with the stack",
            id="a table that outlives the stack",
        ),
        pytest.param(
            house.messages_are_private,
            change("AlertTopic", P, "KmsMasterKeyId", to="alias/aws/sns"),
            "AlertTopic is not encrypted by the key",
            id="a topic under AWS's own key",
        ),
        pytest.param(
            house.messages_are_private,
            change("ShardResultQueue", P, "SqsManagedSseEnabled", to=False),
            "ShardResultQueue is not encrypted",
            id="a queue in the clear",
        ),
        pytest.param(
            house.query_results_are_private,
            change("Workgroup", P, "WorkGroupConfiguration", "EnforceWorkGroupConfiguration", to=False),
            "Workgroup lets clients say",
            id="query results as the client likes",
        ),
    ],
)
def test_a_rule_finds(rule: Any, broken: Callable[[Template], None], says: str, template: Template) -> None:
    broken(template)
    assert any(says in sentence for sentence in rule(template)), list(rule(template))


def test_a_layer_that_sam_retains_is_found(source: Template) -> None:
    """SAM retains layer versions unless it is told otherwise."""
    del source["Resources"]["CoreLayer"]["Properties"]["RetentionPolicy"]
    assert any("DeletionPolicy Retain" in sentence for sentence in house.nothing_is_retained(transformed(source)))


def test_a_role_of_sams_making_is_found(source: Template) -> None:
    """SAM gives a function without a role one with managed policies of AWS."""
    del source["Resources"]["PlanScanFunction"]["Properties"]["Role"]
    assert any("has managed policies" in sentence for sentence in house.roles_are_explicit(transformed(source)))


def test_the_runtime_is_said_once_for_all(source: Template) -> None:
    assert source["Globals"]["Function"]["Runtime"] == "python3.13"
    repeated = [
        logical_id
        for logical_id, properties in resources(source, "AWS::Serverless::Function")
        if properties.keys() & {"Runtime", "Architectures", "Tracing", "Layers", "Handler"}
    ]
    assert repeated == []


def test_the_database_ends_in_the_suffix_without_hyphens(template: Template) -> None:
    ((_, database),) = resources(template, "AWS::Glue::Database")
    name = database["DatabaseInput"]["Name"]
    assert text(name) == "muster__${EnvironmentSuffix}"
    assert name == {
        "Fn::Join": ["_", ["muster", {"Fn::Join": ["_", {"Fn::Split": ["-", {"Ref": "EnvironmentSuffix"}]}]}]]
    }
