import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.catalog.catalog import load
from muster.model.finding import ACCOUNT, Resource
from muster.reports.page import anchor
from muster.reports.page.data import pieces
from muster.reports.page.fixes import left, script
from muster.reports.page.names import whole, without
from muster.reports.remedy import Step
from testing.overviews import AT, finding, of, overview, texts

CHECK = load().checks["s3-bucket-versioning-enabled"]
BUCKET = Resource(
    "AWS::S3::Bucket", "shop", "123456789012", "eu-west-1", arn="arn:aws:s3:::shop", tags={"owner": "edge"}
)
NAMES = st.lists(st.text(st.sampled_from("ab-\x01\x02\n\x00"), max_size=5), min_size=5, max_size=5)


def data(scan: Any) -> dict[str, Any]:
    """Return the document that the page reads."""
    loaded: dict[str, Any] = json.loads("".join(pieces(scan)))
    return loaded


@given(st.text(st.sampled_from("ab-\x01\x02\n\x00"), max_size=30), NAMES)
def test_a_text_without_names_becomes_whole_again(text: str, names: list[str]) -> None:
    assert whole(without(text, names), names) == text


def test_fixes_of_equal_failures_are_one_text() -> None:
    found = [
        finding(CHECK, replace(BUCKET, id=name, arn=f"arn:aws:s3:::{name}"), reason="Versioning is off")
        for name in ("one", "two")
    ]
    document = data(of(found))
    assert len(document["X"]) == len(document["N"]) == len(document["U"]) == 1
    assert document["X"][0][2] == [
        "aws s3api put-bucket-versioning --region \x05 --bucket \x02 --versioning-configuration Status=Enabled", 1
    ]  # fmt: skip


def test_every_finding_is_in_the_columns() -> None:
    scan = overview(500)
    document = data(scan)
    assert sum(document["R"]["n"]) == len(scan.items)
    assert {len(column) for column in document["F"].values()} == {len(scan.items)}
    assert {len(column) for column in document["R"].values()} == {len(document["R"]["id"])}
    assert [document["M"][place] for place in document["F"]["m"]] == [item.finding.reason for item in scan.items]


def test_no_text_ends_the_script_or_is_more_than_ascii() -> None:
    texts_of_strangers = "</script><!-- \u2028 \ud800 é"
    written = "".join(pieces(of([finding(CHECK, BUCKET, reason=texts_of_strangers)])))
    assert "<" not in written
    assert written.isascii()
    assert json.loads(written)["M"] == [texts_of_strangers]


@pytest.mark.parametrize(
    ("resource", "variant", "expected"),
    [
        (BUCKET, "", "#f=s3-bucket-versioning-enabled@arn:aws:s3:::shop"),
        (BUCKET, "strict", "#f=s3-bucket-versioning-enabled~strict@arn:aws:s3:::shop"),
        (replace(BUCKET, arn="arn:aws:s3:::a b&c"), "", "#f=s3-bucket-versioning-enabled@arn:aws:s3:::a%20b%26c"),
        (
            Resource(ACCOUNT, "123456789012", "123456789012", "global"),
            "",
            "#f=s3-bucket-versioning-enabled@aws:account/123456789012/global",
        ),
    ],
)
def test_the_link_to_a_finding(resource: Resource, variant: str, expected: str) -> None:
    assert anchor(finding(CHECK, resource, reason="x", variant=variant)) == expected


def test_sentences_of_a_script_are_comments_of_one_line() -> None:
    steps = (Step("First\n look:", command=False), Step("aws s3 ls", command=True))
    assert script(steps) == "# First look:\naws s3 ls"


def test_words_that_are_left_are_told_apart() -> None:
    template = "`aws s3api put-bucket-policy --bucket NAME --policy file://POLICY.json`"
    assert left(template, ("aws s3api put-bucket-policy --bucket shop --policy file://POLICY.json",)) == ("", "POLICY")
    assert left(template, ("aws s3api put-bucket-policy --bucket NAME --policy file://POLICY.json",)) == (
        "NAME",
        "POLICY",
    )


def test_why_a_check_matters_is_with_the_check() -> None:
    document = data(of([finding(CHECK, BUCKET, reason="x", first_seen=AT)]))
    assert document["C"] == [[CHECK.id, CHECK.title, texts()[CHECK.id].why]]
    assert document["days"] == ["2026-11-28"]
