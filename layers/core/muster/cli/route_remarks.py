"""Remarks on the routes of a valid configuration: those that no finding can match, and secrets out of reach. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from muster.catalog.packs import ALL
from muster.configuration.alerts import Kind
from muster.model.text import listed

if TYPE_CHECKING:
    from muster.catalog.packs import Pack
    from muster.configuration import Configuration, Route
    from muster.model.rule import Rule

_FEW = 5
_READABLE = ("ssm:/muster/", "secretsmanager:muster/")
"""The beginnings of the references that the stack's role may read: see SendAlertRole in template.yaml."""


def route_remarks(
    configuration: "Configuration", rules: "Iterable[Rule]", packs: "Mapping[str, Pack]"
) -> list[tuple[int, str]]:
    """Return the remarks, each with the place of its route; `rules` are those that the configuration selects."""
    checks = {rule.check.id: rule.check.severity.rank for rule in rules}
    return [
        (place, f"{sentence} (route {route.name})")
        for place, route in enumerate(configuration.alerts.routes)
        for sentence in (
            *_of_checks(route, checks, packs),
            *_of_accounts(route, configuration),
            *_of_secrets(route),
        )
    ]


def _of_checks(route: "Route", checks: Mapping[str, int], packs: "Mapping[str, Pack]") -> Iterator[str]:
    left = dict(checks)
    if route.packs and ALL not in route.packs:
        named = {entry.check for name in route.packs for entry in packs[name].entries}
        left = {check: rank for check, rank in checks.items() if check in named}
        if not left:
            yield f"nothing matches: the configuration selects no check of {listed(route.packs, _FEW)}"
            return
    if not any(rank >= route.severity.rank for rank in left.values()):
        where = f" of {listed(route.packs, _FEW)}" if route.packs else ""
        yield f"nothing matches: no selected check{where} has severity {route.severity} or above"


def _of_accounts(route: "Route", configuration: "Configuration") -> Iterator[str]:
    include = configuration.accounts.include
    # Units, tags and `all` are known to AWS only; without a list, the stack's parameter names the accounts.
    known = set(include) if include and all(name.isdigit() for name in include) else None
    excluded = set(configuration.exclude.accounts)
    unknown = [name for name in route.accounts if name in excluded or (known is not None and name not in known)]
    if unknown and len(unknown) == len(route.accounts):
        yield f"nothing matches: {listed(unknown, _FEW)} {'is' if len(unknown) == 1 else 'are'} not scanned"
    elif unknown:
        yield f"{listed(unknown, _FEW)} {'is' if len(unknown) == 1 else 'are'} not scanned"


def _of_secrets(route: "Route") -> Iterator[str]:
    for each in route.to:
        if each.kind in (Kind.SLACK, Kind.TEAMS) and not _readable(each.target):
            names = " and ".join(f"{name}…" for name in _READABLE)
            yield f"the stack cannot read {each.target}: it may read {names} only"


def _readable(reference: str) -> bool:
    return reference.startswith(_READABLE) or (
        reference.startswith("secretsmanager:arn:") and ":secret:muster/" in reference
    )
