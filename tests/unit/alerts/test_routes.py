"""Which findings go to whom."""

from collections.abc import Collection
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.alerts.news import Acceptance
from muster.alerts.routes import Router, takes_all
from muster.catalog.packs import Entry, Pack
from muster.configuration import Destination, Kind, Route
from muster.model.finding import Severity
from tests.unit.alerts.events import event

CHECK = "s3-bucket-encryption-enabled"
PACKS = {
    "s3-compliance": Pack("s3-compliance", "", "", (Entry(CHECK),)),
    "finops": Pack("finops", "", "", (Entry("ebs-volume-attached"),)),
    "all": Pack("all", "", "", ()),
}
UNITS = {"ou-ab12-cdef3456": ("111122223333",), "ou-ab12-00000000": ("444455556666",)}


def route(**changes: Any) -> Route:
    """Return a route to the stack's topic."""
    return Route("one", (Destination(Kind.TOPIC),), **changes)


def router(*routes: Route) -> Router:
    return Router(routes, PACKS, UNITS.get)


@pytest.mark.parametrize(
    ("matching", "changes"),
    [
        (True, {}),
        (True, {"severity": Severity.HIGH}),
        (True, {"severity": Severity.MEDIUM}),
        (False, {"severity": Severity.CRITICAL}),
        (True, {"packs": ("s3-compliance",)}),
        (True, {"packs": ("finops", "s3-compliance")}),
        (True, {"packs": ("all",)}),
        (False, {"packs": ("finops",)}),
        (False, {"packs": ("gone",)}),
        (True, {"accounts": ("111122223333",)}),
        (False, {"accounts": ("444455556666",)}),
        (True, {"units": ("ou-ab12-cdef3456",)}),
        (False, {"units": ("ou-ab12-00000000",)}),
        (True, {"owners": ("team-*",)}),
        (True, {"owners": ("other", "team-?")}),
        (False, {"owners": ("Team-a",)}),
        (False, {"owners": ("team",)}),
        (True, {"severity": Severity.HIGH, "packs": ("s3-compliance",), "owners": ("team-a",)}),
        (False, {"severity": Severity.HIGH, "packs": ("s3-compliance",), "owners": ("team-b",)}),
    ],
)
def test_a_finding_goes_to_a_route_that_it_matches_in_all(matching: bool, changes: dict[str, Any]) -> None:
    assert router().matches(route(**changes), event()) is matching


def test_a_finding_goes_to_every_route_that_it_matches() -> None:
    routes = (route(severity=Severity.CRITICAL), route(owners=("team-a",)), route())
    assert list(router(*routes).matching(event())) == list(routes[1:])


def test_a_resource_without_owner_matches_only_a_route_for_all_owners() -> None:
    assert router().matches(route(owners=("*",)), event(owner=""))
    assert not router().matches(route(owners=("?*",)), event(owner=""))
    assert router().matches(route(owners=("",)), event(owner=""))


def test_a_unit_whose_accounts_cannot_be_read_matches_and_is_named() -> None:
    asked: list[str] = []

    def unreadable(unit: str) -> Collection[str] | None:
        asked.append(unit)
        return None

    found = Router((), PACKS, unreadable)
    assert all(found.matches(route(units=("ou-ab12-cdef3456",)), event(number)) for number in range(3))
    assert found.unread == asked == ["ou-ab12-cdef3456"]


def test_a_severity_of_another_version_is_not_filtered_out() -> None:
    assert router().matches(route(severity=Severity.CRITICAL), event(severity="SEVERE"))


def test_the_scan_itself_is_news_for_routes_that_take_all_findings() -> None:
    narrow, wide = route(severity=Severity.HIGH), route()
    assert router(narrow, wide).general() == (wide,)
    assert router(narrow).general() == (narrow,)
    assert takes_all(route(severity=Severity.INFORMATIONAL))


@pytest.mark.parametrize(
    ("matching", "changes"),
    [
        (True, {}),
        (True, {"severity": Severity.HIGH}),
        (False, {"severity": Severity.CRITICAL}),
        (False, {"packs": ("finops",)}),
        (True, {"owners": ("team-*",)}),
        (False, {"owners": ("ops",)}),
        (True, {"accounts": ("444455556666",)}),
    ],
)
def test_news_of_a_suppression_go_by_check_and_owner(matching: bool, changes: dict[str, Any]) -> None:
    acceptance = Acceptance(
        state="ending", check_id=CHECK, resource="*", owner="team-a", reason="r", ticket="", until="2027-03-31", count=1
    )
    assert router().accepts(route(**changes), acceptance, {CHECK: "HIGH"}) is matching


@given(
    st.sampled_from(list(Severity)),
    st.sampled_from(list(Severity)),
    st.sampled_from([(), ("s3-compliance",), ("finops",)]),
    st.sampled_from([(), ("111122223333",), ("444455556666",)]),
    st.sampled_from([(), ("team-a",), ("x",)]),
)
def test_each_condition_narrows_a_route(
    least: Severity, severity: Severity, packs: tuple[str, ...], accounts: tuple[str, ...], owners: tuple[str, ...]
) -> None:
    """A finding that matches a route matches it without any one of its conditions, too; together they decide."""
    conditions: dict[str, Any] = {"severity": least, "packs": packs, "accounts": accounts, "owners": owners}
    seen = event(severity=severity.value)
    alone = [router().matches(route(**{name: value}), seen) for name, value in conditions.items()]
    assert router().matches(route(**conditions), seen) is all(alone)
