"""Regular expressions of the configuration: what they match, what is refused, and that no value makes them slow."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import muster
from muster.analysis.patterns import regex

LONGEST = 256
"""Characters that a tag's value may have."""


@pytest.mark.parametrize(
    ("pattern", "value", "matches"),
    [
        pytest.param(r"CC-\d{4}", "CC-1234", True, id="the README's example"),
        pytest.param(r"CC-\d{4}", "CC-12345", False, id="the whole value"),
        pytest.param(r"CC-\d{4}", "xCC-1234", False, id="from its beginning"),
        pytest.param(r"cc-\d{4}", "CC-1234", False, id="in exact case"),
        pytest.param(r"(?i)cc-\d{4}", "CC-1234", True, id="unless it is told otherwise"),
        pytest.param(r"a|ab", "ab", True, id="any alternative"),
        pytest.param(r"\w+", "Zoë", True, id="letters of all scripts"),
        pytest.param(r"\w+", "研发部门", True, id="Chinese"),
        pytest.param(r"\W+", "研发", False, id="not the other class"),
        pytest.param(r"\d+", "٣٤", True, id="digits of all scripts"),
        pytest.param(r"\S+\s\S+", "a\u3000b", True, id="an ideographic space"),
        pytest.param(r"[\s\S]*", "any\nthing", True, id="two classes in one"),
        pytest.param(r"[^\d\s]+", "abc", True, id="none of two classes"),
        pytest.param(r"[\w-]+", "a-é", True, id="a class beside a hyphen"),
        pytest.param(r"[]x]+", "]x", True, id="a bracket that is a member"),
        pytest.param(r"[^]x]+", "]", False, id="a bracket that is none"),
        pytest.param(r"\p{Han}+", "研发", True, id="RE2's own classes"),
        pytest.param(r"[[:alpha:]_]+", "a_b", True, id="those of POSIX"),
        pytest.param(r"\u00e9\U0001F600", "é😀", True, id="a code of Python's"),
        pytest.param(r"a{,2}", "aa", True, id="no lower bound"),
        pytest.param(r"\Aab\Z", "ab", True, id="anchors"),
        pytest.param(r"(?P<team>\w+)-(?P<stage>\w+)", "shop-dev", True, id="named groups"),
        pytest.param(r"\Qa.b+\E", "a.b+", True, id="literally"),
        pytest.param(r"...", "😀👍🏽", True, id="characters, not bytes"),
        pytest.param(r"a.c", "a\nc", False, id="a dot is no end of a line"),
        pytest.param(r".", "\ud800", True, id="half a surrogate pair"),
        pytest.param(r"\_\é", "_é", True, id="a backslash that is not needed"),
        pytest.param(r"\+*", "++", True, id="an escaped plus is no possessive"),
        pytest.param(r"[+]+", "++", True, id="nor one in brackets"),
    ],
)
def test_a_pattern_matches_the_whole_value(pattern: str, value: str, *, matches: bool) -> None:
    assert regex.fullmatch(pattern, value) is matches


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        (r"(?=a).*", "lookahead"),
        (r"(?!test).*", "list the allowed values"),
        (r"(?<=a)b", "lookbehind"),
        (r"(?<!a)b", "lookbehind"),
        (r"(a)\1", "backreferences"),
        (r"(?P<n>a)(?P=n)", "backreferences"),
        (r"(?>a+)b", "write (?:…)"),
        (r"a++b", "leave the second + out"),
        (r"a{2}+b", "leave the second + out"),
        (r"(a)?(?(1)b|c)", "alternatives with |"),
        (r"a(?#why)b", "YAML comment"),
        (r"(?x) a b", "the flag (?x)"),
        (r"[^\W\d]", "inside [ ]"),
        (r"[abc", "has no ]"),
        (r"(abc", "missing )"),
        (r"a{2000}", "at most 1000"),
        (r"((a{1,100}){1,100}){1,100}", "at most 1000"),
        (r"\w{1000}", "too large"),
        (r"a**", "bad repetition operator"),
        ("\x1b[(", "has no ]"),
    ],
)
def test_a_pattern_that_cannot_be_used_is_refused_with_what_to_write(pattern: str, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)) as refusal:
        regex.examine(pattern)

    assert str(refusal.value).isprintable()


@pytest.mark.parametrize(
    ("pattern", "value"),
    [
        ("([a-z0-9]+-?)+", "payments-and-settlement-platform-engineering team"),
        ("([a-z0-9]+-?)+", "a" * (LONGEST - 1) + " "),
        ("(a+)+", "a" * (LONGEST - 1) + "b"),
        ("(a|aa)+", "a" * (LONGEST - 1) + "b"),
        ("(a|a?)+", "a" * (LONGEST - 1) + "b"),
        ("(.*a){20}", "a" * 15 + "b" * (LONGEST - 15)),
        (r"(\w+\s?)*;", "word " * 51),
        ("(x+x+)+y", "x" * LONGEST),
        (r"^(([a-z])+.)+[A-Z]([a-z])+$", "a" * LONGEST),
        ("a?" * 200 + "a" * 200, "a" * 199),
    ],
)
def test_patterns_on_which_backtracking_would_never_end_answer(pattern: str, value: str) -> None:
    assert not regex.fullmatch(pattern, value)


