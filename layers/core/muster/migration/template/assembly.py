"""The whole template of a migration's target, with what people should know and do besides. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from muster.errors import ConfigurationError
from muster.facets.dynamodb.tables import Table
from muster.migration.file import BucketItem, TableItem
from muster.migration.template.buckets.bucket import add_buckets
from muster.migration.template.buckets.replication import add_role
from muster.migration.template.function_roles import add_function_roles
from muster.migration.template.keys import add_key, add_topic
from muster.migration.template.log_groups import add_log_groups
from muster.migration.template.monitoring import add_alarms, add_dashboard
from muster.migration.template.plan import KEY, PROTECTED, ROLE, TOPIC, Parts, Plan, named
from muster.migration.template.source_side import Step, steps
from muster.migration.template.tables.table import add_tables
from muster.model.finding import UnknownField

_MOST_RESOURCES = 500
"""https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html"""
_PARAMETER = "DeletionProtection"
_DELETABLE = "buckets that hold objects must be emptied before the stack can be deleted"


@dataclass(frozen=True, slots=True)
class TargetTemplate:
    """A template and what comes with it.

    `remarks` say what is not carried over; with `gaps` the template lacks something that could not be read or that
    does not exist. `steps` are run by people, after the stack is deployed.
    """

    body: Mapping[str, Any]
    remarks: tuple[str, ...]
    gaps: tuple[str, ...]
    steps: tuple[Step, ...]


def target_template(plan: Plan) -> TargetTemplate:
    """Return the template that makes the targets of a migration from their live sources.

    Raises:
        ConfigurationError: there are more resources than a stack can have.
    """
    parts = Parts()
    add_key(plan, parts)
    add_topic(plan, parts)
    add_buckets(plan, parts)
    add_role(plan, parts)
    add_tables(plan, parts)
    add_log_groups(plan, parts)
    add_function_roles(plan, parts)
    add_alarms(plan, parts)
    add_dashboard(plan, parts)
    commands = steps(plan, parts)
    if len(parts.resources) > _MOST_RESOURCES:
        raise ConfigurationError(
            f"the template has {len(parts.resources)} resources, and a stack at most {_MOST_RESOURCES}: "
            "split the migration file into several batches"
        )
    if any(True for _ in named(plan, BucketItem)):
        parts.remark("all buckets", _DELETABLE)
    return TargetTemplate(_body(plan, parts), _once(parts.remarks), _once(parts.gaps), commands)


def _body(plan: Plan, parts: Parts) -> dict[str, Any]:
    file = plan.file
    protection = _protection(plan)
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": f"The target of migration batch {file.batch}: {file.source.region} to {file.target.region}",
        **protection,
        "Resources": parts.resources,
        "Outputs": _outputs(parts),
    }


def _protection(plan: Plan) -> dict[str, Any]:
    """Return the parameter that protects the tables whose sources are protected, where there are any."""
    if not any(_protected(source.own) for _, source in named(plan, TableItem)):
        return {}
    text = "Deletion protection of tables whose sources have it. Set it to false before you delete the stack."
    parameter = {"Type": "String", "AllowedValues": ["true", "false"], "Default": "true", "Description": text}
    return {
        "Parameters": {_PARAMETER: parameter},
        "Conditions": {PROTECTED: {"Fn::Equals": [{"Ref": _PARAMETER}, "true"]}},
    }


def _protected(table: Any) -> bool:
    try:
        return table.exists and table.facet("table", Table).deletion_protection is True
    except UnknownField:
        return False


def _outputs(parts: Parts) -> dict[str, Any]:
    found = {
        "KeyArn": ("The key that encrypts the targets", {"Fn::GetAtt": [KEY, "Arn"]}, KEY),
        "TopicArn": ("The topic that alarms notify", {"Ref": TOPIC}, TOPIC),
        "ReplicationRoleArn": ("The role that S3 assumes to replicate", {"Fn::GetAtt": [ROLE, "Arn"]}, ROLE),
    }
    return {
        name: {"Description": text, "Value": value}
        for name, (text, value, of) in found.items()
        if of in parts.resources
    }


def _once(lines: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(lines))
