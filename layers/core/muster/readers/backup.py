"""Reading AWS Backup: which resources of a region it has backed up."""

import typing

from muster.facets.backup import ProtectedResources
from muster.model.finding import REGION, Resource
from muster.model.readers import describes

if typing.TYPE_CHECKING:
    from mypy_boto3_backup import BackupClient


@describes(REGION, client="backup", permission="backup:ListProtectedResources")
def protected_resources(backup: "BackupClient", _region: Resource) -> ProtectedResources:
    """Read when each resource was last backed up, 1000 a page.

    AWS lists a resource as soon as it has a recovery point, in whatever state that is.
    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ListProtectedResources.html
    """
    pages = backup.get_paginator("list_protected_resources").paginate(PaginationConfig={"PageSize": 1000})
    return ProtectedResources.parse({"Results": [item for page in pages for item in page.get("Results", ())]})
