"""The list: filters, search, groups, pages, addresses and Back, compared with what Python computes."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from muster.model.finding import ACCOUNT, REGION
from muster.reports.overview import Item, Overview
from tests.browser.conftest import Opened
from tests.browser.python_list import boxes, by_resource, matching, weight

Chosen = Mapping[str, Sequence[str]]
VIEWS: tuple[tuple[Chosen, str], ...] = (
    ({"sev": ["critical", "high"]}, ""),
    ({"ow": ["none"]}, ""),
    ({"st": ["new", "reopened", "expired"]}, ""),
    ({"st": ["suppressed"]}, ""),
    ({"st": ["unread"], "ac": ["shop-prod"]}, ""),
    ({"rg": ["eu-west-1"], "ty": ["S3 bucket", "EC2 instance"], "sev": ["medium"]}, ""),
    ({"fw": ["FSBP"], "ac": ["123456789012"]}, ""),
    ({"ck": ["required-tags"]}, ""),
    ({}, "public BUCKET"),
    ({"sev": ["low"]}, "arn:aws:lambda"),
    ({"ow": ["edge"]}, "matches nothing at all"),
    ({}, ""),
)
HOSTILE = (
    "#sev=critical,<img src=x onerror=alert(1)>",
    "#q=%E0%A4%A",
    "#p=-5&sort=__proto__&by=constructor",
    "#p=99999999999999999999",
    "#f=%00%ff@@~/&ac=%",
    "#ck=__proto__&ow=toString",
    "#" + "a=b&" * 5000,
    "#=&&&==",
    "#q=" + "(" * 500,
    "#q=.*%2B%3F%5B",
)


def address(chosen: Chosen, search: str = "", **more: str) -> str:
    parts = [f"{key}={','.join(quote(value, safe='') for value in values)}" for key, values in chosen.items()]
    parts += [f"q={quote(search, safe='')}"] if search else []
    return "#" + "&".join([*parts, *(f"{key}={value}" for key, value in more.items())])


def counted(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def groups(page: Page) -> list[tuple[str, str]]:
    """Return the name and the size of each group that the page shows."""
    found = page.locator("#list > details > summary").evaluate_all(
        "all => all.map(each => [each.querySelector('.name').textContent, each.querySelector('.count').innerText])"
    )
    return [(name, count.split("\n")[0].rpartition(" NEW ")[2]) for name, count in found]


def view(page: Page) -> tuple[object, ...]:
    """Return what a person sees of the list."""
    return page.locator("#count").inner_text(), page.locator("#list").inner_text(), page.locator("#facets").inner_text()


def go(page: Page, hash_: str) -> None:
    page.evaluate("hash => { location.hash = hash }", hash_)


def started(items: Sequence[Item], chosen: Chosen) -> str:
    word = "finding" if "st" in chosen else "failure"
    types = [group[0].finding.resource.type for group in by_resource(items).values()]
    others = sum(each in (ACCOUNT, REGION) for each in types)
    found = [counted(len(types) - others, "resource")] if len(types) > others or not others else []
    found += [f"{others} accounts or regions" if others > 1 else "1 account or region"] if others else []
    return f"{counted(len(items), word)} on {' and '.join(found)}"


def test_every_view_lists_what_python_finds_worst_first(opened: Opened, report: Path, scan: Overview) -> None:
    page = opened(report, "#ow=platform")
    for chosen, search in VIEWS:
        go(page, address(chosen, search))
        items = matching(scan, chosen, search)
        expect(page.locator("#count")).to_contain_text(started(items, chosen))
        word = "finding" if "st" in chosen else "failure"
        expected = sorted(by_resource(items).values(), key=weight, reverse=True)[:50]
        assert groups(page) == [(group[0].name, counted(len(group), word)) for group in expected]


def test_the_numbers_beside_a_filter_apply_all_other_filters(opened: Opened, report: Path, scan: Overview) -> None:
    chosen = {"sev": ["high", "medium"], "ac": ["shop-prod", "shop-staging"]}
    page = opened(report, address(chosen))
    for place, key in enumerate(("sev", "st", "ac", "rg", "ow", "ty")):
        labels = page.locator("#facets fieldset").nth(place).locator("label")
        numbers = [int(text) for text in labels.locator("> :last-child").all_inner_texts()]
        assert (
            sorted(filter(None, numbers), reverse=True) == sorted(boxes(scan, chosen, key).values(), reverse=True)[:10]
        )


def test_by_check_has_a_group_for_each_check(opened: Opened, report: Path, scan: Overview) -> None:
    page = opened(report, "#by=check&sort=most")
    sizes: defaultdict[str, list[Item]] = defaultdict(list)
    for item in matching(scan, {}):
        sizes[item.finding.title].append(item)
    shown = groups(page)
    assert [size for _, size in shown] == [
        counted(len(items), "failure") for items in sorted(sizes.values(), key=len, reverse=True)[:50]
    ]
    assert all(counted(len(sizes[title]), "failure") == size for title, size in shown)


def test_each_address_opened_fresh_shows_the_same(opened: Opened, report: Path) -> None:
    page = opened(report)
    page.get_by_label("CRITICAL").or_(page.get_by_label("HIGH")).first.check()
    page.get_by_role("button", name="By check").click()
    page.locator("#sort").select_option("most")
    page.locator("#q").fill("public")
    page.wait_for_url("**q=public**")
    assert "sev=critical" in page.url
    assert "by=check" in page.url
    fresh = opened(report, "#" + page.url.partition("#")[2])
    assert view(fresh) == view(page)


def test_back_undoes_a_filter_and_closes_a_finding(opened: Opened, report: Path) -> None:
    page = opened(report)
    before = view(page)
    page.get_by_label("CRITICAL").first.check()
    filtered = view(page)
    assert filtered != before
    page.locator("a.row").first.click()
    expect(page.locator("#detail")).to_be_visible()
    page.go_back()
    expect(page.locator("#detail")).to_be_hidden()
    assert view(page) == filtered
    page.go_back()
    expect(page.get_by_label("CRITICAL").first).not_to_be_checked()
    assert view(page) == before


def test_pages_have_every_group_once(opened: Opened, report: Path, scan: Overview) -> None:
    page = opened(report, "#sort=name")
    names: list[str] = []
    while True:
        names += [name for name, _ in groups(page)]
        following = page.get_by_role("button", name="Next")
        if following.is_disabled():
            break
        following.click()
        assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    assert sorted(names) == sorted(group[0].name for group in by_resource(matching(scan, {})).values())


def test_a_group_shows_its_rows_when_it_opens_and_more_on_demand(opened: Opened, report: Path, scan: Overview) -> None:
    page = opened(report, "#by=check&ck=required-tags,tagged&sort=most")
    group = page.locator("#list > details").first
    rows = group.locator("a.row")
    size = max(len(matching(scan, {"ck": [check]})) for check in ("required-tags", "tagged"))
    if not group.evaluate("each => each.open"):
        group.locator("summary").click()
    expect(rows).to_have_count(min(size, 25))
    group.get_by_role("button", name="Show").click()
    expect(rows).to_have_count(size)
    assert page.evaluate("document.activeElement.className") == "row"


def test_a_chip_removes_its_filter_and_passes_the_focus_on(opened: Opened, report: Path) -> None:
    page = opened(report, "#sev=high&ow=edge")
    page.get_by_role("button", name="Remove the filter Severity HIGH").click()
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Remove the filter Owner edge"
    page.keyboard.press("Enter")
    expect(page.locator("#chips button")).to_have_count(0)
    assert page.evaluate("document.activeElement.id") == "q"


def test_a_box_keeps_the_focus(opened: Opened, report: Path) -> None:
    page = opened(report)
    box = page.get_by_label("shop-prod").first
    box.focus()
    page.keyboard.press("Space")
    expect(box).to_be_checked()
    assert box.evaluate("each => each === document.activeElement")


def test_hostile_addresses_do_no_harm(opened: Opened, report: Path) -> None:
    page = opened(report)
    for hash_ in HOSTILE:
        go(page, hash_)
        expect(page.locator("#count")).to_contain_text("resource")
        assert page.locator("#list img").count() == 0
    fresh = opened(report, "#f=s3-bucket-acl-prohibited@arn:aws:s3:::gone")
    expect(fresh.locator("#toast")).to_have_text("That finding is not in this report: it may be fixed")


def test_a_plain_anchor_leaves_the_list_alone(opened: Opened, report: Path) -> None:
    page = opened(report, "#sev=critical")
    before = view(page)
    go(page, "#coverage")
    assert view(page) == before


@pytest.mark.parametrize("place", [0, 7])
def test_links_of_the_first_screen_open_their_finding(opened: Opened, report: Path, scan: Overview, place: int) -> None:
    page = opened(report)
    page.locator("ol.start a.what").nth(place).click()
    worst = scan.start[place].worst
    expect(page.locator("#detail h3")).to_have_text(worst.finding.reason)
    expect(page.locator("a.row[aria-current=true]")).to_have_count(1)
