"""The lists of configurations of a bucket as properties: metrics, analytics, inventory, tiering. Pure."""

from typing import Any

from muster.properties.consuming import Part, without
from muster.properties.s3.filters import flat_filter


def metrics(part: Part) -> list[dict[str, Any]]:
    """Return the configurations of request metrics."""
    return [
        {**each.copy("Id"), **flat_filter(each, "AccessPointArn")} for each in part.parts("MetricsConfigurationList")
    ]


def analytics(part: Part) -> list[dict[str, Any]]:
    """Return the configurations of storage class analysis."""
    return [_analysis(each) for each in part.parts("AnalyticsConfigurationList")]


def inventory(part: Part) -> list[dict[str, Any]]:
    """Return the configurations of inventories."""
    return [_inventory(each) for each in part.parts("InventoryConfigurationList")]


def tiering(part: Part) -> list[dict[str, Any]]:
    """Return the configurations of S3 Intelligent-Tiering."""
    return [
        {
            **each.copy("Id", "Status"),
            **flat_filter(each),
            "Tierings": [step.copy("AccessTier", "Days") for step in each.parts("Tierings")],
        }
        for each in part.parts("IntelligentTieringConfigurationList")
    ]


def _analysis(each: Part) -> dict[str, Any]:
    export = each.part("StorageClassAnalysis").part("DataExport")
    to = export.part("Destination").part("S3BucketDestination")
    written = {
        **export.copy("OutputSchemaVersion"),
        "Destination": to.copy("Format", "BucketAccountId", "Prefix", Bucket="BucketArn"),
    }
    analysis = {"DataExport": written} if export else {}
    return {**each.copy("Id"), **flat_filter(each), "StorageClassAnalysis": analysis}


def _inventory(each: Part) -> dict[str, Any]:
    to = each.part("Destination").part("S3BucketDestination")
    to.refuse("Encryption", "CloudFormation has no property for the encryption of inventories")
    return without(
        {
            **each.copy("Id", "IncludedObjectVersions", "OptionalFields", IsEnabled="Enabled"),
            **flat_filter(each),
            **each.part("Schedule").copy(Frequency="ScheduleFrequency"),
            "Destination": to.copy("Format", "Prefix", AccountId="BucketAccountId", Bucket="BucketArn"),
        }
    )
