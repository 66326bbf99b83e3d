"""The workflow's own rules, and what it hands to the functions."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from muster import errors
from muster.storage import keys
from tests.infrastructure import workflow as rules
from tests.infrastructure.conftest import ROOT
from tests.infrastructure.reading import definition, resources, role_statements, target, text

Definition = dict[str, Any]
SCAN, ACCOUNT = "20261121T060000Z-c22b102a", "111122223333"
TEXT = (ROOT / "statemachine" / "scan.asl.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.__name__)
def test_the_workflow_keeps(rule: Callable[[Definition], Any], template: dict[str, Any]) -> None:
    assert list(rule(definition(template))) == []


def inside(workflow: Definition, name: str) -> Any:
    """Return a state at any depth."""
    return dict(rules.states(workflow))[name]


def drop(name: str, key: str) -> Callable[[Definition], None]:
    return lambda workflow: inside(workflow, name).pop(key)


def put(name: str, **values: Any) -> Callable[[Definition], None]:
    return lambda workflow: inside(workflow, name).update(values)


def catch_all_first(workflow: Definition) -> None:
    inside(workflow, "Scan shards")["Catch"].append({"ErrorEquals": ["Throttled"], "Next": "Note failed batch"})


def retry(name: str, *names: str, retrier: int = 1) -> Callable[[Definition], None]:
    return lambda workflow: inside(workflow, name)["Retry"][retrier].update(ErrorEquals=list(names))


@pytest.mark.parametrize(
    ("rule", "broken", "says"),
    [
        pytest.param(rules.what_works_is_caught, drop("Scan shards", "Catch"), "Scan shards", id="uncaught in the Map"),
        pytest.param(
            rules.what_works_is_caught, drop("Note failed batch", "Catch"), "Note failed", id="uncaught catch"
        ),
        pytest.param(
            rules.what_works_is_caught, drop("Settle account", "Catch"), "Settle account", id="uncaught in the child"
        ),
        pytest.param(rules.what_works_is_caught, drop("Scan all accounts", "Catch"), "Scan all", id="uncaught Map"),
        pytest.param(rules.what_works_is_caught, catch_all_first, "before others", id="States.ALL not last"),
        pytest.param(rules.tasks_end, drop("Send alert", "TimeoutSeconds"), "Send alert", id="no timeout"),
        pytest.param(
            rules.executions_end, lambda workflow: workflow.pop("TimeoutSeconds"), "longer than a day", id="no end"
        ),
        pytest.param(
            rules.a_call_without_capacity_waits,
            lambda workflow: inside(workflow, "Scan shards")["Retry"].reverse(),
            "by a retrier of its own",
            id="throttled calls are retried last",
        ),
        pytest.param(
            rules.a_call_without_capacity_waits,
            lambda workflow: inside(workflow, "Scan shards")["Retry"][0].update(MaxAttempts=4),
            "less than three hours",
            id="throttled calls are given up soon",
        ),
        pytest.param(
            rules.maps_tolerate,
            drop("Scan all accounts", "MaxConcurrencyPath"),
            "does not ask the planner",
            id="as many accounts as there are",
        ),
        pytest.param(
            rules.retries_are_by_name,
            retry("Summarize scan", *rules.RETRIED),
            "Runtime.ExitError",
            id="a summary out of memory is tried again",
        ),
        pytest.param(rules.retries_are_by_name, drop("Summarize scan", "Retry"), "is not retried", id="no retry"),
        pytest.param(
            rules.retries_are_by_name, retry("Plan scan", "States.TaskFailed"), "States.TaskFailed", id="all failures"
        ),
        pytest.param(
            rules.retries_are_by_name,
            retry("Plan scan", *(rules.RETRIED - {"Runtime.ExitError"})),
            "Runtime.ExitError",
            id="a function out of memory is not retried",
        ),
        pytest.param(
            rules.retries_are_by_name,
            lambda workflow: inside(workflow, "Scan shards")["Retry"][1].pop("JitterStrategy"),
            "in step",
            id="no jitter",
        ),
        pytest.param(
            rules.maps_tolerate,
            put("Scan all accounts", ToleratedFailurePercentage=50.0),
            "tolerate",
            id="half may fail",
        ),
        pytest.param(
            rules.maps_tolerate, put("Scan all accounts", ToleratedFailurePercentage=100), "tolerate", id="an integer"
        ),
        pytest.param(
            rules.maps_tolerate, drop("Scan all accounts", "ResultWriter"), "carries", id="results in the state"
        ),
        pytest.param(
            rules.maps_tolerate,
            lambda workflow: inside(workflow, "Scan all accounts")["ItemProcessor"]["ProcessorConfig"].update(
                ExecutionType="EXPRESS"
            ),
            "STANDARD",
            id="children of five minutes",
        ),
        pytest.param(
            rules.maps_tolerate, put("Scan account", MaxConcurrency=40), "in one account", id="an account overrun"
        ),
        pytest.param(
            rules.maps_tolerate, drop("Scan account", "MaxConcurrency"), "in one account", id="an unbounded account"
        ),
        pytest.param(
            rules.ways_lead_somewhere, put("Plan scan", Next="Nowhere"), "Nowhere does not", id="no such state"
        ),
        pytest.param(
            rules.ways_lead_somewhere,
            lambda workflow: inside(workflow, "Scan shards")["Catch"][0].update(Next="Nowhere"),
            "Nowhere does not exist",
            id="a catch that leads nowhere",
        ),
        pytest.param(
            rules.ways_lead_somewhere, put("Plan scan", Next="Send alert"), "cannot be reached", id="states left out"
        ),
        pytest.param(rules.ways_lead_somewhere, drop("Send alert", "End"), "neither ends", id="a state without an end"),
    ],
)
def test_a_rule_finds(rule: Any, broken: Callable[[Definition], Any], says: str, workflow: Definition) -> None:
    broken(workflow)
    assert any(says in sentence for sentence in rule(workflow)), list(rule(workflow))


def test_the_retried_errors_of_our_own_exist() -> None:
    """A state's ErrorEquals matches the exception's class name: a renamed class would never be retried again."""
    own = {name for name in rules.RETRIED if "." not in name}
    assert own == {"Throttled", "Transient"}
    assert all(issubclass(getattr(errors, name), errors.MusterError) for name in own)


def test_every_placeholder_is_substituted(template: dict[str, Any]) -> None:
    ((_, machine),) = resources(template, "AWS::StepFunctions::StateMachine")
    assert set(re.findall(r"\$\{(\w+)\}", TEXT)) == set(machine["DefinitionSubstitutions"])


def test_timeouts_are_longer_than_the_functions(template: dict[str, Any]) -> None:
    """Then Lambda's own timeout is told, with the function's log, and not the workflow's."""
    timeouts = dict(resources(template, "AWS::Lambda::Function"))
    for name, state in rules.states(definition(template), "Task"):
        if state["Resource"].endswith("lambda:invoke"):
            function = timeouts[state["Parameters"]["FunctionName"].removeprefix("${").removesuffix("}")]
            assert state["TimeoutSeconds"] > function["Timeout"], name


