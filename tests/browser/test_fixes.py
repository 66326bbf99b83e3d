"""Fixes: the page has Python's text, character by character, and no name does more than stand for itself."""

import re
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from muster.reports.overview import Item, Overview
from muster.reports.page import anchor
from muster.reports.page.fixes import script
from muster.reports.page.text import visible
from testing.overviews import overview
from tests.browser.conftest import Opened

Saved = Callable[[str, Overview], Path]

# Prints each argument between brackets, so that two spellings of one call look the same.
AWS = """aws() { printf '[%s]' "$@"; echo; }\n"""


def run(text: str, folder: Path) -> Counter[str]:
    """Return the calls that a script makes, in a shell that can run nothing but `aws`."""
    made = subprocess.run(  # noqa: S603 - the commands of our own report, without any program on the path
        ["/bin/bash", "--noprofile", "--norc", "-c", AWS + text],
        cwd=folder,
        env={"PATH": "/nonexistent"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.stderr == ""
    assert not (folder / "pwned").exists()
    return Counter(made.stdout.splitlines())


def parses(text: str) -> bool:
    return subprocess.run(["/bin/bash", "-n"], input=text, text=True, check=False).returncode == 0


def show(page: Page, item: Item) -> None:
    page.evaluate("hash => { location.hash = hash }", anchor(item.finding))
    expect(page.locator("#detail dd code").last).to_have_text(re.compile("^[0-9a-f]{32}$"))


@pytest.mark.parametrize("which", ["scan", "attacked"])
def test_each_finding_has_the_fix_and_the_id_that_python_gives(
    opened: Opened, saved: Saved, request: pytest.FixtureRequest, which: str
) -> None:
    scan: Overview = request.getfixturevalue(which)
    page = opened(saved(which, scan))
    items = scan.items if which == "attacked" else scan.items[::9]
    # One call for all, since a call of the browser takes longer than the page.
    found = page.evaluate(
        """async links => {
            const made = [];
            for (const link of links) {
                location.hash = link;
                await new Promise(done => addEventListener('hashchange', () => setTimeout(done, 12), { once: true }));
                const detail = document.querySelector('#detail');
                const codes = [...detail.querySelectorAll('dd code')];
                made.push([detail.querySelector('[aria-label=Fix]')?.textContent ?? '', codes.pop()?.textContent]);
            }
            return made;
        }""",
        [anchor(item.finding) for item in items],
    )
    for item, (fix, finding_id) in zip(items, found, strict=True):
        commands = any(step.command for step in item.steps)
        assert fix == (visible(script(item.steps)) if commands else "")
        assert finding_id == item.finding.finding_id
        assert parses(fix)


def test_names_of_attackers_are_arguments_or_are_not_filled_in(
    opened: Opened, saved: Saved, attacked: Overview, tmp_path: Path
) -> None:
    """The shell can run nothing but `aws`, and a name that it obeyed would say so on stderr."""
    page = opened(saved("attacked", attacked), "#by=check&ck=required-tags,s3-bucket-versioning-enabled")
    for summary in page.locator("#list summary").all():
        summary.click()
    jobs = page.locator(".job pre").all_inner_texts()
    assert jobs
    for text in (*jobs, *(script(item.steps) for item in attacked.items)):
        assert parses(text)
        run(text, tmp_path)


@pytest.fixture(scope="session")
def many() -> Overview:
    return overview(2_000)


def test_one_job_makes_the_calls_of_its_fixes(opened: Opened, saved: Saved, many: Overview, tmp_path: Path) -> None:
    page = opened(saved("many", many), permissions=["clipboard-read", "clipboard-write"])
    for check in ("required-tags", "s3-bucket-versioning-enabled", "kms-key-rotation-enabled", "sqs-queue-encrypted"):
        page.evaluate("hash => { location.hash = hash }", f"#by=check&ck={check}")
        expect(page.locator(".group code").first).to_have_text(check)
        page.get_by_role("button", name="Copy for all").click()
        job = page.evaluate("navigator.clipboard.readText()")
        assert "for each in" in job
        items = [item for item in many.items if item.finding.failing and item.finding.check_id == check]
        assert run(job, tmp_path) == sum((run(script(item.steps), tmp_path) for item in items), Counter[str]())


def test_what_is_copied_is_what_is_shown(opened: Opened, report: Path, scan: Overview) -> None:
    page = opened(report, permissions=["clipboard-read", "clipboard-write"])
    item = next(item for item in scan.items if item.finding.failing and len([s for s in item.steps if s.command]) == 1)
    show(page, item)
    page.get_by_role("button", name="Copy fix", exact=True).click()
    expect(page.locator("#toast")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == page.locator("[aria-label=Fix]").inner_text()
    start = next(start for start in scan.start if any(step.command for step in start.worst.steps))
    page.get_by_role("button", name=f"Copy fix for {start.worst.name}", exact=True).click()
    expect(page.locator("#toast")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == script(start.worst.steps)


def test_a_name_that_is_not_filled_in_has_a_reason(opened: Opened, saved: Saved, attacked: Overview) -> None:
    page = opened(saved("attacked", attacked))
    item = next(item for item in attacked.items if item.finding.failing and item.finding.resource.id == "-rf")
    show(page, item)
    expect(page.locator("#detail")).to_contain_text("is not filled in: the resource has no such name, or")


def test_from_the_verdict_to_a_copied_fix_by_keyboard(opened: Opened, report: Path, scan: Overview) -> None:
    page = opened(report, permissions=["clipboard-read", "clipboard-write"])
    expect(page.locator("h1")).to_contain_text(scan.verdict.rpartition(": ")[2][:30])
    page.keyboard.press("/")
    page.keyboard.type("block public")
    page.wait_for_url("**q=block%20public**")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    page.keyboard.press("Enter")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.className") == "row"
    page.keyboard.press("Enter")
    expect(page.locator("#detail")).to_be_visible()
    page.keyboard.press("c")
    expect(page.locator("#toast")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == page.locator("[aria-label=Fix]").inner_text()
    page.keyboard.press("Escape")
    expect(page.locator("#detail")).to_be_hidden()
    assert page.evaluate("document.activeElement.className") == "row"
