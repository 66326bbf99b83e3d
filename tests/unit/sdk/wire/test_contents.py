"""What an answer must hold: for every operation of the catalogue, an answer without its content is refused."""

from typing import Any

import botocore.session
import pytest

from muster.catalog.catalog import load
from muster.sdk.wire.contents import MAY_BE_EMPTY, Contents, contents

SESSION = botocore.session.Session()


def of(service: str, operation: str) -> Contents:
    return contents(SESSION.get_service_model(service).operation_model(operation))


def operations() -> list[tuple[str, str]]:
    """Return each operation of the catalogue that is called as its permission is."""
    declared = [*load().listers.values(), *load().describers.values()]
    named = {(each.client, permission.partition(":")[2]) for each in declared for permission in each.permissions}
    models = {client: SESSION.get_service_model(client) for client, _ in named}
    known = ((client, name) for client, name in named if name in models[client].operation_names)
    # An action of IAM may have the name of an old operation that nobody calls.
    return sorted((client, name) for client, name in known if not models[client].operation_model(name).deprecated)


@pytest.mark.parametrize(("service", "operation"), operations())
def test_an_answer_that_holds_nothing_is_refused_unless_aws_documents_it(service: str, operation: str) -> None:
    wanted = of(service, operation)
    model = SESSION.get_service_model(service).operation_model(operation)
    shape: Any = model.output_shape
    payload = shape.serialization.get("payload")
    text = bool(payload) and shape.members[payload].type_name == "string"
    assert wanted.anything is (f"{service}:{operation}" in MAY_BE_EMPTY or text)
    assert bool(wanted.lacks({})) is not wanted.anything


def test_what_may_be_empty_is_what_is_known_to_be_and_no_more() -> None:
    assert set(MAY_BE_EMPTY) == {
        "acm-pca:ListTags",
        "lambda:GetFunctionConcurrency",
        "logs:GetTransformer",
        "macie2:GetAdministratorAccount",
        "network-firewall:ListTagsForResource",
        "s3:GetBucketAccelerateConfiguration",
        "s3:GetBucketLocation",
        "s3:GetBucketLogging",
        "s3:GetBucketNotificationConfiguration",
        "s3:GetBucketVersioning",
        "sns:GetDataProtectionPolicy",
        "sqs:ListQueueTags",
        "wafv2:GetWebACLForResource",
        "sqs:ListQueues",
    }


