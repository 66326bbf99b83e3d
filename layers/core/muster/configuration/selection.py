"""From a configuration, what the command line asks for, and the catalogue to the rules of a scan."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from muster.catalog import packs as packs_
from muster.catalog.catalog import Catalog
from muster.catalog.controls import supported
from muster.catalog.custom import extended
from muster.catalog.packs import ALL, Entry, Pack
from muster.configuration.configuration import Configuration
from muster.errors import ConfigurationError
from muster.model.check import Check
from muster.model.finding import Severity
from muster.model.json_values import freeze_items, to_json
from muster.model.rule import Rule
from muster.model.suggest import unknown


def select(  # noqa: PLR0913 - each is one way to choose
    catalog: Catalog,
    configuration: Configuration,
    *,
    packs: Sequence[str] = (),
    checks: Sequence[str] = (),
    exclude_checks: Sequence[str] = (),
    services: Sequence[str] = (),
    severity: Severity | None = None,
    known: Mapping[str, Pack] | None = None,
) -> tuple[Rule, ...]:
    """Return one rule per check, resource type and variant, sorted.

    `packs` and `checks` replace those of the configuration; when neither says anything, all checks are taken.
    What is excluded stays out, except that a check asked for here by name is stronger than the configuration.
    `severity` is the least that is taken. `known` are the packs to choose from, by default the package's own.

    Raises:
        ConfigurationError: a name is not known, a check would have two settings for one type, or nothing is left.
    """
    catalog = extended(catalog, configuration.custom_checks)
    available = packs_.load(catalog) if known is None else known
    excluded = {*exclude_checks, *(set(configuration.exclude_checks) - set(checks))}
    packs, checks = _chosen(configuration, packs, checks)
    _refuse(
        _unknown(packs, "a pack", available),
        _unknown([*checks, *sorted(excluded), *configuration.settings], "a check", catalog.checks),
        _unknown(services, "a service with checks", _services(catalog)),
    )
    entries = [entry for name in dict.fromkeys(packs) if name != ALL for entry in _entries(available[name], catalog)]
    rest = [*(available[ALL].entries if ALL in packs else ()), *map(Entry, checks)]
    specific, general = (
        _rules([entry for entry in each if entry.check not in excluded], catalog, configuration)
        for each in (entries, rest)
    )
    # `all` and a check's bare name have no opinion on settings: a pack that names the check decides them.
    decided = {(rule.check.id, rule.resource_type) for rule in specific}
    rules = [*specific, *(rule for rule in general if (rule.check.id, rule.resource_type) not in decided)]
    selected = [rule for rule in rules if _in_scope(rule, services, severity)]
    if not selected:
        raise ConfigurationError(_nothing_left(packs, checks, excluded, services, severity))
    return tuple(sorted(selected, key=lambda rule: (rule.check.id, rule.resource_type, rule.variant)))


def _chosen(
    configuration: Configuration, packs: Sequence[str], checks: Sequence[str]
) -> tuple[Sequence[str], Sequence[str]]:
    """Return the packs and the checks to take: those given, else the configuration's, else all."""
    if packs or checks:
        return packs, checks
    if not (configuration.packs or configuration.checks):
        return (ALL,), ()
    # Whoever writes a check into the configuration wants it, whatever else the configuration takes.
    return configuration.packs, (*configuration.checks, *(entry.id for entry in configuration.custom_checks))


def rules_to_json(rules: Iterable[Rule]) -> list[dict[str, Any]]:
    """Return rules as plain JSON, for the plan."""
    return [
        {
            "check": rule.check.id,
            "resource_type": rule.resource_type,
            "service": rule.service,
            "settings": to_json(rule.settings),
            "variant": rule.variant,
            "controls": to_json(rule.controls),
        }
        for rule in rules
    ]


