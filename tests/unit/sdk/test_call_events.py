"""A call that was refused as expired is signed and sent again once, where there are newer credentials."""

from typing import Any

import pytest

from muster.sdk.call_events import renewed


def asked(code: str | None, *, newer: bool = True, signed: float | None = 1.0) -> tuple[float | None, list[float], Any]:
    """Return how long botocore waits, since when the credentials must be newer, and what is left in the context."""
    since: list[float] = []

    def refresher(at: float) -> bool:
        since.append(at)
        return newer

    context = {} if signed is None else {"muster_signed": signed}
    response = None if code is None else (object(), {"Error": {"Code": code}} if code else {})
    wait = renewed(refresher, response, {"context": context})  # type: ignore[arg-type]  # a refresher is only called
    return wait, since, context


@pytest.mark.parametrize("code", ["ExpiredToken", "ExpiredTokenException", "RequestExpired"])
def test_an_expired_call_is_sent_again_at_once_with_newer_credentials(code: str) -> None:
    assert asked(code) == (0.0, [1.0], {})


def test_without_newer_credentials_it_is_not_sent_again() -> None:
    assert asked("ExpiredToken", newer=False) == (None, [1.0], {})


@pytest.mark.parametrize("code", ["AccessDenied", "Throttling", ""])
def test_another_error_or_an_answer_is_none_of_its_business(code: str) -> None:
    assert asked(code) == (None, [], {"muster_signed": 1.0})


def test_a_call_without_an_answer_is_none_of_its_business() -> None:
    assert asked(None) == (None, [], {"muster_signed": 1.0})


def test_a_call_is_sent_again_once() -> None:
    assert asked("ExpiredToken", signed=None) == (None, [], {})
