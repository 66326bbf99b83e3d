"""Event notification subscriptions."""

from collections.abc import Sequence

import pytest

from muster.checks.rds.events import (
    rds_cluster_event_notifications_configured,
    rds_instance_event_notifications_configured,
    rds_pg_event_notifications_configured,
    rds_sg_event_notifications_configured,
)
from muster.facets.rds.events import EventSubscription, EventSubscriptions
from muster.model.finding import Status, Unknown, UnknownField
from tests.unit.checks.rds.examples import LOST, NA, C, N

ARN = "arn:aws:rds:eu-west-1:123456789012:es:s"


def subscription(
    source: str, categories: Sequence[str] = (), *, enabled: bool | Unknown = True, sources: Sequence[str] = ()
) -> EventSubscription:
    return EventSubscription("s", ARN, "active", enabled, source, tuple(sources), tuple(categories))


@pytest.mark.parametrize(
    ("found", "of_clusters", "of_instances"),
    [
        pytest.param(subscription("db-cluster", ("maintenance", "failure")), C, NA, id="clusters"),
        pytest.param(subscription("db-cluster"), C, NA, id="no categories are all of them"),
        pytest.param(subscription("db-cluster", ("failure",)), N, NA, id="one is missing"),
        pytest.param(subscription("db-cluster", enabled=False), N, NA, id="disabled"),
        pytest.param(subscription("db-instance", ("maintenance", "configuration change", "failure")), NA, C,
                     id="instances"),
        pytest.param(subscription("db-instance", ("maintenance", "failure")), NA, N, id="no configuration change"),
        pytest.param(subscription("db-snapshot", ()), NA, NA, id="another source"),
        pytest.param(subscription("", ()), NA, NA, id="all sources"),
    ],
)  # fmt: skip
def test_subscriptions_have_the_critical_categories(
    found: EventSubscription, of_clusters: Status, of_instances: Status
) -> None:
    assert rds_cluster_event_notifications_configured(found).status is of_clusters
    assert rds_instance_event_notifications_configured(found).status is of_instances


def test_the_reasons_name_categories_and_narrowing() -> None:
    lacking = rds_cluster_event_notifications_configured(subscription("db-cluster", ("failover",)))
    assert lacking.reason == "Subscription lacks the event categories maintenance, failure"
    narrow = rds_cluster_event_notifications_configured(subscription("db-cluster", sources=("orders",)))
    assert narrow.reason == "Subscription has the event categories maintenance, failure; only of 1 named source"


@pytest.mark.parametrize(
    ("found", "of_parameters", "of_security"),
    [
        pytest.param((), C, C, id="no subscription at all passes, as in Security Hub"),
        pytest.param((subscription("db-parameter-group"),), C, N, id="parameter groups"),
        pytest.param((subscription("db-security-group", ("configuration change", "failure")),), N, C,
                     id="security groups"),
        pytest.param((subscription("db-security-group", ("failure",)),), N, N, id="a category is missing"),
        pytest.param((subscription("db-parameter-group", enabled=False),), N, N, id="disabled"),
        pytest.param((subscription("db-cluster"), subscription("")), C, C, id="all sources"),
    ],
)  # fmt: skip
def test_a_region_notifies_of_its_groups(
    found: tuple[EventSubscription, ...], of_parameters: Status, of_security: Status
) -> None:
    assert rds_pg_event_notifications_configured(EventSubscriptions(found)).status is of_parameters
    assert rds_sg_event_notifications_configured(EventSubscriptions(found)).status is of_security


def test_a_subscription_that_may_be_enabled_is_no_verdict() -> None:
    with pytest.raises(UnknownField):
        rds_pg_event_notifications_configured(EventSubscriptions((subscription("", enabled=LOST),)))
