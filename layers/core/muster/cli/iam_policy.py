"""`muster iam-policy`: the permissions of a scan."""

import json
from typing import Any

import click

from muster.cli.options import configuration as configured
from muster.cli.options import selecting
from muster.model.finding import Severity


@click.command("iam-policy", short_help="Print the IAM policy that a scan needs.")
@selecting
@click.option("--role", default="", metavar="NAME", help="The role that is assumed in other accounts.")
@click.option("--organization", is_flag=True, help="Accounts are found in the organization: all, units or tags.")
@click.option("--for", "purpose", type=click.Choice(["scan", "tagging", "migration", "import-bundle"]),
              default="scan", show_default=True,
              help="A scan, the writes of muster tag, muster migration, or muster import-bundle.")  # fmt: skip
@click.option("--changes", is_flag=True, help="Near real time too: the queue of changes of a stack.")
def command(  # noqa: PLR0913 - one for each option
    config: Any, severity: Severity | None, role: str, *, organization: bool, purpose: str, changes: bool, **chosen: Any
) -> None:
    """Print the least IAM policy for a scan of the same selection, as JSON.

    Every action only reads, except with --changes: it takes messages from a queue. With --for tagging, the policy lets
    muster tag read and write one tag on the resource types of compliance_tags in the configuration; muster tag needs
    both policies. With --for migration, it lets muster migration read both regions; with --for import-bundle, it lets
    muster import-bundle read all that it imports. Reading what changed needs the permissions of the scan and no others.
    ec2:DescribeRegions is what '--region all' needs. What `accounts` in the configuration says counts as if it were
    said here.
    """
    from muster.catalog.catalog import load
    from muster.catalog.permissions import iam_policy
    from muster.configuration.selection import select
    from muster.tagging.permissions import tagging_policy

    catalog = load()
    configuration = configured(config, catalog)
    if purpose == "tagging":
        click.echo(json.dumps(tagging_policy(configuration.compliance_tags), indent=2))
        return
    if purpose == "migration":
        from muster.migration.permissions import migration_policy

        click.echo(json.dumps(migration_policy(role=role), indent=2))
        return
    if purpose == "import-bundle":
        from muster.bundle.permissions import bundle_policy

        click.echo(json.dumps(bundle_policy(catalog), indent=2))
        return
    rules = select(catalog, configuration, severity=severity, **chosen)
    accounts = configuration.accounts
    asks = organization or bool(accounts.tags) or any(not name.isdigit() for name in accounts.include)
    policy = iam_policy(catalog, rules, role=role or accounts.role, organization=asks, changes=changes)
    click.echo(json.dumps(policy, indent=2))
