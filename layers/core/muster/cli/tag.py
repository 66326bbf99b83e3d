"""`muster tag`: its options; `muster.cli.tag_run` does the work."""

from pathlib import Path
from typing import Any

import click

from muster.cli.options import selecting
from muster.cli.scan import aimed


@click.command("tag", short_help="Tag the resources that fail a check.")
@selecting
@aimed
@click.option("--dry-run", is_flag=True, help="Print what would be written, and write nothing.")
@click.option("--format", "form", type=click.Choice(["table", "json"]),
              help="How the result is written. [default: by the extension of --output, else table]")  # fmt: skip
@click.option(
    "--output", type=click.Path(path_type=Path), metavar="PATH", help="Write this file instead of standard output."
)
@click.option("--quiet", is_flag=True, help="No progress and no summary.")
@click.option("--concurrency", type=click.IntRange(1, 128), metavar="N", default=16, show_default=True,
              help="AWS calls at the same time.")  # fmt: skip
def command(*, dry_run: bool, **options: Any) -> int:
    """Scan, and set the tag compliance-status=failed on resources that fail.

    This writes to your account: one tag, on S3 buckets unless compliance_tags in muster.yaml names other types. A
    resource fails if one of the selected checks fails and no suppression accepts it. The tag is removed from a resource
    that passes, or set to compliance_tags.passed. If something could not be read and nothing failed, the tag stays as
    it is. Other tags and excluded resources are not changed. Permissions: 'muster iam-policy --for tagging'.

    \b
    Examples:
      muster tag --dry-run                  show what would be written
      muster tag --pack s3-compliance
      muster tag --resource arn:aws:s3:::shop-data
      muster tag --severity HIGH --format json --output tags.json

    \b
    Exit status:
      0  every resource that was evaluated has the right tag
         (with --dry-run: all tags could be written)
      2  nothing was written: wrong usage, configuration or credentials, or no
         --resource exists
      3  a tag could not be read or written, or the scan is incomplete
    """  # noqa: D301 - click's mark for a paragraph that keeps its lines is a real backspace
    from muster.cli.job import Options
    from muster.cli.tag_run import run

    output: Path | None = options["output"]
    options["form"] = options["form"] or ("json" if output and output.suffix.lower() == ".json" else "table")
    return run(Options(fail_on=None, **options), dry_run=dry_run)
