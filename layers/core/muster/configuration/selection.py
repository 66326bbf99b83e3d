"""From a configuration, what the command line asks for, and the catalogue to the rules of a scan."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from muster.catalog import controls
from muster.catalog import packs as packs_
from muster.catalog.catalog import Catalog
from muster.catalog.control_names import framework_named
from muster.catalog.controls import supported
from muster.catalog.custom import extended
from muster.catalog.opt_in import key_of
from muster.catalog.packs import ALL, DEFAULT, Entry, Pack
from muster.configuration.check_names import expanded, is_pattern
from muster.configuration.configuration import Configuration
from muster.configuration.opt_in import opt_ins_of, turned_on
from muster.errors import ConfigurationError
from muster.model.check import Check
from muster.model.finding import Severity
from muster.model.json_values import freeze_items, to_json
from muster.model.rule import Rule
from muster.model.suggest import unknown


@dataclass(frozen=True, slots=True)
class Selection:
    """The rules of a scan, and the checks of its packs that are off, with the key of muster.yaml that turns each on."""

    rules: tuple[Rule, ...]
    left_out: Mapping[str, str] = field(default_factory=dict)

    @property
    def checks(self) -> frozenset[str]:
        """The ids of the checks."""
        return frozenset(rule.check.id for rule in self.rules)


def select(catalog: Catalog, configuration: Configuration, **choice: Any) -> tuple[Rule, ...]:
    """Return the rules of a selection; `choice` is that of `selection`.

    Raises:
        ConfigurationError: a name is not known, a check would have two settings for one type, or nothing is left.
    """
    return selection(catalog, configuration, **choice).rules


def every_rule(catalog: Catalog, configuration: Configuration | None = None) -> tuple[Rule, ...]:
    """Return a rule for every check on all of its types, those that packs leave out included."""
    configuration = configuration or Configuration()
    return select(catalog, configuration, checks=tuple(extended(catalog, configuration.custom_checks).checks))


def possible_rules(catalog: Catalog, configuration: Configuration) -> tuple[Rule, ...]:
    """Return the rules that a scan with this configuration may have.

    Where the configuration names neither packs nor checks, `--pack` or the stack's PackNames may name any.
    """
    named = configuration.packs or configuration.checks
    return select(catalog, configuration) if named else every_rule(catalog, configuration)


def selection(  # noqa: PLR0913 - each is one way to choose
    catalog: Catalog,
    configuration: Configuration,
    *,
    packs: Sequence[str] = (),
    checks: Sequence[str] = (),
    exclude_checks: Sequence[str] = (),
    services: Sequence[str] = (),
    severity: Severity | None = None,
    frameworks: Sequence[str] = (),
    metrics: bool = False,
    default: Sequence[str] = (),
    known: Mapping[str, Pack] | None = None,
) -> Selection:
    """Return one rule per check, resource type and variant, sorted.

    `packs` and `checks` replace those of the configuration. When neither names any, the packs of `default` are taken;
    without `default`, the package's default pack and the opt-in checks that the configuration turns on. A pack leaves
    out checks of tags where no tag is required, and checks that CloudWatch charges for unless `metrics` or the
    configuration's own turns them on (decision 44); a check that is named always runs. Names may have `*` and `?`: they
    are like a pack then.
    What is excluded stays out, except that a check named here is stronger than the configuration.
    `severity` is the least that is taken. With `frameworks` only checks that support a control of one of them are
    taken, of all checks unless packs or checks are named here.
    `known` are the packs to choose from, by default the package's own.

    Raises:
        ConfigurationError: a name is not known, a check would have two settings for one type, or nothing is left.
    """
    nothing_named = not (packs or checks or frameworks or configuration.packs or configuration.checks)
    catalog = extended(catalog, configuration.custom_checks)
    available = packs_.load(catalog) if known is None else known
    excluded = {
        *expanded(exclude_checks, catalog.checks),
        *(set(expanded(configuration.exclude_checks, catalog.checks)) - set(checks)),
    }
    supporting = _wanted_by(frameworks, catalog)
    packs = packs or ((ALL,) if frameworks and not checks else ())
    packs, checks = _chosen(configuration, packs, checks, default)
    named = {name for name in checks if not is_pattern(name)}
    checks = expanded(checks, catalog.checks)
    _refuse(
        _unknown(packs, "a pack", available),
        _unknown([*checks, *sorted(excluded), *configuration.settings], "a check", catalog.checks),
        _unknown(services, "a service with checks", _services(catalog)),
    )
    opt_ins = opt_ins_of(catalog, {*named, *(entry.id for entry in configuration.custom_checks)})
    chosen = [available[name] for name in dict.fromkeys(packs)]
    own = [pack for pack in chosen if pack.name != ALL and not pack.computed]
    entries = [entry for pack in own for entry in _entries(pack, catalog)]
    rest = [*(entry for pack in chosen if pack not in own for entry in pack.entries), *map(Entry, checks)]
    rest += map(Entry, opt_ins) if nothing_named and not default else ()
    metrics = metrics or configuration.metrics
    specific, general = (
        _rules(
            turned_on(
                [entry for entry in each if entry.check not in excluded], catalog, configuration, opt_ins, metrics
            ),
            catalog,
            configuration,
        )
        for each in (entries, rest)
    )
    # Computed packs and a check's bare name have no opinion on settings: a pack that names the check decides them.
    decided = {(rule.check.id, rule.resource_type) for rule in specific}
    rules = [*specific, *(rule for rule in general if (rule.check.id, rule.resource_type) not in decided)]
    selected = [rule for rule in rules if _in_scope(rule, services, severity) and _supports(rule, supporting)]
    waiting = {entry.check for entry in (*entries, *rest)} - excluded - {rule.check.id for rule in rules}
    left_out = {name: key_of(catalog.checks[name], opt_ins[name]) for name in sorted(waiting)}
    if not selected:
        off = [f"{name} runs with {key}" for name, key in left_out.items()]
        limits = [f"framework {', '.join(frameworks)}"] if frameworks else []
        raise ConfigurationError("; ".join([_nothing_left(packs, checks, excluded, services, severity, limits), *off]))
    selected.sort(key=lambda rule: (rule.check.id, rule.resource_type, rule.variant))
    return Selection(tuple(selected), left_out)


def _chosen(
    configuration: Configuration, packs: Sequence[str], checks: Sequence[str], default: Sequence[str]
) -> tuple[Sequence[str], Sequence[str]]:
    """Return the packs and the checks to take: those given, else the configuration's, else the default ones."""
    if packs or checks:
        return packs, checks
    # Whoever writes a check into the configuration wants it, whatever else the configuration takes.
    own = tuple(entry.id for entry in configuration.custom_checks)
    if not (configuration.packs or configuration.checks):
        return default or DEFAULT, own
    return configuration.packs, (*configuration.checks, *own)


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


