"""`muster iam-policy`: the permissions of a scan."""

import json
from typing import Any

import click

from muster.cli.options import configuration as configured
from muster.cli.options import selecting
from muster.model.finding import Severity


@click.command("iam-policy", short_help="Print the IAM policy that a scan needs.")
@selecting
@click.option("--role", default="", metavar="NAME", help="Role to assume in the other accounts.")
@click.option("--organization", is_flag=True, help="Also for finding the accounts of the organization.")
@click.option("--for", "purpose", type=click.Choice(["scan", "tagging", "migration", "import-bundle"]),
              default="scan", show_default=True,
              help="The command that the policy is for.")  # fmt: skip
@click.option("--changes", is_flag=True, help="Also for near real time: the queue of changes of a stack.")
def command(  # noqa: PLR0913 - one for each option
    config: Any, severity: Severity | None, role: str, *, organization: bool, purpose: str, changes: bool, **chosen: Any
) -> None:
    """Print a least-privilege IAM policy for the selected checks, as JSON.

    All actions only read, except those of --for tagging and of --changes, which takes messages from a queue. Accounts
    in muster.yaml count like --role and --organization here. 'muster tag' needs two policies: that of the scan, and
    that of --for tagging.

    \b
    Examples:
      muster iam-policy > policy.json
      muster iam-policy --pack s3-compliance
      muster iam-policy --role MusterMemberRole --organization
      muster iam-policy --for tagging

    \b
    Exit status:
      0  the policy is printed
      2  wrong usage or configuration
    """  # noqa: D301 - click's mark for a paragraph that keeps its lines is a real backspace
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
