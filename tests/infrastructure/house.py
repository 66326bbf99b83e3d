"""The house rules of the template: each yields a sentence for every resource that breaks it."""

from collections.abc import Iterator
from typing import Any

from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from tests.infrastructure.reading import Template, listed, managed, resources, role_statements, statements, target, text

NAMES = {
    "AWS::Athena::NamedQuery": "Name",
    "AWS::Athena::WorkGroup": "Name",
    "AWS::CloudWatch::Alarm": "AlarmName",
    "AWS::CloudWatch::Dashboard": "DashboardName",
    "AWS::DynamoDB::Table": "TableName",
    "AWS::Events::Rule": "Name",
    "AWS::Glue::Crawler": "Name",
    "AWS::IAM::Role": "RoleName",
    "AWS::KMS::Alias": "AliasName",
    "AWS::Lambda::Function": "FunctionName",
    "AWS::Lambda::LayerVersion": "LayerName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::SNS::Topic": "TopicName",
    "AWS::SQS::Queue": "QueueName",
    "AWS::Scheduler::Schedule": "Name",
    "AWS::Scheduler::ScheduleGroup": "Name",
    "AWS::StepFunctions::StateMachine": "StateMachineName",
}
"""The property that names a resource of each type."""

NAMELESS = {
    "AWS::IAM::ManagedPolicy": "AWS names policies: one that changes is made beside the former one",
    "AWS::Glue::Database": "its name takes no hyphens; it ends in the suffix with underscores, which has a test",
    "AWS::Glue::Table": "it is named within the database",
    "AWS::Lambda::EventSourceMapping": "AWS names mappings",
    "AWS::KMS::Key": "AWS names keys; the alias has the suffix",
    "AWS::S3::BucketPolicy": "it belongs to the bucket",
    "AWS::SNS::Subscription": "AWS names subscriptions",
    "AWS::SNS::TopicPolicy": "it belongs to the topic",
    "AWS::SQS::QueuePolicy": "it belongs to the queue",
}
"""Types without a name of our choosing, and why; a type in neither table breaks the rule."""

NOTHING_NARROWER = {
    "iam:GenerateCredentialReport",
    "ec2:DescribeRegions",
    "lambda:GetAccountSettings",
    "organizations:DescribeOrganization",
    "organizations:ListAccounts",
    "organizations:ListAccountsForParent",
    "organizations:ListOrganizationalUnitsForParent",
    "organizations:ListTagsForResource",
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
    "logs:CreateLogDelivery",
    "logs:GetLogDelivery",
    "logs:UpdateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:DescribeResourcePolicies",
    "logs:DescribeLogGroups",
}
"""Actions for which AWS knows no resource; what the scanner reads is besides, for it reads whatever there is.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

TAGS = {
    "Environment": "${Environment}",
    "Purpose": "muster",
    "Owner": "${Owner}",
    "CostCenter": "${CostCenter}",
    "Project": "${Project}",
}
"""The tags of every resource; RequiredTags, by default, asks for all of them but Purpose."""

SCANNER = "MusterReadsConfiguration"
TAGGER = "MusterReadsTags"
_READS = ("Describe", "Get", "List", "BatchGet")


def functions_log_to_a_group_that_expires(template: Template) -> Iterator[str]:
    """A log group of AWS's own making keeps its logs for ever and outlives the stack."""
    groups = dict(resources(template, "AWS::Logs::LogGroup"))
    for logical_id, group in groups.items():
        if text(group.get("RetentionInDays")) != "${LogRetentionDays}":
            yield f"{logical_id} keeps its logs for another time than LogRetentionDays"
    for logical_id, function in resources(template, "AWS::Lambda::Function"):
        group = groups.get(target(function.get("LoggingConfig", {}).get("LogGroup")), {})
        if text(group.get("LogGroupName")) != f"/aws/lambda/{text(function['FunctionName'])}":
            yield f"{logical_id} has no log group /aws/lambda/<its name>"
    for logical_id, machine in resources(template, "AWS::StepFunctions::StateMachine"):
        destinations = machine.get("LoggingConfiguration", {}).get("Destinations", ())
        arns = [target(each["CloudWatchLogsLogGroup"]["LogGroupArn"]) for each in destinations]
        names = [text(groups.get(arn, {}).get("LogGroupName")) for arn in arns]
        if names != [f"/aws/vendedlogs/states/{text(machine['StateMachineName'])}"]:
            yield f"{logical_id} has no log group /aws/vendedlogs/states/<its name>"


