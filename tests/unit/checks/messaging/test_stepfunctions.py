"""State machines."""

import pytest

from muster.checks.messaging.stepfunctions import step_functions_state_machine_logging_enabled as logging_enabled
from muster.facets.messaging.stepfunctions import StateMachine
from muster.model.finding import Status, UnknownField

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("level", "required", "status", "reason"),
    [
        ("ALL", "", C, "Logging is on (level ALL)"),
        ("ERROR", "", C, "Logging is on (level ERROR)"),
        ("FATAL", "", C, "Logging is on (level FATAL)"),
        ("OFF", "", N, "Logging is off (level OFF)"),
        ("ERROR", "ERROR", C, "Logging is on (level ERROR)"),
        ("ALL", "ERROR", N, "Log level is ALL; ERROR is required"),
        ("FATAL", "ERROR", N, "Log level is FATAL; ERROR is required"),
        ("OFF", "ERROR", N, "Logging is off (level OFF)"),
    ],
)
def test_a_state_machine_needs_a_log_or_one_of_exactly_the_required_level(
    level: str, required: str, status: Status, reason: str
) -> None:
    found = logging_enabled(StateMachine("ACTIVE", level), level=required)
    assert (found.status, found.reason) == (status, reason)


def test_a_state_machine_that_is_being_deleted_needs_none() -> None:
    assert logging_enabled(StateMachine("DELETING", "OFF")).status is NA


def test_a_state_machine_is_parsed() -> None:
    logged = {"status": "ACTIVE", "loggingConfiguration": {"level": "FATAL", "includeExecutionData": False}}
    assert StateMachine.parse(logged) == StateMachine("ACTIVE", "FATAL")
    assert StateMachine.parse({"status": "ACTIVE"}).log_level == "OFF"


def test_a_level_that_aws_does_not_document_is_no_verdict() -> None:
    with pytest.raises(UnknownField):
        logging_enabled(StateMachine.parse({"loggingConfiguration": {"level": "DEBUG"}}))
