"""Near real time in the template: the rules match what the catalogue names, and the queue waits long enough."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from muster.catalog import changes
from muster.catalog.catalog import load
from muster.catalog.permissions import iam_policy
from muster.stack.changing import cost
from tests.infrastructure.conftest import ROOT
from tests.infrastructure.reading import Template, resources, target
from tests.unit.catalog.test_changes import event

LONGEST = 2048
"""Characters of an event pattern: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html."""


def patterns(template: Template) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for logical_id, rule in resources(template, "AWS::Events::Rule"):
        yield logical_id, rule["EventPattern"]


def matches(pattern: object, value: object) -> bool:
    """Whether EventBridge matches a value, as far as the rules use its language: lists of values, exists, objects.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
    """
    if isinstance(pattern, Mapping):
        return all(
            matches(each, value.get(key) if isinstance(value, Mapping) else None) for key, each in pattern.items()
        )
    assert isinstance(pattern, list)
    return any(value is None if each == {"exists": False} else value == each for each in pattern)


def test_a_pattern_is_not_longer_than_a_rule_may_have(template: Template) -> None:
    for logical_id, pattern in patterns(template):
        assert len(json.dumps(pattern, separators=(",", ":"))) <= LONGEST, logical_id


def test_each_event_of_the_catalogue_matches_one_rule_and_a_failed_call_none(template: Template) -> None:
    for source, name in changes.event_names(changes.load().sources.values()):
        document = event(source.partition(".")[0], name, {})
        assert [rule for rule, pattern in patterns(template) if matches(pattern, document)] != [], name
        assert sum(matches(pattern, document) for _, pattern in patterns(template)) == 1, name
        document["detail"]["errorCode"] = "AccessDenied"
        assert not any(matches(pattern, document) for _, pattern in patterns(template)), name


@pytest.mark.parametrize("path", sorted((ROOT / "events").glob("change-*.json")), ids=lambda path: path.stem)
def test_an_example_of_awss_documentation_matches_one_rule(path: Path, template: Template) -> None:
    document = json.loads(path.read_text(encoding="utf-8"))
    if path.stem == "change-lambda":
        assert document["detail"]["eventName"] == "DeleteFunction"
    assert sum(matches(pattern, document) for _, pattern in patterns(template)) == 1


def test_other_events_match_none(template: Template) -> None:
    for document in (
        event("s3", "GetBucketAcl", {}),
        event("s3", "PutObject", {}),
        event("ec2", "DescribeInstances", {}),
        {**event("s3", "CreateBucket", {}), "detail-type": "AWS Console Sign In via CloudTrail"},
    ):
        assert not any(matches(pattern, document) for _, pattern in patterns(template))


def test_everything_is_off_until_the_parameter_says_otherwise(template: Template, source: Template) -> None:
    parameter = source["Parameters"]["ChangeEvents"]
    assert (parameter["Default"], parameter["AllowedValues"]) == ("DISABLED", ["ENABLED", "DISABLED"])
    assert all(rule["State"] == {"Ref": "ChangeEvents"} for _, rule in resources(template, "AWS::Events::Rule"))
    assert template["Resources"]["HandleChangeMapping"]["Properties"]["Enabled"] == {
        "Fn::If": ["HasChanges", True, False]
    }


def test_the_queue_waits_as_long_as_lambda_asks(template: Template) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html."""
    queue = template["Resources"]["ChangeQueue"]["Properties"]
    function = template["Resources"]["HandleChangeFunction"]["Properties"]
    mapping = template["Resources"]["HandleChangeMapping"]["Properties"]
    window = mapping["MaximumBatchingWindowInSeconds"]
    assert queue["VisibilityTimeout"] >= 6 * function["Timeout"]
    assert queue["VisibilityTimeout"] >= function["Timeout"] + window
    assert queue["DelaySeconds"] >= 20, "AWS shows a change some seconds later"
    assert "FifoQueue" not in queue, "FIFO drops equal bodies, handled or not"
    assert (mapping["BatchSize"], window) == (1000, cost.WINDOW)
    assert mapping["ScalingConfig"] == {"MaximumConcurrency": 2}
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert target(queue["RedrivePolicy"]["deadLetterTargetArn"]) == "ChangeDeadLetterQueue"
    assert queue["RedrivePolicy"]["maxReceiveCount"] >= 5


def test_what_the_policy_for_changes_grants_the_role_has(template: Template) -> None:
    """`muster iam-policy --changes` and the template grant the same on the same queues."""
    wanted = {
        (action, each["Resource"].rpartition(":")[2].removesuffix("-*"))
        for each in iam_policy(load(), (), changes=True)["Statement"]
        if "Change" in each["Sid"]
        for action in each["Action"]
    }
    role = template["Resources"]["HandleChangeRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    names = {"ChangeQueue": "muster-changes", "ChangeDeadLetterQueue": "muster-change-dead-letters"}
    granted = {
        (action, names[target(each["Resource"])])
        for each in role
        if each.get("Sid") in ("Changes", "SetAside")
        for action in ([each["Action"]] if isinstance(each["Action"], str) else each["Action"])
    }
    assert granted == wanted


def test_the_page_names_every_call_whose_event_names_no_resource() -> None:
    page = (ROOT / "docs" / "near-real-time.md").read_text(encoding="utf-8")
    unnamed = {name for each in changes.load().sources.values() for name in each.unnamed}
    assert unnamed
    assert all(f"`{name}`" in page for name in unnamed)
