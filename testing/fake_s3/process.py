"""An S3 in memory over HTTP, in a process of its own: `python -m testing.fake_s3.process --latency-ms 20`.

Signatures are not verified. `POST /_control` sets the latency and forgets the counts, `GET` returns counts and sizes.
"""

import argparse
import asyncio
import contextlib
import gc
import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from testing.fake_s3.http import Connection
from testing.fake_s3.neighbours import Neighbours
from testing.fake_s3.server import CONTROL, Server

_ROOT = Path(__file__).parents[2]
_NO_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class FakeS3:
    """The server in a process of its own, for as long as the context lasts."""

    def __init__(self, latency_ms: float = 0, accounts: int = 1, regions: Sequence[str] = ("eu-west-1",)) -> None:
        """Answer after so many milliseconds; the organization has so many accounts with these regions."""
        self._arguments = [f"--latency-ms={latency_ms}", f"--accounts={accounts}", "--regions", *regions]
        self._process: subprocess.Popen[str] | None = None
        self.url = ""

    def __enter__(self) -> Self:
        """Start the server and wait until it listens.

        Raises:
            RuntimeError: the server did not start.
        """
        command = [sys.executable, "-m", "testing.fake_s3.process", *self._arguments]
        self._process = subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()
        if not self.url:
            self.__exit__(None, None, None)
            raise RuntimeError("the fake S3 did not start: see what it printed")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the server."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
            if self._process.stdout is not None:
                self._process.stdout.close()

    def set(self, *, latency_ms: float | None = None, forget: bool = False, delete: Sequence[str] = ()) -> None:
        """Set the latency, count from 0 again, or delete all objects with some prefixes."""
        latency = {} if latency_ms is None else {"latency_ms": latency_ms}
        self._exchange(json.dumps({**latency, "forget": forget, "delete": list(delete)}).encode())

    def status(self) -> dict[str, Any]:
        """Return how often each operation was called, and the number of objects and their bytes."""
        return self._exchange(None)

    def counts(self) -> dict[str, int]:
        """Return how often each operation was called, as `s3:GetObject`."""
        return dict(self.status()["calls"])

    def _exchange(self, body: bytes | None) -> dict[str, Any]:
        with _NO_PROXY.open(self.url + CONTROL, data=body, timeout=60) as answer:
            return dict(json.load(answer))


async def serve(server: Server, port: int) -> None:
    """Serve until the process is told to stop; the first line that is printed is the URL."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    listening = await loop.create_server(lambda: Connection(server.answer), "127.0.0.1", port, backlog=1024)
    with contextlib.suppress(BrokenPipeError):
        print(f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}", flush=True)  # noqa: T201
    await stop.wait()
    listening.close()


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(prog="testing.fake_s3.process", description=__doc__)
    parser.add_argument("--latency-ms", type=float, default=0)
    parser.add_argument("--accounts", type=int, default=1)
    parser.add_argument("--regions", nargs="+", default=["eu-west-1"])
    parser.add_argument("--port", type=int, default=0)
    options = parser.parse_args(arguments)
    server = Server(Neighbours(options.accounts, tuple(options.regions)), options.latency_ms / 1000)
    gc.freeze()
    asyncio.run(serve(server, options.port))


if __name__ == "__main__":
    main()
    os._exit(0)
