"""A finding in the AWS Security Finding Format (ASFF), as Security Hub CSPM imports it. Pure.

Alerts and the format `asff` of a report share it.

https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format.html
https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_AwsSecurityFinding.html
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from muster.model.arn import Arn
from muster.model.finding import ACCOUNT, Finding, Status
from muster.model.text import shortened
from muster.reports.remedy import fix_text
from muster.reports.wording import owner_of

_TITLE, _DESCRIPTION, _ID, _FIELD, _FIX = 256, 1_024, 512, 1_023, 512
"""Characters that ASFF allows at most."""
_TAGS, _TAG_KEY, _TAG_VALUE = 50, 128, 256
_REQUIREMENTS = 32
_REGION = 16
_LARGEST = 240_000
"""Bytes of a finding at most."""
_TYPES = ["Software and Configuration Checks/AWS Security Best Practices"]
_PARTITIONS = frozenset({"aws", "aws-cn", "aws-us-gov"})
"""The partitions that the API knows by the names that ARNs have."""
TYPE_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "AWS::ACM::Certificate": "AwsCertificateManagerCertificate",
        "AWS::AmazonMQ::Broker": "AwsAmazonMqBroker",
        "AWS::ApiGateway::RestApi": "AwsApiGatewayRestApi",
        "AWS::ApiGateway::Stage": "AwsApiGatewayStage",
        "AWS::ApiGatewayV2::Api": "AwsApiGatewayV2Api",
        "AWS::ApiGatewayV2::Stage": "AwsApiGatewayV2Stage",
        "AWS::AppSync::GraphQLApi": "AwsAppSyncGraphQlApi",
        "AWS::Athena::WorkGroup": "AwsAthenaWorkGroup",
        "AWS::AutoScaling::AutoScalingGroup": "AwsAutoScalingAutoScalingGroup",
        "AWS::AutoScaling::LaunchConfiguration": "AwsAutoScalingLaunchConfiguration",
        "AWS::Backup::BackupPlan": "AwsBackupBackupPlan",
        "AWS::Backup::BackupVault": "AwsBackupBackupVault",
        "AWS::CloudFormation::Stack": "AwsCloudFormationStack",
        "AWS::CloudFront::Distribution": "AwsCloudFrontDistribution",
        "AWS::CloudTrail::Trail": "AwsCloudTrailTrail",
        "AWS::CloudWatch::Alarm": "AwsCloudWatchAlarm",
        "AWS::CodeBuild::Project": "AwsCodeBuildProject",
        "AWS::DMS::Endpoint": "AwsDmsEndpoint",
        "AWS::DMS::ReplicationInstance": "AwsDmsReplicationInstance",
        "AWS::DMS::ReplicationTask": "AwsDmsReplicationTask",
        "AWS::DynamoDB::Table": "AwsDynamoDbTable",
        "AWS::EC2::ClientVpnEndpoint": "AwsEc2ClientVpnEndpoint",
        "AWS::EC2::EIP": "AwsEc2Eip",
        "AWS::EC2::Instance": "AwsEc2Instance",
        "AWS::EC2::LaunchTemplate": "AwsEc2LaunchTemplate",
        "AWS::EC2::NetworkAcl": "AwsEc2NetworkAcl",
        "AWS::EC2::NetworkInterface": "AwsEc2NetworkInterface",
        "AWS::EC2::RouteTable": "AwsEc2RouteTable",
        "AWS::EC2::SecurityGroup": "AwsEc2SecurityGroup",
        "AWS::EC2::Subnet": "AwsEc2Subnet",
        "AWS::EC2::TransitGateway": "AwsEc2TransitGateway",
        "AWS::EC2::VPC": "AwsEc2Vpc",
        "AWS::EC2::VPCEndpointService": "AwsEc2VpcEndpointService",
        "AWS::EC2::VPCPeeringConnection": "AwsEc2VpcPeeringConnection",
        "AWS::EC2::VPNConnection": "AwsEc2VpnConnection",
        "AWS::EC2::Volume": "AwsEc2Volume",
        "AWS::ECR::Repository": "AwsEcrRepository",
        "AWS::ECS::Cluster": "AwsEcsCluster",
        "AWS::ECS::Service": "AwsEcsService",
        "AWS::ECS::TaskDefinition": "AwsEcsTaskDefinition",
        "AWS::EFS::AccessPoint": "AwsEfsAccessPoint",
        "AWS::EKS::Cluster": "AwsEksCluster",
        "AWS::ElasticBeanstalk::Environment": "AwsElasticBeanstalkEnvironment",
        "AWS::ElasticLoadBalancing::LoadBalancer": "AwsElbLoadBalancer",
        "AWS::ElasticLoadBalancingV2::LoadBalancer": "AwsElbv2LoadBalancer",
        "AWS::Elasticsearch::Domain": "AwsElasticsearchDomain",
        "AWS::Events::EventBus": "AwsEventsEventbus",
        "AWS::GuardDuty::Detector": "AwsGuardDutyDetector",
        "AWS::IAM::Group": "AwsIamGroup",
        "AWS::IAM::ManagedPolicy": "AwsIamPolicy",
        "AWS::IAM::Role": "AwsIamRole",
        "AWS::IAM::User": "AwsIamUser",
        "AWS::KMS::Key": "AwsKmsKey",
        "AWS::Kinesis::Stream": "AwsKinesisStream",
        "AWS::Lambda::Function": "AwsLambdaFunction",
        "AWS::MSK::Cluster": "AwsMskCluster",
        "AWS::NetworkFirewall::Firewall": "AwsNetworkFirewallFirewall",
        "AWS::NetworkFirewall::FirewallPolicy": "AwsNetworkFirewallFirewallPolicy",
        "AWS::NetworkFirewall::RuleGroup": "AwsNetworkFirewallRuleGroup",
        "AWS::OpenSearchService::Domain": "AwsOpenSearchServiceDomain",
        "AWS::RDS::DBCluster": "AwsRdsDbCluster",
        "AWS::RDS::DBClusterSnapshot": "AwsRdsDbClusterSnapshot",
        "AWS::RDS::DBInstance": "AwsRdsDbInstance",
        "AWS::RDS::DBSnapshot": "AwsRdsDbSnapshot",
        "AWS::RDS::EventSubscription": "AwsRdsEventSubscription",
        "AWS::Redshift::Cluster": "AwsRedshiftCluster",
        "AWS::Route53::HostedZone": "AwsRoute53HostedZone",
        "AWS::S3::AccessPoint": "AwsS3AccessPoint",
        "AWS::S3::Bucket": "AwsS3Bucket",
        "AWS::SNS::Topic": "AwsSnsTopic",
        "AWS::SQS::Queue": "AwsSqsQueue",
        "AWS::SageMaker::NotebookInstance": "AwsSageMakerNotebookInstance",
        "AWS::SecretsManager::Secret": "AwsSecretsManagerSecret",
        "AWS::StepFunctions::StateMachine": "AwsStepFunctionStateMachine",
        "AWS::WAFv2::RuleGroup": "AwsWafv2RuleGroup",
        "AWS::WAFv2::WebACL": "AwsWafv2WebAcl",
        ACCOUNT: "AwsAccount",
    }
)
"""Security Hub's names of resource types; all others are `Other`."""
_STATUSES: Mapping[Status, str] = MappingProxyType(
    {
        Status.COMPLIANT: "PASSED",
        Status.NON_COMPLIANT: "FAILED",
        Status.INSUFFICIENT_DATA: "WARNING",
        Status.NOT_APPLICABLE: "NOT_AVAILABLE",
    }
)


