"""Texts of attackers stay texts, in every part of the page, with and without JavaScript."""

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from playwright.sync_api import expect

from muster.reports.overview import Overview
from muster.reports.page.page import policy
from muster.reports.page.text import visible
from tests.browser.attacks import ATTACKS
from tests.browser.conftest import Opened


class Tags(HTMLParser):
    """Notes the tags of a file and the names of their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name in {"href", "src"}]


def test_the_file_has_the_tags_of_the_template_alone(saved: Any, attacked: Overview, report: Path) -> None:
    found = Tags(saved("attacked", attacked).read_text("utf-8"))
    assert set(found.tags) <= set(Tags(report.read_text("utf-8")).tags) | {"ul"}
    assert found.tags.count("script") == 2
    assert [name for name in found.attributes if name.startswith("on") or name in {"style", "srcdoc", "action"}] == []
    allowed = ("#", "https://", "data:image/svg+xml,")
    assert [link for link in found.links if not link.startswith(allowed)] == []


def test_every_view_shows_attacks_as_text(opened: Opened, saved: Any, attacked: Overview) -> None:
    page = opened(saved("attacked", attacked))
    for hash_ in ("#st=failing,new,suppressed,unread", "#by=check&st=failing,new,suppressed,unread", "#q=alert"):
        page.evaluate("hash => { location.hash = hash }", hash_)
        expect(page.locator("#count")).to_contain_text("finding" if "st=" in hash_ else "failure")
        page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
        page.locator("#list a.row").first.click()
        expect(page.locator("#detail")).to_be_visible()
        assert page.locator("img, iframe, object, embed, form, base, main script, svg[onload]").count() == 0
        assert page.locator("script").count() == 2
        assert [
            link
            for link in page.locator("a").evaluate_all("all => all.map(each => each.protocol)")
            if link not in {"file:", "https:"}
        ] == []
    listed = page.locator("body").inner_text()
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u200b\x1b\x00]", listed)


def test_attacks_are_whole_and_readable(opened: Opened, saved: Any, attacked: Overview) -> None:
    page = opened(saved("attacked", attacked), "#ck=required-tags")
    reasons = {item.finding.reason for item in attacked.items}
    page.evaluate("document.querySelectorAll('#list details').forEach(each => { each.open = true })")
    page.wait_for_selector("#list a.row")
    shown = set(page.locator("a.row .main > bdi").evaluate_all("all => all.map(each => each.textContent)"))
    assert shown == {visible(reason) for reason in reasons} == {visible(text) for text in ATTACKS}


def test_hidden_characters_are_the_same_set_in_both_languages(opened: Opened, report: Path) -> None:
    """The page's own pattern is read from its script, and tried on every code point."""
    page = opened(report)
    source = re.search(r"const HIDDEN = /(.*)/gu;", report.read_text("utf-8"))
    assert source
    found = page.evaluate(
        """source => {
            const pattern = new RegExp(source, 'u'), codes = Array.from({ length: 0x110000 }, (_, code) => code);
            return codes.filter(code => code !== 10 && pattern.test(String.fromCodePoint(code)));
        }""",
        source[1],
    )
    assert found == [code for code in range(0x110000) if visible(chr(code)) != chr(code)]


def test_the_policy_lets_no_other_script_run(opened: Opened, report: Path) -> None:
    assert "default-src 'none'" in policy()
    assert "unsafe" not in policy()
    page = opened(report)
    refused = page.evaluate(
        """() => {
            try { document.body.innerHTML = '<b>x</b>' } catch (error) { return error instanceof TypeError }
        }"""
    )
    assert refused
    assert [message for message in opened.messages if "TrustedHTML" not in message] == []
    opened.messages.clear()
