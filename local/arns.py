"""The ARN of the resource that a call is about, from its parameters."""

import re
from collections.abc import Callable, Mapping
from typing import Any


def resource_of(action: str, parameters: Mapping[str, Any], region: str, account: str) -> str:
    """Return the ARN that a call's action is authorized on, `*` where the action knows none.

    Of several resources it is the first: the grants are the same for all.
    """
    single = {name: _first(value) for name, value in parameters.items()}
    service = action.partition(":")[0]
    if action == "iam:PassRole":
        return str(parameters.get("ReplicationConfiguration", single).get("Role", "*"))
    if service == "s3" and "Bucket" in single:
        bucket = f"arn:aws:s3:::{single['Bucket']}"
        return f"{bucket}/{single['Key']}" if "Key" in single else bucket
    if action in _BUSES and "Name" in single:
        parameters = {"Entries": [{"EventBusName": single["Name"]}]}
    if service in _NESTED and (found := _NESTED[service](parameters)):
        place = "" if service in _GLOBAL or found.startswith("global-table/") else region
        owner = "" if service == "apigateway" else account
        found = found.replace("{kind}", "webacl" if "WebACL" in action else "rulegroup")
        found = found.replace("{definition}", _definition(action))
        return found if found.startswith("arn:") else f"arn:aws:{service}:{place}:{owner}:{found}"
    if "QueueUrl" in single:
        return f"arn:aws:sqs:{region}:{account}:{single['QueueUrl'].rpartition('/')[2]}"
    for name, kind in _KINDS.items():
        if name in single:
            value = single[name]
            return value if value.startswith("arn:") else f"arn:aws:{service}:{region}:{account}:{kind}{value}"
    return "*"


def _of_dynamodb(parameters: Mapping[str, Any]) -> str:
    """Name the table of a batch, the index of a query, or the stream; of several tables the first."""
    if "GlobalTableName" in parameters:
        return f"global-table/{parameters['GlobalTableName']}"
    tables = parameters.get("RequestItems") or {}
    table = str(parameters.get("TableName") or next(iter(tables), ""))
    if not table:
        return str(parameters.get("StreamArn") or "")
    index = f"/index/{parameters['IndexName']}" if "IndexName" in parameters else ""
    return f"{table}{index}" if table.startswith("arn:") else f"table/{table}{index}"


def _of_iam(parameters: Mapping[str, Any]) -> str:
    """Name the role or the server certificate; they have paths, which no parameter has."""
    if "ServerCertificateName" in parameters:
        return f"server-certificate/{parameters['ServerCertificateName']}"
    return f"role/{parameters['RoleName']}" if "RoleName" in parameters else ""


def _of_logs(parameters: Mapping[str, Any]) -> str:
    """Name the log group, the first of several, or those whose names begin so."""
    several = parameters.get("logGroupIdentifiers") or [parameters.get("logGroupIdentifier")]
    name = str(parameters.get("logGroupName") or parameters.get("logGroupNamePrefix") or several[0] or "")
    return name if name.startswith("arn:") or not name else f"log-group:{name}"


def _of_events(parameters: Mapping[str, Any]) -> str:
    """Name the bus of the first entry; entries that name none go to the default bus."""
    if "Entries" not in parameters:
        return ""
    bus = str(parameters["Entries"][0].get("EventBusName") or "default")
    return bus if bus.startswith("arn:") else f"event-bus/{bus}"


def _of_securityhub(parameters: Mapping[str, Any]) -> str:
    """Name the product whose findings are imported."""
    return str(parameters["Findings"][0].get("ProductArn", "")) if parameters.get("Findings") else ""


def _of_ssm(parameters: Mapping[str, Any]) -> str:
    """Name the setting, the document, or the parameter; the slash that a path begins with is part of the ARN's own."""
    if "SettingId" in parameters:
        setting = str(parameters["SettingId"])
        return setting if setting.startswith("arn:") else f"servicesetting/{setting.removeprefix('/')}"
    name = str(parameters.get("Name") or _first(parameters.get("Names") or ""))
    if "PermissionType" in parameters:
        return f"document/{name}"
    return name if name.startswith("arn:") or not name else f"parameter/{name.removeprefix('/')}"


def _of_elasticbeanstalk(parameters: Mapping[str, Any]) -> str:
    """Name the environment, whose ARN has the application too."""
    if "EnvironmentName" in parameters and "ApplicationName" in parameters:
        return f"environment/{parameters['ApplicationName']}/{parameters['EnvironmentName']}"
    return str(parameters.get("ResourceArn") or "")


def _of_secretsmanager(parameters: Mapping[str, Any]) -> str:
    """Name the secret with six more characters, which Secrets Manager appends to its name."""
    name = str(parameters.get("SecretId") or "")
    return name if name.startswith("arn:") or not name else f"secret:{name}-AbCdEf"


def _first(value: Any) -> str:
    return str(value[0] if isinstance(value, list) and value else value)


_BUSES = {"events:DescribeEventBus", "events:DeleteEventBus"}
"""The actions on a bus whose operation names it alone."""


def _of_cloudfront(parameters: Mapping[str, Any]) -> str:
    """Name the distribution."""
    return f"distribution/{parameters['Id']}" if "Id" in parameters else ""


def _of_apigateway(parameters: Mapping[str, Any]) -> str:
    """Name the API that a call is about, or the APIs where it is about none; the ARN has no account."""
    if "ApiId" in parameters or "MaxResults" in parameters:
        return f"/apis/{parameters.get('ApiId', '')}".removesuffix("/")
    return f"/restapis/{parameters.get('restApiId', '')}".removesuffix("/")


def _of_route53(parameters: Mapping[str, Any]) -> str:
    """Name the first hosted zone; the ARN has no account."""
    return f"arn:aws:route53:::hostedzone/{_first(parameters['ResourceIds'])}" if "ResourceIds" in parameters else ""


