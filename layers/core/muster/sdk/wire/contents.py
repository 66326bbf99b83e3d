"""The members that an answer of AWS must hold, as its operation documents them.

AWS says "there are none" with an empty list. An answer without the list says nothing at all: a proxy, a broken endpoint
or a half-read body made it, and reading it as "none" would turn every finding of a region into a resolved one.

What an answer must hold follows from botocore's model: each list, map and structure that is not flattened, and each
member that the model requires. An operation without any must answer with one of its members. The exceptions are below,
each with the page or record that shows it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from botocore.model import OperationModel, StructureShape

_READING = ("Describe", "Get", "List", "BatchGet", "GenerateCredentialReport")
"""The beginnings of operations that only read; answers of others never mean "none".

GenerateCredentialReport, which has IAM make a report of what there is, answers with the report's state.
https://docs.aws.amazon.com/IAM/latest/APIReference/API_GenerateCredentialReport.html
"""
MAY_BE_EMPTY: Mapping[str, str] = MappingProxyType(
    {
        "acm-pca:ListTags": "no tags: https://docs.aws.amazon.com/privateca/latest/APIReference/API_ListTags.html",
        "lambda:GetFunctionConcurrency": "no reservation: https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionConcurrency.html",
        "logs:GetTransformer": "no transformer, where AWS has no error for it: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetTransformer.html",
        "macie2:GetAdministratorAccount": "no administrator: https://docs.aws.amazon.com/macie/latest/APIReference/administrator.html",
        "network-firewall:ListTagsForResource": "no tags, as a list of tags has one at least: https://docs.aws.amazon.com/network-firewall/latest/APIReference/API_ListTagsForResource.html",
        "s3:GetBucketAccelerateConfiguration": "never set: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketAccelerateConfiguration.html",
        "s3:GetBucketLocation": "us-east-1: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html",
        "s3:GetBucketLogging": "logging is off: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLogging.html",
        "s3:GetBucketNotificationConfiguration": "none: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketNotificationConfiguration.html",
        "s3:GetBucketVersioning": "never set: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketVersioning.html",
        "sns:GetDataProtectionPolicy": "none: https://docs.aws.amazon.com/sns/latest/api/API_GetDataProtectionPolicy.html",
        "sqs:ListQueueTags": "no tags, as ListQueues",
        "wafv2:GetWebACLForResource": "none: https://docs.aws.amazon.com/waf/latest/APIReference/API_GetWebACLForResource.html",
        "sqs:ListQueues": "no queues: https://github.com/boto/boto3/issues/1813",
    }
)
"""Operations whose answer without any member has a meaning, and which."""
_OPTIONAL: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        # What was not given when it was made.
        "bedrock-agentcore-control:GetAgentRuntime": frozenset(
            {"agentRuntimeArtifact", "allowedPorts", "authorizerConfiguration", "capacityProviderConfiguration"}
            | {"environmentVariables", "filesystemConfigurations", "hooksConfiguration", "metadataConfiguration"}
            | {"networkConfiguration", "protocolConfiguration", "requestHeaderConfiguration", "resourceConfigurations"}
            | {"workloadIdentityDetails"}
        ),
        "bedrock-agentcore-control:GetBrowser": frozenset(
            {"browserSigning", "certificates", "enterprisePolicies", "filesystemConfigurations", "recording"}
        ),
        # A kind of alarm that a region does not know is not answered.
        "cloudwatch:DescribeAlarms": frozenset({"LogAlarms", "CompositeAlarms"}),
        "cloudwatch:GetMetricData": frozenset({"Messages"}),
        # What does not exist is named only where something does not.
        "codebuild:BatchGetProjects": frozenset({"projectsNotFound"}),
        "codebuild:BatchGetReportGroups": frozenset({"reportGroupsNotFound"}),
        # What an identity pool does not have is left out.
        "cognito-identity:DescribeIdentityPool": frozenset(
            {
                "CognitoIdentityProviders",
                "IdentityPoolTags",
                "OpenIdConnectProviderARNs",
                "SamlProviderARNs",
                "SupportedLoginProviders",
            }
        ),
        # What a task was not given: https://docs.aws.amazon.com/datasync/latest/userguide/API_DescribeTask.html
        "datasync:DescribeTask": frozenset(
            {"SourceNetworkInterfaceArns", "DestinationNetworkInterfaceArns", "Excludes", "Includes", "Schedule"}
            | {"ManifestConfig", "TaskReportConfig", "ScheduleDetails"}
        ),
        # Without rules there are none; only what failed has an exception.
        "dynamodb:DescribeContributorInsights": frozenset({"ContributorInsightsRuleList", "FailureException"}),
        "ecs:DescribeCapacityProviders": frozenset({"failures"}),
        "ecs:DescribeClusters": frozenset({"failures"}),
        # An older form of the features, and tags that nobody set.
        "guardduty:GetDetector": frozenset({"DataSources", "Tags", "Features"}),
        "ecs:DescribeServices": frozenset({"failures"}),
        "ecs:DescribeTaskDefinition": frozenset({"tags"}),
        # Only an account that failed is there.
        "inspector2:BatchGetAccountStatus": frozenset({"failedAccounts"}),
        "lambda:GetAccountSettings": frozenset({"AccountUsage"}),
        # No tags, tags that were read, no reservation: https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html
        "lambda:GetFunction": frozenset({"Tags", "TagsError", "Concurrency"}),
        # A function without code signing has no configuration to name.
        "lambda:GetFunctionCodeSigningConfig": frozenset({"CodeSigningConfigArn"}),
        # A group without a transformer may be answered without one.
        "logs:GetTransformer": frozenset({"transformerConfig"}),
        # What only some brokers have: https://docs.aws.amazon.com/amazon-mq/latest/api-reference/brokers-broker-id.html
        "mq:DescribeBroker": frozenset(
            {
                "ActionsRequired",
                "BrokerInstances",
                "Configurations",
                "DataReplicationMetadata",
                "EncryptionOptions",
                "LdapServerMetadata",
                "MaintenanceWindowStartTime",
                "PendingDataReplicationMetadata",
                "PendingLdapServerMetadata",
                "PendingSecurityGroups",
                "SecurityGroups",
                "SubnetIds",
                "Tags",
                "Users",
            }
        ),
        # A firewall whose logging was never set up, and groups of the other kinds.
        "network-firewall:DescribeLoggingConfiguration": frozenset({"LoggingConfiguration"}),
        "network-firewall:DescribeRuleGroup": frozenset({"FirewallRuleGroup", "IpsRuleGroup"}),
        # Where the log goes to S3: https://docs.aws.amazon.com/redshift/latest/APIReference/API_DescribeLoggingStatus.html
        "redshift:DescribeLoggingStatus": frozenset({"LogExports", "S3Tables"}),
        # The first page has none: https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListHostedZones.html
        "route53:ListHostedZones": frozenset({"Marker"}),
        "s3:ListBuckets": frozenset({"Owner"}),
        # What was not given when it was made; the features of one group fit in one answer, which has no token.
        "sagemaker:DescribeNotebookInstance": frozenset(
            {"SecurityGroups", "AcceleratorTypes", "AdditionalCodeRepositories", "InstanceMetadataServiceConfiguration"}
        ),
        "sagemaker:DescribeEndpointConfig": frozenset(
            {"AsyncInferenceConfig", "CrossRegionTrafficConfig", "DataCaptureConfig", "ExplainerConfig"}
            | {"MetricsConfig", "ShadowProductionVariants", "VpcConfig"}
        ),
        "sagemaker:DescribeModel": frozenset(
            {"Containers", "DeploymentRecommendation", "InferenceExecutionConfig", "PrimaryContainer", "VpcConfig"}
        ),
        **{
            f"sagemaker:Describe{kind}JobDefinition": frozenset(
                {f"{kind}BaselineConfig", "NetworkConfig", "StoppingCondition"}
            )
            for kind in ("DataQuality", "ModelBias", "ModelExplainability", "ModelQuality")
        },
        "sagemaker:DescribeMonitoringSchedule": frozenset({"LastMonitoringExecutionSummary"}),
        "sagemaker:DescribeFeatureGroup": frozenset(
            {"LastUpdateStatus", "NextToken", "OfflineStoreConfig", "OfflineStoreStatus", "OnlineStoreConfig"}
            | {"ThroughputConfig"}
        ),
        # The defaults: https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_GetConfigurationSet.html
        "sesv2:GetConfigurationSet": frozenset(
            {
                "ArchivingOptions",
                "DeliveryOptions",
                "MessageSecurityOptions",
                "ReputationOptions",
                "SendingOptions",
                "SuppressionOptions",
                "Tags",
                "TrackingOptions",
                "VdmOptions",
            }
        ),
        # The defaults: https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeStateMachine.html
        "ssm:DescribeDocumentPermission": frozenset({"AccountSharingInfoList"}),
        "stepfunctions:DescribeExecution": frozenset({"inputDetails", "outputDetails"}),
        "stepfunctions:DescribeStateMachine": frozenset(
            {"encryptionConfiguration", "loggingConfiguration", "tracingConfiguration", "variableReferences"}
        ),
        # Only an access point that is bound to a VPC has the first; the second is of Multi-Region ones.
        "s3control:GetAccessPoint": frozenset({"VpcConfiguration", "Endpoints"}),
    }
)
"""Members that AWS leaves out of some answers, or that Muster does not read."""
_ONE_OF: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        # A trail has selectors of one kind.
        "cloudtrail:GetEventSelectors": ("EventSelectors", "AdvancedEventSelectors"),
        # The attribute that was asked for; without user data it is there and empty.
        "ec2:DescribeInstanceAttribute": ("UserData",),
        # Muster asks for one kind at a time; that the lists of the other kinds are sent empty is written nowhere.
        "iam:GetAccountAuthorizationDetails": ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies"),
        # A website redirects everything, or has an index document.
        "s3:GetBucketWebsite": ("RedirectAllRequestsTo", "IndexDocument"),
    }
)
"""Operations of whose members one at least is there."""
_MAY_BE_HOLLOW = frozenset({"ec2:GetInstanceMetadataDefaults"})
"""Operations whose structure is empty where nothing is set.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceMetadataDefaultsResponse.html
"""
_NEVER_EMPTY = "Attributes"
"""The settings of one resource in SNS, SQS and Elastic Load Balancing: there are always some."""
_ROOTS: Mapping[str, str] = MappingProxyType(
    {
        "s3:GetBucketAccelerateConfiguration": "AccelerateConfiguration",
        "s3:GetBucketAcl": "AccessControlPolicy",
        "s3:GetBucketCors": "CORSConfiguration",
        "s3:GetBucketLifecycleConfiguration": "LifecycleConfiguration",
        "s3:GetBucketLocation": "LocationConstraint",
        "s3:GetBucketLogging": "BucketLoggingStatus",
        "s3:GetBucketNotificationConfiguration": "NotificationConfiguration",
        "s3:GetBucketRequestPayment": "RequestPaymentConfiguration",
        "s3:GetBucketTagging": "Tagging",
        "s3:GetBucketVersioning": "VersioningConfiguration",
        "s3:GetBucketWebsite": "WebsiteConfiguration",
        "s3:ListBucketMetricsConfigurations": "ListMetricsConfigurationsResult",
        "s3:ListBuckets": "ListAllMyBucketsResult",
        "s3:ListObjectsV2": "ListBucketResult",
    }
)
"""The root elements that botocore's model of S3 leaves out, from the response syntax of each operation's page.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
"""


@dataclass(frozen=True, slots=True)
class Contents:
    """The members that an operation's answer must hold.

    `root` is the root element of an XML document, empty where it is not known. `all_of` must be there, and of those
    `filled` hold something; where `all_of` is empty, one of `one_of` is there. With neither, any answer will do.
    """

    operation: str
    root: str = ""
    all_of: tuple[str, ...] = ()
    filled: frozenset[str] = frozenset()
    one_of: tuple[str, ...] = ()

    @property
    def anything(self) -> bool:
        """Whether an answer that holds nothing is one."""
        return not self.all_of and not self.one_of

    def refuses(self, root: str) -> str:
        """Return what is wrong with the name of a document's root element, or nothing.

        Emulators of AWS name it after the operation where the model does not say.
        """
        known = not self.root or root in (self.root, f"{self.operation}Response")
        return "" if known else f"it is no {self.root}"

    def lacks(self, answer: Mapping[str, Any]) -> str:
        """Return what is wrong with an answer as botocore parsed it, or nothing."""
        for name in self.all_of:
            value = answer.get(name)
            if value is None:
                return f"it has no {name}"
            if not value and name in self.filled:
                return f"{name} is empty"
        if self.one_of and all(answer.get(name) is None for name in self.one_of):
            return f"it has no {' and no '.join(self.one_of)}" if len(self.one_of) < 3 else "it is empty"  # noqa: PLR2004 - a short list
        return ""


def contents(operation: OperationModel) -> Contents:
    """Return what the answer of an operation must hold, by botocore's model."""
    shape: Any = operation.output_shape
    reads = isinstance(shape, StructureShape) and operation.name.startswith(_READING)
    if not reads or operation.has_streaming_output:
        return Contents(operation.name)
    payload = shape.serialization.get("payload")
    if payload:
        document = shape.members[payload]
        if not isinstance(document, StructureShape):
            return Contents(operation.name)
        return Contents(operation.name, document.name, (payload,), frozenset({payload}))
    name = f"{operation.service_model.service_name}:{operation.name}"
    root = _ROOTS.get(name, shape.name if name.startswith("s3control:") else "")
    if name in MAY_BE_EMPTY:
        return Contents(operation.name, root)
    if name in _ONE_OF:
        return Contents(operation.name, root, one_of=_ONE_OF[name])
    body = {each: member for each, member in shape.members.items() if not member.serialization.get("location")}
    optional = _OPTIONAL.get(name, frozenset())
    needed = tuple(
        each
        for each, member in body.items()
        if each not in optional and (each in shape.required_members or _is_held(member))
    )
    filled = frozenset(
        each
        for each in needed
        if each == _NEVER_EMPTY or (isinstance(body[each], StructureShape) and name not in _MAY_BE_HOLLOW)
    )
    return Contents(operation.name, root, needed, filled, () if needed else tuple(body))


def _is_held(member: Any) -> bool:
    """Whether a member has an element of its own, so that it is there when it is empty too."""
    return member.type_name in ("list", "map", "structure") and not member.serialization.get("flattened")
