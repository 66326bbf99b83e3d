"""docs/migration.md: the table of the comparisons, made of their declarations. The rest is written by hand."""

import re
from collections.abc import Iterator

from muster.migration.comparison import Comparison, comparisons
from muster.reports.nouns import noun

_SECTION = re.compile(r"(<!-- generated: comparisons -->\n).*?(<!-- end of generated -->\n)", re.DOTALL)
_HEAD = "| comparison | severity | what should be |\n| --- | --- | --- |\n"


def migration_page(page: str) -> str:
    """Return the page with its table written anew.

    Raises:
        SystemExit: the page has no place for the table.
    """
    if not _SECTION.search(page):
        raise SystemExit("docs/migration.md: there is no section '<!-- generated: comparisons -->' with its end")
    return _SECTION.sub(lambda match: f"{match[1]}\n{''.join(_tables())}\n{match[2]}", page)


def _tables() -> Iterator[str]:
    by_type: dict[str, list[Comparison]] = {}
    for each in sorted(comparisons(), key=lambda each: (each.resource_type, each.check.id)):
        by_type.setdefault(each.resource_type, []).append(each)
    for resource_type, found in by_type.items():
        name = noun(resource_type)
        yield f"### {name[0].upper()}{name[1:]}s\n\n{_HEAD}{''.join(map(_row, found))}\n"


def _row(each: Comparison) -> str:
    check = each.check
    name = f"[`{check.id}`]({check.source})" if check.source else f"`{check.id}`"
    return f"| {name} | {check.severity.value} | {check.title} |\n"
