"""Reading AWS Backup: which resources of a region it has backed up."""

from muster.facets.backup import ProtectedResources
from muster.model.finding import REGION
from muster.model.readers import reads
from muster.readers.answers import all_pages

protected_resources = reads(
    REGION, ProtectedResources, "backup:ListProtectedResources",
    lambda backup, _region: all_pages(backup, "list_protected_resources", "Results", page=1000),
)  # fmt: skip
"""When each resource was last backed up.

AWS lists a resource as soon as it has a recovery point, in whatever state that is.
https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ListProtectedResources.html
"""
