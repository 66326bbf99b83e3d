"""An execution environment of Lambda: a process under AWS's own runtime client, and the Runtime API that it polls.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

import contextlib
import json
import threading
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Empty, Queue
from typing import Any

from local.prefork import Forked, parent
from local.server import POLL

Result = tuple[str, bool, str]
"""What moto's LambdaFunction answers: the payload, whether it is an error, the log."""


@dataclass(slots=True)
class Environment:
    """One process and the Runtime API that it polls."""

    process: Forked
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
        process = parent().fork({**variables, "AWS_LAMBDA_RUNTIME_API": address}, folder)
        log: list[str] = []
        threading.Thread(target=process.drain, args=(log,), daemon=True, name="function-log").start()
        return cls(process, server, work, results, log)

    @property
    def alive(self) -> bool:
        """Whether it can take another invocation."""
        return not self.process.ended.is_set()

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
                    return failed("Runtime.ExitError", "the function's process ended", self.log)
                continue
            return body, errored, "\n".join(self.log)
        self.stop()
        return failed("Sandbox.Timedout", f"Task timed out after {timeout} seconds", self.log)

    def taken_log(self) -> list[str]:
        """Return the lines it wrote since the last time."""
        time.sleep(0.01)
        lines, self.log[:] = list(self.log), []
        return lines

    def stop(self) -> None:
        """End the process and its API."""
        self.process.kill()
        self.process.ended.wait()
        self.server.shutdown()
        self.server.server_close()


def _api(work: "Queue[tuple[dict[str, str], str]]", results: "Queue[tuple[bool, str]]") -> type[BaseHTTPRequestHandler]:
    class Api(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle(self) -> None:
            with contextlib.suppress(ConnectionError):  # the process was killed
                super().handle()

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


def failed(error: str, message: str, log: list[str] | None = None) -> Result:
    """Return the result of an invocation that ended in an error."""
    return json.dumps({"errorType": error, "errorMessage": message}), True, "\n".join(log or [])
