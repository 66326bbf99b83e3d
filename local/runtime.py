"""Runs functions as Lambda does: a process for each execution environment, under AWS's own runtime client.

The environment, timeout and role are those that the template gives the function; the code is the working tree's.
https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

import json
import os
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Empty, Queue
from typing import Any, Self

from moto.awslambda.models import LambdaFunction
from moto.core.exceptions import JsonRESTError

from local import function_logs
from local.server import POLL, EmbeddedAws

ROOT = Path(__file__).resolve().parent.parent
Result = tuple[str, bool, str]
"""What moto's LambdaFunction answers: the payload, whether it is an error, the log."""


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

    def __enter__(self) -> Self:
        """Take over the running of functions from moto."""
        self._original = LambdaFunction._invoke_lambda
        runtime = self

        def invoke(function: Any, event: Any = None) -> Result:
            return runtime.invoke(function, event)

        LambdaFunction._invoke_lambda = invoke
        return self

    def __exit__(self, *_: object) -> None:
        """End every process and give the running of functions back."""
        LambdaFunction._invoke_lambda = self._original
        for environment in self._all:
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

    def invoke(self, function: Any, event: Any) -> Result:
        """Run one invocation in an idle environment, or in a new one.

        Raises:
            TooManyRequestsError: as many invocations run as the account may have.
        """
        with self._lock:
            if self._running + self.elsewhere >= self.aws.front.lambda_concurrency:
                self.throttled += 1
                raise TooManyRequestsError
            self._running += 1
            self.most = max(self.most, self._running)
        try:
            return self._run(function, event)
        finally:
            with self._lock:
                self._running -= 1

    def _run(self, function: Any, event: Any) -> Result:
        name = str(function.function_name)
        with self._lock:
            for part, errors in self.failures.items():
                if part in name and errors:
                    return _failed(errors.pop(0), "the test asked for it")
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


@dataclass(slots=True)
class Environment:
    """One process and the Runtime API that it polls."""

    process: "subprocess.Popen[str]"
    server: ThreadingHTTPServer
    work: "Queue[tuple[dict[str, str], str]]"
    results: "Queue[tuple[bool, str]]"
    log: list[str]

    @classmethod
    def start(cls, variables: Mapping[str, str], folder: Path) -> "Environment":
        """Start a cold environment."""
        work: Queue[tuple[dict[str, str], str]] = Queue()
        results: Queue[tuple[bool, str]] = Queue()
        server = ThreadingHTTPServer(("127.0.0.1", 0), _api(work, results))
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(POLL,), daemon=True, name="runtime-api").start()
        address = f"127.0.0.1:{server.server_port}"
        process = subprocess.Popen(
            [sys.executable, "-m", "awslambdaric", variables["_HANDLER"]],
            cwd=folder,
            env={**variables, "AWS_LAMBDA_RUNTIME_API": address},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        log: list[str] = []
        threading.Thread(target=_drain, args=(process, log), daemon=True, name="function-log").start()
        return cls(process, server, work, results, log)

    @property
    def alive(self) -> bool:
        """Whether it can take another invocation."""
        return self.process.poll() is None

    def invoke(self, payload: str, timeout: int, arn: str, shortened: float | None = None) -> Result:
        """Run one invocation; a function that takes too long is killed, as Lambda does.

        `shortened` is the number of seconds that the function believes it has, where that is not the truth.
        """
        deadline = time.time() + timeout
        shown = deadline if shortened is None else time.time() + shortened
        headers = {
            "Lambda-Runtime-Aws-Request-Id": str(uuid.uuid4()),
            "Lambda-Runtime-Deadline-Ms": str(round(shown * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": arn,
            "Lambda-Runtime-Trace-Id": "Root=1-00000000-000000000000000000000000;Sampled=0",
        }
        self.work.put((headers, payload))
        while time.time() < deadline:
            try:
                errored, body = self.results.get(timeout=0.05)
            except Empty:
                if not self.alive and self.results.empty():
                    self.stop()
                    return _failed("Runtime.ExitError", "the function's process ended", self.log)
                continue
            return body, errored, "\n".join(self.log)
        self.stop()
        return _failed("Sandbox.Timedout", f"Task timed out after {timeout} seconds", self.log)

    def taken_log(self) -> list[str]:
        """Return the lines it wrote since the last time."""
        time.sleep(0.01)
        lines, self.log[:] = list(self.log), []
        return lines

    def stop(self) -> None:
        """End the process and its API."""
        if self.alive:
            self.process.kill()
        self.process.wait()
        self.server.shutdown()
        self.server.server_close()


def _api(work: "Queue[tuple[dict[str, str], str]]", results: "Queue[tuple[bool, str]]") -> type[BaseHTTPRequestHandler]:
    class Api(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            headers, payload = work.get()
            self._answer(200, payload.encode(), {**headers, "Content-Type": "application/json"})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            results.put((not self.path.endswith("/response"), body))
            self._answer(202, b"{}", {})

        def _answer(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
            try:
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)
            except OSError:
                return  # the process was stopped while it waited for work

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    return Api


def _drain(process: "subprocess.Popen[str]", log: list[str]) -> None:
    if process.stdout is not None:
        log.extend(line.rstrip("\n") for line in process.stdout)


def _failed(error: str, message: str, log: list[str] | None = None) -> Result:
    return json.dumps({"errorType": error, "errorMessage": message}), True, "\n".join(log or [])
