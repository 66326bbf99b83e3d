"""A receiver of webhooks on loopback, in place of Slack and Teams: it keeps what it gets, and refuses on demand."""

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from local.server import POLL


@dataclass(frozen=True, slots=True)
class Post:
    """One request: its path, its headers by lower-case name, its body, and the status that it was answered with."""

    path: str
    headers: Mapping[str, str]
    body: str
    status: int

    @property
    def document(self) -> Any:
        """The body as JSON.

        Raises:
            ValueError: it is none.
        """
        return json.loads(self.body)


@dataclass(slots=True)
class Refused:
    """How a request is answered instead of with 200 and `ok`; `after` is the seconds of a Retry-After header."""

    status: int
    body: str = ""
    after: int | None = None


@dataclass(slots=True)
class Webhook:
    """Receives posts from `with` to the end of the block; the next posts get the refusals, in their order."""

    posts: list[Post] = field(default_factory=list)
    _refusals: list[Refused] = field(default_factory=list)
    _always: Refused | None = None
    _came: threading.Condition = field(default_factory=threading.Condition)
    _server: ThreadingHTTPServer | None = None

    def __enter__(self) -> Self:
        """Listen on a free port of loopback."""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(POLL,), daemon=True, name="webhook").start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop listening."""
        if self._server:
            self._server.shutdown()
            self._server.server_close()

    def url(self, path: str = "/hook") -> str:
        """Return the address of a webhook.

        Raises:
            RuntimeError: nothing listens.
        """
        if self._server is None:
            raise RuntimeError("the webhook receiver is not running")
        return f"http://127.0.0.1:{self._server.server_port}{path}"

    def refuse(self, status: int, body: str = "", *, times: int | None = 1, after: int | None = None) -> None:
        """Refuse the next posts so many times, or every one from now on."""
        refused = Refused(status, body, after)
        if times is None:
            self._always = refused
        else:
            self._refusals.extend([refused] * times)

    def accept(self) -> None:
        """Refuse nothing any more."""
        self._always = None
        self._refusals.clear()

    @property
    def accepted(self) -> list[Post]:
        """The posts that were answered with success."""
        return [post for post in self.posts if post.status < 300]  # noqa: PLR2004 - HTTP's own classes

    def wait(self, count: int, seconds: float = 20) -> list[Post]:
        """Wait until so many posts were accepted, and return them all.

        Raises:
            TimeoutError: they did not come in time.
        """
        with self._came:
            if not self._came.wait_for(lambda: len(self.accepted) >= count, seconds):
                raise TimeoutError(f"{len(self.accepted)} of {count} posts came within {seconds} seconds")
            return self.accepted

    def take(self, path: str, headers: Mapping[str, str], body: str) -> Refused:
        """Keep a post and return how it is answered."""
        with self._came:
            answer = self._refusals.pop(0) if self._refusals else self._always or Refused(200, "ok")
            self.posts.append(Post(path, headers, body, answer.status))
            self._came.notify_all()
            return answer


def _handler(webhook: Webhook) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            answer = webhook.take(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            text = answer.body.encode()
            self.send_response(answer.status)
            self.send_header("Content-Length", str(len(text)))
            if answer.after is not None:
                self.send_header("Retry-After", str(answer.after))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    return Handler
