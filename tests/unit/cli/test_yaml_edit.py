"""Entries written into the text of a muster.yaml: the rest of it stays byte for byte."""

import difflib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.cli.yaml_edit import added, renewed
from muster.configuration.files import document
from muster.errors import ConfigurationError

ENTRY = {
    "check": "s3-bucket-versioning-enabled",
    "resource": "arn:aws:s3:::scratch-*",
    "reason": "emptied every night",
    "owner": "data",
    "expires": "2027-03-31",
}
BLOCK = """\
- check: s3-bucket-versioning-enabled
  resource: arn:aws:s3:::scratch-*
  reason: emptied every night
  owner: data
  expires: 2027-03-31
"""


def indented(columns: int) -> str:
    return "".join(f"{' ' * columns}{line}\n" for line in BLOCK.splitlines())


def inserted(before: str, after: str) -> list[str]:
    """Return the lines that were inserted; an assertion fails where any other line changed."""
    found = list(difflib.ndiff(before.splitlines(keepends=True), after.splitlines(keepends=True)))
    assert [line for line in found if line[:2] in ("- ", "? ")] == []
    return [line[2:] for line in found if line[:2] == "+ "]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        pytest.param("", "suppressions:\n" + indented(2), id="an empty file"),
        pytest.param("# nothing yet\n", "suppressions:\n" + indented(2), id="only a comment"),
        pytest.param("packs: [all]   # ours\n\n# the end\n", "suppressions:\n" + indented(2), id="no suppressions"),
        pytest.param(
            "suppressions:\n- check: a\n  resource: x   # why\n# after\npacks:   [ all ]\n",
            indented(0),
            id="dashes at 0",
        ),
        pytest.param(
            "suppressions:   # ours\n    - check: a\n      resource: x\n\n\n# after\npacks: ['all']\n",
            indented(4),
            id="dashes at 4, blank lines behind",
        ),
        pytest.param(
            "suppressions:\n  - {check: a, tag: {b: 'c'}}\n  - {check: b,\n     ticket: T-1}\nchecks: []\n",
            indented(2),
            id="entries in braces",
        ),
        pytest.param(
            "suppressions:\n  - check: a\n    reason: |\n      two\n      lines\nchecks: []\n",
            indented(2),
            id="a literal",
        ),
        pytest.param(
            "suppressions:\n  - check: a\n    tag:\n      x: y   # deep\n  # a last word\n", indented(2), id="deep"
        ),
    ],
)
def test_only_the_lines_of_the_entry_are_inserted(text: str, lines: str) -> None:
    after = added(text, ENTRY)
    assert "".join(inserted(text, after)) == lines
    assert document.read(after).value["suppressions"][-1] == ENTRY


def test_the_entry_follows_the_last_one() -> None:
    text = "suppressions:\n  - check: a\n    resource: x   # why\n\n# tags\ntags: {required: [A]}\n"
    assert added(text, ENTRY) == (
        f"suppressions:\n  - check: a\n    resource: x   # why\n{indented(2)}\n# tags\ntags: {{required: [A]}}\n"
    )


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("suppressions:   # none\npacks: [all]\n", f"suppressions:   # none\n{indented(2)}packs: [all]\n"),
        ("suppressions: []   # none\npacks: [all]\n", f"suppressions:   # none\n{indented(2)}packs: [all]\n"),
        ("suppressions: null\n", f"suppressions:\n{indented(2)}"),
        ("packs: [all]", f"packs: [all]\nsuppressions:\n{indented(2)}"),
        ("---\n", f"---\nsuppressions:\n{indented(2)}"),
        ("---\npacks: [all]\n", f"---\npacks: [all]\nsuppressions:\n{indented(2)}"),
    ],
)
def test_a_list_that_is_empty_gets_its_first_entry(text: str, after: str) -> None:
    assert added(text, ENTRY) == after


def test_a_list_in_brackets_stays_in_brackets() -> None:
    text = "suppressions: [{check: a, resource: x}]   # ours\npacks: [all]\n"
    assert added(text, {**ENTRY, "reason": "a, b"}) == (
        "suppressions: [{check: a, resource: x}, {check: s3-bucket-versioning-enabled, resource: "
        "'arn:aws:s3:::scratch-*', reason: 'a, b', owner: data, expires: 2027-03-31}]   # ours\npacks: [all]\n"
    )


def test_line_endings_of_the_file_stay() -> None:
    text = "packs: [all]\r\nsuppressions:\r\n  - check: a\r\n    resource: x\r\n"
    after = added(text, ENTRY)
    assert after.startswith(text)
    assert after.count("\n") == after.count("\r\n") == 9
    assert renewed(text, 0, {"resource": "y"}) == text.replace("resource: x", "resource: y")


