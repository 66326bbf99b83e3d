"""Reading AWS Backup: which resources of a region it has backed up, its vaults with recovery points, and its plans."""

import typing

from muster.facets.backup import ProtectedResources, RecoveryPoints
from muster.facets.tagging.tags import Tags
from muster.model.finding import REGION, Resource
from muster.model.listing import Listed, Page, after
from muster.model.readers import describes, lists, reads
from muster.model.shard import Shard
from muster.readers.answers import all_pages, tag_list

if typing.TYPE_CHECKING:
    from mypy_boto3_backup import BackupClient

_VAULT = "AWS::Backup::BackupVault"
_PLAN = "AWS::Backup::BackupPlan"
_REPORT_PLAN = "AWS::Backup::ReportPlan"
_NOT_THERE = frozenset({"CREATING", "FAILED"})

protected_resources = reads(
    REGION, ProtectedResources, "backup:ListProtectedResources",
    lambda backup, _region: all_pages(backup, "list_protected_resources", "Results", page=1000),
)  # fmt: skip
"""When each resource was last backed up.

AWS lists a resource as soon as it has a recovery point, in whatever state that is.
https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ListProtectedResources.html
"""


@lists(
    _VAULT, permission="backup:ListBackupVaults", page=1000, on="arn:{partition}:backup:*:*:backup-vault:*",
    arn="backup:{region}:{account}:backup-vault:{id}",
)  # fmt: skip
def vaults(backup: "BackupClient", shard: Shard, token: str | None) -> Page:
    """List the backup vaults of a region, 1000 a page, without those that could not be made.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ListBackupVaults.html
    """
    answer = backup.list_backup_vaults(MaxResults=1000, **after(token))
    items = (
        Listed(shard.resource(_VAULT, str(item["BackupVaultName"]), str(item["BackupVaultArn"])))
        for item in answer.get("BackupVaultList", ())
        if item.get("VaultState") not in _NOT_THERE
    )
    return Page(items, answer.get("NextToken"))


recovery_points = reads(
    _VAULT, RecoveryPoints, "backup:ListRecoveryPointsByBackupVault",
    lambda backup, vault: all_pages(
        backup, "list_recovery_points_by_backup_vault", "RecoveryPoints", page=1000, BackupVaultName=vault.id
    ),
)  # fmt: skip
"""The recovery points of a vault, 1000 a call."""


@lists(
    _PLAN, permission="backup:ListBackupPlans", page=1000, on="arn:{partition}:backup:*:*:backup-plan:*",
    arn="backup:{region}:{account}:backup-plan:{id}",
)  # fmt: skip
def plans(backup: "BackupClient", shard: Shard, token: str | None) -> Page:
    """List the backup plans of a region, 1000 a page.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ListBackupPlans.html
    """
    answer = backup.list_backup_plans(MaxResults=1000, **after(token))
    arns = (str(item["BackupPlanArn"]) for item in answer.get("BackupPlansList", ()))
    return Page((Listed(shard.resource(_PLAN, _id(arn), arn)) for arn in arns), answer.get("NextToken"))


@lists(
    _REPORT_PLAN, permission="backup:ListReportPlans", page=1000, on="arn:{partition}:backup:*:*:report-plan:*",
    arn="backup:{region}:{account}:report-plan:{id}",
)  # fmt: skip
def report_plans(backup: "BackupClient", shard: Shard, token: str | None) -> Page:
    """List the report plans of a region, 1000 a page; their ARNs hold more than the name.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ListReportPlans.html
    """
    answer = backup.list_report_plans(MaxResults=1000, **after(token))
    arns = (str(item["ReportPlanArn"]) for item in answer.get("ReportPlans", ()))
    return Page((Listed(shard.resource(_REPORT_PLAN, _id(arn), arn)) for arn in arns), answer.get("NextToken"))


def _id(arn: str) -> str:
    return arn.rpartition(":")[2]


def _tags(backup: "BackupClient", resource: Resource) -> Tags:
    """Read the tags of a vault or a plan; boto3 has no paginator for them."""
    found: dict[str, str] = {}
    token: str | None = None
    while True:
        answer = backup.list_tags(ResourceArn=resource.key, **after(token))
        found |= answer.get("Tags") or {}
        token = answer.get("NextToken")
        if not token:
            return Tags.parse(tag_list(found))


_LIST_TAGS = "backup:ListTags"
tags = describes(_VAULT, permission=_LIST_TAGS)(_tags)
plan_tags = describes(_PLAN, permission=_LIST_TAGS)(_tags)
report_plan_tags = describes(_REPORT_PLAN, permission=_LIST_TAGS)(_tags)
