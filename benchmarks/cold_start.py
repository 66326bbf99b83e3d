"""How long a cold function takes to be ready: the built layers and function, under AWS's own runtime client.

Ready is when the client asks for its first event: the interpreter has started and the handler is imported. What comes
on top in Lambda, fetching and unpacking the layers and starting the sandbox, cannot be measured here. `make package`
builds what is measured; the client is installed for the functions' Python into a folder of its own. The very first
start, which reads all of it from the disk, is not counted.
"""

import os
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from benchmarks.run import markdown, measured, show, write_section

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / ".aws-sam" / "build"
FUNCTIONS = (
    "PlanScanFunction",
    "ScanShardsFunction",
    "SettleAccountFunction",
    "SummarizeScanFunction",
    "SendAlertFunction",
)
SECTION = "Cold start"
_TARGETS = (900, 110)
_LONGEST, _LOOK = 300, 0.5
"""Seconds to wait for a function, and between two looks whether its process still runs."""


@click.command(help=__doc__)
@click.option("--python", default="python3.13", show_default=True, help="The functions' interpreter.")
@click.option("--repeats", default=5, show_default=True)
def main(python: str, repeats: int) -> None:
    """Measure, print and write the section of the page."""
    if not BUILD.exists():
        raise click.ClickException("there is no build: run 'make package' first")
    python = real(python)
    client = ROOT / "out" / "runtime-client"
    if not client.exists():
        install = (python, "-m", "pip", "install", "--quiet", "--target", str(client), "awslambdaric==4.2.2")
        subprocess.run(install, check=True)  # noqa: S603 - our own command
    began = measured(repeats)
    first = ready_after(python, FUNCTIONS[0], client)
    Console().print(f"the first start, not counted: {first:.1f} s", style="dim")
    rows = [["function", "ready after, best", "median"]]
    for name in FUNCTIONS:
        took = sorted(ready_after(python, name, client) for _ in range(repeats))
        rows.append([name, f"{took[0] * 1000:.0f} ms", f"{took[len(took) // 2] * 1000:.0f} ms"])
        if name == "ScanShardsFunction":
            scan = took[0] * 1000
    size = sum(path.stat().st_size for layer in BUILD.glob("*Layer") for path in layer.rglob("*") if path.is_file())
    unzipped = size / 1e6
    targets = [
        ["target", "measured", "met"],
        [f"A cold scan_shards is ready in under {_TARGETS[0]} ms", f"{scan:.0f} ms", _met(scan < _TARGETS[0])],
        [f"The layers unzip to under {_TARGETS[1]} MB", f"{unzipped:.0f} MB", _met(unzipped < _TARGETS[1])],
    ]
    show(Console(), SECTION, rows)
    show(Console(), "Targets", targets)
    write_section(SECTION, [began, str(__doc__).partition("\n\n")[2].strip(), markdown(rows), markdown(targets)])


def real(python: str) -> str:
    """Return the path of an interpreter itself: what a version manager does before it is no part of a cold start.

    Raises:
        click.ClickException: it cannot be run.
    """
    try:
        done = subprocess.run((python, "-c", "import sys; print(sys.executable)"), capture_output=True, text=True)  # noqa: S603, PLW1510
    except OSError as error:
        raise click.ClickException(f"{python} cannot be run: {error}") from error
    if done.returncode:
        raise click.ClickException(f"{python} cannot be run: {done.stderr.strip()}")
    return done.stdout.strip()


def ready_after(python: str, function: str, client: Path) -> float:
    """Return the seconds from the start of a process until it asks for its first event.

    Raises:
        click.ClickException: it never is_ready; the message is what it output.
    """
    is_ready, ended = threading.Event(), threading.Event()

    class Api(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            is_ready.set()
            ended.wait()  # the event never comes

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Api)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    layers = [str(BUILD / name / "python") for name in ("CoreLayer", "DependenciesLayer")]
    environment = {
        **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
        "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{server.server_port}",
        "PYTHONPATH": os.pathsep.join([*layers, str(client)]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "AWS_REGION": "eu-west-1",
        "MUSTER_BUCKET": "reports",
    }
    command = (python, "-m", "awslambdaric", "app.handler")
    began = time.perf_counter()
    with (
        tempfile.TemporaryFile() as output,
        subprocess.Popen(command, cwd=BUILD / function, env=environment, stdout=output, stderr=output) as process,  # noqa: S603
    ):
        while not is_ready.wait(_LOOK) and process.poll() is None and time.perf_counter() - began < _LONGEST:
            pass
        took = time.perf_counter() - began
        process.kill()
        ended.set()
        server.shutdown()
        server.server_close()
        if not is_ready.is_set():
            output.seek(0)
            printed = output.read().decode(errors="replace").strip() or "it output nothing"
            raise click.ClickException(f"{function} did not get ready within {took:.0f} seconds: {printed}")
    return took


def _met(fine: object) -> str:
    return "yes" if fine else "no"


if __name__ == "__main__":
    sys.exit(main())
