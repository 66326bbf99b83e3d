"""The decision about one resource, by its mark and the tags that it has now."""

from collections.abc import Mapping

import pytest

from muster.configuration.compliance_tags import ComplianceTags
from muster.tagging.decision import MOST_TAGS, Action, decide
from muster.tagging.marks import Mark

KEY = "compliance-status"
REMOVES, SETS = ComplianceTags(), ComplianceTags(passed="passed")
FULL = {f"k{number}": "v" for number in range(MOST_TAGS)}
OF_AWS = {"aws:cloudformation:stack-name": "s", "AWS:x": "y"}


@pytest.mark.parametrize(
    ("mark", "tags", "settings", "action", "after"),
    [
        pytest.param(Mark.FAILED, {}, REMOVES, Action.SET, "failed", id="fails, no tag yet"),
        pytest.param(Mark.FAILED, {"Owner": "a"}, REMOVES, Action.SET, "failed", id="fails, beside another tag"),
        pytest.param(Mark.FAILED, {KEY: "failed"}, REMOVES, Action.UNCHANGED, "failed", id="fails as before"),
        pytest.param(Mark.FAILED, {KEY: "passed"}, SETS, Action.CHANGED, "failed", id="fails now"),
        pytest.param(Mark.FAILED, {KEY: ""}, REMOVES, Action.CHANGED, "failed", id="an empty value is a value"),
        pytest.param(Mark.FAILED, {KEY: "Failed"}, REMOVES, Action.CHANGED, "failed", id="values have a case"),
        pytest.param(Mark.FAILED, {"Compliance-Status": "x"}, REMOVES, Action.SET, "failed", id="keys have a case"),
        pytest.param(Mark.FAILED, FULL, REMOVES, Action.FULL, None, id="50 tags, ours is none of them"),
        pytest.param(
            Mark.FAILED, {**FULL, "k0": "v", KEY: "passed"}, SETS, Action.CHANGED, "failed", id="ours is one of them"
        ),
        pytest.param(
            Mark.FAILED, {**dict(list(FULL.items())[1:]), **OF_AWS}, REMOVES, Action.SET, "failed",
            id="49 and two of AWS's own",
        ),
        pytest.param(Mark.PASSED, {}, REMOVES, Action.UNCHANGED, None, id="passes, no tag"),
        pytest.param(Mark.PASSED, {KEY: "failed"}, REMOVES, Action.REMOVED, None, id="passes now"),
        pytest.param(Mark.PASSED, {KEY: "passed"}, REMOVES, Action.REMOVED, None, id="a value of earlier settings"),
        pytest.param(Mark.PASSED, {KEY: "failed"}, SETS, Action.CHANGED, "passed", id="passes now, by a value"),
        pytest.param(Mark.PASSED, {KEY: "passed"}, SETS, Action.UNCHANGED, "passed", id="passes as before"),
        pytest.param(Mark.PASSED, {}, SETS, Action.SET, "passed", id="passes for the first time"),
        pytest.param(Mark.PASSED, FULL, SETS, Action.FULL, None, id="passes, 50 tags"),
        pytest.param(Mark.PASSED, FULL, REMOVES, Action.UNCHANGED, None, id="passes, nothing to take off"),
        pytest.param(Mark.UNREAD, {KEY: "failed"}, REMOVES, Action.KEPT, "failed", id="could not be judged, failed"),
        pytest.param(Mark.UNREAD, {}, SETS, Action.KEPT, None, id="could not be judged, no tag"),
    ],
)  # fmt: skip
def test_what_is_done(
    mark: Mark, tags: Mapping[str, str], settings: ComplianceTags, action: Action, after: str | None
) -> None:
    decision = decide(mark, tags, settings)
    assert (decision.action, decision.after, decision.key) == (action, after, KEY)
    assert decision.before == tags.get(KEY)


def test_in_iam_keys_have_no_case() -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html."""
    decision = decide(Mark.FAILED, {"Compliance-Status": "ok"}, REMOVES, any_case=True)
    assert (decision.action, decision.key, decision.before) == (Action.CHANGED, "Compliance-Status", "ok")


@pytest.mark.parametrize("mark", Mark)
@pytest.mark.parametrize("settings", [REMOVES, SETS])
@pytest.mark.parametrize("value", [None, "failed", "passed", "other"])
def test_the_second_decision_writes_nothing(mark: Mark, settings: ComplianceTags, value: str | None) -> None:
    first = decide(mark, {} if value is None else {KEY: value}, settings)
    second = decide(mark, {} if first.after is None else {KEY: first.after}, settings)
    assert not second.action.writes