@pytest.mark.parametrize(
    "function",
    ["plan_scan", "scan_shards", "settle_account", "summarize_scan", "tag_resources", "send_alert"],
)
def test_a_functions_sample_event_is_what_the_workflow_sends(function: str, workflow: Definition) -> None:
    sample = json.loads((ROOT / "events" / f"{function}.json").read_text(encoding="utf-8"))
    placeholder = "".join(word.capitalize() for word in function.split("_")) + "Function"
    (payload,) = (
        state["Parameters"]["Payload"]
        for _, state in rules.states(workflow, "Task")
        if state["Parameters"].get("FunctionName") == f"${{{placeholder}}}"
    )
    assert {key.removesuffix(".$") for key in payload} == sample.keys()


def test_failed_batches_are_noted_where_the_summary_looks(workflow: Definition) -> None:
    key = inside(workflow, "Note failed batch")["Parameters"]["Key.$"]
    pattern = re.fullmatch(r"States\.Format\('([^']*)', \$\.scan_id, \$\.batch\.batch\)", key)
    assert pattern is not None
    assert pattern.group(1).format(SCAN, "b0000").startswith(keys.failures(SCAN))


def test_failed_accounts_are_noted_where_the_summary_looks(workflow: Definition) -> None:
    key = inside(workflow, "Note failed account")["Parameters"]["Key.$"]
    pattern = re.fullmatch(r"States\.Format\('([^']*)', \$\.scan_id, \$\.account\.account_id\)", key)
    assert pattern is not None
    noted = pattern.group(1).format(SCAN, ACCOUNT)
    assert noted.startswith(keys.failures(SCAN))
    assert keys.name_in(noted) == f"settle-{ACCOUNT}"


def child(workflow: Definition) -> Definition:
    """Return the workflow of an account."""
    inner: Definition = inside(workflow, "Scan all accounts")["ItemProcessor"]
    return inner


def test_an_account_is_settled_whether_its_batches_could_be_scanned_or_not(workflow: Definition) -> None:
    scan = child(workflow)["States"]["Scan account"]
    assert [scan["Next"], *(catcher["Next"] for catcher in scan["Catch"])] == ["Settle account", "Settle account"]


def test_an_account_is_settled_until_nothing_is_left(workflow: Definition) -> None:
    """A child reads its item after the Map and after each call of the function: neither replaces it."""
    states = child(workflow)["States"]
    settle, choice = states["Settle account"], states["Settled?"]
    assert (settle["Next"], settle["ResultPath"], states["Scan account"]["ResultPath"]) == (
        "Settled?",
        "$.settled",
        None,
    )
    assert [catcher["ResultPath"] for catcher in states["Scan account"]["Catch"]] == [None]
    assert choice["Choices"] == [
        {"Variable": "$.settled.left", "NumericGreaterThan": 0, "Next": "Settle account"},
    ]
    assert states[choice["Default"]]["End"] is True


