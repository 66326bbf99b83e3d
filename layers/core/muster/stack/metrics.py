"""The metrics of a scan, written in CloudWatch's embedded format; the series are few whatever the estate."""

from collections.abc import Iterator, Sequence

from aws_lambda_powertools.metrics import MetricUnit, single_metric

from muster.stack.documents.summary import Summary

NAMESPACE = "Muster"
PARKED = "AlertsParked"
"""Alerts that a destination did not take and that are kept in the dead-letter queue."""
SENT, HELD = "AlertsSent", "AlertsHeld"
"""Alerts that were sent, and those that wait for the end of quiet hours."""

TAGS_WRITTEN, TAGS_FAILED = "TagsWritten", "TagsFailed"
"""Compliance tags that were set, changed or taken off, and those that could not be read or written."""

WITHOUT_PARITY = "MigrationsWithoutParity"
"""Migrations whose target does not match the source or may not match, and those whose file is wrong."""

RECORD_FAILURES = "EventRecordFailures"
"""Records of the event stream that an invocation reported as failed; nothing where none did.

Lambda counts an invocation that reports failures as a success, so this is what an alarm sees of them.
"""


def series(summary: Summary) -> Iterator[tuple[str, float, dict[str, str]]]:
    """Yield name, value and dimensions of each metric of a summary; accounts and resources are no dimension."""
    stack = {"stack": summary.stack or "none"}
    packs = {**stack, "pack": "+".join(summary.packs) or "none"}
    yield "Scanned", summary.resources.scanned, packs
    yield "Compliant", summary.resources.compliant, packs
    yield "NonCompliant", summary.resources.non_compliant, packs
    for status, count in summary.findings.items():
        yield "Findings", count, {**stack, "status": status.upper()}
    for severity, count in summary.failing.items():
        yield "Failing", count, {**stack, "severity": severity}
    yield "CompleteScans", int(summary.complete), stack
    yield "IncompleteScans", int(not summary.complete), stack
    yield PARKED, 0, stack


def emit(summary: Summary) -> None:
    """Write the metrics of a scan to the function's log, from where CloudWatch takes them.

    Only a scan counts that is recorded, and of all that the stack scans: one by hand of one pack or region would turn
    the alarm off that rings when no complete scan ended.
    """
    if summary.record and summary.whole:
        for name, value, dimensions in series(summary):
            _emit(name, value, dimensions)


def emit_deliveries(stack: str, results: Sequence[str]) -> None:
    """Write to the function's log how many alerts were sent, held and parked, by the values of `Result`."""
    for name, result in ((SENT, "sent"), (HELD, "held"), (PARKED, "parked")):
        if count := results.count(result):
            _emit(name, count, {"stack": stack or "none"})


def emit_tags(stack: str, written: int, failed: int) -> None:
    """Write to the function's log how many compliance tags an invocation wrote, and how many it could not write."""
    for name, count in ((TAGS_WRITTEN, written), (TAGS_FAILED, failed)):
        _emit(name, count, {"stack": stack or "none"})


def emit_record_failures(stack: str, count: int) -> None:
    """Write to the function's log how many records of the event stream an invocation reported as failed."""
    if count:
        _emit(RECORD_FAILURES, count, {"stack": stack or "none"})


def emit_migrations(stack: str, without_parity: int) -> None:
    """Write to the function's log of how many migrations the target does not match, or is not known to match."""
    _emit(WITHOUT_PARITY, without_parity, {"stack": stack or "none"})


def _emit(name: str, value: float, dimensions: dict[str, str]) -> None:
    with single_metric(
        name=name, unit=MetricUnit.Count, value=value, namespace=NAMESPACE, default_dimensions=dimensions
    ):
        pass