def everything_is_traced(template: Template) -> Iterator[str]:
    """Functions and workflow send traces."""
    for logical_id, function in resources(template, "AWS::Lambda::Function"):
        if function.get("TracingConfig") != {"Mode": "Active"}:
            yield f"{logical_id} is not traced"
    for logical_id, machine in resources(template, "AWS::StepFunctions::StateMachine"):
        if machine.get("TracingConfiguration") != {"Enabled": True}:
            yield f"{logical_id} is not traced"


def no_action_is_a_star(template: Template) -> Iterator[str]:
    """A role's actions are spelled out, its groups of logs are made by the stack, and nothing is written anywhere."""
    for role, statement in role_statements(template):
        for action in listed(statement.get("Action", "*")):
            if "*" in action:
                yield f"{role} is granted {action}"
            if action == "logs:CreateLogGroup" and not _of_crawlers(statement):
                yield f"{role} may make log groups"
            if "*" in listed(statement["Resource"]) and not _needs_star(statement.get("Sid"), action):
                yield f"{role} is granted {action} on every resource"


def _of_crawlers(statement: Any) -> bool:
    """Whether a statement speaks of the log group of all crawlers only: its name is AWS's, no stack can own it."""
    return all(":log-group:/aws-glue/crawlers" in text(resource) for resource in listed(statement["Resource"]))


_OF_NO_BUCKET = frozenset(
    {
        "s3:GetAccessPoint",
        "s3:GetAccountPublicAccessBlock",
        "s3:ListAccessPoints",
        "s3:ListAllMyBuckets",
        "s3:ListMultiRegionAccessPoints",
    }
)
"""Actions of S3 that take no resource.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
"""


def _needs_star(sid: str | None, action: str) -> bool:
    of_buckets = action.startswith("s3:") and action not in _OF_NO_BUCKET
    reads = action.partition(":")[2].startswith(_READS) and not of_buckets
    return action in NOTHING_NARROWER or (sid in (SCANNER, TAGGER) and reads)


def roles_are_explicit(template: Template) -> Iterator[str]:
    """A role of SAM's making has managed policies of AWS."""
    roles = dict(resources(template, "AWS::IAM::Role"))
    for role, properties in roles.items():
        arns = properties.get("ManagedPolicyArns", ())
        if len(arns) != len(managed(template, properties)):
            yield f"{role} has managed policies"
        if "PermissionsBoundary" not in properties or text(properties.get("Path")) != "${RolePath}":
            yield f"{role} ignores PermissionsBoundaryArn or RolePath"
    used = [target(function["Role"]) for _, function in resources(template, "AWS::Lambda::Function")]
    for role in used:
        if role not in roles or used.count(role) > 1:
            yield f"{role} is not the role of one function, made by this template"
    for role, statement in role_statements(template):
        if "NotAction" in statement or "NotResource" in statement:
            yield f"{role} is granted everything but something"


