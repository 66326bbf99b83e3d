"""The bound of calls in flight: with a clock of our own, and with threads that count each other."""

import threading
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.sdk.limiter import FIRST_PAUSE, LONGEST_PAUSE, MOST, CallGate, Limiter

KEY, OTHER = ("111122223333", "eu-west-1", "ec2", "DescribeInstances"), ("111122223333", "eu-west-1", "ec2", "Other")


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def begun(call: Callable[[], None]) -> tuple[threading.Thread, threading.Event]:
    """Make a call in a thread of its own, and say when it is through."""
    through = threading.Event()

    def make() -> None:
        call()
        through.set()

    thread = threading.Thread(target=make, daemon=True)
    thread.start()
    return thread, through


def full(limiter: Limiter, calls: int, key: object = KEY) -> Limiter:
    for _ in range(calls):
        limiter.acquire(key)
    return limiter


def test_it_begins_with_all_it_may() -> None:
    assert Limiter().limit(KEY) == MOST
    assert full(Limiter(most=3), 3).limit(KEY) == 3


def test_one_call_more_than_the_bound_waits_until_one_has_ended() -> None:
    limiter = full(Limiter(most=3), 3)
    _, through = begun(lambda: limiter.acquire(KEY))
    assert not through.wait(0.1)
    limiter.release(KEY, taken=True)
    assert through.wait(0.5), "it is told of the free place, and does not find it by looking again"


def test_the_bound_is_never_exceeded_and_is_used() -> None:
    limiter, lock, counts = Limiter(most=4), threading.Lock(), [0, 0]

    def calls() -> None:
        for _ in range(25):
            limiter.acquire(KEY)
            with lock:
                counts[0] += 1
                counts[1] = max(counts)
            time.sleep(0.0005)
            with lock:
                counts[0] -= 1
            limiter.release(KEY, taken=True)

    threads = [threading.Thread(target=calls, daemon=True) for _ in range(12)]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + 20
    for thread in threads:
        thread.join(max(0, deadline - time.monotonic()))
    assert not any(thread.is_alive() for thread in threads)
    assert counts == [0, 4]


def test_a_bound_that_was_halved_holds_for_all_threads(clock: Clock) -> None:
    limiter = full(Limiter(most=8, clock=clock), 8)
    limiter.throttled(KEY)
    clock.now += FIRST_PAUSE
    for _ in range(8):
        limiter.release(KEY, taken=False)
    full(limiter, 4)
    _, through = begun(lambda: limiter.acquire(KEY))
    assert not through.wait(0.1)
    limiter.release(KEY, taken=False)
    assert through.wait(5)


def test_it_is_halved_once_however_many_calls_are_throttled_together(clock: Clock) -> None:
    limiter = full(Limiter(most=8, clock=clock), 8)
    for _ in range(8):
        limiter.throttled(KEY)
    assert limiter.limit(KEY) == 4


def test_it_is_halved_again_when_aws_throttles_after_the_pause(clock: Clock) -> None:
    limiter = full(Limiter(most=8, clock=clock), 8)
    limits = []
    for _ in range(5):
        limiter.throttled(KEY)
        limits.append(limiter.limit(KEY))
        clock.now += LONGEST_PAUSE
    assert limits == [4, 2, 1, 1, 1]


def test_half_of_what_was_in_flight_is_left_where_the_bound_was_never_reached(clock: Clock) -> None:
    limiter = full(Limiter(most=64, clock=clock), 6)
    limiter.throttled(KEY)
    assert limiter.limit(KEY) == 3


def test_a_pause_is_between_half_and_all_of_its_length(clock: Clock) -> None:
    limiter = full(Limiter(most=16, clock=clock), 16)
    limiter.throttled(KEY)
    clock.now += FIRST_PAUSE * 0.49
    limiter.throttled(KEY)
    assert limiter.limit(KEY) == 8
    clock.now += FIRST_PAUSE * 0.51
    limiter.throttled(KEY)
    assert limiter.limit(KEY) == 4


def test_the_next_pause_is_twice_as_long(clock: Clock) -> None:
    limiter = full(Limiter(most=16, clock=clock), 16)
    limiter.throttled(KEY)
    clock.now += FIRST_PAUSE
    limiter.throttled(KEY)
    clock.now += FIRST_PAUSE * 0.99
    limiter.throttled(KEY)
    assert limiter.limit(KEY) == 4
    clock.now += FIRST_PAUSE * 1.01
    limiter.throttled(KEY)
    assert limiter.limit(KEY) == 2


