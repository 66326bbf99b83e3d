"""The summary of a scan is small whatever the estate, the counts and the texts of strangers."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.model.finding import Severity
from muster.reports.tally import STATUSES
from muster.stack.documents.summary import ApiTotals, CheckTotals, IncompleteShard, Summary
from muster.stack.summarizing.bounds import LIMIT, fitted
from tests.examples import examples
from tests.unit.stack.summaries import SUMMARY

SEVERITIES = [severity.value for severity in Severity]


def summary(checks: int, apis: int, count: int, reason: str = "it broke", excluded: int = 0) -> Summary:
    counts: dict[str, int] = dict.fromkeys(STATUSES, count)
    calls = dict.fromkeys(("calls", "items", "retries", "out_of_scope", "milliseconds"), count)
    return replace(
        SUMMARY,
        regions=("eu-west-1",) * 30,
        damaged=(reason,) * excluded * 5,
        incomplete=tuple(IncompleteShard(f"111122223333.eu-west-1.s{number}", reason) for number in range(20)),
        accounts_excluded={f"{number:012}": reason for number in range(excluded)},
        checks=tuple(
            CheckTotals(
                f"a-check-with-a-long-name-{number}",
                SEVERITIES[number % 5],
                **{**counts, "non_compliant": number % 7 and count},
            )
            for number in range(checks)
        ),
        coverage=tuple(
            ApiTotals(f"service:DescribeThings{number}", denials=0, errors=number % 3, **calls)
            for number in range(apis)
        ),
    )


def size(found: Summary) -> int:
    return len(json.dumps(found.to_json()))


@given(
    st.integers(0, 600), st.integers(0, 300), st.integers(0, 10**12),
    st.text(max_size=5).map(lambda text: text * 400), st.integers(0, 20),
)  # fmt: skip
@settings(max_examples=examples(60), deadline=None)
def test_no_summary_is_larger_than_it_may_be(checks: int, apis: int, count: int, reason: str, excluded: int) -> None:
    whole = summary(checks, apis, count, reason, excluded)
    found = fitted(whole)
    assert size(found) <= LIMIT
    assert len(found.checks) + found.left_out.get("checks", 0) == checks
    assert len(found.coverage) + found.left_out.get("coverage", 0) == apis
    assert tuple(row for row in whole.checks if row in found.checks) == found.checks


def test_a_summary_that_fits_is_left_as_it_is() -> None:
    assert fitted(summary(50, 40, 10**6)) == summary(50, 40, 10**6)


@pytest.mark.parametrize("checks", [110, 130, 400])
def test_what_passes_is_left_out_before_what_fails(checks: int) -> None:
    whole = summary(checks, 60, 10**8)
    found = fitted(whole)
    lost = [row for row in whole.checks if row not in found.checks]
    assert lost
    assert not any(row.non_compliant for row in lost) or all(row.non_compliant for row in found.checks)
    assert found.coverage == whole.coverage


@pytest.mark.parametrize("reason", ["研" * 1_000, "😀" * 1_000, "\\" * 1_000, "\x1b" * 1_000])
def test_reasons_in_any_script_leave_room_for_the_checks(reason: str) -> None:
    found = fitted(summary(100, 40, 10**6, reason, 20))
    assert size(found) <= LIMIT
    assert len(found.checks) > 30
    assert all(item.reason for item in found.incomplete)


@pytest.mark.parametrize("count", [0, 10**12])
def test_a_list_may_go_as_a_whole(count: int) -> None:
    assert size(fitted(summary(2_000, 500, count))) <= LIMIT


@pytest.mark.parametrize(("rules", "kept"), [(100, True), (10_000, False)])
def test_counts_of_many_suppressions_stand_in_the_report_only(rules: int, kept: bool) -> None:
    counts = {f"{number:016x}": 10**6 for number in range(rules)}
    found = fitted(replace(summary(600, 300, 10**12), suppressions=counts))
    assert size(found) <= LIMIT
    assert found.suppressions == (counts if kept else {})
    assert found.left_out.get("suppressions", 0) == (0 if kept else rules)
