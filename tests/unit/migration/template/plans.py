"""Plans of templates from plain answers of AWS, for the examples of templates."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from cfnlint.api import lint_all

from muster.migration.file import (
    BucketItem,
    Factors,
    FunctionItem,
    Item,
    LogGroupItem,
    MigrationFile,
    Place,
    TableItem,
)
from muster.migration.relatives import BUCKET, FUNCTION, KEY, LOG_GROUP, ROLE, TABLE
from muster.migration.sides import Source
from muster.migration.template.assembly import TargetTemplate, target_template
from muster.migration.template.plan import Plan
from muster.model.finding import Unavailable
from muster.snapshots.cloudwatch.logs import form as log_group_form
from muster.snapshots.snapshot import Snapshot
from tests.unit.migration.comparisons.table_sides import index, on_demand, sections
from tests.unit.migration.sides_of import (
    ACCOUNT_ID,
    OTHER_ACCOUNT,
    SOURCE_REGION,
    TARGET_REGION,
    snapshot_of,
    source_of,
)
from tests.unit.properties.test_s3_bucket import PLAIN

SOURCE_KEY = f"arn:aws:kms:{SOURCE_REGION}:{ACCOUNT_ID}:key/k"
DATA = BucketItem("data", "data-eu")
ORDERS = TableItem("orders", "orders-eu", Factors(Decimal("1.5"), Decimal("1.1")))
WORKER = FunctionItem("worker", "worker-eu")
GROUP = LogGroupItem("/app/worker", "/app/worker-eu")
FILE = MigrationFile("wave-1", "prod", Place(SOURCE_REGION), Place(TARGET_REGION), "eu", notify="platform@example.com")
_MEMBERS = {BucketItem: "buckets", TableItem: "tables", FunctionItem: "functions", LogGroupItem: "log_groups"}


def bucket_source(name: str = "data", **answers: Any) -> Source:
    """Return a plain bucket of the source region, with some of its answers changed."""
    named = {section.replace("_", "-"): answer for section, answer in answers.items()}
    said = {**PLAIN, "location": {"Region": SOURCE_REGION}, "versioning": {"Status": "Enabled"}, **named}
    key = snapshot_of(KEY, SOURCE_KEY, {"key": {"KeyMetadata": {"Arn": SOURCE_KEY}}}, region=SOURCE_REGION)
    return source_of(BUCKET, name, said, key=key)


def table_source(name: str = "orders", **answers: Any) -> Source:
    """Return a provisioned table with an index of each kind, with some members of its description changed."""
    said = sections(SOURCE_REGION, name)
    changed = {section: answers.pop(section) for section in [each for each in answers if each in _SECTIONS]}
    keys = [{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "day", "KeyType": "RANGE"}]
    local = {"IndexName": "by-total", "KeySchema": keys, "Projection": {"ProjectionType": "ALL"}}
    said["table"] = {**said["table"], "KeySchema": keys, "LocalSecondaryIndexes": [local], **answers}
    besides = {
        "tags": {"Tags": [{"Key": "team", "Value": "data"}]}, "resource-policy": None, "stream-policy": {},
        "stream-tags": {}, "scaling-tags": {}, "contributor-insights": {}, "scaling-schedules": {},
        "kinesis": {"KinesisDataStreamDestinations": []}, "key": {"KeyMetadata": {"KeyManager": "CUSTOMER"}},
    }  # fmt: skip
    renamed = {section.replace("_", "-"): answer for section, answer in changed.items()}
    return source_of(TABLE, name, {**said, **besides, **renamed})


_SECTIONS = frozenset(
    {"tags", "resource_policy", "contributor_insights", "kinesis", "scaling_targets", "scaling_policies",
     "scaling_schedules", "recovery", "time_to_live", "key"}
)  # fmt: skip


def on_demand_source(read: int | None = None, write: int | None = None) -> Source:
    """Return a table that is paid on demand."""
    plain = {name: value for name, value in index().items() if name != "ProvisionedThroughput"}
    return table_source(**on_demand(read, write), GlobalSecondaryIndexes=[plain])


def function_source(role: Snapshot | Unavailable | None = None, **configuration: Any) -> Source:
    """Return a function with its role."""
    given = {
        "FunctionName": "worker", "Runtime": "python3.13", "Handler": "app.handler", "MemorySize": 512, "Timeout": 30,
        "Role": f"arn:aws:iam::{ACCOUNT_ID}:role/teams/worker", "Architectures": ["arm64"], "PackageType": "Zip",
        **configuration,
    }  # fmt: skip
    answer = {"Configuration": given, "Concurrency": {"ReservedConcurrentExecutions": 5}}
    return source_of(FUNCTION, "worker", {"function": answer}, role=role or role_of())


def role_of(inline: Any = (), attached: Any = (), **sections: Any) -> Snapshot:
    """Return the role of a function with some policies."""
    described = {
        "Path": "/teams/", "RoleName": "worker", "AssumeRolePolicyDocument": LAMBDA_TRUST, "MaxSessionDuration": 3600,
    }  # fmt: skip
    said = {
        "role": {"Role": described}, "inline-policies": {"Policies": list(inline)}, "tags": {"Tags": []},
        "attached-policies": {"AttachedPolicies": list(attached)}, "boundary": {}, "instance-profiles": {},
    }  # fmt: skip
    return snapshot_of(ROLE, f"arn:aws:iam::{ACCOUNT_ID}:role/teams/worker", {**said, **sections})


LAMBDA_TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


def group_source(sections: Mapping[str, Any] | None = None, **group: Any) -> Source:
    """Return a log group with some of its sections, and some members of its description."""
    said: dict[str, Any] = {section.name: {} for section in log_group_form.sections}
    said["log-group"] = {"logGroupName": "/app/worker", "retentionInDays": 30, **group}
    return source_of(LOG_GROUP, "/app/worker", {**said, "tags": {"Tags": []}, **(sections or {})})


ALL: tuple[tuple[Item, Source], ...] = (
    (DATA, bucket_source()),
    (ORDERS, table_source()),
    (WORKER, function_source()),
    (GROUP, group_source()),
)


def plan_of(*sources: tuple[Item, Source], across: bool = False, **file: Any) -> Plan:
    """Return the plan of some sources; `file` are fields of the migration file that differ from FILE."""
    members: dict[str, Any] = {}
    for item, _ in sources:
        members.setdefault(_MEMBERS[type(item)], []).append(item)
    whole = replace(FILE, **{name: tuple(items) for name, items in members.items()}, **file)
    return Plan(whole, "aws", ACCOUNT_ID, OTHER_ACCOUNT if across else ACCOUNT_ID, tuple(sources))


def made(*sources: tuple[Item, Source], **how: Any) -> TargetTemplate:
    """Return the template of some sources."""
    return target_template(plan_of(*sources, **how))


def properties(template: TargetTemplate, resource_type: str) -> list[dict[str, Any]]:
    """Return the properties of all resources of a type."""
    return [each["Properties"] for each in template.body["Resources"].values() if each["Type"] == resource_type]


def one(template: TargetTemplate, resource_type: str) -> dict[str, Any]:
    """Return the properties of the only resource of a type."""
    (found,) = properties(template, resource_type)
    return found


def faults(template: TargetTemplate) -> list[str]:
    """Return the errors and warnings of cfn-lint."""
    found = lint_all(json.dumps(template.body))
    return [f"{each.rule.id} {each.message}" for each in found if each.rule.id.startswith(("E", "W"))]


def names(template: TargetTemplate) -> Iterable[str]:
    """Return the names that resources are given."""
    keys = ("BucketName", "TableName", "RoleName", "AliasName", "TopicName", "AlarmName", "DashboardName",
            "LogGroupName", "PolicyName")  # fmt: skip
    given = (each["Properties"] for each in template.body["Resources"].values())
    return [each[key] for each in given for key in keys if key in each]
