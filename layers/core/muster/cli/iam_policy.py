"""`muster iam-policy`: the permissions of a scan."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from muster.cli.options import configuration as configured
from muster.cli.options import selecting
from muster.errors import ConfigurationError
from muster.model.finding import Severity

if TYPE_CHECKING:
    from collections.abc import Mapping


@click.command("iam-policy", short_help="Print the IAM policy that a scan needs.")
@selecting
@click.option("--role", default="", metavar="NAME", help="Role to assume in the other accounts.")
@click.option("--organization", is_flag=True, help="Also for finding the accounts of the organization.")
@click.option("--for", "purpose", type=click.Choice(["scan", "tagging", "migration", "import-bundle"]),
              default="scan", show_default=True,
              help="The command that the policy is for.")  # fmt: skip
@click.option("--changes", is_flag=True, help="Also for near real time: the queue of changes of a stack.")
@click.option("--split", "folder", type=click.Path(file_okay=False, path_type=Path), metavar="DIR",
              help="Write managed policies of at most 6,144 characters into this new folder.")  # fmt: skip
def command(  # noqa: PLR0913 - one for each option
    config: Any,
    severity: Severity | None,
    role: str,
    *,
    organization: bool,
    purpose: str,
    changes: bool,
    folder: Path | None,
    **chosen: Any,
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
      muster iam-policy --pack all --split policies
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
        _show(tagging_policy(configuration.compliance_tags), folder)
        return
    if purpose == "migration":
        from muster.migration.permissions import migration_policy

        _show(migration_policy(role=role), folder)
        return
    if purpose == "import-bundle":
        from muster.bundle.permissions import bundle_policy

        _show(bundle_policy(catalog), folder)
        return
    rules = select(catalog, configuration, severity=severity, **chosen)
    accounts = configuration.accounts
    asks = organization or bool(accounts.tags) or any(not name.isdigit() for name in accounts.include)
    policy = iam_policy(catalog, rules, role=role or accounts.role, organization=asks, changes=changes)
    _show(policy, folder)


def _show(policy: "Mapping[str, Any]", folder: Path | None) -> None:
    """Print a policy, or write it into a folder in parts that a managed policy can hold."""
    from muster.catalog.permissions import LARGEST, documents, size

    if folder is None:
        click.echo(json.dumps(policy, indent=2))
        if size(policy) > LARGEST:
            click.echo(
                f"note: this policy has {size(policy):,} characters; a managed policy of IAM takes {LARGEST:,}. "
                "--split DIR writes several that fit.",
                err=True,
            )
        return
    if folder.is_dir() and any(folder.iterdir()):
        raise ConfigurationError(f"{folder} is not empty\n  try: another folder, so that no former policy stays in it")
    folder.mkdir(parents=True, exist_ok=True)
    for number, document in enumerate(documents(policy["Statement"], LARGEST), 1):
        path = folder / f"muster-{number}.json"
        path.write_text(f"{json.dumps(document, indent=2)}\n", encoding="utf-8")
        click.echo(path)
