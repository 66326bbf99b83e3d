"""`muster migration template`: the CloudFormation template that makes the targets from their live sources."""

from pathlib import Path

import click

from muster.cli.output import INCOMPLETE, results, say
from muster.errors import ConfigurationError
from muster.model.text import counted

_SIDE_BY_SIDE = 16


@click.command("template", short_help="Write the target's CloudFormation template.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(["yaml", "json"]), default="yaml", show_default=True,
              help="The format of the template.")  # fmt: skip
@click.option(
    "--output", type=click.Path(path_type=Path), metavar="PATH", help="Write this file instead of standard output."
)
@click.option("--commands", type=click.Path(path_type=Path), metavar="PATH",
              help="Write the commands of the source side there too, as a shell script.")  # fmt: skip
@click.option("--profile", metavar="NAME", help="AWS profile to use.")
@click.option("--endpoint-url", metavar="URL", help="Send every call to this address instead of AWS.")
@click.option("--quiet", is_flag=True, help="No progress and no summary.")
def command(  # noqa: PLR0913 - the options
    file: Path,
    form: str,
    output: Path | None,
    commands: Path | None,
    profile: str | None,
    endpoint_url: str | None,
    *,
    quiet: bool,
) -> int:
    """Write a CloudFormation template that makes the targets of a migration file from their live sources.

    The sources are read, and nothing is changed. The template has the target buckets and tables, their KMS key, the
    replication role, alarms, a dashboard, a topic and log groups. Its comments say what is not carried over, and which
    commands you run yourself: they set the replication rules of the source, and copy functions.

    \b
    Examples:
      muster migration template wave-1.yaml > target.yaml
      muster migration template wave-1.yaml --output target.yaml \\
        --commands source-side.sh
      muster migration template wave-1.yaml --format json | jq .Metadata

    \b
    Exit status:
      0  the template is written
      2  there is no template: the file, usage or credentials are wrong
      3  the template is written without sources that could not be read or do not
         exist
    """  # noqa: D301 - click's mark for a paragraph that keeps its lines is a real backspace
    from muster.cli.progress import progress
    from muster.library.region_names import unchecked
    from muster.migration.files.parsing import load
    from muster.migration.template.assembly import target_template
    from muster.migration.template.reading import read_plan
    from muster.migration.template.rendering import as_json, as_yaml, script
    from muster.model.text import printable
    from muster.sdk.session import Clients, caller, open_session

    wanted = load(file)
    if commands and output and commands.absolute() == output.absolute():
        raise ConfigurationError(f"--commands and --output are both {output}; name two files")
    if doubt := unchecked((wanted.source.region, wanted.target.region)):
        say(doubt)
    with results(output) as stream:
        session = open_session(profile, wanted.source.region, endpoint_url)
        clients = Clients(session, endpoint_url=endpoint_url, concurrency=_SIDE_BY_SIDE)
        who = caller(clients, wanted.source.region)
        with progress(len([*wanted.items()]), shown=not quiet, noun="sources") as step:
            plan = read_plan(wanted, clients, who, lambda what, done: step(printable(what), done, done))
        made = target_template(plan)
        stream.write(as_yaml(made, plan) if form == "yaml" else as_json(made, plan))
    if commands:
        with results(commands) as stream:
            stream.write(script(made))
    for gap in made.gaps:
        say(f"missing: {printable(gap)}")
    if not quiet:
        for remark in made.remarks:
            say(printable(remark))
        say(f"{counted(len(made.body['Resources']), 'resource')}, {counted(len(made.steps), 'command')} for you to run")
    return INCOMPLETE if made.gaps else 0
