"""One Chromium for all tests, and reports that are written once."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from muster.reports.overview import Overview
from muster.reports.page import write
from testing.overviews import overview
from tests.browser.attacks import hostile

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    script = Path(__file__).with_name("install_chromium.sh")
    found = subprocess.run([str(script)], stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603 - our own script
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found.stdout.strip(), args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Overview], Path]:
    """Write an overview to a file, once for each name."""
    folder = tmp_path_factory.mktemp("reports")

    def save(name: str, scan: Overview) -> Path:
        path = folder / f"{name}.html"
        if not path.exists():
            with path.open("w", encoding="utf-8", newline="\n") as stream:
                write(scan, stream)
        return path

    return save


@pytest.fixture(scope="session")
def scan() -> Overview:
    """A scan with 400 findings, compared with the scan before."""
    return overview(400)


@pytest.fixture(scope="session")
def report(saved: Callable[[str, Overview], Path], scan: Overview) -> Path:
    return saved("scan", scan)


@pytest.fixture(scope="session")
def attacked() -> Overview:
    """A scan in which every text is an attack."""
    return hostile()


class Opened:
    """Opens reports in contexts of their own, and notes what they ask for and say."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._contexts: list[BrowserContext] = []
        self.requests: list[str] = []
        self.messages: list[str] = []

    def __call__(self, path: Path, hash_: str = "", *, wait: bool = True, **options: object) -> Page:
        context = self._browser.new_context(**{"viewport": {"width": 1440, "height": 1000}, **options})  # type: ignore[arg-type]
        self._contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", lambda message: self.messages.append(message.text))
        page.on("pageerror", lambda error: self.messages.append(str(error)))
        page.on("dialog", lambda dialog: (self.messages.append(f"dialog {dialog.message}"), dialog.dismiss()))
        page.goto(f"{path.as_uri()}{hash_}")
        if wait:
            page.wait_for_selector("html[data-ready]", state="attached")
        return page

    def close(self) -> None:
        for context in self._contexts:
            context.close()


@pytest.fixture
def opened(browser: Browser) -> Iterator[Opened]:
    """Open a report. At the end nothing but files were asked for, and the page said nothing."""
    made = Opened(browser)
    yield made
    made.close()
    assert [url for url in made.requests if not url.startswith(("file://", "data:"))] == []
    assert made.messages == []
