"""The command `muster`: results on standard output, everything else on standard error, and an exit status."""

import importlib
import os
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from types import MappingProxyType

import click
from click.exceptions import NoArgsIsHelpError

from muster import __version__
from muster.cli.help_groups import grouped, write_commands
from muster.cli.interrupt import raised_again
from muster.cli.mistakes import sentences
from muster.cli.output import fail, forget_standard_output, trace
from muster.model.suggest import unknown

_COMMANDS = MappingProxyType(
    {
        "scan": "muster.cli.scan",
        "tag": "muster.cli.tag",
        "estimate": "muster.cli.estimate",
        "list": "muster.cli.list_",
        "explain": "muster.cli.explain",
        "query": "muster.cli.query",
        "doctor": "muster.cli.doctor",
        "iam-policy": "muster.cli.iam_policy",
        "resume": "muster.cli.resume",
        "resume-alerts": "muster.cli.resume_alerts",
        "config": "muster.cli.config",
        "init": "muster.cli.init",
        "validate": "muster.cli.validate",
        "diff": "muster.cli.diff",
        "findings": "muster.cli.findings",
        "import-bundle": "muster.cli.import_bundle",
        "suppress": "muster.cli.suppress",
        "smoke": "muster.cli.smoke",
        "migration": "muster.cli.migration",
        "completion": "muster.cli.completion",
    }
)
_ALIASES = MappingProxyType({"plan": "estimate"})
"""Earlier names of commands: they work, and no help names them."""
_COMPLETING = "_MUSTER_COMPLETE"
"""The variable that shells set when they want completions; see `muster.cli.completing`."""
WRONG = 2
"""Exit status: wrong usage, configuration or credentials, or results that cannot be written: there are none."""


class _Commands(click.Group):
    """Imports a command only where it is used, so that `--help` is quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - the same
        if cmd_name not in _COMMANDS:
            return None
        found: click.Command = importlib.import_module(_COMMANDS[cmd_name]).command
        if _COMPLETING in os.environ:
            from muster.cli.completing import attach

            attach(found)
        return grouped(found)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands in groups."""

        def about(name: str) -> str:
            found = self.get_command(ctx, name)
            return found.get_short_help_str(limit=100) if found else ""

        write_commands(list(_COMMANDS), about, formatter)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        args = [_ALIASES.get(each, each) for each in args[:1]] + args[1:]
        if args and args[0] not in _COMMANDS and not args[0].startswith("-"):
            raise click.UsageError(unknown(args[0], "a command", _COMMANDS), ctx)
        return super().resolve_command(ctx, args)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, package_name="muster", message="muster %(version)s")
def cli() -> None:
    """Scan AWS accounts and report which resources fail a check, and why.

    A scan only reads, and makes only the calls that the selected checks need. If Muster cannot read something, it says
    so and names the missing permission; that never counts as a pass or a failure. Only 'muster tag' and
    'muster scan --apply-tags' write to the scanned accounts.

    \b
    Examples:
      muster doctor                      test credentials, roles and permissions
      muster scan                        run the recommended checks
      muster scan --output report.html   also write the report as a page
      muster scan --baseline last.json   fail only on what is new
      muster explain S3.8                explain a control and its checks
      muster diff monday.json today.json show what is new, fixed or deleted

    \b
    Exit status of scan:
      0  no failures at or above --fail-on (HIGH)
      1  failures at or above --fail-on, also when the scan is incomplete
      2  no results: wrong usage, configuration or credentials, or the output
         cannot be written
      3  the scan is incomplete, and nothing failed
    """  # noqa: D301 - click's mark for a paragraph that keeps its lines is a real backspace


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit status; nobody sees a traceback."""
    # Python has no streams where the shell closed them.
    sys.stdout = sys.stdout or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - until the process ends
    sys.stderr = sys.stderr or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - the same
    if arguments is None:
        raised_again()
    status = _run(arguments)
    if arguments is None and any(thread.name.startswith("describe") for thread in threading.enumerate()):
        # Interrupted twice: calls to AWS still wait for their answer, and Python would wait for them.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
    return status


def _run(arguments: Sequence[str] | None) -> int:
    try:
        result = cli.main(None if arguments is None else list(arguments), "muster", standalone_mode=False)
        sys.stdout.flush()
        return result if isinstance(result, int) else 0
    except (BrokenPipeError, SystemExit):
        # click exits when whoever reads us has enough; that is no error of anybody.
        forget_standard_output()
        return 0
    except NoArgsIsHelpError as error:
        error.show()
    except BaseException as error:  # noqa: BLE001 - the last line of defence: a sentence instead of a traceback
        trace()
        fail(sentences(error))
    return WRONG
