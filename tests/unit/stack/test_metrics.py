"""Metrics cost money by the series: their number must not follow the estate."""

import json
from dataclasses import replace
from typing import Any

import pytest

from muster.stack.metrics import emit, emit_deliveries, series
from tests.unit.stack.summaries import SUMMARY


def test_the_series_are_few_and_none_is_named_by_an_account() -> None:
    made = {(name, *sorted(dimensions.items())) for name, _, dimensions in series(SUMMARY)}
    assert len(made) < 100
    assert {key for _, _, dimensions in series(SUMMARY) for key in dimensions} == {
        "stack",
        "pack",
        "status",
        "severity",
    }


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param({"record": False}, id="not recorded"),
        pytest.param({"whole": False}, id="of one pack only"),
    ],
)
def test_a_scan_that_does_not_count_writes_no_metric(asked: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    emit(replace(SUMMARY, **asked))
    assert capsys.readouterr().out == ""


def test_each_metric_is_a_line_of_the_embedded_format(capsys: pytest.CaptureFixture[str]) -> None:
    emit(SUMMARY)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(lines) == len(list(series(SUMMARY)))
    scanned = next(line for line in lines if "Scanned" in line)
    assert scanned["Scanned"] == [3]
    assert scanned["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "Muster"
    assert (scanned["stack"], scanned["pack"]) == ("dev", "all")
    assert "function_name" not in scanned


def test_deliveries_are_counted_by_what_became_of_them(capsys: pytest.CaptureFixture[str]) -> None:
    emit_deliveries("dev", ["sent", "parked", "sent", "sent before"])
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    counts = [
        (name, line[name]) for line in lines for name in ("AlertsSent", "AlertsParked", "AlertsHeld") if name in line
    ]
    assert counts == [("AlertsSent", [2]), ("AlertsParked", [1])]
    assert {line["stack"] for line in lines} == {"dev"}
    assert ("AlertsParked", 0, {"stack": "dev"}) in series(SUMMARY)