@pytest.mark.parametrize(
    ("service", "operation", "answer", "wrong"),
    [
        ("dynamodb", "ListTables", {}, "it has no TableNames"),
        ("dynamodb", "ListTables", {"LastEvaluatedTableName": "t"}, "it has no TableNames"),
        ("dynamodb", "ListTables", {"TableNames": None}, "it has no TableNames"),
        ("dynamodb", "ListTables", {"TableNames": []}, ""),
        ("lambda", "ListFunctions", {}, "it has no Functions"),
        ("kms", "ListKeys", {"Truncated": False}, "it has no Keys"),
        ("cloudwatch", "DescribeAlarms", {}, "it has no MetricAlarms"),
        ("cloudwatch", "DescribeAlarms", {"MetricAlarms": []}, ""),
        ("cloudfront", "ListDistributions", {}, "it has no DistributionList"),
        ("cloudfront", "ListDistributions", {"DistributionList": {}}, "DistributionList is empty"),
        ("cloudfront", "ListDistributions", {"DistributionList": {"Quantity": 0, "IsTruncated": False}}, ""),
        ("ecs", "DescribeClusters", {"failures": []}, "it has no clusters"),
        ("dynamodb", "DescribeContributorInsights", {}, "it is empty"),
        ("dynamodb", "DescribeContributorInsights", {"ContributorInsightsStatus": "DISABLED"}, ""),
        ("lambda", "GetFunction", {"Configuration": {"FunctionName": "f"}, "Code": {"RepositoryType": "S3"}}, ""),
        ("lambda", "GetFunction", {"Configuration": {}, "Code": {"RepositoryType": "S3"}}, "Configuration is empty"),
        ("lambda", "GetFunctionCodeSigningConfig", {"FunctionName": "f"}, ""),
        ("sns", "GetDataProtectionPolicy", {}, ""),
        ("dynamodb", "DescribeTable", {"Table": {}}, "Table is empty"),
        ("elbv2", "DescribeLoadBalancerAttributes", {"Attributes": []}, "Attributes is empty"),
        ("sns", "GetTopicAttributes", {"Attributes": {}}, "Attributes is empty"),
        ("sqs", "GetQueueAttributes", {}, "it has no Attributes"),
        ("sqs", "ListDeadLetterSourceQueues", {}, "it has no queueUrls"),
        ("sqs", "ListDeadLetterSourceQueues", {"queueUrls": []}, ""),
        ("iam", "GetAccountAuthorizationDetails", {"IsTruncated": False}, "it is empty"),
        ("iam", "GetAccountAuthorizationDetails", {"IsTruncated": False, "RoleDetailList": []}, ""),
        ("iam", "ListServerCertificates", {"IsTruncated": False}, "it has no ServerCertificateMetadataList"),
        ("iam", "ListServerCertificates", {"ServerCertificateMetadataList": []}, ""),
        ("iam", "GenerateCredentialReport", {}, "it has no State and no Description"),
        ("iam", "GenerateCredentialReport", {"State": "COMPLETE"}, ""),
        ("acm-pca", "ListTags", {}, ""),
        ("sesv2", "GetConfigurationSet", {}, "it is empty"),
        ("sesv2", "GetConfigurationSet", {"ConfigurationSetName": "news"}, ""),
        ("sqs", "ListQueues", {}, ""),
        ("sqs", "ListQueueTags", {}, ""),
        ("lambda", "GetFunctionConcurrency", {}, ""),
        ("lambda", "ListTags", {"Tags": {}}, ""),
        ("lambda", "GetPolicy", {}, "it has no Policy and no RevisionId"),
        ("ec2", "GetEbsEncryptionByDefault", {}, "it has no EbsEncryptionByDefault and no SseType"),
        ("ec2", "GetEbsEncryptionByDefault", {"EbsEncryptionByDefault": False}, ""),
        ("ec2", "GetInstanceMetadataDefaults", {}, "it has no AccountLevel"),
        ("ec2", "GetInstanceMetadataDefaults", {"AccountLevel": {}}, ""),
        ("ec2", "DescribeVolumes", {"NextToken": "t"}, "it has no Volumes"),
        ("ec2", "DescribeVolumes", {"Volumes": []}, ""),
        ("s3", "GetBucketNotificationConfiguration", {}, ""),
        ("s3", "GetBucketAccelerateConfiguration", {}, ""),
        ("s3", "GetBucketWebsite", {}, "it has no RedirectAllRequestsTo and no IndexDocument"),
        ("s3", "GetBucketWebsite", {"IndexDocument": {"Suffix": "i"}}, ""),
        ("s3", "ListBuckets", {"Owner": {"ID": "o"}}, "it has no Buckets"),
        ("s3", "ListBuckets", {"Buckets": []}, ""),
        ("s3", "GetBucketAcl", {}, "it has no Owner"),
        ("s3", "GetBucketAcl", {"Owner": {"ID": "o"}}, "it has no Grants"),
        ("s3", "GetBucketAcl", {"Owner": {}, "Grants": []}, "Owner is empty"),
        ("s3", "GetBucketAcl", {"Owner": {"ID": "o"}, "Grants": []}, ""),
        ("s3", "GetBucketPolicyStatus", {"PolicyStatus": {}}, "PolicyStatus is empty"),
        ("s3", "GetBucketVersioning", {}, ""),
        ("s3", "GetBucketLogging", {}, ""),
        ("s3", "GetBucketLifecycleConfiguration", {}, "it has no Rules"),
        ("s3", "ListBucketMetricsConfigurations", {"IsTruncated": False}, ""),
        ("s3control", "GetAccessPoint", {"Name": "n"}, "it has no PublicAccessBlockConfiguration"),
        ("sts", "AssumeRole", {}, ""),
    ],
)
def test_an_answer_lacks_what_its_operation_documents(
    service: str, operation: str, answer: dict[str, Any], wrong: str
) -> None:
    assert of(service, operation).lacks(answer) == wrong


@pytest.mark.parametrize(
    ("service", "operation", "root"),
    [
        ("s3", "ListBuckets", "ListAllMyBucketsResult"),
        ("s3", "GetBucketAcl", "AccessControlPolicy"),
        ("s3", "GetBucketVersioning", "VersioningConfiguration"),
        ("s3", "GetBucketLocation", "LocationConstraint"),
        ("s3", "GetBucketPolicyStatus", "PolicyStatus"),
        ("s3", "GetBucketEncryption", "ServerSideEncryptionConfiguration"),
        ("s3", "ListBucketMetricsConfigurations", "ListMetricsConfigurationsResult"),
        ("s3control", "ListAccessPoints", "ListAccessPointsResult"),
        ("s3control", "GetPublicAccessBlock", "PublicAccessBlockConfiguration"),
    ],
)
def test_an_xml_document_has_the_root_that_aws_documents(service: str, operation: str, root: str) -> None:
    wanted = of(service, operation)
    assert wanted.refuses(root) == ""
    assert {wanted.refuses(name) for name in ("Response", "html", "", f"{root}s")} == {f"it is no {root}"}


@pytest.mark.parametrize(
    ("service", "operation"), [each for each in operations() if each[0] in ("s3", "s3control")], ids="-".join
)
def test_the_root_of_every_operation_of_s3_is_known(service: str, operation: str) -> None:
    assert of(service, operation).root or operation == "GetBucketPolicy"
