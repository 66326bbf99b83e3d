"""The configurations of which a bucket has many: metrics, analytics, intelligent tiering, inventories."""

from typing import Any

from local.bucket_settings.filters import filter_of
from local.provisioning.kinds import Properties, chosen


def metrics(properties: Properties) -> dict[str, Any]:
    """Return the parameters of PutBucketMetricsConfiguration."""
    made = {"Id": properties["Id"], **filter_of(properties, "AccessPointArn")}
    return {"Id": properties["Id"], "MetricsConfiguration": made}


def analytics(properties: Properties) -> dict[str, Any]:
    """Return the parameters of PutBucketAnalyticsConfiguration."""
    analysis: dict[str, Any] = {}
    if "DataExport" in properties["StorageClassAnalysis"]:
        export = properties["StorageClassAnalysis"]["DataExport"]
        target = chosen(export["Destination"], "BucketAccountId", "Format", "Prefix", Bucket="BucketArn")
        analysis["DataExport"] = {
            "OutputSchemaVersion": export["OutputSchemaVersion"],
            "Destination": {"S3BucketDestination": target},
        }
    made = {"Id": properties["Id"], **filter_of(properties), "StorageClassAnalysis": analysis}
    return {"Id": properties["Id"], "AnalyticsConfiguration": made}


def tiering(properties: Properties) -> dict[str, Any]:
    """Return the parameters of PutBucketIntelligentTieringConfiguration."""
    made = {**chosen(properties, "Id", "Status", "Tierings"), **filter_of(properties)}
    return {"Id": properties["Id"], "IntelligentTieringConfiguration": made}


def inventory(properties: Properties) -> dict[str, Any]:
    """Return the parameters of PutBucketInventoryConfiguration."""
    target = chosen(properties["Destination"], "Format", "Prefix", AccountId="BucketAccountId", Bucket="BucketArn")
    made = {
        **chosen(properties, "Id", "IncludedObjectVersions", "OptionalFields", IsEnabled="Enabled"),
        **({"Filter": chosen(properties, "Prefix")} if "Prefix" in properties else {}),
        "Destination": {"S3BucketDestination": target},
        "Schedule": {"Frequency": properties["ScheduleFrequency"]},
    }
    return {"Id": properties["Id"], "InventoryConfiguration": made}
