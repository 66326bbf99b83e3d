"""`muster migration init`: a first migration file from what a region holds."""

import os
from pathlib import Path

import click

from muster.cli.output import INCOMPLETE, STANDARD, results, say
from muster.errors import ConfigurationError
from muster.model.text import counted


@click.command("init", short_help="Write a migration file from what a region holds.")
@click.option("--region", required=True, metavar="NAME", help="The region to migrate.")
@click.option("--target-region", default="", metavar="NAME", help="The region to migrate to.")
@click.option("--batch", default="wave-1", show_default=True, metavar="NAME", help="The name of the migration batch.")
@click.option("--environment", default="production", show_default=True, metavar="NAME",
              help="The value of the tag Environment.")  # fmt: skip
@click.option("--output", type=click.Path(path_type=Path), default=Path("migration.yaml"), show_default=True,
              metavar="PATH", help="The file to write; - for standard output.")  # fmt: skip
@click.option("--profile", metavar="NAME", help="AWS profile to use.")
@click.option("--endpoint-url", metavar="URL", help="Send every call to this address instead of AWS.")
def command(  # noqa: PLR0913 - the options
    region: str,
    target_region: str,
    batch: str,
    environment: str,
    output: Path,
    profile: str | None,
    endpoint_url: str | None,
) -> int:
    """Write a migration file with the buckets, tables, functions and log groups of a region, with comments.

    The account is only listed, in that region. A file that exists is never replaced.

    \b
    Examples:
      muster migration init --region us-east-1 --target-region eu-west-1
      muster migration init --region us-east-1 --output -

    \b
    Exit status:
      0  the file is written
      2  there is no file: usage or credentials are wrong, or the file exists
      3  the file is written, and a list in it is not complete
    """  # noqa: D301 - click's mark for a paragraph that keeps its lines is a real backspace
    from muster.library.region_names import check_names
    from muster.migration.access import Access
    from muster.migration.files.parsing import parse
    from muster.migration.files.starting import Draft, drafted, find
    from muster.model.coverage import Ledger
    from muster.sdk.session import Clients, caller, open_session

    check_names([region, *([target_region] if target_region else [])], ())
    if target_region == region:
        raise ConfigurationError(f"--target-region: source and target are both {region}; name another region")
    if output != STANDARD and os.path.lexists(output):
        raise ConfigurationError(f"--output: {output} exists and is not replaced; name another file")
    with results(output) as stream:
        clients = Clients(open_session(profile, region, endpoint_url), endpoint_url=endpoint_url)
        who = caller(clients, region)
        counting = clients.counting_in(Ledger(who.account_id, region, "migration"))
        found = find(Access(region, who.account_id, who.partition, counting))
        text = drafted(Draft(batch, environment, region, target_region, found))
        if target_region and any(each.names for each in found.values()):
            # A batch or an environment that is not allowed would make the file useless.
            parse(text, str(output))
        stream.write(text)
    gaps = [each.gap for each in found.values() if each.gap]
    for gap in gaps:
        say(f"a list is incomplete: {gap.reason}" + (f" (needs {gap.permission})" if gap.permission else ""))
    if output != STANDARD:
        counts = ", ".join(counted(len(each.names), kind.replace("_", " ")[:-1]) for kind, each in found.items())
        say(f"{output}: {counts}")
    if not gaps and not any(each.names for each in found.values()):
        say(f"{region} has no bucket, table, function or log group: there is nothing to migrate")
    return INCOMPLETE if gaps else 0
