"""Outputs, dead letters, queries, scans and the crawler, where something of them is broken."""

import json
from dataclasses import replace
from typing import Any

import pytest

from muster.catalog.catalog import load
from muster.smoke.crawler import crawled
from muster.smoke.lines import BrokenError, NotKnownError, NotShownError
from muster.smoke.outputs import NAMED, dead_letters, outputs
from muster.smoke.queries import saved, view
from muster.smoke.scans import CHEAP, by_hand, closed_region, resumed
from muster.smoke.stream import read

from .stubs import OUTPUTS, error, visit


def test_a_stack_of_an_older_template_lacks_outputs() -> None:
    with pytest.raises(
        BrokenError, match=r"lacks the outputs .*KeyArn, MigrationDeadLetterQueueUrl, PlanScanFunctionName"
    ):
        outputs(visit({}))


def looked_at(**answers: Any) -> Any:
    """A visit of a stack with all outputs, of which all exist but those that the answers are about."""
    operations = {
        "stepfunctions": "describe_state_machine", "s3": "head_bucket", "sns": "get_topic_attributes",
        "sqs": "get_queue_attributes", "glue": "get_database", "athena": "get_work_group", "scheduler": "get_schedule",
        "kms": "describe_key", "lambda": "get_function_configuration", "iam": "get_role",
    }  # fmt: skip
    services: dict[str, dict[str, Any]] = {name: {call: answers.get(call, {})} for name, call in operations.items()}
    services["glue"]["get_crawler"] = {}
    made = visit(services)
    outputs_of_all = {**dict.fromkeys(NAMED, "x/x"), **OUTPUTS}
    return replace(made, stack=replace(made.stack, outputs=outputs_of_all))


def test_what_outputs_name_exists_is_gone_or_cannot_be_looked_at() -> None:
    assert outputs(looked_at()).startswith(f"{len(NAMED)} things")
    with pytest.raises(BrokenError, match=r"cannot be found: KeyArn \(NotFoundException\)"):
        outputs(looked_at(describe_key=error("NotFoundException"), get_role=error("AccessDenied")))
    with pytest.raises(NotKnownError, match=r"cannot be looked at: KeyArn \(AccessDeniedException\)"):
        outputs(looked_at(describe_key=error("AccessDeniedException")))
    with pytest.raises(NotKnownError, match=r"WorkgroupName \(ThrottlingException\)"):
        outputs(looked_at(get_work_group=error("ThrottlingException")))


@pytest.mark.parametrize(("counts", "fails"), [((0, 0, 0), False), ((0, 2, 0), True), ((0, 0, 2), True)])
def test_a_letter_in_a_dead_letter_queue_fails(counts: tuple[int, int, int], *, fails: bool) -> None:
    answers = [{"Attributes": {"ApproximateNumberOfMessages": str(count)}} for count in counts]
    made = visit({"sqs": {"get_queue_attributes": answers}})
    if not fails:
        assert dead_letters(made).endswith("are empty")
        return
    with pytest.raises(BrokenError, match="-dead-letters-dev holds 2 messages"):
        dead_letters(made)


def athena(status: dict[str, str], rows: int = 1) -> dict[str, dict[str, Any]]:
    return {
        "athena": {
            "start_query_execution": {"QueryExecutionId": "q"},
            "get_query_execution": {"QueryExecution": {"Status": status}},
            "get_query_results": {"ResultSet": {"Rows": [{"Data": [{}] * 28}] * rows}},
            "stop_query_execution": {},
            "list_named_queries": {"NamedQueryIds": ["one"]},
            "get_named_query": {"NamedQuery": {"Name": "trend", "QueryString": "SELECT 1"}},
        }
    }


def test_the_view_and_a_saved_query_answer() -> None:
    made = visit(athena({"State": "SUCCEEDED"}, rows=2))
    assert view(made) == "latest_findings answers with 28 columns and 1 row"
    assert "1 queries ran" in saved(made)
    assert "trend (1)" in saved(made)


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ({"State": "FAILED", "StateChangeReason": "COLUMN_NOT_FOUND: x"}, "trend: COLUMN_NOT_FOUND: x"),
        ({"State": "CANCELLED"}, "trend: CANCELLED"),
        ({"State": "RUNNING"}, "trend still ran after five minutes and was stopped"),
    ],
)
def test_a_query_that_does_not_succeed_fails(status: dict[str, str], said: str) -> None:
    with pytest.raises(BrokenError, match=said):
        saved(visit(athena(status)))


def test_a_view_without_columns_and_a_workgroup_without_queries_fail() -> None:
    with pytest.raises(BrokenError, match="no columns"):
        view(visit(athena({"State": "SUCCEEDED"}, rows=0)))
    empty = athena({"State": "SUCCEEDED"})
    empty["athena"]["list_named_queries"] = {"NamedQueryIds": []}
    with pytest.raises(BrokenError, match="has no saved query"):
        saved(visit(empty))


SUMMARY = {
    "scan_id": "20261121T060000Z-c22b102a",
    "complete": True,
    "incomplete": [],
    "blocked": 0,
    "checks": [{"check_id": check} for check in CHEAP],
    "findings": {"compliant": 2},
}


