"""What of a framework has a check, and why the rest has none; docs/controls.md and README.md say it."""

import pytest

from muster.catalog import catalog
from muster.catalog.control_names import labels
from muster.catalog.controls import NOT_YET, coverage, load, supporting
from muster.configuration import Configuration
from muster.configuration.selection import select
from tools.controls_page import controls_page, with_coverage


def _lines(framework: str) -> dict[str, tuple[tuple[str, ...], str]]:
    book = load()
    return {each.name: (each.checks, each.why) for each in coverage(book.frameworks[framework], catalog.load(), book)}


def test_a_check_or_a_reason() -> None:
    """Never both, never neither."""
    for name in load().frameworks:
        assert all(bool(checks) != bool(why) for checks, why in _lines(name).values())


@pytest.mark.parametrize(
    ("framework", "name", "why"),
    [
        pytest.param("fsbp", "WAF.1", "AWS WAF Classic is at its end of life", id="a service that ended"),
        pytest.param("cis-5.0.0", "1.1", "manual", id="what people have to look at"),
        pytest.param("cis-5.0.0", "4.16", NOT_YET, id="nobody has written one"),
    ],
)
def test_why_there_is_none(framework: str, name: str, why: str) -> None:
    assert _lines(framework)[name] == ((), why)


def test_the_numbers_of_cis_are_whole() -> None:
    """Version 5.0.0 has 62 recommendations: each is a requirement of a control, or stands beyond the controls."""
    cis = load().frameworks["cis-5.0.0"]
    mapped = {number for requirements in cis.controls.values() for number in requirements}
    assert not mapped & set(cis.beyond)
    wanted = {f"1.{n}" for n in range(1, 22)} | {f"2.1.{n}" for n in range(1, 5)} | {f"2.2.{n}" for n in range(1, 5)}
    wanted |= {"2.3.1", "5.1.1", "5.1.2"} | {f"3.{n}" for n in range(1, 10)} | {f"4.{n}" for n in range(1, 17)}
    assert mapped | set(cis.beyond) == wanted | {f"5.{n}" for n in range(2, 8)}


def test_a_requirement_without_a_control_selects_its_check() -> None:
    """By the pack, by --framework, and in the labels of a report."""
    whole, book = catalog.load(), load()
    cis = book.frameworks["cis-5.0.0"]
    found = supporting(cis, whole)
    assert "ec2-security-group-high-risk-ports-closed" in found
    assert {"5.1.2"} <= set(labels(whole, ["cis"], book)["ec2-security-group-high-risk-ports-closed"].split(", "))
    by_framework = select(whole, Configuration(), frameworks=["cis"])
    by_pack = select(whole, Configuration(), packs=["cis-5.0.0"])
    assert {(rule.check.id, rule.resource_type) for rule in by_framework} == {
        (rule.check.id, rule.resource_type) for rule in by_pack
    }


def test_what_a_requirement_names_exists() -> None:
    whole, book = catalog.load(), load()
    for framework in book.frameworks.values():
        for each in framework.beyond.values():
            assert set(each.checks) <= set(whole.checks)
            assert set(each.controls) <= set(book.by_id)
            assert bool(each.checks or each.controls) + bool(each.no_check) <= 1


def test_what_left_a_framework_is_not_in_it() -> None:
    book = load()
    for framework in book.frameworks.values():
        assert not set(framework.gone) & set(framework.controls)
        assert set(framework.gone) <= set(book.by_id)


def test_the_page_has_every_control_in_use() -> None:
    """One row each, with its checks or the reason."""
    page = controls_page()
    rows = [line.split(" | ")[0].removeprefix("| ") for line in page.splitlines() if line.startswith("| ")]
    assert [name for name in load().frameworks["security-hub"].controls if rows.count(name) != 1] == []
    assert "| WAF.1 | AWS WAF Classic Global Web ACL logging should be enabled | MEDIUM | FSBP, PCI 4.0.1" in page


def test_the_share_in_the_readme() -> None:
    lines = _lines("fsbp")
    met = sum(bool(checks) for checks, _ in lines.values())
    text = with_coverage("a\n<!-- generated: coverage -->\nold\n<!-- end of generated -->\nb\n")
    assert f"support {met} of the {len(lines)} controls" in text
    assert f"({100 * met // len(lines)} %" in text
    assert text.startswith("a\n")
    assert text.endswith("-->\nb\n")
    assert "old" not in text
    with pytest.raises(SystemExit, match="there is no section"):
        with_coverage("nothing")
