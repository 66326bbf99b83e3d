"""Amazon Connect: flow logs."""

import pytest

from muster.checks.management.connect import connect_instance_logging_enabled
from muster.facets.management.connect import ConnectFlowLogs
from muster.model.finding import Status, UnknownField


@pytest.mark.parametrize(
    ("value", "status", "reason"),
    [("true", Status.COMPLIANT, "Flow logs are on"), ("false", Status.NON_COMPLIANT, "Flow logs are off")],
)
def test_flow_logs(value: str, status: Status, reason: str) -> None:
    found = connect_instance_logging_enabled(ConnectFlowLogs.parse({"Attribute": {"Value": value}}))
    assert (found.status, found.reason) == (status, reason)


@pytest.mark.parametrize("answer", [{}, {"Attribute": {"Value": "sometimes"}}])
def test_what_is_not_known_is_no_verdict(answer: dict[str, dict[str, str]]) -> None:
    with pytest.raises(UnknownField):
        connect_instance_logging_enabled(ConnectFlowLogs.parse(answer))
