"""`muster tag`: its options; `muster.cli.tag_run` does the work."""

from pathlib import Path
from typing import Any

import click

from muster.cli.options import selecting
from muster.cli.scan import aimed


@click.command("tag", short_help="Tag failing resources, and untag those that pass.")
@selecting
@aimed
@click.option("--dry-run", is_flag=True, help="Print what would be written, and write nothing.")
@click.option("--format", "form", type=click.Choice(["table", "json"]),
              help="How the result is written. [default: by the extension of --output, else table]")  # fmt: skip
@click.option("--output", type=click.Path(path_type=Path), metavar="PATH", help="Write there, not to standard output.")
@click.option("--quiet", is_flag=True, help="No progress and no summary on standard error.")
@click.option("--concurrency", type=click.IntRange(1, 128), default=16, show_default=True, help="Calls at a time.")
def command(*, dry_run: bool, **options: Any) -> int:
    """Scan, and set the compliance tag (compliance-status: failed) on resources that fail.

    This writes to your account: one tag, on S3 buckets unless compliance_tags in the configuration names other types.
    It is taken off a resource that passes, or set to the value of compliance_tags.passed. A resource fails when one of
    the selected checks fails that no suppression accepts. It keeps the tag that it has when nothing fails and something
    could not be read. Excluded resources and all other tags stay as they are. A tag that is right already is not
    written again. 'muster iam-policy --for tagging' prints the permissions that this takes besides those of a scan.

    \b
    Examples:
      muster tag --dry-run                         what would be written, as a table
      muster tag --pack s3-compliance
      muster tag --resource arn:aws:s3:::shop-data
      muster tag --severity HIGH --format json --output tags.json

    \b
    Exit status:
      0  every resource that could be judged has the right tag (with --dry-run: nothing stands in the way)
      2  nothing was written: wrong usage, configuration or credentials, or no --resource exists
      3  a tag could not be read or written, or the scan is incomplete
    """  # noqa: D301 - click's mark for a paragraph that keeps its lines is a real backspace
    from muster.cli.job import Options
    from muster.cli.tag_run import run

    output: Path | None = options["output"]
    options["form"] = options["form"] or ("json" if output and output.suffix.lower() == ".json" else "table")
    return run(Options(fail_on=None, **options), dry_run=dry_run)