def test_a_mark_at_the_beginning_stays() -> None:
    assert added("\ufeffpacks: [all]\n", ENTRY).startswith("\ufeffpacks: [all]\nsuppressions:")


@pytest.mark.parametrize(
    "text",
    [
        "common: &x {check: a, resource: y}\nsuppressions:\n  - *x\npacks: [all]   # kept\n",
        "suppressions: [\n  {check: a, resource: x},   # first\n]\npacks: [all]   # kept\n",
        "packs: [all]   # kept\n...\n",
    ],
)
def test_other_forms_are_written_anew_with_their_comments(text: str) -> None:
    after = added(text, ENTRY)
    assert document.read(after).value["suppressions"][-1] == ENTRY
    assert "# kept" in after


def test_what_cannot_be_edited_is_printed_to_be_added_by_hand() -> None:
    shared = "a: &list\n  - {check: a, resource: x}\nsuppressions: *list\n"
    with pytest.raises(ConfigurationError, match="add this to it by hand:\nsuppressions:\n  - check: s3"):
        added(shared, ENTRY)


@pytest.mark.parametrize(
    "reason",
    [
        "colon: and # hash", "'quoted'", '"double"', "- dash", "*", "2027-01-01", "true", "null", "12", "a\nb", "\t",
        "@at", "%", "{brace}", "a, b]", "ümlaut 😀", "\u2028", "\x1b[0m", "back\\slash", "x" * 500, " lead", "key:",
    ],
)  # fmt: skip
@pytest.mark.parametrize("text", ["", "suppressions: [{check: a, resource: x}]\n"])
def test_every_reason_is_written_so_that_it_is_read_back(text: str, reason: str) -> None:
    after = added(text, {**ENTRY, "reason": reason, "account": "012345678901", "tag": {"a b": reason, "no": "{x,}"}})
    entry = document.read(after).value["suppressions"][-1]
    assert entry == {**ENTRY, "reason": reason, "account": "012345678901", "tag": {"a b": reason, "no": "{x,}"}}


OLD = """\
suppressions:
  # the first
  - check: a
    resource: 'x'     # quoted
    reason: "why"
    owner:  me
    expires: 2026-01-31  # soon
  - {check: b, resource: y, reason: r, owner: o, expires: '2026-01-31'}
"""


def test_an_entry_is_renewed_where_it_stands() -> None:
    changes = {"reason": "still", "owner": "you", "expires": "2027-03-31"}
    assert renewed(OLD, 0, changes) == OLD.replace('"why"', "still").replace("me\n", "you\n").replace(
        "2026-01-31  # soon", "2027-03-31  # soon"
    )


def test_an_entry_gets_its_ticket_before_its_date() -> None:
    changes = {"expires": "2027-03-31", "ticket": "T-1"}
    assert renewed(OLD, 0, changes) == OLD.replace(
        "    expires: 2026-01-31  # soon", "    ticket: T-1\n    expires: 2027-03-31  # soon"
    )
    assert renewed(OLD, 1, changes) == OLD.replace("expires: '2026-01-31'", "ticket: T-1, expires: 2027-03-31")


LINES = st.lists(
    st.sampled_from(
        ["# a comment", "", "packs: [all]", "regions:   ['eu-west-1']  # x", "account_names: {'111122223333': \"p\"}"]
    ),
    unique=True,
)
ITEMS = st.lists(
    st.sampled_from(
        ["check: a", "check: a   # y", "{check: b, resource: '*'}", "check: c\n@resource: x", "tag: {a: b}"]
    )
)


@given(LINES, LINES, ITEMS, st.integers(0, 4), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_whatever_the_file_has_stays(  # noqa: PLR0913 - each is drawn
    above: list[str], below: list[str], items: list[str], columns: int, newline: str, last: bool
) -> None:
    below = [line for line in below if line not in above or line.startswith("#") or not line]
    entries = [f"{' ' * columns}- {item}".replace("@", f"{' ' * columns}  ") for item in items]
    whole = "\n".join([*above, *(["suppressions:"] if items else []), *entries, *below])
    text = (whole + ("\n" if last else "")).replace("\n", newline)
    before = document.read(text).value or {}
    after = added(text, ENTRY)
    assert document.read(after).value == {**before, "suppressions": [*before.get("suppressions", []), ENTRY]}
    lines = iter(after.splitlines())
    assert all(line in lines for line in text.splitlines())
