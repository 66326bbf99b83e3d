"""Errors in one voice: a line that says what happened, then indented lines that say what to do."""

import re
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

import click

from muster import __version__
from muster.cli.output import DEBUG
from muster.errors import MusterError
from muster.model.suggest import unknown
from muster.model.text import escaped, shortened
from muster.sdk.redaction import safe

_LONGEST = 2_000
"""Characters of a message about arguments: it repeats what was typed."""
_NO_COMMAND = re.compile(r"No such command '(.*)'\.")
_TOO_MANY = re.compile(r"Got unexpected extra arguments? \((.*)\)")
_NOT_ONE = " is not one of "
"""The words with which click refuses a value that is no choice."""


def sentences(error: BaseException) -> str:
    """Return what an exception means to the user: the error, then hints, each on a line of its own."""
    if isinstance(error, click.Abort) or (not isinstance(error, MusterError) and _interrupted(error)):
        return "stopped; no results were written"
    if isinstance(error, click.ClickException):
        return "\n".join(_of_arguments(error))
    if isinstance(error, MusterError):
        return str(error)
    if isinstance(error, OSError):
        return f"{error.filename or 'the results'}: {error.strerror or safe(str(error))}"
    return _of_sdk(error) or _bug(error)


def _of_arguments(error: click.ClickException) -> Iterator[str]:
    """Yield the lines about arguments that a command does not take."""
    if isinstance(error, click.NoSuchOption):
        yield f"there is no option {_short(error.option_name)}"
        if error.possibilities:
            yield f"  did you mean: {', '.join(sorted(error.possibilities))}"
    elif isinstance(error, click.MissingParameter):
        yield f"{_name(error)} is missing"
    elif isinstance(error, click.BadParameter):
        yield from _of_value(error)
    elif isinstance(error, click.BadOptionUsage) and "requires an argument" in error.message:
        yield f"{_short(error.option_name)} needs a value"
    elif (found := _NO_COMMAND.match(error.message)) and isinstance(error, click.UsageError) and error.ctx:
        group = error.ctx.command
        known = group.list_commands(error.ctx) if isinstance(group, click.Group) else ()
        yield unknown(_short(found[1]), f"a command of {error.ctx.command_path}", known)
    elif found := _TOO_MANY.match(error.message):
        yield f"too many arguments: {_short(found[1])}"
    else:
        yield _short(error.format_message())
    if isinstance(error, click.UsageError) and error.ctx:
        yield f"  help: {error.ctx.command_path} --help"


def _of_value(error: click.BadParameter) -> Iterator[str]:
    first, *more = error.message.split("\n")
    if isinstance(error.param and error.param.type, click.Choice) and _NOT_ONE in first:
        given, _, choices = first.partition(_NOT_ONE)
        yield _short(f"{_name(error)}: {given} is not a choice")
        yield _short("  there are: " + choices.removesuffix(".").replace("'", ""))
    else:
        yield _short(f"{_name(error)}: {first.removesuffix('.')}")
    yield from more


def _name(error: click.BadParameter) -> str:
    hint = error.param_hint or (error.param.get_error_hint(error.ctx) if error.param else "")
    return hint.replace("'", "") if isinstance(hint, str) else " / ".join(hint)


def _short(text: str) -> str:
    indent = text[: len(text) - len(text.lstrip(" "))]
    return indent + escaped(text.strip()[:_LONGEST], keep="\n")


def _interrupted(error: BaseException | None) -> bool:
    """Whether an error is an interruption, or was one when it began: Python wraps some that come while it imports."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__
    return error is not None


def _of_sdk(error: BaseException) -> str | None:
    """Return what an error of the AWS SDK means; None where it is none. Without the SDK there can be none."""
    sdk = sys.modules.get("botocore.exceptions")
    if sdk is None or not isinstance(error, sdk.BotoCoreError | sdk.ClientError):
        return None
    from muster.sdk.setup.errors import explained

    return explained(error)


def _bug(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    where = f", {Path(frames[-1].filename).name}:{frames[-1].lineno} in {frames[-1].name}" if frames else ""
    what = shortened(f"{type(error).__name__}: {safe(str(error), 300)}", 400)
    return (
        "Muster failed (bug)\n"
        f"  please report: {what} (muster {__version__}{where})\n"
        f"  for the traceback: set {DEBUG}=1 and run the command again"
    )
