"""A function that sends alerts is killed before or after any of its calls, and run again: nothing is lost.

A mail comes twice only where the kill falls between the answer of SNS and the end of the next call of the table.
"""

import itertools
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest
from moto import mock_aws

from muster.sdk.session import Clients
from muster.stack.send_alert import send_alert
from muster.storage import keys
from tests.examples import examples
from tests.integration.stack.test_alert_routes import MORNING, REGION, SCAN, Stack
from tests.unit.alerts.events import event

SERVICES = ("s3", "sns", "dynamodb", "events", "sqs")
ROUTES = "alerts: {routes: [{name: all, to: [topic]}, {name: machines, to: [{bus: default}]}]}"
MOST = max(40, examples(80))
WINDOW = {("after", "Publish"), ("before", "UpdateItem")}
"""Moments within the window of a mail: SNS took it, and the table does not know."""


class Killed(BaseException):
    """The function is killed: nothing is caught, nothing cleaned up."""


class Moments:
    """Counts the moments before and after calls, and kills at one of them."""

    def __init__(self, clients: Clients) -> None:
        self.seen: list[tuple[str, str]] = []
        self.deadly = -1
        for service in SERVICES:
            client = clients.get(service, REGION)
            client.meta.events.register("before-call", lambda model, **_: self.pass_by("before", model.name))
            client.meta.events.register("after-call", lambda model, **_: self.pass_by("after", model.name))

    def pass_by(self, when: str, operation: str) -> None:
        """Note a moment, and be killed at the one that was drawn."""
        self.seen.append((when, operation))
        if len(self.seen) - 1 == self.deadly:
            raise Killed


@contextmanager
def scanned() -> Iterator[tuple[Stack, Moments]]:
    """Leave a scan with two new failures on a stack, and count the moments from then on."""
    with mock_aws():
        clients = Clients(boto3.session.Session(region_name=REGION))
        stack = Stack(clients)
        stack.configured(ROUTES)
        stack.scanned(event(1), event(2))
        yield stack, Moments(clients)


def sent(stack: Stack) -> Any:
    def wait(_seconds: float) -> None:
        time.sleep(0.06)

    return send_alert({"scan_id": SCAN}, stack.environment, stack.clients, MORNING, sleep=wait)


@pytest.mark.parametrize("start", range(4))
def test_a_kill_at_any_moment_loses_nothing(start: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every fourth moment from `start` on: before and after each call, until one more moment than there are."""
    monkeypatch.setattr("muster.alerts.delivery.once.WINDOW", 0.05)
    for deadly in itertools.islice(itertools.count(start, 4), MOST):
        with scanned() as (stack, moments):
            moments.deadly = deadly
            try:
                sent(stack)
                break
            except Killed:
                pass
            moment, moments.deadly = moments.seen[deadly], -1
            outcome = sent(stack)
            assert {each["result"] for each in outcome.deliveries} <= {"sent", "sent before"}, (moment, outcome)
            mails, ids = len(stack.mails(stack.own)), [detail["id"] for detail in stack.on_the_bus()]
            assert 1 <= mails <= 1 + (moment in WINDOW), moment
            assert set(ids) == {f"{event(number).finding_id}:{event(number).timestamp}" for number in (1, 2)}, moment
            assert stack.bucket.get_json(keys.alert(SCAN)), moment
    else:
        raise AssertionError("there are more moments than were looked at")
    assert deadly > 20
