"""For everybody: no violation of WCAG, every width, paper, and 50,000 findings."""

from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from muster.reports.overview import Overview
from muster.reports.page.page import assets
from testing.overviews import overview
from tests.browser.conftest import Opened

RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
WIDTHS = (320, 390, 640, 839, 840, 1000, 1279, 1280, 1440, 2000)
BUDGET = 45 * 1024
"""Bytes of the page's style and script."""


@pytest.fixture(scope="session")
def small(saved: Callable[[str, Overview], Path]) -> Path:
    return saved("small", overview(30))


def show(page: Page, state: str) -> None:
    page.keyboard.press("Escape")
    if state == "help":
        page.locator("#shortcuts").click()
        return
    page.evaluate(
        "hash => { location.hash = hash }",
        {"list": "#sev=high", "check": "#by=check&sev=medium", "detail": "#sev=high"}[state],
    )
    expect(page.locator("#count")).to_contain_text("of" if state == "check" else "on")
    if state == "detail":
        page.locator("a.row").first.click()
        expect(page.locator("#detail dd code").last).not_to_have_text("…")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 1000, 390])
def test_axe_finds_no_violation(opened: Opened, small: Path, width: int, theme: str) -> None:
    page = opened(small, bypass_csp=True, viewport={"width": width, "height": 900}, color_scheme=theme)
    for state in ("list", "check", "detail", "help"):
        show(page, state)
        found = Axe().run(page, options=RULES)
        assert [
            (each["id"], [node["html"] for node in each["nodes"]][:3]) for each in found.response["violations"]
        ] == [], state


def test_no_width_scrolls_sideways(
    opened: Opened, saved: Callable[[str, Overview], Path], attacked: Overview, small: Path
) -> None:
    for path in (small, saved("attacked", attacked)):
        page = opened(path)
        for state in ("list", "check", "detail"):
            show(page, state) if path == small else page.evaluate("location.hash = '#st=failing,new,suppressed'")
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (path.name, state, width)


def test_paper_has_the_verdict_and_every_row(opened: Opened, report: Path, scan: Overview) -> None:
    page = opened(report, color_scheme="dark")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print", color_scheme="dark")
    expect(page.locator("h1")).to_be_visible()
    assert page.locator("#list details:not([open])").count() == 0
    assert (
        page.locator("button, #q, #facets").evaluate_all("all => all.filter(each => each.checkVisibility()).length")
        == 0
    )
    assert page.locator("body").evaluate("body => getComputedStyle(body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.locator("h1").evaluate("each => getComputedStyle(each).color") == "rgb(20, 24, 28)"
    printed = page.pdf()
    assert f"/Title <FEFF{scan.verdict[:40].encode('utf-16-be').hex().upper()}".encode() in printed
    assert printed.count(b"/Type /Page\n") > 3


def test_keys_can_be_turned_off_and_stay_off(opened: Opened, report: Path) -> None:
    page = opened(report)
    page.keyboard.press("?")
    page.get_by_label("Single-key shortcuts").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    assert "by=check" not in page.url
    page.reload()
    page.wait_for_selector("html[data-ready]", state="attached")
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_hidden()


def test_the_theme_can_be_chosen(opened: Opened, report: Path) -> None:
    page = opened(report, color_scheme="dark")
    colour = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(colour) == "rgb(16, 19, 23)"
    page.locator("#theme").click()
    assert page.evaluate(colour) == "rgb(251, 252, 252)"


def test_fifty_thousand_findings_open(opened: Opened, saved: Callable[[str, Overview], Path]) -> None:
    scan = overview(50_000)
    path = saved("large", scan)
    assert path.stat().st_size < 250_000 + 30 * len(scan.items)
    page = opened(path, "#sev=critical")
    failing = sum(item.finding.failing and item.finding.severity == "CRITICAL" for item in scan.items)
    expect(page.locator("#count")).to_contain_text(f"{failing:,} failures")
    page.locator("#q").fill("shop-prod public")
    expect(page.locator("#chips")).to_contain_text("Clear")
    page.evaluate("location.hash = ''")
    expect(page.locator("#count")).to_contain_text("showing 50 resources")
    assert page.locator("*").count() < 3500


def test_the_style_and_the_script_are_small() -> None:
    assert len(assets("css").encode()) + len(assets("js").encode()) <= BUDGET
