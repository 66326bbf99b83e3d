"""Comparisons of tags, the same for all that is migrated."""

from muster.facets.tagging.tags import Tags
from muster.migration.comparison import compares
from muster.migration.relatives import BUCKET, FUNCTION, LOG_GROUP, TABLE
from muster.migration.sides import Pair, Target
from muster.model.finding import Severity, Verdict, compliant, non_compliant


def target_tagged(target: Target, pair: Pair) -> Verdict:
    """Target resources should have the tags Environment, MigrationBatch and SourceRegion of the migration file.

    Problem: tags of the migration are missing
    Why: The tags say which resources a batch has made, what they cost and what can be removed again.
    Fix: `aws resourcegroupstaggingapi tag-resources --resource-arn-list ARN --tags
      Environment=ENVIRONMENT,MigrationBatch=BATCH,SourceRegion=SOURCE-REGION`
    Source: https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_TagResources.html
    """
    found = target.own.facet("tags", Tags).values
    wrong = []
    for key, value in pair.file.tags.items():
        if key not in found:
            wrong.append(f"{key} is missing ({value} is expected)")
        elif found[key] != value:
            wrong.append(f"{key} is {found[key]}, not {value}")
    if wrong:
        return non_compliant("; ".join(wrong))
    return compliant(", ".join(f"{key} is {value}" for key, value in pair.file.tags.items()))


target_bucket_tagged = compares(BUCKET, severity=Severity.LOW)(target_tagged)
target_table_tagged = compares(TABLE, severity=Severity.LOW)(target_tagged)
target_function_tagged = compares(FUNCTION, severity=Severity.LOW)(target_tagged)
target_log_group_tagged = compares(LOG_GROUP, severity=Severity.LOW)(target_tagged)