def states(*summaries: dict[str, Any], history: Any = None, status: str = "SUCCEEDED") -> dict[str, dict[str, Any]]:
    ended = [{"status": status, "output": json.dumps(each), "error": "E", "cause": "because"} for each in summaries]
    return {
        "stepfunctions": {
            "start_execution": {"executionArn": "arn:of:execution"},
            "describe_execution": ended,
            "get_execution_history": history or {"events": []},
            "stop_execution": {},
        },
        "s3": {"head_object": {}},
    }


def test_the_checks_of_a_scan_by_hand_exist() -> None:
    assert set(CHEAP) <= load().checks.keys()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"checks": [{"check_id": "another"}]}, "the scan ran another"),
        ({"checks": []}, "the scan ran nothing"),
        ({"complete": False, "incomplete": [{"shard": "s", "reason": "denied"}]}, "the scan is incomplete: s: denied"),
    ],
)
def test_a_scan_that_did_something_else_fails(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(BrokenError, match=said):
        by_hand(visit(states({**SUMMARY, **changed})))


def test_an_execution_that_fails_says_why() -> None:
    with pytest.raises(BrokenError, match="ended FAILED: E: because"):
        by_hand(visit(states(SUMMARY, status="FAILED")))


def test_a_missing_report_is_no_scan() -> None:
    made = states(SUMMARY)
    made["s3"]["head_object"] = error("404", "Not Found", "HeadObject")
    with pytest.raises(type(error("404"))):
        by_hand(visit(made))


def planned(scan_id: str) -> dict[str, Any]:
    details = {"name": "Plan scan", "output": json.dumps({"scan_id": scan_id})}
    return {"events": [{"type": "TaskStateExited", "stateExitedEventDetails": details}]}


def test_a_running_scan_is_stopped_and_resumed() -> None:
    answers = states(SUMMARY, SUMMARY, history=planned(SUMMARY["scan_id"]))
    answers["stepfunctions"]["describe_execution"][0]["status"] = "RUNNING"
    made = visit(answers)
    assert "was stopped after its plan, was resumed" in resumed(made)
    clients: Any = made.stack.clients
    called = [name for name, _ in clients.made["stepfunctions"].calls]
    assert called.count("stop_execution") == 1
    inputs = [json.loads(asked["input"]) for name, asked in clients.made["stepfunctions"].calls if "input" in asked]
    assert inputs[1] == {"resume": SUMMARY["scan_id"]}


def test_a_scan_that_ended_too_early_is_resumed_as_it_is_and_another_one_fails() -> None:
    assert "had ended before it could be stopped" in resumed(
        visit(states(SUMMARY, history=planned(SUMMARY["scan_id"])))
    )
    with pytest.raises(BrokenError, match="another was to be resumed"):
        resumed(visit(states(SUMMARY, history=planned("another"))))
    with pytest.raises(BrokenError, match="before it had planned"):
        resumed(visit(states(SUMMARY, status="FAILED")))


def test_a_closed_region_is_named_as_blocked() -> None:
    with pytest.raises(NotShownError, match="--denied-region"):
        closed_region(visit({}))
    assert "blocked by policy" in closed_region(visit(states({**SUMMARY, "blocked": 1}), denied_region="ap-south-1"))
    with pytest.raises(BrokenError, match="not reported as blocked by policy: it could be read"):
        closed_region(visit(states(SUMMARY), denied_region="ap-south-1"))


@pytest.mark.parametrize(
    ("crawler", "said"),
    [
        ({"State": "READY", "LastCrawl": {"Status": "FAILED", "ErrorMessage": "no access"}}, "ended FAILED: no access"),
        ({"State": "RUNNING"}, "still runs after twenty minutes"),
    ],
)
def test_a_crawler_that_does_not_succeed_fails(crawler: dict[str, Any], said: str) -> None:
    answers = {"glue": {"start_crawler": {}, "get_crawler": {"Crawler": crawler}}}
    with pytest.raises(BrokenError, match=said):
        crawled(visit(answers))


def test_a_crawler_that_runs_already_is_waited_for_and_a_stand_in_has_none() -> None:
    done = {"Crawler": {"State": "READY", "LastCrawl": {"Status": "SUCCEEDED"}}}
    answers = {"glue": {"start_crawler": error("CrawlerRunningException"), "get_crawler": done}}
    assert crawled(visit(answers)).endswith("and succeeded")
    with pytest.raises(NotShownError):
        crawled(visit(answers, endpoint="http://127.0.0.1:5000"))


@pytest.mark.parametrize(
    ("mappings", "said"),
    [
        ([], "reads no stream"),
        ([{"State": "Disabled", "StateTransitionReason": "USER_INITIATED"}], "is Disabled, .* USER_INITIATED"),
        ([{"State": "Enabled", "LastProcessingResult": "PROBLEM: Function call failed"}], "PROBLEM: Function call"),
    ],
)
def test_a_stream_that_nothing_reads_fails(mappings: list[dict[str, Any]], said: str) -> None:
    with pytest.raises(BrokenError, match=said):
        read(mapped(mappings))


def test_a_stream_that_lambda_reads_holds() -> None:
    assert read(mapped([{"State": "Enabled", "LastProcessingResult": "OK"}])).endswith("the last batch: OK")


def mapped(mappings: list[dict[str, Any]]) -> Any:
    """Return a visit of a stack whose function has some event source mappings."""
    made = visit({"lambda": {"list_event_source_mappings": {"EventSourceMappings": mappings}}})
    named = {**made.stack.outputs, "RecordEventsFunctionName": "muster-record-events-dev"}
    return replace(made, stack=replace(made.stack, outputs=named))
