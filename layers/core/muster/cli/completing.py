"""Values that shells complete: checks, packs, regions, profiles and the like. No call of AWS is made for them.

The values belong to the names of parameters, so that every command that has such a parameter completes it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from muster.cli.options import CONFIGURATION

if TYPE_CHECKING:
    from muster.catalog.catalog import Catalog

VARIABLE = "_MUSTER_COMPLETE"
"""The variable that shells set when they want completions, as click names it."""
Values = Iterable[tuple[str, str]]
"""Values with what they stand for, which shells with room for it show."""


def attach(command: click.Command) -> None:
    """Give the parameters of a command, and of its subcommands, the values that they complete."""
    if isinstance(command, click.Group):
        for each in command.commands.values():
            attach(each)
    for parameter in command.params:
        values = _BY_NAME.get(f"{command.name}.{parameter.name}") or _BY_NAME.get(parameter.name or "")
        if values is not None and not isinstance(parameter.type, click.Choice | click.Path):
            parameter._custom_shell_complete = partial(_complete, values)  # noqa: SLF001 - what `shell_complete=` sets


def _complete(
    values: Callable[[], Values], _context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return the values that begin so, or whose meaning does: an account by its name.

    Whatever goes wrong leaves the line as it is: there is no place for a message.
    """
    begun = incomplete.lower()
    try:
        found = list(values())
    except Exception:  # noqa: BLE001 - a broken file must not write into the line that is being typed
        return []
    by_value = [each for each in found if each[0].lower().startswith(begun)]
    by_meaning = [each for each in found if begun and each[1].lower().startswith(begun)]
    return [CompletionItem(value, help=meaning or None) for value, meaning in by_value or by_meaning]


def _catalog() -> "Catalog":
    from muster.catalog.catalog import load

    return load()


def _document() -> Mapping[str, Any]:
    """Return muster.yaml as it is written: its validation takes too long for a completion."""
    import yaml

    if not CONFIGURATION.is_file():
        return {}
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found = yaml.load(CONFIGURATION.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - both loaders are safe
    return found if isinstance(found, dict) else {}


def _checks() -> Values:
    custom = [(str(each["id"]), str(each.get("title", ""))) for each in _document().get("custom_checks") or ()]
    return [*((check.id, check.title) for check in _catalog().checks.values()), *custom]


def _packs() -> Values:
    from muster.catalog.packs import load

    return [(pack.name, pack.title) for pack in load(_catalog()).values()]


def _services() -> Values:
    catalog = _catalog()
    found = {
        catalog.service_of(check, each) for check in catalog.checks.values() for each in catalog.resource_types(check)
    }
    return [(name, "") for name in sorted(found)]


def _frameworks() -> Values:
    from muster.catalog.controls import load

    return [(each.name, each.title) for each in load().frameworks.values()]


def _regions() -> Values:
    from muster.library.region_names import regions

    return [(name, "") for name in sorted(regions())]


def _regions_or_all() -> Values:
    return [("all", "every region that is enabled"), *_regions()]


def _profiles() -> Values:
    import botocore.session

    return [(name, "") for name in botocore.session.Session().available_profiles]


def _accounts() -> Values:
    document = _document()
    included = ((str(each), "") for each in (document.get("accounts") or {}).get("include") or ())
    named = ((str(account), str(name)) for account, name in (document.get("account_names") or {}).items())
    found = {**dict(included), **dict(named)}
    return [*sorted(found.items()), ("all", "every account of the organization")]


def _resource_types() -> Values:
    from muster.catalog.custom import judged_types
    from muster.reports.nouns import noun

    return [(name, noun(name)) for name in judged_types(_catalog())]


def _queries() -> Values:
    from muster.cli.query.saved import saved

    return [(each.name, each.description) for each in saved().values()]


def _subjects() -> Iterator[tuple[str, str]]:
    from muster.catalog.controls import load

    yield from _checks()
    yield from _packs()
    yield from ((name, control.title) for name, control in load().by_id.items())


def _roles() -> Values:
    role = (_document().get("accounts") or {}).get("role")
    return [(str(role), "accounts.role of muster.yaml")] if role else []


def _resources() -> Values:
    """Return the ARNs that fail in the report of this folder, if there is one."""
    from muster.cli.report_file import ReportFile

    report = Path("report.json")
    if not report.is_file():
        return []
    failing = (each.finding for each in ReportFile(report).entries() if each.finding.failing)
    found = {each.resource.arn: each.resource.type for each in failing if each.resource.arn}
    return sorted(found.items())


_BY_NAME: Mapping[str, Callable[[], Values]] = MappingProxyType(
    {
        "checks": _checks,
        "check": _checks,
        "exclude_checks": _checks,
        "patterns": _checks,
        "packs": _packs,
        "services": _services,
        "framework": _frameworks,
        "frameworks": _frameworks,
        "regions": _regions_or_all,
        "exclude_regions": _regions,
        "region": _regions,
        "profile": _profiles,
        "accounts": _accounts,
        "account": _accounts,
        "role": _roles,
        "resources": _resources,
        "resource_type": _resource_types,
        "explain.subject": _subjects,
        "query.sql": _queries,
        "suppress.finding": _checks,
    }
)
"""Values by the name of a parameter, or of a command and its parameter."""
