"""A process that has imported what the functions import, and forks itself for each execution environment.

The imports take a second of CPU, and a scan starts dozens of environments. A fork has the variables and the folder of
its own before it imports its function, as a process that starts anew.
"""

import atexit
import functools
import gc
import importlib
import json
import os
import pkgutil
import signal
import socket
import subprocess
import sys
import threading
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn, TextIO

_ROOT = Path(__file__).resolve().parent.parent
_PACKAGE = "muster.stack"
"""All that functions import. AWS's runtime client is not: it reads the address of its API when it is imported."""


@dataclass(slots=True)
class Forked:
    """A process that was forked, and what it prints; its output ends when it does."""

    pid: int
    output: TextIO
    ended: threading.Event = field(default_factory=threading.Event)

    def drain(self, log: list[str]) -> None:
        """Add its lines to a log until it ends."""
        with self.output:
            log.extend(line.rstrip("\n") for line in self.output)
        self.ended.set()

    def kill(self) -> None:
        """End it at once, if it still runs."""
        if not self.ended.is_set():
            os.kill(self.pid, signal.SIGKILL)


class Parent:
    """The process that forks."""

    def __init__(self) -> None:
        """Start it; it imports in the meantime."""
        self._socket, theirs = socket.socketpair()
        self._lock = threading.Lock()
        paths = os.pathsep.join(map(str, (_ROOT, _ROOT / "layers" / "core")))
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "local.prefork", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                env={**os.environ, "PYTHONPATH": paths},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )
        atexit.register(self.end)

    def fork(self, variables: Mapping[str, str], folder: Path) -> Forked:
        """Return a process that runs AWS's runtime client in a folder, with these variables and no others."""
        reading, writing = os.pipe()
        request = json.dumps({"variables": dict(variables), "folder": str(folder)}).encode() + b"\n"
        with self._lock:
            socket.send_fds(self._socket, [request[:1]], [writing])
            self._socket.sendall(request[1:])
            os.close(writing)
            pid = int(self._socket.recv(16))
        return Forked(pid, os.fdopen(reading, encoding="utf-8", errors="replace"))

    def end(self) -> None:
        """End it; its forks go on until each is killed."""
        self._socket.close()
        self._process.wait()


@functools.cache
def parent() -> Parent:
    """Return the process that forks, started by the first call."""
    return Parent()


def _import() -> None:
    package = importlib.import_module(_PACKAGE)
    for info in pkgutil.walk_packages(package.__path__, f"{_PACKAGE}."):
        importlib.import_module(info.name)
    importlib.import_module("aws_lambda_powertools")
    importlib.import_module("muster.catalog.catalog").load()


def _run(request: bytes, output: int) -> NoReturn:
    """Become the process of a function."""
    status = 1
    try:
        given = json.loads(request)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.close(output)
        os.environ.clear()
        os.environ.update(given["variables"])
        os.chdir(given["folder"])
        sys.path[0] = given["folder"]
        sys.argv = ["awslambdaric", given["variables"]["_HANDLER"]]
        importlib.import_module("awslambdaric.__main__").main(sys.argv)
        status = 0
    except SystemExit as error:
        status = error.code if isinstance(error.code, int) else 1
    except BaseException:  # noqa: BLE001 - the end of a process: it is printed, as the interpreter does
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(status)


def _serve(channel: socket.socket) -> None:
    """Fork for each line that arrives with the file for the output, until the other side ends."""
    while True:
        request, files, _, _ = socket.recv_fds(channel, 1, 1)
        if not request:
            return
        with channel.makefile("rb") as rest:
            request += rest.readline()
        pid = os.fork()
        if pid == 0:
            channel.close()
            _run(request, files[0])
        os.close(files[0])
        channel.sendall(str(pid).encode())


if __name__ == "__main__":
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    _import()
    gc.collect()
    gc.freeze()
    _serve(socket.socket(fileno=int(sys.argv[1])))
