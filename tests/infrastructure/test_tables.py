"""The Glue tables are those of the files, partitions follow from dates, and what must stay does not expire."""

import json
import re
from typing import Any

import sqlglot

from muster.reports import tables
from muster.stack.recording import audit
from muster.storage import keys
from tests.infrastructure.reading import resources, text

Template = dict[str, Any]


def test_the_tables_have_the_columns_of_the_files(template: Template) -> None:
    made = {
        properties["TableInput"]["Name"]: {
            column["Name"]: column["Type"] for column in properties["TableInput"]["StorageDescriptor"]["Columns"]
        }
        for _, properties in resources(template, "AWS::Glue::Table")
    }
    assert made == {
        "findings": dict(tables.FINDINGS),
        "latest": dict(tables.FINDINGS),
        "tallies": dict(tables.TALLIES),
        "coverage": dict(tables.COVERAGE),
        "latest_findings": {**tables.FINDINGS, "scan_date": "string"},
        "audit": dict(audit.COLUMNS),
    }
    assert "scan_date" not in tables.FINDINGS | tables.TALLIES | tables.COVERAGE


def test_partitions_are_projected(template: Template) -> None:
    for _, properties in resources(template, "AWS::Glue::Table"):
        table = properties["TableInput"]
        if table["TableType"] == "VIRTUAL_VIEW" or table["Name"] in {"latest", "audit"}:
            continue
        name, parameters = table["Name"], table["Parameters"]
        assert parameters["projection.enabled"] == "true"
        assert parameters["projection.scan_date.type"] == "date"
        assert parameters["projection.scan_date.format"] == "yyyy-MM-dd"
        assert re.fullmatch(r"20\d\d-01-01,NOW", parameters["projection.scan_date.range"])
        location = f"s3://${{ReportBucket}}/{name}/"
        assert text(table["StorageDescriptor"]["Location"]) == location
        assert text(parameters["storage.location.template"]) == f"{location}scan_date=${{!scan_date}}/"
        assert table["PartitionKeys"] == [{"Name": "scan_date", "Type": "string"}]


def test_the_audit_is_projected_on_the_day_of_its_events(template: Template) -> None:
    table = template["Resources"]["AuditTable"]["Properties"]["TableInput"]
    parameters, location = table["Parameters"], text(table["StorageDescriptor"]["Location"])
    assert table["PartitionKeys"] == [{"Name": "event_date", "Type": "string"}]
    assert parameters["projection.enabled"] == "true"
    assert (parameters["projection.event_date.type"], parameters["projection.event_date.format"]) == (
        "date",
        "yyyy-MM-dd",
    )
    assert re.fullmatch(r"20\d\d-01-01,NOW", parameters["projection.event_date.range"])
    assert text(parameters["storage.location.template"]) == f"{location}event_date=${{!event_date}}/"
    assert keys.audit_of_day("2026-11-22", "x") == "audit/by-date/event_date=2026-11-22/x.json.gz"
    assert location == "s3://${ReportBucket}/audit/by-date/"
    assert "event_date" not in audit.COLUMNS


def test_objects_of_events_move_to_glacier_and_what_athena_reads_does_not(template: Template) -> None:
    """The smallest objects move too: each is smaller than 128 KB."""
    ((_, bucket),) = resources(template, "AWS::S3::Bucket")
    lifecycle = bucket["LifecycleConfiguration"]
    assert lifecycle["TransitionDefaultMinimumObjectSize"] == "varies_by_storage_class"
    moves = {
        rule["Prefix"]: (rule["ObjectSizeGreaterThan"], transition["TransitionInDays"])
        for rule in lifecycle["Rules"]
        for transition in rule.get("Transitions", ())
        if transition["StorageClass"] == "GLACIER"
    }
    assert moves == {"audit/findings/": ("1", 90)}
    assert keys.audit("a", 1).startswith("audit/findings/")
    assert not keys.audit_of_day("2026-11-22", "x").startswith("audit/findings/")


