"""Options in groups, and commands in groups, in `--help`: click shows each as one long list."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import click

GROUPS: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "Selection": (
            "packs", "checks", "exclude_checks", "services", "frameworks", "severity", "metrics", "tags", "resources",
            "owners", "owner_tag", "since", "config",
        ),
        "Accounts and regions": ("accounts", "role", "external_id", "regions", "exclude_regions", "in_region"),
        "Output": (
            "outputs", "output", "form", "statuses", "top", "limit", "baseline", "fail_on", "strict",
            "quiet", "verbose", "long", "apply_tags",
        ),
        "AWS": ("stack", "stack_region", "region", "profile", "endpoint_url", "concurrency"),
    }
)  # fmt: skip
"""The groups of options by the names of their parameters, in the order of `--help`; other options come first."""
_REST, _HELP = "Options", "--help"
_LEAST = 4
"""Options that a command has at least if they are shown in groups."""
COMMANDS: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "Scan": ("scan", "doctor", "estimate", "iam-policy", "tag"),
        "Results": ("explain", "findings", "diff", "query", "list"),
        "Configuration": ("init", "config", "validate", "suppress"),
        "The stack": ("smoke", "resume", "resume-alerts"),
        "Migration": ("import-bundle", "migration"),
    }
)
"""The commands in groups, in the order of `muster --help`; other commands come last."""
_OTHERS = "Other"


def grouped(command: click.Command) -> click.Command:
    """Return a command whose `--help` shows options in groups; the commands of a group too."""
    if isinstance(command, click.Group):
        for each in command.commands.values():
            grouped(each)
    if not isinstance(command, click.Group) and len(command.params) >= _LEAST:
        command.format_options = _format_options(command)  # type: ignore[method-assign,assignment]
    return command


def _format_options(command: click.Command) -> Callable[[click.Context, click.HelpFormatter], None]:
    def write(context: click.Context, formatter: click.HelpFormatter) -> None:
        known = {name: title for title, names in GROUPS.items() for name in names}
        rows: dict[str, list[tuple[str, str]]] = {title: [] for title in (_REST, *GROUPS)}
        last: list[tuple[str, str]] = []
        for parameter in command.get_params(context):
            record = parameter.get_help_record(context)
            if record is None or isinstance(parameter, click.Argument):
                continue
            (last if _HELP in parameter.opts else rows[known.get(str(parameter.name), _REST)]).append(record)
        shown = [title for title in rows if rows[title]]
        for title in shown:
            with formatter.section(title):
                formatter.write_dl(rows[title] + (last if title == shown[-1] else []))

    return write


def write_commands(names: Sequence[str], about: Callable[[str], str], formatter: click.HelpFormatter) -> None:
    """Write the commands of Muster in groups; `about` returns a few words on one."""
    grouped_names = [name for group in COMMANDS.values() for name in group]
    groups = {**COMMANDS, _OTHERS: [name for name in names if name not in grouped_names]}
    width = max(map(len, names))
    for title, members in groups.items():
        if rows := [(name.ljust(width), about(name)) for name in members if name in names]:
            with formatter.section(title):
                formatter.write_dl(rows)