def test_resources_are_tagged_after_a_recorded_scan_where_that_is_enabled(workflow: Definition) -> None:
    states = workflow["States"]
    assert states["Summarize scan"]["ResultSelector"]["compliance_tags"] == "${ComplianceTags}"
    choice = states[states["Summarize scan"]["Next"]]
    assert choice["Choices"] == [
        {
            "And": [
                {"Variable": "$.compliance_tags", "StringEquals": "ENABLED"},
                {"Variable": "$.summary.record", "BooleanEquals": True},
            ],
            "Next": "Tag resources",
        }
    ]
    assert choice["Default"] == "Send alert"


def test_resources_are_tagged_until_none_is_left(workflow: Definition) -> None:
    states = workflow["States"]
    tag, choice = states["Tag resources"], states["Tagged?"]
    assert (tag["Next"], tag["ResultPath"]) == ("Tagged?", "$.tagged")
    assert choice["Choices"] == [{"Variable": "$.tagged.left", "NumericGreaterThan": 0, "Next": "Tag resources"}]
    assert choice["Default"] == "Send alert"


def test_tags_that_cannot_be_written_keep_no_alert_back(workflow: Definition) -> None:
    (catcher,) = workflow["States"]["Tag resources"]["Catch"]
    assert (catcher["ErrorEquals"], catcher["ResultPath"], catcher["Next"]) == (["States.ALL"], None, "Send alert")


def test_an_account_that_cannot_be_settled_ends_its_child_well(workflow: Definition) -> None:
    states = child(workflow)["States"]
    (catcher,) = states["Settle account"]["Catch"]
    note = states[catcher["Next"]]
    assert note["End"] is True
    assert [states[each["Next"]]["End"] for each in note["Catch"]] == [True]
    assert "Fail" not in {state["Type"] for state in states.values()}


def test_a_child_has_what_its_states_read(workflow: Definition) -> None:
    selected = {name.removesuffix(".$") for name in inside(workflow, "Scan all accounts")["ItemSelector"]}
    read = set(re.findall(r"\$\.(\w+)", json.dumps(child(workflow)["States"]["Settle account"]["Parameters"])))
    assert read <= selected == {"scan_id", "attempt", "bucket", "account"}


def test_the_role_reads_and_writes_where_the_workflow_does(template: dict[str, Any]) -> None:
    granted = {
        (action, text(resource))
        for role, statement in role_statements(template)
        if role == "StateMachineRole"
        for action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
        for resource in (
            [statement["Resource"]] if not isinstance(statement["Resource"], list) else statement["Resource"]
        )
    }
    prefix = inside(definition(template), "Scan all accounts")["ResultWriter"]["Parameters"]["Prefix"]
    assert (keys.batches(SCAN), keys.batches(SCAN, "a")) == (
        f"work/{SCAN}/batches.json",
        f"work/{SCAN}/batches-a.json",
    )
    assert {
        ("s3:GetObject", "${ReportBucket.Arn}/work/*/batches*.json"),
        ("s3:PutObject", f"${{ReportBucket.Arn}}/{keys.failures(SCAN).replace(SCAN, '*')}*"),
        ("s3:PutObject", f"${{ReportBucket.Arn}}/{prefix}/*"),
        ("s3:GetObject", f"${{ReportBucket.Arn}}/{prefix}/*"),
    } <= granted
    invoked = {resource for action, resource in granted if action == "lambda:InvokeFunction"}
    mapped = {target(each["FunctionName"]) for _, each in resources(template, "AWS::Lambda::EventSourceMapping")}
    functions = {logical_id for logical_id, _ in resources(template, "AWS::Lambda::Function")} - mapped
    functions -= {"ValidateMigrationFunction"}
    assert invoked == {f"${{{logical_id}.Arn}}" for logical_id in functions}


def test_the_schedule_asks_for_the_scan_that_is_recorded(template: dict[str, Any]) -> None:
    schedules = dict(resources(template, "AWS::Scheduler::Schedule"))
    assert json.loads(schedules["Schedule"]["Target"]["Input"]) == {"scheduled": True, "record": True}


def test_what_quiet_hours_held_back_is_sent_within_a_quarter_of_an_hour(template: dict[str, Any]) -> None:
    schedule = dict(resources(template, "AWS::Scheduler::Schedule"))["HeldAlertsSchedule"]
    assert json.loads(schedule["Target"]["Input"]) == {"held": True}
    assert schedule["ScheduleExpression"] == "rate(15 minutes)"


def test_what_aws_refuses_for_good_is_never_retried(workflow: dict[str, Any]) -> None:
    retried = {
        name
        for _, state in rules.states(workflow, "Task")
        for retry in state.get("Retry", ())
        for name in retry["ErrorEquals"]
    }
    assert "Transient" in retried
    assert not retried & {errors.Refused.__name__, "States.ALL", "States.TaskFailed"}
