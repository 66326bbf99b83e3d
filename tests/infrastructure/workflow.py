"""What a workflow must be: each yields a sentence for every state that is otherwise."""

from collections.abc import Iterator, Mapping
from typing import Any

State = Mapping[str, Any]

RETRIED = {
    "Throttled",
    "Transient",
    "States.Timeout",
    "Sandbox.Timedout",
    "Runtime.ExitError",
    "Lambda.Unknown",
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.ClientExecutionTimeoutException",
}
"""What a later try may mend when a function is invoked: Muster's own two, a function that died, Lambda's own errors."""

ALSO_RETRIED = {"Scan shards": {"Runtime.OutOfMemory"}, "Settle account": {"Runtime.OutOfMemory"}}
"""A shard and an account go on from the progress that was saved; another function would fail in the same way again."""

NOT_RETRIED = {"Summarize scan": {"Runtime.ExitError"}}
"""A summary that the runtime ended was most likely out of memory: four more tries take an hour and end alike."""

NO_CAPACITY = {
    "Lambda.TooManyRequestsException",
    "Lambda.ResourceConflictException",
    "Lambda.ResourceNotReadyException",
    "Lambda.EC2ThrottledException",
    "Lambda.ENILimitReachedException",
    "Lambda.ENINotReadyException",
    "Lambda.SubnetIPAddressLimitReachedException",
}
"""Lambda's answers to a call for which it has no room now; the function has not run.

https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors
"""

HISTORY = 25_000
"""How many events an execution has at most: it fails at the next one.

https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
"""
EVENTS_A_TRY = 3
"""TaskScheduled, TaskStarted and TaskFailed."""

_WORKING = ("Task", "Map", "Parallel")


def machines(definition: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield a workflow and those inside its Maps and Parallels."""
    yield definition
    for state in definition["States"].values():
        if "ItemProcessor" in state:
            yield from machines(state["ItemProcessor"])
        for branch in state.get("Branches", ()):
            yield from machines(branch)


def states(definition: Mapping[str, Any], *kinds: str) -> Iterator[tuple[str, State]]:
    """Yield name and state at every depth."""
    for machine in machines(definition):
        for name, state in machine["States"].items():
            if not kinds or state["Type"] in kinds:
                yield name, state


def what_works_is_caught(definition: Mapping[str, Any]) -> Iterator[str]:
    """Every Task, Map and Parallel catches everything, last: one that does not aborts the whole Map on AWS."""
    for name, state in states(definition, *_WORKING):
        catchers = [catcher["ErrorEquals"] for catcher in state.get("Catch", ())]
        if not catchers or catchers[-1] != ["States.ALL"]:
            yield f"{name} does not catch States.ALL last"
        if any("States.ALL" in errors for errors in catchers[:-1]):
            yield f"{name} catches States.ALL before others"


def tasks_end(definition: Mapping[str, Any]) -> Iterator[str]:
    """A Task without a timeout waits for a year."""
    for name, state in states(definition, "Task"):
        if not isinstance(state.get("TimeoutSeconds"), int):
            yield f"{name} has no TimeoutSeconds"


def retries_are_by_name(definition: Mapping[str, Any]) -> Iterator[str]:
    """What a later try may mend is retried, with growing, jittered waits; our own mistakes are not."""
    for name, state in states(definition, "Task"):
        retriers = state.get("Retry", ())
        errors = {error for retrier in retriers for error in retrier["ErrorEquals"]}
        if wide := errors & {"States.ALL", "States.TaskFailed"}:
            yield f"{name} retries {', '.join(sorted(wide))}"
        if state["Resource"].endswith("lambda:invoke"):
            wanted = (RETRIED | NO_CAPACITY | ALSO_RETRIED.get(name, set())) - NOT_RETRIED.get(name, set())
            if errors != wanted:
                yield f"{name} retries other errors: {', '.join(sorted(errors ^ wanted))}"
        if not errors:
            yield f"{name} is not retried"
        for retrier in retriers:
            if retrier.get("JitterStrategy") != "FULL" or retrier.get("BackoffRate", 1) <= 1:
                yield f"{name} is retried in step with all the others"


def a_call_without_capacity_waits(definition: Mapping[str, Any]) -> Iterator[str]:
    """What Lambda has no room for is retried first, by a retrier of its own, for hours."""
    for name, state in states(definition, "Task"):
        if not state["Resource"].endswith("lambda:invoke"):
            continue
        first = state["Retry"][0]
        if set(first["ErrorEquals"]) != NO_CAPACITY:
            yield f"{name} does not retry what Lambda has no room for by a retrier of its own"
        elif first["MaxAttempts"] * first["MaxDelaySeconds"] / 2 < 3 * 3600:
            yield f"{name} waits less than three hours for Lambda to have room"


def executions_end(definition: Mapping[str, Any]) -> Iterator[str]:
    """Without a timeout at the top an execution may take a year."""
    if not 0 < definition.get("TimeoutSeconds", 0) <= 24 * 3600:
        yield "the execution may take longer than a day"


def maps_tolerate(definition: Mapping[str, Any]) -> Iterator[str]:
    """One failed batch stops nobody, children may outlive five minutes, and results are too many for the state.

    Inside an account the Map is inline, and few batches run at a time.
    """
    for name, state in states(definition, "Map"):
        processor = state["ItemProcessor"].get("ProcessorConfig", {})
        if processor.get("Mode") == "INLINE":
            if not 1 <= state.get("MaxConcurrency", 0) <= 4:
                yield f"{name} does not bound what runs at a time in one account"
            continue
        if (processor.get("Mode"), processor.get("ExecutionType")) != ("DISTRIBUTED", "STANDARD"):
            yield f"{name} is not distributed over STANDARD children"
        if state.get("ToleratedFailurePercentage") != 100.0 or isinstance(state["ToleratedFailurePercentage"], int):
            yield f"{name} does not tolerate 100.0 percent"
        if "ResultWriter" not in state or state.get("ResultPath", "") is not None:
            yield f"{name} carries its results in the state"
        if state.get("MaxConcurrencyPath") != "$.concurrency":
            yield f"{name} does not ask the planner how many accounts fit Lambda's concurrency limit"
        if not state.get("Label"):
            yield f"{name} has no label"


def ways_lead_somewhere(definition: Mapping[str, Any]) -> Iterator[str]:
    """Every state that is named exists, every state can be reached, and every one ends or goes on."""
    for machine in machines(definition):
        known, reached = machine["States"], set()
        waiting = [machine["StartAt"]]
        while waiting:
            name = waiting.pop()
            if name not in known:
                yield f"{name} does not exist"
            elif name not in reached:
                reached.add(name)
                waiting.extend(_next(known[name]))
        yield from (f"{name} cannot be reached" for name in known.keys() - reached)
        for name, state in known.items():
            ends = state["Type"] in ("Succeed", "Fail", "Choice") or state.get("End") is True
            if ends == ("Next" in state):
                yield f"{name} neither ends nor goes on, or does both"


def _next(state: State) -> Iterator[str]:
    for each in (state, *state.get("Catch", ()), *state.get("Choices", ())):
        if "Next" in each:
            yield each["Next"]
    if "Default" in state:
        yield state["Default"]


RULES = (
    what_works_is_caught,
    tasks_end,
    executions_end,
    retries_are_by_name,
    a_call_without_capacity_waits,
    maps_tolerate,
    ways_lead_somewhere,
)
