"""What is left when something is missing: JavaScript, the data, the script."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from muster.reports.overview import Overview
from muster.reports.page.page import STATIC
from tests.browser.conftest import Opened


@pytest.fixture
def text(report: Path) -> str:
    return report.read_text("utf-8")


def test_without_javascript_the_worst_failures_stand_with_their_fixes(
    opened: Opened, report: Path, scan: Overview
) -> None:
    page = opened(report, wait=False, java_script_enabled=False)
    expect(page.locator("h1")).to_be_visible()
    rows = page.locator("#list details.row")
    failing = [item for item in scan.items if item.finding.failing]
    assert rows.count() == min(len(failing), STATIC)
    expect(page.get_by_text(f"The worst {STATIC} of {len(failing)} failures.")).to_be_visible()
    rows.first.locator("summary").click()
    step = next(step for step in failing[0].steps)
    expect(rows.first).to_contain_text(step.text.split()[0])
    assert (
        page.locator("#facets, .bar, #theme").evaluate_all("all => all.filter(each => each.checkVisibility()).length")
        == 0
    )
    expect(page.locator("#jobs")).to_be_visible()


def test_broken_data_leaves_the_text(opened: Opened, text: str, tmp_path: Path) -> None:
    broken = tmp_path / "broken.html"
    broken.write_text(text.replace('id="data">{', 'id="data">{{'), "utf-8")
    page = opened(broken, wait=False)
    expect(page.locator("#broken")).to_be_visible()
    expect(page.locator("#list details.row").first).to_be_visible()
    assert page.locator("html.js").count() == 0


def test_a_script_that_was_changed_does_not_run(opened: Opened, text: str, tmp_path: Path) -> None:
    changed = tmp_path / "changed.html"
    changed.write_text(text.replace("'use strict'", "'use Strict'"), "utf-8")
    page = opened(changed, wait=False)
    expect(page.locator("#list details.row").first).to_be_visible()
    assert page.locator("html.js").count() == 0
    # The browser says why.
    assert [message for message in opened.messages if "Content Security Policy" not in message] == []
    assert opened.messages
    opened.messages.clear()
