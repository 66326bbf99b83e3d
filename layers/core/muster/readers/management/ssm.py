"""Reading Systems Manager: managed instances and their compliance, documents, settings of a region."""

import typing
from typing import Any

from muster.facets.management.ssm import (
    AutomationLogs,
    DocumentShares,
    DocumentSharing,
    InstanceCompliance,
    ManagedInstances,
)
from muster.facets.tagging.tags import Tags
from muster.model.finding import REGION, Resource
from muster.model.listing import Listed, Page, after
from muster.model.paging import Pages
from muster.model.readers import describes, lists, reads
from muster.model.shard import Shard
from muster.readers.answers import all_pages

if typing.TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

DOCUMENT = "AWS::SSM::Document"
_INSTANCE = "AWS::EC2::Instance"
_SETTINGS = "arn:{partition}:ssm:*:*:servicesetting/ssm/"

managed_instances = reads(
    REGION, ManagedInstances, "ssm:DescribeInstanceInformation",
    lambda ssm, _region: all_pages(ssm, "describe_instance_information", "InstanceInformationList", page=50),
    page=Pages(_INSTANCE, 50),
)  # fmt: skip
"""The managed instances of a region, 50 a page, which is the most."""

instance_compliance = reads(
    REGION, InstanceCompliance, "ssm:ListResourceComplianceSummaries",
    lambda ssm, _region: all_pages(
        ssm, "list_resource_compliance_summaries", "ResourceComplianceSummaryItems", page=50
    ),
    page=Pages(_INSTANCE, 50),
)  # fmt: skip
"""The compliance of managed instances, 50 summaries a page, usually two of each instance."""


@lists(
    DOCUMENT, permission="ssm:ListDocuments", facets=(Tags,), page=50, on="arn:{partition}:ssm:*:*:document/*",
    arn="ssm:{region}:{account}:document/{id...}", gone=("InvalidDocument",),
)  # fmt: skip
def documents(ssm: "SSMClient", shard: Shard, token: str | None) -> Page:
    """List the documents of a region that the account owns, 50 a page.

    https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ListDocuments.html
    """
    answer = ssm.list_documents(Filters=[{"Key": "Owner", "Values": ["Self"]}], MaxResults=50, **after(token))
    return Page((_document(shard, item) for item in answer.get("DocumentIdentifiers", ())), answer.get("NextToken"))


def _document(shard: Shard, item: Any) -> Listed:
    name, tags = str(item["Name"]), Tags.parse(item)
    return Listed(shard.resource(DOCUMENT, name, shard.arn("ssm", f"document/{name}"), tags.own), {Tags: tags})


@describes(DOCUMENT, permission="ssm:DescribeDocumentPermission")
def document_shares(ssm: "SSMClient", document: Resource) -> DocumentShares:
    """Read which accounts a document is shared with, 200 a page.

    https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeDocumentPermission.html
    """
    accounts: list[str] = []
    token: str | None = None
    while True:
        answer = ssm.describe_document_permission(
            Name=document.id, PermissionType="Share", MaxResults=200, **after(token)
        )
        accounts += answer["AccountIds"]
        token = answer.get("NextToken")
        if not token:
            return DocumentShares.parse({"AccountIds": accounts})


automation_logs = reads(
    REGION, AutomationLogs, "ssm:GetServiceSetting",
    lambda ssm, _region: ssm.get_service_setting(SettingId="/ssm/automation/customer-script-log-destination"),
    absent=("ServiceSettingNotFound",), on=f"{_SETTINGS}automation/customer-script-log-destination",
)  # fmt: skip

document_sharing = reads(
    REGION, DocumentSharing, "ssm:GetServiceSetting",
    lambda ssm, _region: ssm.get_service_setting(SettingId="/ssm/documents/console/public-sharing-permission"),
    absent=("ServiceSettingNotFound",), on=f"{_SETTINGS}documents/console/public-sharing-permission",
)  # fmt: skip
