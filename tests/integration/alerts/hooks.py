"""A webhook on this machine: it answers as a script says, and remembers what it got. A queue behind an event bus."""

import json
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SECRET = "T0123/B4567/notARealSecret"


@dataclass(slots=True)
class Hook:
    """The webhook: `answers` are given one after the other, the last again and again; `got` has the bodies."""

    port: int = 0
    answers: list[tuple[int, dict[str, str], str] | str] = field(default_factory=lambda: [(200, {}, "ok")])
    got: list[Any] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The address, whose path is the secret."""
        return f"http://127.0.0.1:{self.port}/services/{SECRET}"


class _Handler(BaseHTTPRequestHandler):
    """Answers by the script of its server."""

    server: "_Server"

    def do_POST(self) -> None:
        """Remember the body, and answer as the script says."""
        script = self.server.script
        body = self.rfile.read(int(self.headers["Content-Length"]))
        script.got.append(json.loads(body))
        answer = script.answers.pop(0) if len(script.answers) > 1 else script.answers[0]
        if isinstance(answer, str):
            getattr(self, answer)()
            return
        status, headers, text = answer
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def hang(self) -> None:
        """Answer nothing, for longer than anybody waits."""
        time.sleep(3)
        self.close_connection = True

    def drip(self) -> None:
        """Send a byte now and then, so that no read ever takes long."""
        with suppress(OSError):
            for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"a" * 40:
                self.wfile.write(bytes([byte]))
                time.sleep(0.05)
        self.close_connection = True

    def reset(self) -> None:
        """Close the connection with a reset."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def nonsense(self) -> None:
        """Answer something that is no HTTP."""
        self.wfile.write(b"220 mail.example.com ESMTP\r\n\r\n")
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Log nothing."""

    def finish(self) -> None:
        """End the connection, which may be closed already."""
        with suppress(OSError):
            super().finish()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.script = Hook(port=self.server_address[1])


@contextmanager
def hook() -> Iterator[Hook]:
    """Serve a webhook while the block runs."""
    server = _Server()
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield server.script
    finally:
        server.shutdown()
        server.server_close()


def admitting(queue: str) -> str:
    """Return the policy of a queue that EventBridge may send to."""
    statement = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage"}
    return json.dumps({"Version": "2012-10-17", "Statement": [{**statement, "Resource": queue}]})
