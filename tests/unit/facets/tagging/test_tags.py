"""Tags, whichever way a service spells them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.facets.tagging.tags import Tags

PAIRS = [{"Key": "Owner", "Value": "web"}, {"Key": "aws:cloudformation:stack-name", "Value": "shop"}]


@pytest.mark.parametrize(
    ("answer", "values"),
    [
        pytest.param({"Tags": PAIRS}, {"Owner": "web", "aws:cloudformation:stack-name": "shop"}, id="EC2"),
        pytest.param({"TagSet": PAIRS[:1]}, {"Owner": "web"}, id="S3"),
        pytest.param({}, {}, id="never tagged"),
        pytest.param({"Tags": []}, {}, id="no tag is left"),
        pytest.param({"Tags": [{"Key": "Owner"}]}, {"Owner": ""}, id="a key alone"),
        pytest.param({"Tags": [{"Key": "Owner", "Value": ""}]}, {"Owner": ""}, id="an empty value"),
    ],
)
def test_tags_are_parsed(answer: dict[str, Any], values: dict[str, str]) -> None:
    assert Tags.parse(answer).values == values


@pytest.mark.parametrize("key", ["aws:createdBy", "AWS:createdBy", "Aws:x"])
def test_what_aws_sets_is_nobodys_own(key: str) -> None:
    assert Tags({key: "x", "Owner": "web"}).own == {"Owner": "web"}


@pytest.mark.parametrize("key", ["aws", "awsome:x", "my:aws:x", "aws_x"])
def test_what_only_looks_like_it_is_ones_own(key: str) -> None:
    assert Tags({key: "x"}).own == {key: "x"}


@given(st.dictionaries(st.text(min_size=1), st.text(), max_size=6))
def test_the_order_of_pairs_does_not_matter(tags: dict[str, str]) -> None:
    pairs = [{"Key": key, "Value": value} for key, value in tags.items()]
    assert Tags.parse({"Tags": pairs}) == Tags.parse({"TagSet": pairs[::-1]}) == Tags(tags)