_PIECES = st.sampled_from(
    ["a", "b", "é", "-", "1", ".", r"\w", r"\W", r"\d", r"\D", r"\s", r"\S", r"\.", "[ab]", "[^a]", r"[\w-]",
     r"[^\d\s]", r"[\S1]", "[a-é]", r"[^\w]", "^", "$"]
)  # fmt: skip
_DRAWN = st.recursive(
    _PIECES,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map(lambda pair: f"(?:{pair[0]}|{pair[1]})"),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{1,2}", "{,2}", "*?"])).map(
            lambda pair: f"({pair[0]}){pair[1]}"
        ),
    ),
    max_leaves=5,
)


@given(_DRAWN, st.text(st.sampled_from("ab1é-_. \n\t٣研😀\u3000"), max_size=7))
@example("(?:^a)", "a")
def test_a_pattern_means_what_it_means_to_python(pattern: str, value: str) -> None:
    assert regex.fullmatch(pattern, value) is (re.fullmatch(pattern, value) is not None)


def _refusal(pattern: str) -> str:
    try:
        regex.examine(pattern)
    except ValueError as refusal:
        return str(refusal) or "no reason"
    return ""


_NESTED = st.recursive(
    st.sampled_from(["a", "b", ".", r"\w", "[ab]", "a|a", "a?"]),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=4).map("".join),
        st.tuples(inner, st.sampled_from(["*", "+", "{1,30}", "?"])).map(lambda pair: f"({pair[0]}){pair[1]}"),
    ),
    max_leaves=20,
)


@given(_NESTED, st.sampled_from(["a", "ab", "é", "a-"]), st.sampled_from(["", "!", "b"]))
def test_nested_repetitions_end_on_the_longest_value_of_a_tag(pattern: str, piece: str, last: str) -> None:
    """For Python's `re` many of these take longer than anybody waits."""
    value = (piece * LONGEST)[: LONGEST - len(last)] + last
    if not _refusal(pattern):
        assert regex.fullmatch(pattern, value) in (True, False)


@given(st.text(max_size=30), st.text(max_size=LONGEST))
def test_whatever_stands_in_the_file_is_a_pattern_or_a_sentence(pattern: str, value: str) -> None:
    why = _refusal(pattern)

    assert why.isprintable()
    assert why or regex.fullmatch(pattern, value) in (True, False)


PACKAGE = Path(muster.__file__).parent
MADE = {
    "stack/documents/fields.py": "patterns of ids that stand in the modules that call it",
    "analysis/patterns/globs.py": "atomic groups, which never backtrack",
    "targets/partitions.py": "the SDK's spelling of regions",
    "analysis/secrets/formats.py": "a table of its own",
    "sdk/wire/ec2_parser.py": "names of the SDK's models",
    "stack/handle_change.py": "names of the stack's own roles, escaped",
    "model/arn.py": "the spellings of ARNs that listers declare",
    "cli/query/local.py": "names that DuckDB's errors quote, escaped",
    "configuration/files/mistakes.py": "patterns of the schema, with another end",
    "migration/template/moving.py": "names of resources and of regions, escaped",
    "migration/translating.py": "names of resources and of regions, escaped, and an account's digits",
}
"""Modules that make patterns for Python's `re`, and what of."""
_MATCHING = {"compile", "match", "fullmatch", "search", "findall", "finditer", "split", "sub", "subn"}


def _patterns_of(tree: ast.Module) -> Iterator[ast.expr]:
    """Yield the pattern of each call of Python's `re`."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in _MATCHING
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "re"
        ):
            yield node.args[0]


def _is_fixed(pattern: ast.expr, constants: set[str]) -> bool:
    """Whether a pattern stands in the source: a literal, or literals and constants in one."""
    return all(
        isinstance(node, ast.Constant | ast.JoinedStr | ast.FormattedValue | ast.expr_context)
        or (isinstance(node, ast.Name) and node.id in constants)
        for node in ast.walk(pattern)
    )


def _makes_patterns(path: Path) -> bool:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    constants = {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    imported = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    imported |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    return "fnmatch" in imported or not all(_is_fixed(pattern, constants) for pattern in _patterns_of(tree))


def test_python_s_own_expressions_are_made_of_no_text_that_a_file_or_a_stranger_holds() -> None:
    """RE2 and globs.py are the only matchers of such patterns, so that their bounds on steps hold everywhere."""
    made = {str(path.relative_to(PACKAGE)) for path in PACKAGE.rglob("*.py") if _makes_patterns(path)}

    assert made <= MADE.keys()
