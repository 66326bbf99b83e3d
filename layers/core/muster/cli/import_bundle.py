"""`muster import-bundle`: its options; `muster.cli.import_bundle_run` does the work."""

from pathlib import Path
from typing import Any

import click

from muster.cli.options import configured_by
from muster.cli.scan import aimed

_TOOLS = ("cloudformation", "terraform", "pulumi")


@click.command("import-bundle", short_help="Write files that adopt existing resources.")
@click.option("--to", "tool", type=click.Choice(_TOOLS), required=True, help="Tool to write files for.")
@click.option("--output", "directory", type=click.Path(path_type=Path), metavar="DIR",
              help="Directory to write: new, empty, or with an earlier bundle.")  # fmt: skip
@click.option("--type", "types", multiple=True, metavar="TYPE",
              help="Only resources of this type, such as AWS::S3::Bucket. Repeatable.")  # fmt: skip
@click.option("--check", "checks", multiple=True, metavar="ID",
              help="Only resources that fail this check (* and ? match). Repeatable.")  # fmt: skip
@configured_by
@aimed
@click.option("--dry-run", is_flag=True, help="List the contents of the bundle, and write nothing.")
@click.option("--quiet", is_flag=True, help="No progress and no summary.")
@click.option("--concurrency", type=click.IntRange(1, 128), default=16, show_default=True,
              help="AWS calls at the same time, for --check.")  # fmt: skip
def command(
    *, tool: str, directory: Path | None, types: tuple[str, ...], checks: tuple[str, ...], dry_run: bool, **options: Any
) -> int:
    """Write files that bring existing resources under infrastructure as code.

    Nothing is changed: Muster only reads AWS and writes files, and you run the commands in the bundle's README. It
    takes the resources that belong to no CloudFormation stack: S3 buckets, DynamoDB tables, SQS queues, SNS topics, log
    groups, KMS keys, Lambda functions with container images, security groups and IAM roles. If a setting of a resource
    cannot be read or written, the resource is left out and the README says why.

    \b
    cloudformation  templates and resources-to-import.json, for IMPORT change sets
    terraform       import blocks with resource blocks, for Terraform 1.5 or later
    pulumi          import.json for 'pulumi import --file', one for each region

    The files have names, policies and tags of your resources, and no values of environment variables. An earlier bundle
    in DIR is replaced; files that you wrote or changed are never overwritten. For the permissions, run
    'muster iam-policy --for import-bundle'.

    \b
    Examples:
      muster import-bundle --to terraform --output infra/ --region eu-west-1
      muster import-bundle --to cloudformation --output stack/ \\
        --type AWS::S3::Bucket --region all
      muster import-bundle --to cloudformation --output one/ \\
        --resource arn:aws:s3:::shop-data
      muster import-bundle --to pulumi --output p/ \\
        --check s3-bucket-versioning-enabled
      muster import-bundle --to terraform --dry-run

    \b
    Exit status:
      0  the bundle is written (or listed), and all selected resources were read
      2  no bundle: wrong usage, configuration or credentials, DIR cannot be
         written, or no --resource exists
      3  the bundle is written without resources that could not be read; the
         README names the permission
    """  # noqa: D301 - click's mark for a paragraph that keeps its lines is a real backspace
    from muster.cli.import_bundle_run import Request, run
    from muster.cli.job import Options

    if directory is None and not dry_run:
        raise click.UsageError("--output is missing: name a directory, or list with --dry-run")
    if options["tags"] and not checks:
        raise click.UsageError("--tag narrows a scan: add --check, or name resources with --type and --resource")
    scanned = Options(fail_on=None, checks=checks, packs=() if checks else ("all",), **options)
    return run(scanned, Request(tool, directory, types, bool(checks), dry_run))
