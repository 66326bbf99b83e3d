"""Only the compliance tag writes to scanned accounts: every other call that is not a read is listed here.

What is listed goes to the stack's own resources, or where the user sends alerts.
"""

from pathlib import Path

import pytest

from muster.catalog.catalog import load
from muster.catalog.permissions import scanner_actions
from muster.configuration.selection import every_rule
from muster.snapshots.form import forms
from muster.tagging.services import tag_apis
from tests.infrastructure.writes import READS, write_methods, writes_in

PACKAGE = Path(__file__).parents[2] / "layers" / "core" / "muster"
TAGGING = {
    "tagging/buckets.py": {"delete_bucket_tagging", "put_bucket_tagging", "tag_resource", "untag_resource"},
    "tagging/services.py": {
        "add_tags", "computed", "create_tags", "delete_tags", "remove_tags", "tag_queue", "tag_resource", "untag_queue",
        "untag_resource",
    },
}  # fmt: skip
"""The calls that write tags; `computed` are those of IAM, TagRole and its like."""
OF_THE_STACK = {
    "alerts/delivery/parked.py": {"send_message"},
    "cli/query/athena.py": {"start_query_execution", "stop_query_execution"},
    "cli/resume.py": {"start_execution"},
    "cli/resume_alerts.py": {"invoke"},
    "lifecycle/event_store.py": {"batch_write_item"},
    "smoke/crawler.py": {"start_crawler"},
    "smoke/messages.py": {
        "create_queue", "delete_message", "delete_queue", "receive_message", "set_alarm_state", "set_queue_attributes",
        "subscribe", "unsubscribe",
    },
    "smoke/queries.py": {"start_query_execution", "stop_query_execution"},
    "smoke/scans.py": {"start_execution", "stop_execution"},
    "stack/alerting/at_once.py": {"invoke"},
    "stack/alerting/waiting.py": {"change_message_visibility", "delete_message", "receive_message"},
    "stack/changing/messages.py": {"change_message_visibility_batch", "send_message"},
    "stack/recording/dead_letters.py": {"send_message"},
    "stack/scan_batch.py": {"send_message"},
    "stack/tag_resources.py": {"tag_resources"},
    "storage/bucket.py": {"delete_object", "put_object", "upload_file"},
}  # fmt: skip
"""The stack's queues, tables, bucket, executions and queries; `tag_resources` is the name of our function."""
OF_ALERTS = {
    "alerts/destinations/bus.py": {"put_events"},
    "alerts/destinations/security_hub.py": {"batch_import_findings"},
    "alerts/destinations/topic.py": {"publish"},
    "alerts/destinations/webhook.py": {"POST"},
    "stack/migrations/validate.py": {"publish"},
}
"""Where the routes of muster.yaml send alerts, and the stack's topic."""
OF_REPORTS = {"readers/iam/credentials.py": {"generate_credential_report"}}
"""IAM's own report about users, which GetCredentialReport reads: it is made anew, and nothing else changes."""
OF_ANSWERS = {"facets/ec2/gateways.py": {"disable", "enable"}}
"""Words in answers of AWS, here of AutoAcceptSharedAttachments, that methods of CloudWatch are called like."""
REPORT_PERMISSIONS = {"iam:GenerateCredentialReport"}
OTHERS_NAMES = ("bundle/",)
"""Rooms that write names of Terraform's attributes, some of which are names of methods too."""


def test_no_other_module_writes() -> None:
    """A write that is new belongs into one of the tables, with where it goes; never one to a scanned account."""
    paths = {str(path.relative_to(PACKAGE)): path for path in PACKAGE.rglob("*.py")}
    found = {
        name: writes_in(path.read_text("utf-8"), texts=not name.startswith(OTHERS_NAMES))
        for name, path in paths.items()
    }
    listed = TAGGING | OF_THE_STACK | OF_ALERTS | OF_REPORTS | OF_ANSWERS
    assert {name: calls for name, calls in found.items() if calls} == listed


@pytest.mark.parametrize(
    ("planted", "found"),
    [
        pytest.param("s3.put_bucket_policy(Bucket=name)", {"put_bucket_policy"}, id="a call"),
        pytest.param("call = ec2.terminate_instances", {"terminate_instances"}, id="a method that is called later"),
        pytest.param("getattr(kms, 'schedule_key_deletion')(KeyId=key)", {"schedule_key_deletion"}, id="by its name"),
        pytest.param("getattr(iam, f'delete_{kind}')()", {"computed"}, id="by a name that is computed"),
        pytest.param("getattr(iam, 'delete_' + kind)()", {"computed"}, id="by a name that is joined"),
        pytest.param("OPERATION = 'delete_table'", {"delete_table"}, id="a name that is kept"),
        pytest.param("client._make_api_call('DeleteTable', {})", {"computed"}, id="a raw call"),
        pytest.param("session.resource('s3').Bucket(name).delete()", {"computed"}, id="boto3's resources"),
        pytest.param("sns.publish(TopicArn=arn, Message='x')", {"publish"}, id="a common name with AWS's arguments"),
        pytest.param("s3.copy(CopySource=source, Bucket=name, Key=key)", {"copy"}, id="a transfer"),
        pytest.param("s3.upload_file(path, name, key)", {"upload_file"}, id="an upload"),
        pytest.param("AWSPreparedRequest('PUT', url, {}, body, False)", {"PUT"}, id="a request without a client"),
        pytest.param(
            "lambda s3, bucket: s3.put_bucket_tagging(Bucket=bucket.id)", {"put_bucket_tagging"}, id="a lambda"
        ),
    ],
)
def test_a_planted_write_is_found(planted: str, found: set[str]) -> None:
    assert writes_in(planted) == found


def test_where_texts_are_no_names_of_methods_none_may_be_found_by_one() -> None:
    attributes = "ATTRIBUTES = {'enable_key_rotation': True}"
    assert writes_in(attributes, texts=False) == set()
    assert writes_in(f"{attributes}\ngetattr(kms, name)()", texts=False) == {"computed"}
    assert writes_in("kms.enable_key_rotation(KeyId=key)", texts=False) == {"enable_key_rotation"}


@pytest.mark.parametrize(
    "harmless",
    [
        "s3.get_bucket_policy(Bucket=name)",
        "ec2.get_paginator('describe_instances').paginate(Filters=[])",
        "copy.copy(value)",
        "values.copy()",
        "rule.tag.items()",
        "getattr(value, 'name', None)",
    ],
)
def test_a_read_is_none(harmless: str) -> None:
    assert writes_in(harmless) == set()


def test_every_reader_calls_an_operation_that_reads() -> None:
    operations = {each.operation.partition(":")[2] for each in load().readers()}
    assert {name for name in operations if not name.startswith(READS)} == set()


def test_every_permission_of_a_scan_and_of_a_snapshot_reads() -> None:
    catalog = load()
    granted = {*scanner_actions(catalog, every_rule(catalog))}
    granted |= {action for form in forms().values() for action, _ in form.permissions}
    # API Gateway's actions are the methods of HTTP.
    reads = (*READS, "GET")
    writing = {action for action in granted if not action.partition(":")[2].startswith(reads)}
    assert writing == REPORT_PERMISSIONS


def test_every_write_of_tagging_is_known_as_one() -> None:
    """The names that this test looks for hold the writes that there are."""
    writes = {action.partition(":")[2] for api in tag_apis().values() for action, _ in api.actions[1:3]}
    assert writes <= set(write_methods().values())
