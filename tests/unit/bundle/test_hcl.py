"""HCL as Terraform reads it: nothing in strings and keys is interpolated, and the layout is that of `terraform fmt`."""

import json
import re
from typing import Any

import hcl2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.bundle.terraform.hcl import Argument, Block, JsonOf, Raw, quoted, written


def unescaped(literal: str) -> str:
    """Return what Terraform makes of a quoted literal without interpolations; JSON has more escapes than HCL."""
    assert set(re.findall(r"\\(.)", literal)) <= set('nrt"\\uU')
    return str(json.loads(literal)).replace("$${", "${").replace("%%{", "%{")


@pytest.mark.parametrize(
    ("text", "literal"),
    [
        ("plain", '"plain"'),
        ('say "so"', '"say \\"so\\""'),
        ("a\nb\t\\", '"a\\nb\\t\\\\"'),
        ("a\bb\fc\x7f", '"a\\u0008b\\u000cc\\u007f"'),
        ("\\f\\b", '"\\\\f\\\\b"'),
        ("${aws:username}", '"$${aws:username}"'),
        ("%{if}", '"%%{if}"'),
        ("$${z} %%{w}", '"$$${z} %%%{w}"'),
        ("$5 and 100%", '"$5 and 100%"'),
        ("é…", '"é…"'),
    ],
)
def test_a_string_is_quoted_so_that_nothing_is_interpolated(text: str, literal: str) -> None:
    assert quoted(text) == literal
    assert unescaped(literal) == text


@given(st.text(st.characters(exclude_categories=["Cs"])).filter(lambda text: "$${" not in text and "%%{" not in text))
def test_every_string_comes_back_from_the_parser(text: str) -> None:
    body = written((Block("resource", (Argument("value", text),), ("a", "b")),))
    parsed = hcl2.loads(body)["resource"][0]['"a"']['"b"']["value"]
    assert unescaped(parsed) == text


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1), st.integers()))
def test_every_key_comes_back_from_the_parser(keys: dict[str, int]) -> None:
    parsed: dict[str, Any] = hcl2.loads(written((Argument("tags", keys),)))["tags"]
    plain = {unescaped(key) if key.startswith('"') else key: value for key, value in parsed.items()}
    assert plain == {key.replace("$${", "${").replace("%%{", "%{"): value for key, value in keys.items()}


def test_a_body_is_laid_out_as_terraform_fmt_does() -> None:
    body = (
        Argument("bucket", "a.b"),
        Argument("count", 2),
        Argument("tags", {"team:a": "x", "owner": "y"}),
        Argument("on", True),
        Block("filter"),
        Block("rule", (Argument("id", "1"), Argument("policy", JsonOf({"Version": "2012-10-17", "List": [1, 2]})))),
        Argument("provider", Raw("aws.eu_west_1")),
    )
    assert written((Block("resource", body, ("aws_s3_bucket", "a_b")),)) == (
        'resource "aws_s3_bucket" "a_b" {\n'
        '  bucket = "a.b"\n'
        "  count  = 2\n"
        "  tags = {\n"
        '    "team:a" = "x"\n'
        '    owner    = "y"\n'
        "  }\n"
        "  on = true\n"
        "\n"
        "  filter {}\n"
        "\n"
        "  rule {\n"
        '    id = "1"\n'
        "    policy = jsonencode({\n"
        '      Version = "2012-10-17"\n'
        "      List    = [1, 2]\n"
        "    })\n"
        "  }\n"
        "\n"
        "  provider = aws.eu_west_1\n"
        "}\n"
    )
