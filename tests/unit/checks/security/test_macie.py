"""Macie: that it is on, and discovers sensitive data by itself."""

from typing import Any

import pytest

from muster.checks.security.macie import macie_auto_sensitive_data_discovery_check, macie_status_check
from muster.facets.security.macie import MacieDiscovery, MacieSession
from muster.model.finding import Status, Unknown, UnknownField

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
ON, UNKNOWN = MacieSession("ENABLED"), MacieSession(Unknown("AWS did not say"))


@pytest.mark.parametrize(
    ("status", "verdict", "reason"),
    [
        ("ENABLED", C, "Macie is enabled"),
        ("PAUSED", N, "Macie is paused"),
        ("OFF", N, "Macie is not enabled in this region"),
    ],
)
def test_macie_status_check(status: str, verdict: Status, reason: str) -> None:
    found = macie_status_check(MacieSession(status))
    assert (found.status, found.reason) == (verdict, reason)


def member(status: str) -> dict[str, Any]:
    return {"administrator": {"accountId": "111122223333", "relationshipStatus": status}}


@pytest.mark.parametrize(
    ("session", "answer", "verdict", "reason"),
    [
        pytest.param(ON, {"status": "ENABLED"}, C, "Automated sensitive data discovery is on", id="on"),
        pytest.param(ON, {"status": "DISABLED"}, N, "Automated sensitive data discovery is off", id="off"),
        pytest.param(ON, member("Enabled"), NA, "Account 111122223333 administers Macie", id="a member"),
        pytest.param(ON, member("Paused"), NA, "", id="a member whose administrator paused it"),
        pytest.param(ON, {**member("Invited"), "status": "DISABLED"}, N, "", id="only invited"),
        pytest.param(MacieSession("PAUSED"), {}, NA, "Macie is not enabled", id="paused"),
    ],
)
def test_macie_auto_sensitive_data_discovery_check(
    session: MacieSession, answer: dict[str, Any], verdict: Status, reason: str
) -> None:
    found = macie_auto_sensitive_data_discovery_check(session, MacieDiscovery.parse(answer))
    assert found.status is verdict
    assert reason in (found.reason, "")


def test_what_is_not_known_is_no_failure() -> None:
    with pytest.raises(UnknownField):
        macie_status_check(UNKNOWN)
    with pytest.raises(UnknownField):
        macie_auto_sensitive_data_discovery_check(ON, MacieDiscovery.parse({"administrator": None}))