@dataclass(frozen=True, slots=True)
class Home:
    """The account, region and partition that import the findings, and the stack that found them, if one did.

    A finding of the default product must carry the account that imports it. The resource's own account stands in
    `Resources` and in `ProductFields`.
    """

    account_id: str
    region: str
    partition: str
    stack: str = ""

    @property
    def product_arn(self) -> str:
        """The ARN of the product that every account may import findings for."""
        return f"arn:{self.partition}:securityhub:{self.region}:{self.account_id}:product/{self.account_id}/default"


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """The facts of one finding that Security Hub gets.

    `compliance` is PASSED, FAILED, WARNING or NOT_AVAILABLE; `active` is whether the finding needs action. The times
    are milliseconds since 1970 in UTC. `fields` are more facts by name.
    """

    finding_id: str
    check_id: str
    title: str
    reason: str
    severity: str
    compliance: str
    active: bool
    resource_type: str
    resource_id: str
    resource_arn: str
    account_id: str
    region: str
    first_seen: int
    updated: int
    fields: Mapping[str, str] = field(default_factory=dict)
    fix: str = ""
    docs_url: str = ""
    controls: Sequence[str] = ()
    tags: Mapping[str, str] = field(default_factory=dict)


def observed(finding: Finding, scan_id: str, owner_tag: str) -> Observation:
    """Return the facts of a finding of a scan; suppressed, passing and not applicable ones are archived."""
    resource = finding.resource
    updated = _millis(finding.observed_at)
    accepted = finding.suppression
    return Observation(
        finding_id=finding.finding_id,
        check_id=finding.check_id,
        title=finding.title,
        reason=finding.reason,
        severity=finding.severity.value,
        compliance=_STATUSES[finding.status],
        active=finding.failing or finding.status is Status.INSUFFICIENT_DATA,
        resource_type=resource.type,
        resource_id=resource.id,
        resource_arn=resource.arn or "",
        account_id=resource.account_id,
        region=resource.region,
        first_seen=_millis(finding.first_seen) if finding.first_seen else updated,
        updated=updated,
        fields={
            "muster/account_name": finding.account_name,
            "muster/owner": owner_of(finding, owner_tag),
            "muster/variant": finding.variant,
            "muster/suppressed_because": accepted.reason if accepted else "",
            "muster/accepted_until": accepted.expires if accepted else "",
            "muster/scan": scan_id,
        },
        fix=fix_text(finding),
        docs_url=finding.docs_url,
        controls=finding.controls,
        tags=resource.tags or {},
    )


