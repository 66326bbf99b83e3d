"""No parameter that is set, changed or unset on a living stack loses what the stack holds; a rollback ends."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from local.clock import due
from tests.infrastructure.conftest import read_source
from tests.infrastructure.living import STATEFUL, made, resolved
from tests.infrastructure.reading import listed, role_statements

Template = dict[str, Any]
PARAMETERS: dict[str, dict[str, Any]] = read_source()["Parameters"]
OTHERS = {
    "AlertEmail": "platform@example.com",
    "KmsKeyArn": "arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555",
    "MemberExternalId": "secret-words",
    "MemberRoleName": "MusterMemberRole",
    "PermissionsBoundaryArn": "arn:aws:iam::111122223333:policy/boundary",
    "RolePath": "/security/",
}
"""A value that is unlike the default, for the parameters with a pattern that no general value fits."""

NEVER_CHANGED = {
    "EnvironmentSuffix": "it is in every name; its description says never to change it",
    "RolePath": "CloudFormation refuses to replace a role that has a name, so the update fails and nothing is lost",
}
"""Parameters that decide what cannot change, and why."""


def values_of(name: str) -> Iterator[str]:
    """Yield the values of a parameter that a condition or a property may tell apart."""
    parameter = PARAMETERS[name]
    yield str(parameter["Default"])
    yield from map(str, parameter.get("AllowedValues", ()))
    yield from (str(parameter[bound]) for bound in ("MinValue", "MaxValue") if bound in parameter)
    yield OTHERS.get(name, "other")


def every_other() -> dict[str, str]:
    return {name: list(values_of(name))[-1] for name in PARAMETERS if name not in NEVER_CHANGED}


DEFAULTS = {name: str(parameter["Default"]) for name, parameter in PARAMETERS.items()}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param(name, value, id=f"{name}={value}")
        for name in PARAMETERS
        if name not in NEVER_CHANGED
        for value in dict.fromkeys(values_of(name))
    ],
)
def test_a_parameter_never_takes_away_what_holds_something(name: str, value: str, template: Template) -> None:
    held = made(template, DEFAULTS, *STATEFUL)
    assert made(template, {**DEFAULTS, name: value}, *STATEFUL) == held
    assert made(template, {**DEFAULTS, **every_other(), name: value}, *STATEFUL) == held


def test_what_holds_something_is_looked_at(template: Template) -> None:
    held = made(template, DEFAULTS, *STATEFUL)
    assert {
        "Key",
        "ReportBucket",
        "EventTable",
        "AlertTopic",
        "ShardResultQueue",
        "Database",
        "PlanScanLogs",
    } <= held.keys()
    assert held["ReportBucket"]["BucketName"] == "muster-dev-${AWS::AccountId}-${AWS::Region}"


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param({"Condition": "OwnKey"}, id="a key that a parameter takes away"),
        pytest.param({"Type": "AWS::S3::Bucket", "Properties": {"BucketName": {"Ref": "Owner"}}}, id="a name"),
    ],
)
def test_a_parameter_that_takes_something_away_is_found(broken: Mapping[str, Any], template: Template) -> None:
    template["Resources"]["Key"].update(broken)
    held = made(template, DEFAULTS, *STATEFUL)
    assert made(template, {**DEFAULTS, **every_other()}, *STATEFUL) != held


def test_what_a_parameter_replaces_is_written_down(template: Template) -> None:
    """A subscription holds nothing: another address is another subscription."""
    before, replaced = made(template, DEFAULTS), {}
    for name in PARAMETERS:
        after = made(template, {**DEFAULTS, name: list(values_of(name))[-1]})
        kinds = {
            template["Resources"][logical_id]["Type"]
            for logical_id in before.keys() | after.keys()
            if before.get(logical_id) != after.get(logical_id)
        }
        if kinds:
            replaced[name] = kinds
    replaced.pop("EnvironmentSuffix")
    assert replaced == {
        "RolePath": {"AWS::IAM::ManagedPolicy", "AWS::IAM::Role"},
        "AlertEmail": {"AWS::SNS::Subscription"},
        "MigrationSchedule": {"AWS::CloudWatch::Alarm", "AWS::Scheduler::Schedule"},
    }


def test_the_descriptions_say_what_must_not_change() -> None:
    assert "Never change it" in PARAMETERS["EnvironmentSuffix"]["Description"]
    assert "refuses to change" in PARAMETERS["RolePath"]["Description"]


@pytest.mark.parametrize(
    "role",
    [
        "PlanScanRole",
        "ScanShardsRole",
        "SettleAccountRole",
        "SummarizeScanRole",
        "SendAlertRole",
        "CrawlerRole",
        "HandleChangeRole",
    ],
)
def test_what_an_earlier_key_encrypted_stays_readable(role: str, template: Template) -> None:
    """KmsKeyArn may be set, changed and unset: objects of the bucket stay encrypted by the key of their day."""
    found = {
        (action, resolved(resource, {}, {}), str(resolved(statement.get("Condition"), {}, {})))
        for owner, statement in role_statements(template)
        if owner == role and statement.get("Sid") == "FormerKeys"
        for action in listed(statement["Action"])
        for resource in listed(statement["Resource"])
    }
    ((action, resource, condition),) = found
    assert (action, resource) == ("kms:Decrypt", "arn:${AWS::Partition}:kms:${AWS::Region}:*:key/*")
    assert "s3.${AWS::Region}.amazonaws.com*" in condition
    assert "['${ReportBucket.Arn}', '${ReportBucket.Arn}/*']" in condition


def references(value: Any, known: Mapping[str, Any]) -> Iterator[str]:
    """Yield the logical ids that a value refers to."""
    if isinstance(value, list):
        for inner in value:
            yield from references(inner, known)
    elif isinstance(value, dict):
        for key, inner in value.items():
            named = [inner] if key == "Ref" else inner[:1] if key == "Fn::GetAtt" else []
            if key == "Fn::Sub":
                named = re.findall(r"\$\{(\w+)", inner if isinstance(inner, str) else inner[0])
            yield from (name for name in named if name in known)
            yield from references(inner, known)


def after(template: Template, logical_id: str) -> set[str]:
    """Return what CloudFormation makes before a resource."""
    known, found, waiting = template["Resources"], set(), [logical_id]
    while waiting:
        resource = known[waiting.pop()]
        for name in (*references(resource, known), *listed(resource.get("DependsOn", []))):
            if name not in found:
                found.add(name)
                waiting.append(name)
    return found


def test_the_schedule_is_made_last(template: Template) -> None:
    """A scan that runs while something else fails fills the bucket, and the rollback cannot delete it."""
    assert template["Resources"].keys() - after(template, "Schedule") == {"Schedule"}


def test_a_resource_that_the_schedule_does_not_wait_for_is_found(template: Template) -> None:
    template["Resources"]["Schedule"]["DependsOn"].remove("Dashboard")
    assert "Dashboard" not in after(template, "Schedule")


def test_the_first_scan_waits_until_the_subscription_can_be_confirmed(template: Template) -> None:
    """A rate starts at once, a cron expression at its time: four scans a day, six hours apart.

    https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
    """
    properties = template["Resources"]["Schedule"]["Properties"]
    assert properties["ScheduleExpression"] == {"Ref": "ScheduleExpression"}
    made_at = datetime(2026, 11, 28, 21, 30, tzinfo=UTC)
    schedule = {
        "State": "ENABLED",
        "CreationDate": made_at,
        "ScheduleExpression": DEFAULTS["ScheduleExpression"],
    }
    first = due(schedule)
    assert first is not None
    assert first - made_at > timedelta(hours=1)
    times = [first]
    for _ in range(4):
        times.append(due(schedule, times[-1]) or first)
    assert {later - earlier for earlier, later in pairwise(times)} == {timedelta(hours=6)}


@pytest.mark.parametrize(
    ("name", "value", "fits"),
    [
        ("ScheduleExpression", "rate(6 hours)", True),
        ("ScheduleExpression", "rate(1 day)", True),
        ("ScheduleExpression", "cron(0 3 ? * MON-FRI *)", True),
        ("ScheduleExpression", "every 6 hours", False),
        ("ScheduleExpression", "0 3 * * *", False),
        ("ScheduleExpression", "cron(0 3 * * *)", False),
        ("ScheduleExpression", "rate(0 hours)", False),
        ("Regions", "us-gov-west-1", True),
        ("Regions", "all", True),
        ("Regions", "", True),
        ("Regions", "Ireland", False),
        ("Regions", "eu-west-1 us-east-1", False),
        ("Accounts", "111122223333", True),
        ("Accounts", "ou-ab12-cdef3456", True),
        ("Accounts", "r-ab12", True),
        ("Accounts", "1111-2222-3333", False),
        ("Accounts", "11112222333", False),
        ("PackNames", "s3-compliance", True),
        ("PackNames", "S3 compliance", False),
    ],
)
def test_a_mistyped_parameter_is_refused_before_anything_is_made(name: str, value: str, fits: bool) -> None:
    """CloudFormation matches the pattern with each value of a list."""
    assert bool(re.search(PARAMETERS[name]["AllowedPattern"], value)) is fits
