"""Every check has a page, and the pages in docs/checks are those of the code."""

from pathlib import Path

import pytest

from muster.catalog import pages as docs
from muster.catalog.catalog import load
from muster.catalog.permissions import scanner_actions
from muster.configuration import Configuration
from muster.configuration.selection import select

CATALOG = load()
COMMITTED = Path(__file__).parents[3] / "docs" / "checks"


def test_the_committed_pages_are_not_stale() -> None:
    assert docs.stale(COMMITTED, docs.pages(CATALOG)) == ()


@pytest.mark.parametrize("name", CATALOG.checks)
def test_a_page_says_what_the_declaration_says(name: str) -> None:
    check = CATALOG.checks[name]
    page = docs.check_page(check, CATALOG)
    for told in (check.title, check.why, check.fix, check.source, *check.controls, *check.settings):
        assert told in page
    assert f"**{check.severity}**" in page


@pytest.mark.parametrize("name", CATALOG.checks)
def test_a_page_names_the_permissions_of_the_policy(name: str) -> None:
    rules = select(CATALOG, Configuration(), checks=[name])
    assert docs.permissions(CATALOG.checks[name], CATALOG) == scanner_actions(CATALOG, rules)
    page = docs.check_page(CATALOG.checks[name], CATALOG)
    assert all(f"`{permission}`" in page for permission in scanner_actions(CATALOG, rules))


def test_a_page_says_which_setting_opts_in() -> None:
    page = docs.check_page(CATALOG.checks["dynamodb-table-ttl-enabled"], CATALOG)
    assert "- Opt-in: judges nothing, and reads nothing of a resource, until the setting `names` or `tagged`" in page
    assert "Opt-in" not in docs.check_page(CATALOG.checks["required-tags"], CATALOG)


def test_the_index_links_every_page() -> None:
    index = docs.index(CATALOG)
    assert [name for name in CATALOG.checks if f"({name}.md)" not in index] == []


def test_what_a_docstring_says_besides_its_sections_is_on_the_page() -> None:
    assert "Keys and values are compared in exact case" in docs.check_page(CATALOG.checks["required-tags"], CATALOG)


def test_pages_are_written_again_and_those_of_gone_checks_deleted(tmp_path: Path) -> None:
    wanted = docs.pages(CATALOG)
    (tmp_path / "gone.md").write_text("an old page")
    (tmp_path / "README.md").write_text("an old index")
    assert set(docs.stale(tmp_path, wanted)) == {*wanted, "gone.md"}
    docs.main([str(tmp_path)], standalone_mode=False)
    assert docs.stale(tmp_path, wanted) == ()
    assert not (tmp_path / "gone.md").exists()


def test_a_stale_page_is_named_and_nothing_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        docs.main(["--check", str(tmp_path)], standalone_mode=False)
    assert left.value.code == 1
    assert f"{tmp_path / 'README.md'} is stale: run 'make docs'" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
