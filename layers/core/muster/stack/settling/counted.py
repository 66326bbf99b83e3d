"""What is counted in an account's published files: accepted failures by suppression, and what could not be read."""

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from muster.configuration.suppression import Suppressions
from muster.model.finding import Status
from muster.reports.overview import Unread, unread_of
from muster.reports.tables import FINDINGS
from muster.reports.tally import Gaps
from muster.storage import parquet

_NAMES = ("check_id", "resource_type", "resource_id", "resource_arn", "account_id", "region", "tags")


def accepted_in(files: Iterable[Path], suppressions: Suppressions) -> dict[str, int]:
    """Return the number of failures in files by the key of the suppression that accepts them, or did until it expired.

    Raises:
        Unreadable: one of the files is broken.
    """
    checks = suppressions.checks
    counts: Counter[str] = Counter()
    for path in files if checks else ():
        for batch in parquet.conformed(path, FINDINGS):
            pairs = zip(parquet.column(batch, "status"), parquet.column(batch, "check_id"), strict=True)
            places = [
                place
                for place, (status, check) in enumerate(pairs)
                if status == Status.NON_COMPLIANT and check in checks
            ]
            if places:
                rows = parquet.take(batch, places)
                for values in zip(*(parquet.column(rows, name) for name in _NAMES), strict=True):
                    rule = suppressions.rule_for_row(dict(zip(_NAMES, values, strict=True)))
                    if rule is not None:
                        counts[rule.key] += 1
    return dict(sorted(counts.items()))


def gaps_in(files: Iterable[Path]) -> tuple[Unread, ...]:
    """Return what could not be read by the findings of files, what most of them miss first.

    Raises:
        Unreadable: one of the files is broken.
    """
    gaps = Gaps()
    for path in files:
        for batch in parquet.conformed(path, FINDINGS):
            statuses = parquet.column(batch, "status")
            places = [place for place, status in enumerate(statuses) if status == Status.INSUFFICIENT_DATA]
            if places:
                rows = parquet.take(batch, places)
                columns = (parquet.column(rows, name) for name in ("check_id", "resource_id", "unavailable"))
                for check, resource, unavailable in zip(*columns, strict=True):
                    for each in json.loads(unavailable or "[]"):
                        gaps.add(each.get("permission"), str(each.get("reason", "")), 1, {check}, [resource])
    return unread_of(gaps)
