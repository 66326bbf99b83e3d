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
        return found

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
    """Say, with reasons, which resources of an AWS account comply.

    A scan only reads. It makes the calls that the selected checks need and no others; what it could not read it
    reports as unread, never as a pass or a failure. Only muster tag and scan --apply-tags write to your account.

    \b
    Examples:
      muster scan                                  every check, the profile's region
      muster scan --pack s3-compliance --region all
      muster scan --format json --output report.json --fail-on MEDIUM
      muster explain s3-bucket-versioning-enabled  what a check looks at, and how to fix it
      muster iam-policy --pack s3-compliance       the permissions that a scan needs
      muster tag --dry-run                         which buckets would get the compliance tag
      muster diff yesterday.json today.json        what opened, and what was fixed or deleted
      muster findings --since 7d --owner team-a    what fails on a stack, since when and whose it is

    \b
    Exit status of scan:
      0  all well
      1  findings fail at or above --fail-on (also when the scan is incomplete)
      2  no results: wrong usage, configuration or credentials, or they cannot be written
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
