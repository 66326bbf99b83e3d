"""The man page muster(1), made of what the commands say of themselves.

Its macros are those of groff's man package: https://man7.org/linux/man-pages/man7/groff_man.7.html
"""

import inspect
from collections.abc import Iterator

import click

from muster import __version__
from muster.cli import cli

_KEPT = "\b"
"""click's mark for a paragraph that keeps its lines."""
_ENVIRONMENT = (
    ("AWS_PROFILE, AWS_REGION, AWS_ACCESS_KEY_ID, …", "As every AWS SDK reads them."),
    ("AWS_ENDPOINT_URL", "Send every call there instead of to AWS."),
    ("MUSTER_DEBUG", "Set it to 1 to see where an error of Muster itself was raised."),
    ("NO_COLOR", "Set it to print without colours."),
)
_FILES = (
    ("muster.yaml", "The configuration: it is read from the current folder, unless --config names another file."),
    ("report.json, findings.parquet", "Reports that muster explain and muster query read by default."),
)


def man_page() -> str:
    """Return the page in roff."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield '.\\" Made by tools/generate.py of the help of the commands.'
    yield f'.TH MUSTER 1 "" "muster {__version__}" "User Commands"'
    yield ".SH NAME"
    yield "muster \\- check AWS accounts, and report which resources fail, why, and how to fix them"
    yield ".SH SYNOPSIS"
    yield ".B muster\n.I COMMAND\n[\\fIOPTIONS\\fR] [\\fIARGUMENTS\\fR]"
    yield ".SH DESCRIPTION"
    yield from _prose(cli)
    yield ".SH COMMANDS"
    yield from _commands(cli, "muster", None)
    for title, rows in (("ENVIRONMENT", _ENVIRONMENT), ("FILES", _FILES)):
        yield f".SH {title}"
        for name, text in rows:
            yield f".TP\n.B {_escaped(name)}\n{_text(text)}"
    yield ".SH SEE ALSO"
    yield ".BR aws (1)"


def _commands(group: click.Group, name: str, parent: click.Context | None) -> Iterator[str]:
    context = click.Context(group, info_name=name, parent=parent)
    for each in group.list_commands(context):
        command = group.get_command(context, each)
        if command is None or command.hidden:
            continue
        inner = click.Context(command, info_name=each, parent=context)
        usage = " ".join(command.collect_usage_pieces(inner))
        yield f".SS {_escaped(inner.command_path)} {_escaped(usage)}".rstrip()
        yield from _prose(command)
        for parameter in command.get_params(inner):
            if (record := parameter.get_help_record(inner)) is not None:
                yield f".TP\n.B {_escaped(record[0])}\n{_text(record[1])}"
        if isinstance(command, click.Group):
            yield from _commands(command, each, context)


def _prose(command: click.Command) -> Iterator[str]:
    """Yield the paragraphs of a command's help; examples and tables keep their lines."""
    for place, paragraph in enumerate(inspect.cleandoc(command.help or "").split("\n\n")):
        kept = paragraph.startswith(_KEPT)
        lines = [line for line in paragraph.splitlines() if line.strip() != _KEPT]
        if place:
            yield ".PP"
        if kept:
            yield ".nf"
            yield from map(_text, lines)
            yield ".fi"
        else:
            yield _text(" ".join(line.strip() for line in lines))


def _text(text: str) -> str:
    """Return a line of text; one that begins like a request of roff gets a mark of no width before it."""
    escaped = _escaped(text)
    return f"\\&{escaped}" if escaped[:1] in (".", "'") else escaped


def _escaped(text: str) -> str:
    """Return a text in which nothing means anything to roff; hyphens are those that can be pasted.

    Characters beyond ASCII are named, so that every locale shows them.
    """
    plain = text.replace("\\", "\\e").replace("-", "\\-").replace('"', "\\(dq")
    return "".join(each if each.isascii() else f"\\[u{ord(each):04X}]" for each in plain)
