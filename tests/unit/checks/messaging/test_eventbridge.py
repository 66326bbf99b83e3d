"""Event buses."""

import pytest

from muster.checks.messaging.eventbridge import custom_eventbus_policy_attached as policy_attached
from muster.facets.messaging.eventbridge import EventBus
from muster.model.finding import Status, UnknownField

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
POLICY = '{"Version": "2012-10-17", "Statement": []}'


@pytest.mark.parametrize(
    ("bus", "status", "reason"),
    [
        pytest.param(EventBus("orders", POLICY, ""), C, "Event bus has a resource-based policy", id="a policy"),
        pytest.param(EventBus("orders", "", ""), N, "Event bus has no resource-based policy", id="none"),
        pytest.param(EventBus("default", "", ""), NA, "Event bus is not a custom one", id="the default bus"),
        pytest.param(EventBus("default", POLICY, ""), NA, "Event bus is not a custom one", id="with a policy"),
        pytest.param(
            EventBus("aws.partner/example.com/orders", "", ""), NA, "Event bus is not a custom one", id="partner",
        ),
        pytest.param(EventBus("defaults", "", ""), N, "Event bus has no resource-based policy", id="almost default"),
        pytest.param(
            EventBus("AWSLogs", "", "logs.amazonaws.com"), NA, "Event bus is managed by logs.amazonaws.com",
            id="of a service",
        ),
    ],
)  # fmt: skip
def test_a_custom_event_bus_needs_a_policy(bus: EventBus, status: Status, reason: str) -> None:
    found = policy_attached(bus)
    assert (found.status, found.reason) == (status, reason)


def test_an_event_bus_is_parsed() -> None:
    assert EventBus.parse({"Name": "orders", "Arn": "arn", "Policy": POLICY}) == EventBus("orders", POLICY, "")
    assert EventBus.parse({"Name": "orders"}).policy == ""


def test_a_bus_without_a_name_is_no_verdict() -> None:
    with pytest.raises(UnknownField):
        policy_attached(EventBus.parse({"Arn": "arn"}))
