"""Where Lambda allows ten functions at a time a scan loses no batch: the workflow's own retriers, simulated."""

import heapq
import random
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.session import Session

from muster.stack.limits import FUNCTIONS_AN_ACCOUNT
from muster.stack.planning.concurrency import SHARE
from tests.infrastructure import workflow as rules
from tests.infrastructure.reading import definition, resources

Template = dict[str, Any]
Retrier = dict[str, Any]
BATCHES = 18
"""CallBatcher of an account with 17 regions, the global ones apart."""
BEFORE = {"IntervalSeconds": 2, "BackoffRate": 2, "MaxDelaySeconds": 60, "MaxAttempts": 4}
"""The one retrier that there was before throttled calls had their own."""


@pytest.fixture
def retrier(template: Template) -> Retrier:
    """Retries the calls that Lambda has no room for."""
    return dict(dict(rules.states(definition(template)))["Scan shards"]["Retry"][0])


def waits(retrier: Retrier, chance: random.Random) -> Iterator[float]:
    """Yield how long Step Functions waits before each further attempt, with full jitter."""
    for attempt in range(retrier["MaxAttempts"]):
        longest = min(retrier["IntervalSeconds"] * retrier["BackoffRate"] ** attempt, retrier["MaxDelaySeconds"])
        yield chance.uniform(0, longest)


def lost(retrier: Retrier, *, workers: int, batches: int, seconds: float, free: int) -> int:
    """Return how many batches are given up by workers that share a number of places.

    A worker tries one batch after the other. Where no place is free it waits as the retrier says, until that is
    exhausted; others may take every place meanwhile.
    """
    chance = random.Random(20261128)  # noqa: S311 - the same simulation every time, and no secret
    left, gone = batches, 0
    events: list[tuple[float, int, str, Iterator[float]]] = []
    for worker in range(workers):
        heapq.heappush(events, (chance.uniform(0, 1), worker, "next", iter(())))
    while events:
        now, worker, what, waiting = heapq.heappop(events)
        if what in {"ended", "next"}:
            free += what == "ended"
            if not left:
                continue
            left -= 1
            waiting = waits(retrier, chance)
        if free:
            free -= 1
            heapq.heappush(events, (now + seconds, worker, "ended", iter(())))
        elif (wait := next(waiting, None)) is not None:
            heapq.heappush(events, (now + wait, worker, "again", waiting))
        else:
            gone += 1
            heapq.heappush(events, (now, worker, "next", iter(())))
    return gone


@pytest.mark.parametrize("seconds", [60, 300, 900])
@pytest.mark.parametrize("accounts", [1, 3, 50])
def test_a_scan_and_another_beside_it_lose_nothing_in_ten_places(
    retrier: Retrier, accounts: int, seconds: float
) -> None:
    """The planner answers one account at a time for a limit of ten: four functions of each scan."""
    at_a_time = 10 // (SHARE * FUNCTIONS_AN_ACCOUNT)
    workers = 2 * at_a_time * FUNCTIONS_AN_ACCOUNT
    assert lost(retrier, workers=workers, batches=2 * accounts * BATCHES, seconds=seconds, free=10) == 0


@pytest.mark.parametrize("seconds", [60, 300])
def test_other_functions_may_leave_two_places_of_ten(retrier: Retrier, seconds: float) -> None:
    workers = FUNCTIONS_AN_ACCOUNT
    assert lost(retrier, workers=workers, batches=3 * BATCHES, seconds=seconds, free=2) == 0


def test_the_simulation_finds_what_the_workflow_lost_before() -> None:
    assert lost(BEFORE, workers=40, batches=50 * BATCHES, seconds=60, free=10) > 500
    assert lost(BEFORE, workers=4, batches=BATCHES, seconds=60, free=10) == 0


def test_an_account_runs_as_many_functions_as_the_planner_reckons_with(template: Template) -> None:
    assert dict(rules.states(definition(template)))["Scan account"]["MaxConcurrency"] == FUNCTIONS_AN_ACCOUNT


def test_the_retries_of_an_account_fit_the_history_of_an_execution(template: Template) -> None:
    """Every batch of an account with all regions may use all its attempts, and so may its settling."""
    states = dict(rules.states(definition(template)))
    scan, settle = (
        1 + sum(retrier["MaxAttempts"] for retrier in states[name]["Retry"])
        for name in ("Scan shards", "Settle account")
    )
    regions = len(Session().get_available_regions("ec2", "aws", allow_non_regional=False))
    batches = regions + 1
    others = 20 * batches + 100
    assert (batches * scan + settle) * rules.EVENTS_A_TRY + others < rules.HISTORY


def test_the_parameter_reaches_the_planner(template: Template) -> None:
    functions = dict(resources(template, "AWS::Lambda::Function"))
    variables = functions["PlanScanFunction"]["Environment"]["Variables"]
    assert variables["MUSTER_MAX_CONCURRENCY"] == {"Ref": "MaxConcurrency"}