def _of_wafv2(parameters: Mapping[str, Any]) -> str:
    """Name the web ACL or the rule group; which of the two only the action knows, and the grants are alike."""
    if "Id" not in parameters:
        return str(parameters.get("ResourceARN") or "")
    scope = "global" if parameters["Scope"] == "CLOUDFRONT" else "regional"
    return f"{scope}/{{kind}}/{parameters['Name']}/{parameters['Id']}"


def _definition(action: str) -> str:
    """Return the kind of SageMaker's job definition that an action is about, as its ARN spells it."""
    kind = re.sub("^[A-Z][a-z]+", "", action.partition(":")[2])
    return re.sub("(?<=[a-z])(?=[A-Z])", "-", kind).lower()


_GLOBAL = ("cloudfront", "iam")
"""The services whose ARNs have no region."""


def _by_name(**kinds: str) -> Callable[[Mapping[str, Any]], str]:
    """Return what names a resource by the first of these parameters that is there: each with how its ARN goes on."""

    def named(parameters: Mapping[str, Any]) -> str:
        found = ((kind, _first(parameters[name])) for name, kind in kinds.items() if parameters.get(name))
        return next((value if value.startswith("arn:") else f"{kind}{value}" for kind, value in found), "")

    return named


def _of_ecr(parameters: Mapping[str, Any]) -> str:
    """Name the repository, the first of several, or all of them where none is named, as a listing's error does."""
    several = parameters.get("repositoryNames") or [parameters.get("repositoryName") or "*"]
    return str(parameters.get("resourceArn") or f"repository/{several[0]}")


_NESTED: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "acm": _by_name(CertificateArn=""),
    "acm-pca": _by_name(CertificateAuthorityArn=""),
    "apigateway": _of_apigateway,
    "athena": _by_name(ResourceARN="", WorkGroup="workgroup/"),
    "backup": _by_name(BackupVaultName="backup-vault:"),
    "bedrock-agentcore": _by_name(
        agentRuntimeId="runtime/", browserId="browser-custom/", gatewayIdentifier="gateway/", resourceArn=""
    ),
    "cloudfront": _of_cloudfront,
    "cloudtrail": _by_name(TrailName="trail/", Name="trail/", ResourceIdList="trail/"),
    "cognito-identity": _by_name(IdentityPoolId="identitypool/"),
    "cognito-idp": _by_name(UserPoolId="userpool/"),
    "codebuild": _by_name(names="project/", reportGroupArns="report-group/"),
    "datasync": _by_name(ResourceArn="", TaskArn=""),
    "dms": _by_name(ResourceArnList=""),
    "connect": _by_name(resourceArn="", InstanceId="instance/"),
    "dynamodb": _of_dynamodb,
    "ecr": _of_ecr,
    "eks": _by_name(nodegroupName="nodegroup/cluster/", name="cluster/", clusterName="cluster/"),
    "elasticbeanstalk": _of_elasticbeanstalk,
    "elasticfilesystem": _by_name(FileSystemId="file-system/", AccessPointId="access-point/"),
    "elasticmapreduce": _by_name(ClusterId="cluster/"),
    "es": _by_name(ARN="", DomainNames="domain/", DomainName="domain/"),
    "events": _of_events,
    "firehose": _by_name(DeliveryStreamName="deliverystream/"),
    "guardduty": _by_name(DetectorId="detector/"),
    "iam": _of_iam,
    "kinesis": _by_name(StreamARN="", ResourceARN="", StreamName="stream/"),
    "logs": _of_logs,
    "mq": _by_name(ResourceArn="", BrokerId="broker:name:"),
    "network-firewall": _by_name(ResourceArn="", FirewallArn="", FirewallPolicyArn="", RuleGroupArn=""),
    "rds": _by_name(
        DBClusterParameterGroupName="cluster-pg:",
        DBParameterGroupName="pg:",
        DBClusterSnapshotIdentifier="cluster-snapshot:",
        DBSnapshotIdentifier="snapshot:",
    ),
    "redshift": _by_name(ResourceName="", ClusterIdentifier="cluster:", ParameterGroupName="parametergroup:"),
    "route53": _of_route53,
    "s3express": _by_name(ResourceArn="", Bucket="bucket/"),
    "sagemaker": _by_name(
        EndpointConfigName="endpoint-config/",
        FeatureGroupName="feature-group/",
        JobDefinitionName="{definition}/",
        ModelName="model/",
        MonitoringScheduleName="monitoring-schedule/",
        NotebookInstanceName="notebook-instance/",
        ResourceArn="",
    ),
    "secretsmanager": _of_secretsmanager,
    "securityhub": _of_securityhub,
    "ses": _by_name(ConfigurationSetName="configuration-set/"),
    "ssm": _of_ssm,
    "transfer": _by_name(Arn="", ConnectorId="connector/", ServerId="server/"),
    "wafv2": _of_wafv2,
    "workspaces": _by_name(ResourceId="workspace/", WorkspaceIds="workspace/"),
}
"""How the resource is found in the parameters of services that name it within them; empty where they do not."""

_KINDS: Mapping[str, str] = {
    "FunctionName": "function:",
    "KeyId": "key/",
    "PrefixListId": "prefix-list/",
    "TableName": "table/",
    "clusters": "cluster/",
    "services": "service/",
    **dict.fromkeys(
        (
            "PolicyArn", "Resource", "ResourceARN", "ResourceArn", "ResourceName", "RoleArn", "TopicArn", "resourceArn",
            "stateMachineArn",
        ),
        "",
    ),
}  # fmt: skip
"""How the ARN goes on of what a parameter names, where it is not an ARN itself."""
