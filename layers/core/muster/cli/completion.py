"""`muster completion`: the script with which a shell completes commands, options and their values."""

import os
from pathlib import PurePath
from types import MappingProxyType

import click
from click.shell_completion import BashComplete, FishComplete, ShellComplete, ZshComplete

from muster.cli.completing import VARIABLE

_SHELLS: MappingProxyType[str, type[ShellComplete]] = MappingProxyType(
    {"bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete}
)
_HINTS = MappingProxyType(
    {
        "bash": (
            'For this shell:       eval "$(muster completion bash)"',
            "For every new shell:  muster completion bash > ~/.local/share/bash-completion/completions/muster",
        ),
        "zsh": (
            'For this shell:       eval "$(muster completion zsh)"',
            "For every new shell:  add that line to ~/.zshrc, after compinit",
        ),
        "fish": (
            "For this shell:       muster completion fish | source",
            "For every new shell:  muster completion fish > ~/.config/fish/completions/muster.fish",
        ),
    }
)
"""How to use each script; the lines are comments in it."""


@click.command("completion", short_help="Print the script that lets your shell complete commands and values.")
@click.argument("shell", type=click.Choice(list(_SHELLS)), required=False)
@click.pass_context
def command(context: click.Context, shell: str | None) -> None:
    """Print a script that lets your shell complete commands, options, and values: checks, packs, regions, profiles,
    services, frameworks, saved queries, and the accounts of muster.yaml. No call of AWS is made for it.

    Without SHELL it is the one that the variable SHELL names. The first lines of the script say how to use it.

    \b
    Examples:
      eval "$(muster completion bash)"
      muster completion zsh
      muster completion fish > ~/.config/fish/completions/muster.fish
    """  # noqa: D205, D301 - one sentence of two lines; click's mark for a paragraph that keeps its lines
    name = shell or PurePath(os.environ.get("SHELL", "")).name
    if name not in _SHELLS:
        raise click.UsageError(f"name your shell: muster completion {'|'.join(_SHELLS)}")
    made = _SHELLS[name](context.find_root().command, {}, "muster", VARIABLE)
    # click's own `source` runs bash to look at its version first.
    script = made.source_template % made.source_vars()
    head, *body = script.splitlines()
    marked = head.startswith("#compdef")
    lines = [head] if marked else []
    lines += [f"# {hint}" for hint in ("Completion of muster.", *_HINTS[name])]
    lines += body if marked else [head, *body]
    click.echo("\n".join(lines))