def test_the_audit_expires_long_after_it_moved(source: Template) -> None:
    """Glacier charges for 90 days at least. https://aws.amazon.com/s3/pricing/"""
    assert source["Parameters"]["AuditRetentionDays"]["MinValue"] >= 90 + 90
    rules = source["Resources"]["ReportBucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
    assert {rule["Prefix"] for rule in rules if rule.get("ExpirationInDays") == {"Ref": "AuditRetentionDays"}} == {
        "audit/"
    }


def test_the_latest_findings_have_no_partitions(template: Template) -> None:
    """An account's files are replaced, so they lie under no date."""
    table = template["Resources"]["LatestTable"]["Properties"]["TableInput"]
    assert table["PartitionKeys"] == []
    assert table["Parameters"] == {"classification": "parquet"}
    assert text(table["StorageDescriptor"]["Location"]) == "s3://${ReportBucket}/latest/"


def view(template: Template) -> dict[str, Any]:
    """Return the stored view as Athena decodes it."""
    _, (_, encoded, _) = template["Resources"]["LatestFindingsView"]["Properties"]["TableInput"]["ViewOriginalText"][
        "Fn::Join"
    ]
    decoded: dict[str, Any] = json.loads(text(encoded["Fn::Base64"]))
    return decoded


def test_the_view_reads_the_latest_findings_and_nothing_else(template: Template) -> None:
    made = view(template)
    tree = sqlglot.parse_one(made["originalSql"], read="athena")
    assert [table.name for table in tree.find_all(sqlglot.exp.Table)] == ["latest"]
    assert [column["name"] for column in made["columns"]] == [*tables.FINDINGS, "scan_date"]


def test_every_table_says_which_partitions_it_has(template: Template) -> None:
    """Athena asks for the list even where it is empty.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-glue-table-tableinput.html
    """
    for logical_id, properties in resources(template, "AWS::Glue::Table"):
        assert isinstance(properties["TableInput"]["PartitionKeys"], list), logical_id
    view = template["Resources"]["LatestFindingsView"]["Properties"]["TableInput"]
    assert view["PartitionKeys"] == []


def test_no_two_lifecycle_rules_do_the_same_to_overlapping_prefixes(template: Template) -> None:
    """S3 refuses them where a rule says its prefix outside a filter, and CloudFormation does not say which it sends.

    A rule with a size is a filter, and S3 takes no rules of both forms, so then all are filters. Of a transition to
    Intelligent-Tiering and one to Glacier it makes the one to Glacier.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-conflicts.html
    """
    ((_, bucket),) = resources(template, "AWS::S3::Bucket")
    rules = bucket["LifecycleConfiguration"]["Rules"]
    for action in ("ExpirationInDays", "ExpiredObjectDeleteMarker", "Transitions", "NoncurrentVersionExpiration"):
        prefixes = [rule["Prefix"] for rule in rules if action in rule]
        overlapping = [(a, b) for a in prefixes for b in prefixes if a is not b and a.startswith(b)]
        assert overlapping == ([("audit/findings/", "")] if action == "Transitions" else []), action
    assert not [rule for rule in rules if "ExpiredObjectDeleteMarker" in rule], "S3 deletes them where objects expire"


def test_the_crawler_leaves_the_written_tables_alone(template: Template) -> None:
    ((_, crawler),) = resources(template, "AWS::Glue::Crawler")
    assert [text(each["Path"]) for each in crawler["Targets"]["S3Targets"]] == ["s3://${ReportBucket}/coverage/"]
    assert crawler["TablePrefix"] == "crawled_"
    assert crawler["SchemaChangePolicy"] == {"UpdateBehavior": "LOG", "DeleteBehavior": "LOG"}
    assert crawler["RecrawlPolicy"] == {"RecrawlBehavior": "CRAWL_NEW_FOLDERS_ONLY"}
    assert "Schedule" not in crawler


def test_what_the_user_wrote_and_what_is_remembered_never_expire(template: Template) -> None:
    ((_, bucket),) = resources(template, "AWS::S3::Bucket")
    expiring = {rule["Prefix"] for rule in bucket["LifecycleConfiguration"]["Rules"] if "ExpirationInDays" in rule}
    assert {"scans/", "work/", "findings/", "tallies/", "coverage/", "athena-results/"} <= expiring
    kept = ("config/", "state/", "latest/")
    assert not [prefix for prefix in expiring if any(key.startswith(prefix) for key in kept)]
