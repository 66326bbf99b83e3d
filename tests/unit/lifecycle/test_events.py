"""An event in the life of a finding."""

import pytest

from muster.lifecycle.events import EventStatus, FindingEvent, status_of
from muster.lifecycle.transitions import Event

OPENED = FindingEvent(
    finding_id="0" * 32, timestamp=1_700_000_000_000, event="opened", status="FAILED", baseline=False,
    check_id="s3-bucket-versioning-enabled", title="S3 buckets should have versioning enabled", severity="MEDIUM",
    reason="Versioning is off.", resource_type="AWS::S3::Bucket", resource_id="logs", resource_arn="arn:aws:s3:::logs",
    account_id="123456789012", account_name="prod", region="eu-west-1", owner="team-a", first_seen=1_700_000_000_000,
    scan_id="20231114T221320Z-0badcafe", cause="scan",
)  # fmt: skip


def test_every_event_has_a_status_and_every_status_an_event() -> None:
    assert {status_of(event) for event in Event} == set(EventStatus)


@pytest.mark.parametrize("event", [Event.OPENED, Event.REOPENED])
def test_what_opens_or_opens_again_has_failed(event: Event) -> None:
    assert status_of(event) is EventStatus.FAILED


def test_an_event_is_plain_json() -> None:
    assert FindingEvent(**OPENED.to_json()) == OPENED


@pytest.mark.parametrize("status", list(EventStatus))
def test_a_finding_is_open_after_it_failed_or_its_suppression_expired(status: EventStatus) -> None:
    event = FindingEvent(**{**OPENED.to_json(), "status": status.value})
    assert event.open is (status in (EventStatus.FAILED, EventStatus.EXPIRED))
