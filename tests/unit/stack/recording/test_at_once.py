"""Alerts at once: which events of the stream."""

import pytest

from muster.lifecycle.events import EventStatus, status_of
from muster.lifecycle.transitions import Event
from muster.model.finding import Severity
from muster.stack.recording.at_once import at_once
from tests.unit.stack.recording.stream import event


@pytest.mark.parametrize("severity", list(Severity))
@pytest.mark.parametrize("kind", list(Event))
def test_of_a_scan_new_critical_failures_are_worth_an_alert(kind: Event, severity: Severity) -> None:
    made = event(event=str(kind), status=str(status_of(kind)), severity=str(severity))
    assert at_once(made) is (severity is Severity.CRITICAL and made.status == EventStatus.FAILED)


@pytest.mark.parametrize("severity", list(Severity))
@pytest.mark.parametrize("kind", list(Event))
def test_of_a_change_every_event_is_worth_an_alert(kind: Event, severity: Severity) -> None:
    assert at_once(event(event=str(kind), status=str(status_of(kind)), severity=str(severity), cause="change"))


@pytest.mark.parametrize("cause", ["scan", "change"])
def test_a_first_look_is_no_news(cause: str) -> None:
    assert not at_once(event(baseline=True, cause=cause))