def test_a_call_that_aws_takes_makes_the_next_pause_the_first_again(clock: Clock) -> None:
    limiter = full(Limiter(most=16, clock=clock), 16)
    limiter.throttled(KEY)
    clock.now += FIRST_PAUSE
    limiter.throttled(KEY)
    clock.now += 2 * FIRST_PAUSE
    limiter.release(KEY, taken=True)
    limiter.throttled(KEY)
    halved = limiter.limit(KEY)
    clock.now += FIRST_PAUSE
    limiter.throttled(KEY)
    assert limiter.limit(KEY) == halved / 2


def test_nobody_calls_during_a_pause(clock: Clock) -> None:
    limiter = full(Limiter(most=8, clock=clock), 1)
    limiter.throttled(KEY)
    limiter.release(KEY, taken=False)
    _, through = begun(lambda: limiter.acquire(KEY))
    assert not through.wait(3 * FIRST_PAUSE)
    clock.now += FIRST_PAUSE
    assert through.wait(5)


def test_it_grows_by_about_one_for_a_round_of_calls_and_never_above_the_most(clock: Clock) -> None:
    limiter = full(Limiter(most=8, clock=clock), 8)
    limiter.throttled(KEY)
    clock.now += FIRST_PAUSE
    for _ in range(4):
        limiter.release(KEY, taken=True)
    assert 4.8 < limiter.limit(KEY) < 5
    for _ in range(100):
        limiter.release(KEY, taken=True)
        limiter.acquire(KEY)
    assert limiter.limit(KEY) == 8


def test_a_call_that_aws_did_not_take_does_not_make_it_grow_and_gives_its_place_back(clock: Clock) -> None:
    limiter = full(Limiter(most=2, clock=clock), 2)
    limiter.throttled(KEY)
    clock.now += FIRST_PAUSE
    limiter.release(KEY, taken=False)
    assert limiter.limit(KEY) == 1
    limiter.release(KEY, taken=False)
    _, through = begun(lambda: limiter.acquire(KEY))
    assert through.wait(5)


def test_other_keys_are_not_concerned(clock: Clock) -> None:
    limiter = full(Limiter(most=2, clock=clock), 2)
    limiter.throttled(KEY)
    assert limiter.limit(OTHER) == 2
    _, through = begun(lambda: limiter.acquire(OTHER))
    assert through.wait(5)


def test_what_is_throttled_before_any_call_leaves_one() -> None:
    limiter = Limiter()
    limiter.throttled(KEY)
    assert limiter.limit(KEY) == 1


@given(
    st.lists(
        st.tuples(st.sampled_from(["acquire", "taken", "refused", "throttled"]), st.floats(0, 2)),
        max_size=60,
    )
)
def test_whatever_happens_the_bound_lies_between_one_and_the_most(steps: list[tuple[str, float]]) -> None:
    clock, in_flight = Clock(), 0
    limiter = Limiter(most=5, clock=clock)
    for step, seconds in steps:
        if step == "acquire":
            if in_flight >= int(limiter.limit(KEY)):
                continue
            clock.now += LONGEST_PAUSE
            limiter.acquire(KEY)
            in_flight += 1
        elif step == "throttled":
            limiter.throttled(KEY)
        elif in_flight:
            limiter.release(KEY, taken=step == "taken")
            in_flight -= 1
        clock.now += seconds
        assert 1 <= limiter.limit(KEY) <= 5


@pytest.mark.parametrize(
    ("account", "region", "service", "operation"),
    [
        ("444455556666", "eu-west-1", "s3", "GetBucketAcl"),
        ("111122223333", "us-east-1", "s3", "GetBucketAcl"),
        ("111122223333", "eu-west-1", "ec2", "GetBucketAcl"),
        ("111122223333", "eu-west-1", "s3", "GetBucketPolicy"),
    ],
)
def test_a_gate_tells_accounts_regions_services_and_operations_apart(
    account: str, region: str, service: str, operation: str
) -> None:
    limiter = Limiter(most=1)
    CallGate(limiter, "111122223333", "eu-west-1", "s3").acquire("GetBucketAcl")
    gate = CallGate(limiter, account, region, service)
    _, through = begun(lambda: gate.acquire(operation))
    assert through.wait(5)


def test_gates_of_the_same_api_share_a_bound() -> None:
    limiter = Limiter(most=1)
    first, second = (CallGate(limiter, "111122223333", "eu-west-1", "s3") for _ in range(2))
    first.acquire("GetBucketAcl")
    _, through = begun(lambda: second.acquire("GetBucketAcl"))
    assert not through.wait(0.1)
    first.release("GetBucketAcl")
    assert through.wait(5)


def test_what_a_gate_hears_of_throttling_reaches_the_bound(clock: Clock) -> None:
    limiter = Limiter(most=4, clock=clock)
    gate = CallGate(limiter, *KEY[:3])
    for _ in range(4):
        gate.acquire(KEY[3])
    gate.throttled(KEY[3])
    assert limiter.limit(KEY) == 2
