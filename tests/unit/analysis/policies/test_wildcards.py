"""IAM's patterns, against brute force."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.analysis.patterns.globs import matches
from muster.analysis.policies import arn_forms
from muster.analysis.policies.wildcards import ANY, covers_arns, matches_arn, witnesses

PATTERN = st.text(alphabet="ab*?", max_size=5)
TEXTS = ["".join(letters) for size in range(6) for letters in itertools.product("abc", repeat=size)]


def tried(pattern: str, text: str) -> bool:
    if not pattern:
        return not text
    if pattern[0] == "*":
        return tried(pattern[1:], text) or bool(text and tried(pattern, text[1:]))
    return bool(text) and pattern[0] in ("?", text[0]) and tried(pattern[1:], text[1:])


@given(st.lists(PATTERN, min_size=1, max_size=3))
def test_witnesses_show_every_choice_of_patterns_that_a_text_can_make(patterns: list[str]) -> None:
    found = witnesses(tuple(("stringlike", pattern) for pattern in patterns), "c")
    assert found is not None
    shown = {tuple(matches(pattern, text) for pattern in patterns) for text in found}
    assert {tuple(tried(pattern, text) for pattern in patterns) for text in TEXTS} <= shown
    assert len(found) == len(shown)


def test_witnesses_give_up_where_it_takes_too_long() -> None:
    assert witnesses(tuple(("stringlike", "*" + letter * 12 + "*") for letter in "abcdefgh"), "z") is None


@pytest.mark.parametrize(
    ("pattern", "arn", "matched"),
    [
        ("arn:aws:sns:*:1:*", "arn:aws:sns:eu-west-1:1:t", True),
        ("arn:*", "arn:aws:sns:eu-west-1:1:t", True),
        ("*", "arn:aws:sns:eu-west-1:1:t", True),
        ("arn:aws:s*::1:t", "arn:aws:sns:eu-west-1:1:t", False),
        ("arn:aws:*:*:1:*", "arn:aws:lambda:eu-west-1:9:function:1:x", False),
        ("arn:aws:s3:::b*", "arn:aws:s3:::b:c", True),
    ],
)
def test_arns_are_compared_part_by_part(pattern: str, arn: str, matched: bool) -> None:
    assert matches_arn(pattern, arn) is matched


@pytest.mark.parametrize(
    ("pattern", "service", "covered"),
    [
        ("*", "kms", True),
        ("arn:aws:kms:*:*:*", "kms", True),
        ("arn:aws:kms:*:111122223333:*", "kms", True),
        ("arn:aws:kms:*::*", "kms", False),
        ("arn:aws:kms::*:*", "kms", False),
        ("arn:aws:kms:eu-west-1:*:*", "kms", False),
        ("arn:aws:s3:::*", "s3", True),
        ("arn:aws-cn:s3:::*", "s3", True),
        ("arn:aws:s3:*:*:*", "s3", True),
        ("arn:aws:s3::111122223333:*", "s3", False),
        ("arn:aws:s3:eu-west-1::*", "s3", False),
        ("arn:aws:iam::*:*", "iam", True),
        ("arn:aws:iam:::*", "iam", False),
        ("arn:aws:iam:*:*:*", "iam", True),
        ("arn:aws:apigateway:*::*", "apigateway", True),
        ("arn:aws:apigateway:::*", "apigateway", False),
    ],
)
def test_what_is_all_of_a_service(pattern: str, service: str, covered: bool) -> None:
    (kind,) = arn_forms.kinds(service)
    assert covers_arns(pattern, kind) is covered


def test_of_a_service_that_no_table_holds_every_form_counts() -> None:
    assert len(arn_forms.kinds("acme")) == 4
    assert covers_arns("arn:aws:acme:::*", f"arn:{ANY}:acme:::{ANY}")
