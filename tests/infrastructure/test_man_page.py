"""The man page: every command and option is in it, and groff and man show it without a complaint."""

import os
import re
import subprocess
from shutil import which

import click
import pytest

from muster.cli import cli
from tools.generate import MAN_PAGE
from tools.man_page import man_page

# ruff: noqa: S603, S607 - the commands are ours, found where the user finds them


def shown(page: str) -> str:
    """Return a page without roff's escapes."""
    plain = page.replace("\\-", "-").replace("\\(dq", '"').replace("\\&", "").replace("\\e", "\\")
    return re.sub(r"\\\[u([0-9A-F]{4,6})\]", lambda match: chr(int(match[1], 16)), plain)


def test_every_command_and_option_is_in_it() -> None:
    lines = shown(MAN_PAGE.read_text(encoding="utf-8")).splitlines()
    context = click.Context(cli, info_name="muster")
    heads = {line.removeprefix(".SS ").partition(" [")[0] for line in lines if line.startswith(".SS ")}
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        assert command is not None
        assert [head for head in heads if head == f"muster {name}" or head.startswith(f"muster {name} ")], name
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                option = parameter.opts[-1]
                assert [line for line in lines if line.startswith(".B ") and option in line], f"{name} {option}"


def test_it_holds_ascii_only_and_no_request_by_accident() -> None:
    page = man_page()
    assert page.isascii()
    requests = {line.split()[0] for line in page.splitlines() if line.startswith((".", "'"))}
    assert requests <= {".TH", ".SH", ".SS", ".PP", ".TP", ".B", ".BR", ".I", ".nf", ".fi", '.\\"'}


@pytest.mark.skipif(which("groff") is None, reason="groff is not installed here")
def test_groff_has_no_warning() -> None:
    done = subprocess.run(
        ["groff", "-man", "-ww", "-Tutf8", str(MAN_PAGE)], capture_output=True, text=True, check=True
    )  # fmt: skip
    assert done.stderr == ""


@pytest.mark.skipif(which("man") is None or which("groff") is None, reason="man is not installed here")
def test_man_shows_it() -> None:
    environment = {**os.environ, "MANWIDTH": "80", "MANPAGER": "cat", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        ["man", "-l", str(MAN_PAGE)], capture_output=True, text=True, check=True, env=environment
    )  # fmt: skip
    text = re.sub(".\b", "", done.stdout)
    assert "muster explain s3-bucket-versioning-enabled" in text
    assert "aws s3 sync s3://BUCKET" in text
