"""A fake AWS over HTTP: `python -m testing.fake_aws.process --instances 10000 --buckets 200 --latency-ms 30`.

It speaks of EC2, S3, S3 Control and STS what a scanner asks, fast enough never to be what is measured. Signatures are
not verified; the region and the service are read from their scope. `POST /_control` sets knobs, `GET` returns counts.
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
from dataclasses import MISSING, fields
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from testing.fake_aws.estate import Estate
from testing.fake_aws.faults import Knobs
from testing.fake_aws.http import Connection
from testing.fake_aws.server import CONTROL, Server

_ROOT = Path(__file__).parents[2]
_NO_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class FakeAws:
    """The server in a process of its own, for as long as the context lasts."""

    def __init__(self, estate: Estate | None = None, **knobs: Any) -> None:
        """Serve an estate, with knobs set from the start."""
        self.estate = estate or Estate()
        self._knobs = knobs
        self._process: subprocess.Popen[str] | None = None
        self.url = ""

    def __enter__(self) -> Self:
        """Start the server and wait until it listens.

        Raises:
            RuntimeError: the server did not start.
        """
        estate = self.estate
        numbers = f"--instances={estate.instances} --buckets={estate.buckets} --seed={estate.seed}".split()
        command = [sys.executable, "-m", "testing.fake_aws.process", *numbers, "--regions", *estate.regions]
        command += ["--abroad", *estate.abroad]
        self._process = subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()
        if not self.url:
            self.__exit__(None, None, None)
            raise RuntimeError("the fake AWS did not start: see what it said")
        if self._knobs:
            try:
                self.control(**self._knobs)
            except BaseException:
                self.__exit__(None, None, None)
                raise
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

    def control(self, **knobs: Any) -> dict[str, Any]:
        """Set some knobs, begin the draws anew, and return what the server says of itself.

        Raises:
            ValueError: there is no such knob, or it takes no such value.
        """
        return self._exchange(json.dumps(knobs).encode())

    def forget(self) -> None:
        """Begin to count anew."""
        self._exchange(b'{"forget": true}')

    def status(self) -> dict[str, Any]:
        """Return calls, faults, calls in flight, their peak, the knobs and the estate."""
        return self._exchange(None)

    def counts(self) -> dict[str, int]:
        """Return how often each operation was called, as `ec2:DescribeInstances`."""
        return dict(self.status()["calls"])

    def _exchange(self, body: bytes | None) -> dict[str, Any]:
        try:
            with _NO_PROXY.open(self.url + CONTROL, data=body, timeout=30) as answer:
                return dict(json.load(answer))
        except urllib.error.HTTPError as error:
            with error:
                raise ValueError(json.load(error)["error"]) from error


async def serve(estate: Estate, knobs: Knobs, port: int) -> None:
    """Serve until the process is told to stop; the first line that is printed is the URL."""
    loop, server, stop = asyncio.get_running_loop(), Server(estate, knobs), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    listening = await loop.create_server(
        lambda: Connection(server.answer, server.done), "127.0.0.1", port, backlog=1024
    )
    with contextlib.suppress(BrokenPipeError):
        print(f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}", flush=True)  # noqa: T201
    await stop.wait()
    listening.close()


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(prog="testing.fake_aws.process", description=__doc__)
    for name, default in (("instances", 1_000), ("buckets", 20), ("seed", 1), ("port", 0)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--regions", nargs="+", default=["eu-west-1"])
    parser.add_argument("--abroad", nargs="*", default=[])
    for each in fields(Knobs):
        many = isinstance(each.default, tuple)
        option = f"--{each.name.replace('_', '-')}"
        if each.default is MISSING or many:
            parser.add_argument(option, nargs="*", default=[])
        else:
            parser.add_argument(option, type=type(each.default) if each.default == 1 else float, default=each.default)
    options = vars(parser.parse_args(arguments))
    instances, buckets, seed = (options.pop(name) for name in ("instances", "buckets", "seed"))
    regions, abroad = (tuple(options.pop(name)) for name in ("regions", "abroad"))
    estate = Estate(instances, buckets, seed, regions, abroad)
    port = options.pop("port")
    gc.freeze()
    asyncio.run(serve(estate, Knobs().set(options), port))


if __name__ == "__main__":
    main()
    os._exit(0)
