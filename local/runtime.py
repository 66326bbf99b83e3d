"""Runs functions as Lambda does: a process for each execution environment, under AWS's own runtime client.

The environment, timeout and role are those that the template gives the function; the code is the working tree's.
https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

import json
import os
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from moto.awslambda.models import LambdaFunction
from moto.core.exceptions import JsonRESTError

from local import function_logs
from local.environment import Environment, Result, failed
from local.eventing.batches import Answer
from local.eventing.sources import EventSources
from local.server import EmbeddedAws

ROOT = Path(__file__).resolve().parent.parent

_CALM, _LOOK = 3, 0.03
"""How many looks in a row must find nothing on its way, and the seconds between them."""


class TooManyRequestsError(JsonRESTError):  # type: ignore[misc]  # moto publishes no types
    """Lambda's refusal of an invocation beyond the account's concurrency.

    https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors
    """

    code = 429

    def __init__(self) -> None:
        """Say it as Lambda does."""
        super().__init__("TooManyRequestsException", "Rate Exceeded.")


@dataclass(slots=True)
class Runtime:
    """The execution environments of the functions of one or more stacks; close it and no process is left."""

    aws: EmbeddedAws
    folders: dict[str, Path] = field(default_factory=dict)
    failures: dict[str, list[str]] = field(default_factory=dict)
    logs: list[str] = field(default_factory=list)
    deaths: dict[str, list[int]] = field(default_factory=dict)
    shortened: dict[str, float] = field(default_factory=dict)
    elsewhere: int = 0
    """How much of the account's concurrency other functions use up."""
    throttled: int = 0
    """How many invocations were refused because the account's concurrency was used up."""
    most: int = 0
    """How many invocations ran at a time at most."""
    _running: int = 0
    _idle: dict[str, list["Environment"]] = field(default_factory=dict)
    _all: list["Environment"] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _original: Any = None
    _by_function: Counter[str] = field(default_factory=Counter)
    _sources: EventSources | None = None

    def __enter__(self) -> Self:
        """Take over the running of functions from moto."""
        self._original = LambdaFunction._invoke_lambda
        runtime = self

        def invoke(function: Any, event: Any = None) -> Result:
            return runtime.invoke(function, event)

        LambdaFunction._invoke_lambda = invoke
        self._sources = EventSources(self.aws, self._answer)
        self._sources.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End every process and give the running of functions back."""
        LambdaFunction._invoke_lambda = self._original
        if self._sources:
            self._sources.end()
        self._stop_all()
        if self._sources:
            self._sources.join()
        self._stop_all()

    def _stop_all(self) -> None:
        for environment in list(self._all):
            environment.stop()

    def fail(self, function: str, *errors: str) -> None:
        """Let the next invocations of a function end in these errors, for example `Transient` or `Sandbox.Timedout`."""
        self.failures.setdefault(function, []).extend(errors)

    def die(self, function: str, *moments: int) -> None:
        """Kill the process of each of the next invocations of a function when it has made so many calls of AWS."""
        self.deaths.setdefault(function, []).extend(moments)

    def hurry(self, function: str, seconds: float) -> None:
        """Tell the invocations of a function that so little time is left, from now on."""
        self.shortened[function] = seconds

    def settle(self, seconds: float = 60) -> None:
        """Wait until every stream, queue and trail has delivered what there is.

        Raises:
            TimeoutError: something is still on its way; a failing function may be tried for ever.
        """
        until, calm = time.monotonic() + seconds, 0
        while calm < _CALM:
            if time.monotonic() > until:
                raise TimeoutError(f"events are still on their way after {seconds} seconds")
            idle = self.aws.trail.idle and self._sources is not None and self._sources.idle and not self._running
            calm = calm + 1 if idle else 0
            time.sleep(_LOOK)

    def invoke(self, function: Any, event: Any) -> Result:
        """Run one invocation in an idle environment, or in a new one.

        Raises:
            TooManyRequestsError: as many invocations run as the account, or the function, may have.
        """
        name, reserved = str(function.function_name), function.reserved_concurrency
        with self._lock:
            full = self._running + self.elsewhere >= self.aws.front.lambda_concurrency
            if full or (reserved is not None and self._by_function[name] >= int(reserved)):
                self.throttled += 1
                raise TooManyRequestsError
            self._running += 1
            self._by_function[name] += 1
            self.most = max(self.most, self._running)
        try:
            return self._run(function, event)
        finally:
            with self._lock:
                self._running -= 1
                self._by_function[name] -= 1

    def _answer(self, arn: str, event: Mapping[str, Any]) -> Answer:
        """Run a function for one of its event sources; one that has no code here yet is tried again later."""
        from moto.awslambda.utils import get_backend  # noqa: PLC0415 - moto takes seconds to import

        _, _, _, region, account, _, name = arn.split(":")[:7]
        if name not in self.folders:
            return Answer(throttled=True)
        try:
            payload, errored, _ = self.invoke(get_backend(account, region).get_function(arn), json.dumps(event))
        except TooManyRequestsError:
            return Answer(throttled=True)
        return Answer(payload, errored)

    def _run(self, function: Any, event: Any) -> Result:
        name = str(function.function_name)
        with self._lock:
            for part, errors in self.failures.items():
                if part in name and errors:
                    return failed(errors.pop(0), "the test asked for it")
            environment = self._idle.setdefault(name, []).pop() if self._idle.get(name) else None
        if environment is None:
            environment = Environment.start(self._variables(function), self.folders[name])
            self._all.append(environment)
        payload = event if isinstance(event, str) else json.dumps(event)
        self._doom(name, environment)
        shortened = next((seconds for part, seconds in self.shortened.items() if part in name), None)
        result = environment.invoke(payload, int(function.timeout), str(function.function_arn), shortened)
        lines = environment.taken_log()
        self.logs.extend(lines)
        function_logs.keep(function, f"{environment.process.pid:032x}", lines)
        if environment.alive:
            with self._lock:
                self._idle.setdefault(name, []).append(environment)
        return result

    def _doom(self, name: str, environment: "Environment") -> None:
        """Watch a process's calls and kill it at its moment, if one is set."""
        moment = next((moments.pop(0) for part, moments in self.deaths.items() if part in name and moments), None)
        if moment is None:
            return

        def watch() -> None:
            role = name.removesuffix(f"-{name.rpartition('-')[2]}")
            seen = len(self.aws.front.calls)
            while environment.alive:
                calls = self.aws.front.calls[seen:]
                if sum(self.aws.roles.get(call.access_key, "").startswith(role) for call in calls) >= moment:
                    environment.process.kill()
                    return
                time.sleep(0.002)

        threading.Thread(target=watch, daemon=True, name="death").start()

    def _variables(self, function: Any) -> dict[str, str]:
        role = str(function.role)
        session = self.aws.client("sts", function.region).assume_role(RoleArn=role, RoleSessionName="function")
        key = session["Credentials"]["AccessKeyId"]
        self.aws.roles[key] = role.rpartition("/")[2]
        return {
            **{name: os.environ[name] for name in ("PATH", "LANG", "HOME", "SYSTEMROOT") if name in os.environ},
            **function.environment_vars,
            "AWS_ACCESS_KEY_ID": key,
            "AWS_SECRET_ACCESS_KEY": session["Credentials"]["SecretAccessKey"],
            "AWS_SESSION_TOKEN": session["Credentials"]["SessionToken"],
            "AWS_REGION": function.region,
            "AWS_DEFAULT_REGION": function.region,
            "AWS_ENDPOINT_URL": self.aws.endpoint,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_LAMBDA_FUNCTION_NAME": str(function.function_name),
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_size),
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "_HANDLER": str(function.handler),
            "LAMBDA_TASK_ROOT": str(self.folders[str(function.function_name)]),
            "PYTHONPATH": str(ROOT / "layers" / "core"),
        }