def _wanted_by(frameworks: Iterable[str], catalog: Catalog) -> Mapping[str, frozenset[str]] | None:
    """Return the checks that support the frameworks, each with the types for which it does; None where none is named.

    Raises:
        ConfigurationError: there is no such framework.
    """
    names = tuple(frameworks)
    if not names:
        return None
    book = controls.load()
    found: dict[str, frozenset[str]] = {}
    try:
        for name in names:
            for check, kinds in controls.supporting(framework_named(name, book), catalog).items():
                found[check] = found.get(check, frozenset()) | frozenset(kinds)
    except ValueError as error:
        raise ConfigurationError(str(error)) from error
    return found


def _supports(rule: Rule, wanted: Mapping[str, frozenset[str]] | None) -> bool:
    """Whether a rule supports one of some frameworks; any does where they are None."""
    return wanted is None or rule.resource_type in wanted.get(rule.check.id, ())


def _nothing_left(  # noqa: PLR0913 - each is one way to choose
    packs: Iterable[str],
    checks: Iterable[str],
    excluded: Collection[str],
    services: Iterable[str],
    severity: Severity | None,
    limits: list[str],
) -> str:
    chosen = [*(f"the pack {name}" for name in packs), *checks]
    limits += [f"services {', '.join(services)}"] if services else []
    limits += [f"severity {severity} and above"] if severity else []
    limits += [f"without {', '.join(sorted(excluded))}"] if excluded else []
    return f"no check is left of {', '.join(chosen)}" + (f" ({'; '.join(limits)})" if limits else "")


def _unknown(names: Iterable[str], kind: str, known: Collection[str], where: str = "") -> Iterator[str]:
    return (where + unknown(name, kind, known) for name in dict.fromkeys(names) if name not in known)


def _refuse(*mistakes: Iterable[str]) -> None:
    if sentences := [mistake for several in mistakes for mistake in several]:
        raise ConfigurationError("\n".join(dict.fromkeys(sentences)))