def asff(seen: Observation, home: Home) -> dict[str, Any]:
    """Return a finding in ASFF, with texts shortened to what it allows and at most 240 KB."""
    fields = {
        "muster/account": seen.account_id,
        "muster/check": seen.check_id,
        "muster/stack": home.stack,
        **seen.fields,
    }
    found = {
        "SchemaVersion": "2018-10-08",
        "Id": _text(f"muster/{home.stack or 'muster'}/{seen.finding_id}", _ID, "muster"),
        "ProductArn": home.product_arn,
        "ProductName": "Muster",
        "CompanyName": "Muster",
        "GeneratorId": _text(f"muster/{seen.check_id}", _ID, "muster"),
        "AwsAccountId": home.account_id,
        "CreatedAt": _time(seen.first_seen),
        "UpdatedAt": _time(seen.updated),
        "Title": _text(seen.title, _TITLE, seen.check_id),
        "Description": _text(seen.reason, _DESCRIPTION, "No reason is known."),
        "FindingProviderFields": {"Severity": {"Label": seen.severity, "Original": seen.severity}, "Types": _TYPES},
        "Resources": [_resource(seen, home)],
        "Compliance": _compliance(seen),
        "RecordState": "ACTIVE" if seen.active else "ARCHIVED",
        "ProductFields": _filled(fields),
        **_remediation(seen),
    }
    if len(json.dumps(found)) > _LARGEST:
        # Only fifty long tags make a finding that large, each character of which is sent as twelve bytes.
        del found["Resources"][0]["Tags"]
    return found


def _resource(seen: Observation, home: Home) -> dict[str, Any]:
    arn = Arn.parse(seen.resource_arn)
    partition = arn.partition if arn else home.partition
    region = seen.region if "-" in seen.region else ""
    about = {"account": seen.account_id, "id": seen.resource_id, "type": seen.resource_type}
    tags = {key: value for key, value in list(seen.tags.items())[:_TAGS] if not _blank(key) and not _blank(value)}
    found: dict[str, Any] = {
        "Type": TYPE_NAMES.get(seen.resource_type, "Other"),
        "Id": _identity(seen),
        "Partition": partition if partition in _PARTITIONS else "",
        "Region": shortened(region, _REGION),
        "Details": {"Other": _filled(about)},
        "Tags": {shortened(key, _TAG_KEY): shortened(value, _TAG_VALUE) for key, value in tags.items()},
    }
    return {key: value for key, value in found.items() if value}


def _identity(seen: Observation) -> str:
    """Return the ARN of a resource; Security Hub writes an account as `AWS::::Account:ID`."""
    if seen.resource_type == ACCOUNT:
        return f"{ACCOUNT}:{seen.account_id}"
    return _text(seen.resource_arn, _ID) or _text(seen.resource_id, _ID, seen.resource_type)


def _compliance(seen: Observation) -> dict[str, Any]:
    requirements = [_text(control, _FIELD) for control in seen.controls[:_REQUIREMENTS]]
    named = [control for control in requirements if control]
    return {"Status": seen.compliance, **({"RelatedRequirements": named} if named else {})}


def _remediation(seen: Observation) -> dict[str, Any]:
    found = {"Text": _text(seen.fix, _FIX), "Url": _text(seen.docs_url, _FIX)}
    recommendation = {key: value for key, value in found.items() if value}
    return {"Remediation": {"Recommendation": recommendation}} if recommendation else {}


def _filled(fields: Mapping[str, str]) -> dict[str, str]:
    """Return the fields that have a text: ASFF refuses blank values."""
    return {key: shortened(value, _FIELD) for key, value in fields.items() if not _blank(value)}


def _text(text: str, width: int, otherwise: str = "") -> str:
    return otherwise if _blank(text) else shortened(text, width)


def _blank(text: str) -> bool:
    return not text.strip()


def _millis(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _time(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
