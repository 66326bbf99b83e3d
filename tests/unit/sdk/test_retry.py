"""Trying again: how often, how long between, and when it is no use any more."""

from collections.abc import Callable

import botocore.exceptions
import pytest

from muster.sdk.retry import ATTEMPTS, LONGEST, Retrier

SLOW_DOWN, GONE, DENIED = "SlowDown", "NoSuchBucket", "AccessDenied"
TIMEOUT = botocore.exceptions.ReadTimeoutError(endpoint_url="https://example.test")


def error(code: str) -> botocore.exceptions.ClientError:
    return botocore.exceptions.ClientError({"Error": {"Code": code, "Message": ""}}, "ListBoxes")


class Api:
    """Raises what it is told to, one after the other, and then answers."""

    def __init__(self, *errors: Exception, then: str = "answer") -> None:
        self.errors, self.then, self.calls = list(errors), then, 0

    def __call__(self) -> str:
        self.calls += 1
        if self.errors:
            raise self.errors.pop(0)
        return self.then


def down(code: str = SLOW_DOWN) -> Api:
    """Return an API that never answers."""
    return Api(*[error(code)] * 10 * ATTEMPTS)


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def retrier(slept: list[float]) -> Retrier:
    return Retrier(sleep=slept.append)


def raises(retrier: Retrier, key: str, call: Callable[[], str]) -> str:
    """Return the code of the error that comes of a call."""
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        retrier(key, call)
    return str(caught.value.response["Error"]["Code"])


def test_what_answers_is_asked_once_without_a_wait(retrier: Retrier, slept: list[float]) -> None:
    api = Api()
    assert (retrier("a", api), api.calls, slept) == ("answer", 1, [])


@pytest.mark.parametrize("trouble", [error(SLOW_DOWN), error("InternalError"), TIMEOUT, ConnectionResetError()])
def test_trouble_of_the_moment_is_waited_out(retrier: Retrier, trouble: Exception) -> None:
    api = Api(trouble, trouble)
    assert (retrier("a", api), api.calls) == ("answer", 3)


def test_an_answer_in_the_last_round_counts(retrier: Retrier) -> None:
    api = Api(*[error(SLOW_DOWN)] * (ATTEMPTS - 1))
    assert (retrier("a", api), api.calls) == ("answer", ATTEMPTS)


def test_after_its_rounds_the_error_is_the_calls_own_and_no_wait_was_too_long(
    retrier: Retrier, slept: list[float]
) -> None:
    api = down()
    assert raises(retrier, "a", api) == SLOW_DOWN
    assert api.calls == ATTEMPTS
    assert len(slept) == ATTEMPTS - 1
    assert slept[0] == 0.1
    assert all(0 <= wait <= LONGEST for wait in slept)


@pytest.mark.parametrize("code", [GONE, DENIED, "ExpiredToken"])
def test_what_no_wait_can_mend_is_asked_once(retrier: Retrier, slept: list[float], code: str) -> None:
    api = down(code)
    assert (raises(retrier, "a", api), api.calls, slept) == (code, 1, [])


def test_an_error_of_our_own_is_not_tried_again(retrier: Retrier) -> None:
    api = Api(KeyError("Name"))
    with pytest.raises(KeyError):
        retrier("a", api)
    assert api.calls == 1


def test_an_error_that_no_wait_can_mend_ends_the_rounds_and_leaves_hope(retrier: Retrier) -> None:
    api = Api(error(SLOW_DOWN), error(DENIED))
    assert (raises(retrier, "a", api), api.calls) == (DENIED, 2)
    again = Api(error(SLOW_DOWN))
    assert (retrier("a", again), again.calls) == ("answer", 2)


def test_an_api_that_is_down_costs_its_patience_once(retrier: Retrier, slept: list[float]) -> None:
    raises(retrier, "a", down())
    waits, api = len(slept), down()
    for _ in range(3):
        assert raises(retrier, "a", api) == SLOW_DOWN
    assert (api.calls, len(slept)) == (3, waits)


def test_another_api_has_its_own_patience(retrier: Retrier) -> None:
    raises(retrier, "a", down())
    api = Api(error(SLOW_DOWN))
    assert (retrier("b", api), api.calls) == ("answer", 2)


def test_hope_returns_with_the_first_answer(retrier: Retrier) -> None:
    raises(retrier, "a", down())
    retrier("a", Api())
    api = Api(*[error(SLOW_DOWN)] * (ATTEMPTS - 1))
    assert (retrier("a", api), api.calls) == ("answer", ATTEMPTS)


def test_an_answer_of_another_api_brings_no_hope(retrier: Retrier) -> None:
    raises(retrier, "a", down())
    retrier("b", Api())
    api = down()
    raises(retrier, "a", api)
    assert api.calls == 1


def test_whoever_waits_for_an_api_stops_when_another_one_gave_it_up(slept: list[float]) -> None:
    """Many threads meet an outage at a time: not each of them waits for all of its rounds."""
    others: list[Callable[[], str]] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 2:
            others.append(down())
            raises(retrier, "a", others[0])

    retrier = Retrier(sleep=sleep)
    api = down()
    assert raises(retrier, "a", api) == SLOW_DOWN
    assert api.calls < ATTEMPTS
    assert retrier.is_open("a")
    assert not retrier.is_open("b")


def test_an_api_that_answers_again_is_not_given_up() -> None:
    retrier = Retrier(sleep=lambda _: None)
    raises(retrier, "a", down())
    retrier("a", Api())
    assert not retrier.is_open("a")