def roles_are_assumed_for_this_account_only(template: Template) -> Iterator[str]:
    """A service that another customer talks into using the role is refused.

    https://docs.aws.amazon.com/lambda/latest/dg/permissions-managed-policies.html
    https://github.com/aws/agent-toolkit-for-aws (references/aws-iam-role-management.md, for Glue's crawlers)
    """
    account = {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
    for role, properties in resources(template, "AWS::IAM::Role"):
        for statement in statements(properties["AssumeRolePolicyDocument"]):
            service = text(statement["Principal"]["Service"])
            if statement.get("Condition") != account:
                yield f"{role} may be assumed by {service} on behalf of any account"


def functions_are_alike(template: Template) -> Iterator[str]:
    """Runtime and architecture are those of the layers; nothing is reserved by default: a fresh account has little."""
    for logical_id, function in resources(template, "AWS::Lambda::Function"):
        if (function["Runtime"], function["Architectures"]) != ("python3.13", ["x86_64"]):
            yield f"{logical_id} runs on {function['Runtime']} on {function['Architectures']}"
        reserved = function.get("ReservedConcurrentExecutions", {"Ref": "AWS::NoValue"})
        by_parameter = isinstance(reserved, dict) and reserved.get("Fn::If", [None])[-1] == {"Ref": "AWS::NoValue"}
        if reserved != {"Ref": "AWS::NoValue"} and not by_parameter:
            yield f"{logical_id} reserves concurrency"
        if len(function.get("Layers", ())) != 2:
            yield f"{logical_id} lacks a layer"


def nothing_is_retained(template: Template) -> Iterator[str]:
    """Deleting the stack leaves nothing behind."""
    for logical_id, resource in template["Resources"].items():
        for policy in ("DeletionPolicy", "UpdateReplacePolicy"):
            if resource.get(policy, "Delete") != "Delete":
                yield f"{logical_id} has the {policy} {resource[policy]}"
    for logical_id, workgroup in resources(template, "AWS::Athena::WorkGroup"):
        if workgroup.get("RecursiveDeleteOption") is not True:
            yield f"{logical_id} cannot be deleted once it has a history"
    for logical_id, key in resources(template, "AWS::KMS::Key"):
        if key.get("PendingWindowInDays") != 7:
            yield f"{logical_id} waits longer than it must"


def names_end_in_the_suffix(template: Template) -> Iterator[str]:
    """Many copies of the stack live side by side, in one region or in several of one account."""
    endings = {
        "AWS::S3::Bucket": "-${EnvironmentSuffix}-${AWS::AccountId}-${AWS::Region}",
        "AWS::IAM::Role": "-${AWS::Region}-${EnvironmentSuffix}",
    }
    for logical_id, resource in template["Resources"].items():
        kind = resource["Type"]
        if kind in NAMES:
            name = text(resource["Properties"].get(NAMES[kind]))
            if not name.endswith(endings.get(kind, "-${EnvironmentSuffix}")):
                yield f"{logical_id} is named {name}"
        elif kind not in NAMELESS:
            yield f"{logical_id} is a {kind}: say in NAMES or NAMELESS how it is named"


def everything_taggable_is_tagged(template: Template) -> Iterator[str]:
    """What AWS can tag carries Environment, Purpose and the tags that Muster itself asks for by default."""
    for logical_id, resource in template["Resources"].items():
        schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", resource["Type"]).schema
        if "Tags" not in schema["properties"]:
            continue
        tags = _tags(resource["Properties"].get("Tags", ()))
        if missing := [key for key, value in TAGS.items() if tags.get(key) != value]:
            yield f"{logical_id} lacks the tags {' and '.join(missing)}"


def _tags(tags: Any) -> dict[str, str]:
    if isinstance(tags, dict):
        return {key: text(value) for key, value in tags.items()}
    return {tag["Key"]: text(tag["Value"]) for tag in tags}


def buckets_are_private(template: Template) -> Iterator[str]:
    """At rest encrypted by our key, on the way by TLS, kept in versions, and nobody else's."""
    for logical_id, bucket in resources(template, "AWS::S3::Bucket"):
        rules = bucket.get("BucketEncryption", {}).get("ServerSideEncryptionConfiguration", [{}])
        default = rules[0].get("ServerSideEncryptionByDefault", {})
        if (default.get("SSEAlgorithm"), text(default.get("KMSMasterKeyID"))) != ("aws:kms", "${Key.Arn}"):
            yield f"{logical_id} is not encrypted by the key"
        block = bucket.get("PublicAccessBlockConfiguration", {})
        if [value for value in block.values() if value is True] != [True] * 4:
            yield f"{logical_id} does not block public access"
        if bucket.get("VersioningConfiguration") != {"Status": "Enabled"}:
            yield f"{logical_id} keeps no versions"
        if not _tls_only(template, "AWS::S3::BucketPolicy", "Bucket", logical_id):
            yield f"{logical_id} answers without TLS"


def tables_are_private(template: Template) -> Iterator[str]:
    """Items are encrypted by our key, and can be restored to any moment of the last weeks."""
    for logical_id, table in resources(template, "AWS::DynamoDB::Table"):
        encryption = table.get("SSESpecification", {})
        if (encryption.get("SSEEnabled"), text(encryption.get("KMSMasterKeyId"))) != (True, "${Key.Arn}"):
            yield f"{logical_id} is not encrypted by the key"
        if table.get("PointInTimeRecoverySpecification") != {"PointInTimeRecoveryEnabled": True}:
            yield f"{logical_id} has no point-in-time recovery"
        if table.get("DeletionProtectionEnabled"):
            yield f"{logical_id} cannot be deleted with the stack"


def messages_are_private(template: Template) -> Iterator[str]:
    """Queues and topics are encrypted, and answer over TLS only."""
    for logical_id, queue in resources(template, "AWS::SQS::Queue"):
        if not (queue.get("SqsManagedSseEnabled") is True or queue.get("KmsMasterKeyId")):
            yield f"{logical_id} is not encrypted"
        if not _tls_only(template, "AWS::SQS::QueuePolicy", "Queues", logical_id):
            yield f"{logical_id} answers without TLS"
    for logical_id, topic in resources(template, "AWS::SNS::Topic"):
        if text(topic.get("KmsMasterKeyId")) != "${Key.Arn}":
            yield f"{logical_id} is not encrypted by the key"
        if not _tls_only(template, "AWS::SNS::TopicPolicy", "Topics", logical_id):
            yield f"{logical_id} answers without TLS"


def query_results_are_private(template: Template) -> Iterator[str]:
    """Whatever a client asks for, results are encrypted and lie in the bucket."""
    for logical_id, workgroup in resources(template, "AWS::Athena::WorkGroup"):
        configuration = workgroup["WorkGroupConfiguration"]
        results = configuration["ResultConfiguration"]
        if configuration.get("EnforceWorkGroupConfiguration") is not True:
            yield f"{logical_id} lets clients say where results go"
        if text(results.get("EncryptionConfiguration", {}).get("KmsKey")) != "${Key.Arn}":
            yield f"{logical_id} writes results that the key does not encrypt"
        if text(results["OutputLocation"]) != "s3://${ReportBucket}/athena-results/":
            yield f"{logical_id} writes results elsewhere"


def _tls_only(template: Template, kind: str, key: str, logical_id: str) -> bool:
    for _, policy in resources(template, kind):
        if logical_id in [target(each) for each in listed(policy[key])]:
            for statement in statements(policy["PolicyDocument"]):
                insecure = statement.get("Condition") == {"Bool": {"aws:SecureTransport": "false"}}
                if (statement["Effect"], statement["Principal"], insecure) == ("Deny", "*", True):
                    return True
    return False


RULES = (
    functions_log_to_a_group_that_expires,
    everything_is_traced,
    no_action_is_a_star,
    roles_are_explicit,
    roles_are_assumed_for_this_account_only,
    functions_are_alike,
    nothing_is_retained,
    names_end_in_the_suffix,
    everything_taggable_is_tagged,
    buckets_are_private,
    tables_are_private,
    messages_are_private,
    query_results_are_private,
)
