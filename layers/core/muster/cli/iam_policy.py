"""`muster iam-policy`: the permissions of a scan."""

import json
from typing import Any

import click

from muster.cli.options import configuration as configured
from muster.cli.options import selecting
from muster.model import Severity


@click.command("iam-policy", short_help="Print the IAM policy that a scan needs.")
@selecting
def command(config: Any, severity: str | None, **chosen: Any) -> None:
    """Print the least IAM policy for a scan of the same selection, as JSON.

    Every action only reads. ec2:DescribeRegions is what '--region all' needs.
    """
    from muster.catalog import load  # noqa: PLC0415 - `muster iam-policy --help` is quick without it
    from muster.policy import iam_policy  # noqa: PLC0415 - the same
    from muster.select import select  # noqa: PLC0415 - the same

    catalog = load()
    rules = select(
        catalog, configured(config, catalog), severity=None if severity is None else Severity(severity), **chosen
    )
    click.echo(json.dumps(iam_policy(catalog, rules), indent=2))
