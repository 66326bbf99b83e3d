"""`make demo`: the whole system on an embedded AWS, from the template to the e-mail, in files under out/."""

import csv
import json
import logging
import shutil
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from local import athena, estate, estates, workflow
from local.deploy import Stack, deploy
from local.runtime import Runtime
from local.server import EmbeddedAws
from muster.storage import keys

OUT = Path(__file__).resolve().parent.parent / "out"
_RECORDING = 180.0
"""Seconds that recording the events may take."""
REGIONS = f"{estate.HOME},{estate.AWAY}"


def main() -> int:
    """Run the demo and return its exit status."""
    logging.getLogger("moto").setLevel(logging.ERROR)
    console, began = Console(), time.monotonic()
    with EmbeddedAws() as aws, Runtime(aws) as runtime:
        with _step(console, "Deploy template.yaml: the SAM transform, then CloudFormation"):
            stack = deploy(aws, {"Regions": REGIONS, "AlertEmail": "platform@example.com"})
            runtime.folders.update(stack.functions)
        many = f"{estate.INSTANCES} instances, {estate.BUCKETS} buckets, some of every other type"
        with _step(console, f"Seed an estate: {many}"):
            estate.seed(aws)
            # Where the few instances are: moto takes minutes to look up the metrics of a thousand.
            estates.seed(aws, estate.AWAY)
        with _step(console, "Fire the schedule: plan, scan every shard, settle, summarize, alert"):
            execution = workflow.fire(aws, stack)
        if execution.status != "SUCCEEDED":
            console.print(f"[red]The scan {execution.status}: {execution.error} {execution.cause}")
            return 1
        with _step(console, "Fire it again: an unchanged estate is silent"):
            second = workflow.fire(aws, stack)
        with _step(console, "Wait until the stream function has recorded every event"):
            _recorded(aws, stack)
        with _step(console, "Read the findings back with the saved Athena queries"):
            _write(aws, stack, execution.output)
        mails = workflow.mails(stack)
    _show(console, execution.output, mails[0] if mails else ("", "(no mail was sent)"))
    silent = len(mails) == 1 and second.status == "SUCCEEDED"
    console.print(
        f"The second scan sent {'no mail: nothing had changed' if silent else 'a mail, which it should not'}."
    )
    console.print(f"Open {OUT.name}/report.html in a browser: the report of the scan.")
    console.print(f"The other files are in {OUT.name}/ too. The demo took {time.monotonic() - began:.0f} seconds.")
    return 0 if silent else 1


@contextmanager
def _step(console: Console, what: str) -> Iterator[None]:
    began = time.monotonic()
    with console.status(what):
        yield
    console.print(f"[green]done[/] {what} [dim]({time.monotonic() - began:.1f} s)[/]", soft_wrap=True)


def _recorded(aws: EmbeddedAws, stack: Stack) -> None:
    """Wait until the audit has an object for each event of the table."""
    pages = aws.client("dynamodb", stack.region).get_paginator("scan")
    events = sum(page["Count"] for page in pages.paginate(TableName=stack.outputs["EventTableName"], Select="COUNT"))
    until = time.monotonic() + _RECORDING
    while sum(1 for _ in workflow.keys(aws, stack, keys.AUDITED)) < events and time.monotonic() < until:
        time.sleep(0.5)


def _write(aws: EmbeddedAws, stack: Stack, summary: Mapping[str, Any]) -> None:
    shutil.rmtree(OUT, ignore_errors=True)
    (OUT / "findings").mkdir(parents=True)
    (OUT / "queries").mkdir()
    scan_id = summary["scan_id"]
    _dump(OUT / "summary.json", summary)
    _dump(OUT / "report.json", workflow.read_json(aws, stack, keys.report(scan_id)))
    s3, bucket = aws.client("s3", stack.region), stack.outputs["ReportBucketName"]
    s3.download_file(bucket, keys.page(scan_id), str(OUT / "report.html"))
    subject, text = workflow.mails(stack)[0]
    (OUT / "alert.txt").write_text(f"Subject: {subject}\n\n{text}", encoding="utf-8")
    for key in workflow.keys(aws, stack, keys.files("findings")):
        if scan_id in key:
            s3.download_file(bucket, key, str(OUT / "findings" / key.rpartition("/")[2]))
    for name, sql in athena.named_queries(aws, stack.outputs["WorkgroupName"], stack.region):
        columns, rows = athena.query(aws, sql, stack.outputs["DatabaseName"], stack.region)
        with (OUT / "queries" / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([columns, *rows])


def _show(console: Console, summary: Mapping[str, Any], mail: tuple[str, str]) -> None:
    console.rule("The summary")
    table = Table("check", "severity", "pass", "fail", "skip", "unread", box=None)
    for check in summary["checks"]:
        counts = (check["compliant"], check["non_compliant"], check["not_applicable"], check["insufficient_data"])
        table.add_row(check["check_id"], check["severity"], *(str(count) for count in counts))
    console.print(table)
    console.rule("The e-mail")
    console.print(f"Subject: {mail[0]}\n", markup=False, highlight=False)
    lines = mail[1].splitlines()
    console.print("\n".join(lines[:40]), markup=False, highlight=False, soft_wrap=True)
    if len(lines) > 40:  # noqa: PLR2004 - a screenful
        console.print(f"[dim]... {len(lines) - 40} more lines in {OUT.name}/alert.txt[/]")
    console.rule()


def _dump(path: Path, document: Any) -> None:
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
