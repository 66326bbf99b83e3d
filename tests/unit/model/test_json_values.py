"""JSON that somebody else wrote: a value or a ValueError, however deep."""

import pytest

from muster.analysis.policies.document import Policy
from muster.facets.tagging.tag_policies import EffectiveTagPolicy
from muster.model.finding import Unknown
from muster.model.json_values import loads

DEEP = '{"Statement":' + '[{"a":' * 50_000


@pytest.mark.parametrize("text", [DEEP, "[" * 100_000, '{"a":' * 100_000, "", "{", "\x00"])
def test_json_that_cannot_be_read_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"nested too deeply|line 1 column"):
        loads(text)


def test_a_policy_that_is_nested_too_deeply_is_no_policy() -> None:
    with pytest.raises(ValueError, match="nested too deeply"):
        Policy.parse(DEEP)


def test_a_tag_policy_that_is_nested_too_deeply_is_not_known() -> None:
    rules = EffectiveTagPolicy.parse({"EffectivePolicy": {"PolicyContent": DEEP}}).rules
    assert isinstance(rules, Unknown)
    assert "nested too deeply" in rules.reason
