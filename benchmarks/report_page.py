"""How fast the report of a scan is written, and how fast Chromium opens and filters it.

Findings are invented, of real checks. Each file is opened in a fresh context. First paint is the browser's own number,
ready is when search and filters work, both since the navigation. Each filter is measured until its list is drawn.
"""

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import click
from playwright.sync_api import Browser, sync_playwright

from benchmarks.run import Target, judged, markdown, measured, say, show, wide_console, write_section
from muster.reports.page import write
from muster.reports.page.page import assets

ROOT = Path(__file__).resolve().parent.parent
TITLE = "The report"
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run")
_PAINT, _FILTER, _A_FINDING, _A_PAGE, _CODE = 500, 200, 30, 250_000, 40_960
_READY = {50_000: 1_500, 200_000: 3_000}
_VIEWS = {
    "filter": "#sev=high&ow=checkout",
    "first search": "#q=public",
    "search": "#q=lambda%20error",
    "by check": "#by=check",
    "page 9": "#sort=name&p=9",
}
_TIMED = """async hash => {
    const began = performance.now();
    const drawn = new Promise(done => addEventListener('hashchange', done, { once: true }));
    location.hash = hash;
    await drawn;
    await new Promise(requestAnimationFrame);
    return performance.now() - began;
}"""


@click.command(help=__doc__)
@click.option("--findings", "sizes", multiple=True, type=int, default=[250, 50_000, 200_000], show_default=True)
@click.option("--repeats", default=3, show_default=True, type=click.IntRange(1))
def main(sizes: Sequence[int], repeats: int) -> None:
    """Measure, print the tables and write the section of the page."""
    console, began = wide_console(), measured(repeats)
    rows = [["findings", "file", "written in, peak", "first paint", "ready", *_VIEWS, "heap"]]
    targets: list[Target] = []
    script = ROOT / "tests" / "browser" / "install_chromium.sh"
    found = subprocess.run([str(script)], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()  # noqa: S603 - our own script
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(ARGUMENTS))
        for size in sizes:
            path = Path(folder) / f"{size}.html"
            wrote = _written(size, path)
            runs = [_opened(browser, path) for _ in range(repeats)]
            numbers = {name: median(run[name] for run in runs) for name in runs[0]}
            rows.append(
                [
                    f"{size:,}",
                    f"{path.stat().st_size / 1e6:.2f} MB",
                    wrote,
                    *(_shown(name, numbers[name]) for name in numbers),
                ]
            )
            targets += _targets(size, path.stat().st_size, numbers)
        browser.close()
    code = sum(len(assets(kind).encode()) for kind in ("css", "js"))
    targets.append(Target(f"Style and script under {_CODE:,} bytes", f"{code:,}", code <= _CODE))
    show(console, TITLE, rows)
    say(console, targets)
    write_section(TITLE, [began, str(__doc__).partition("\n\n")[2].strip(), markdown(rows), judged(targets)])


def _targets(size: int, file: int, numbers: dict[str, float]) -> list[Target]:
    slowest = max(numbers[name] for name in _VIEWS)
    made = [
        Target(
            f"{size:,}: first paint under {_PAINT} ms",
            f"{numbers['first paint']:.0f} ms",
            numbers["first paint"] < _PAINT,
        ),
        Target(f"{size:,}: every filter under {_FILTER} ms", f"{slowest:.0f} ms", slowest < _FILTER),
        Target(
            f"{size:,}: a file under {_A_FINDING} bytes a finding and 250 kB",
            f"{file:,}",
            file < size * _A_FINDING + _A_PAGE,
        ),
    ]
    if size in _READY:
        ready = numbers["ready"]
        made.append(Target(f"{size:,}: ready under {_READY[size]:,} ms", f"{ready:,.0f} ms", ready < _READY[size]))
    return made


def _shown(name: str, number: float) -> str:
    return f"{number / 1e6:.0f} MB" if name == "heap" else f"{number:,.0f} ms"


def _written(size: int, path: Path) -> str:
    """Write a report in a process of its own; return how long writing took, and the process's peak."""
    command = [sys.executable, "-m", "benchmarks.report_page", "--write", str(size), str(path)]
    return subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()  # noqa: S603 - our own command


def _write(size: int, path: Path) -> None:
    from testing.overviews import overview  # noqa: PLC0415 - the parent needs no catalogue

    scan = overview(size)
    began = time.perf_counter()
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        write(scan, stream)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(f"{time.perf_counter() - began:.1f} s, {peak:.0f} MB\n")


def _opened(browser: Browser, path: Path) -> dict[str, float]:
    """Open a report in a fresh context, and return milliseconds, and bytes of the heap."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.goto(path.as_uri(), wait_until="commit")
    page.wait_for_selector("html[data-ready]", state="attached")
    ready = float((page.get_attribute("html", "data-ready") or "").split()[-1])
    views = {name: float(page.evaluate(_TIMED, hash_)) for name, hash_ in _VIEWS.items()}
    paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    heap = float(page.evaluate("performance.memory.usedJSHeapSize"))
    context.close()
    return {"first paint": float(paint), "ready": ready, **views, "heap": heap}


if __name__ == "__main__":
    if sys.argv[1:2] == ["--write"]:
        _write(int(sys.argv[2]), Path(sys.argv[3]))
    else:
        sys.exit(main())