def rules_from_json(catalog: Catalog, data: Iterable[Mapping[str, Any]]) -> tuple[Rule, ...]:
    """Read what `rules_to_json` wrote; the catalogue is one with the configuration's own checks.

    Raises:
        ConfigurationError: a check of the plan is not in the catalogue: another version of Muster wrote it.
    """
    data = tuple(data)
    _refuse(_unknown([rule["check"] for rule in data], "a check of this version of Muster", catalog.checks))
    return tuple(
        Rule(
            catalog.checks[rule["check"]],
            rule["resource_type"],
            rule["service"],
            dict(freeze_items(rule["settings"])),
            rule["variant"],
            None if rule["controls"] is None else tuple(rule["controls"]),
        )
        for rule in data
    )


def _entries(pack: Pack, catalog: Catalog) -> Iterator[Entry]:
    """Yield a pack's entries, each with a check and settings that exist: packs are data, and data may be wrong."""
    for entry in pack.entries:
        where = f"the pack {pack.name}: "
        _refuse(_unknown([entry.check], "a check", catalog.checks, where))
        check = catalog.checks[entry.check]
        _refuse(
            _unknown(entry.settings, f"a setting of {check.id}", check.settings, where),
            _unknown(entry.resource_types, f"judged by {check.id}", catalog.resource_types(check), where),
        )
        yield entry


def _rules(entries: Iterable[Entry], catalog: Catalog, configuration: Configuration) -> list[Rule]:
    found: dict[tuple[str, str], list[Rule]] = {}
    for entry in entries:
        check = catalog.checks[entry.check]
        types = catalog.resource_types(check)
        for name in entry.resource_types or types:
            settings = _settings(check, name, entry, configuration)
            # A check of one type cites controls of this type only: the controls need not be read for it.
            controls = supported(check, name) if len(types) > 1 else check.controls
            rule = Rule(check, name, catalog.service_of(check, name), settings, entry.variant, controls)
            others = found.setdefault((check.id, name), [])
            if rule not in others:
                others.append(rule)
    _refuse(clash for rules in found.values() for clash in _clashes(rules))
    return [rule for rules in found.values() for rule in rules]


def _settings(check: Check, resource_type: str, entry: Entry, configuration: Configuration) -> Mapping[str, object]:
    _refuse(_unknown(configuration.settings.get(check.id, {}), f"a setting of {check.id}", check.settings))
    return configuration.settings_for(check.id, resource_type, {**check.settings, **entry.settings})


def _clashes(rules: Sequence[Rule]) -> Iterator[str]:
    variants = [rule.variant for rule in rules]
    if len(rules) > 1 and (not all(variants) or len(set(variants)) < len(variants)):
        check, resource_type = rules[0].check, rules[0].resource_type
        several = " and ".join(str(to_json(rule.settings)) for rule in rules)
        yield (
            f"{check.id} would judge {resource_type} with several settings ({several}); say settings.{check.id} in the "
            "configuration, take one pack only, or name each as a variant"
        )


def _in_scope(rule: Rule, services: Collection[str], severity: Severity | None) -> bool:
    return (not services or rule.service in services) and (not severity or rule.check.severity.rank >= severity.rank)


def _services(catalog: Catalog) -> set[str]:
    return {
        catalog.service_of(check, name) for check in catalog.checks.values() for name in catalog.resource_types(check)
    }


def _nothing_left(
    packs: Iterable[str],
    checks: Iterable[str],
    excluded: Collection[str],
    services: Iterable[str],
    severity: Severity | None,
) -> str:
    chosen = [*(f"the pack {name}" for name in packs), *checks]
    limits = [f"services {', '.join(services)}"] if services else []
    limits += [f"severity {severity} and above"] if severity else []
    limits += [f"without {', '.join(sorted(excluded))}"] if excluded else []
    return f"no check is left of {', '.join(chosen)}" + (f" ({'; '.join(limits)})" if limits else "")


def _unknown(names: Iterable[str], kind: str, known: Collection[str], where: str = "") -> Iterator[str]:
    return (where + unknown(name, kind, known) for name in dict.fromkeys(names) if name not in known)


def _refuse(*mistakes: Iterable[str]) -> None:
    if sentences := [mistake for several in mistakes for mistake in several]:
        raise ConfigurationError("\n".join(dict.fromkeys(sentences)))
