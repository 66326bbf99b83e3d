"""The controls of frameworks, as data: what each asks for, which framework holds it, which checks support it. Pure.

Security Hub's control ids are one namespace. A check cites them, as `FSBP S3.5` or `Security Hub S3.7`, and nothing
else: what a control means to CIS, PCI DSS or NIST is AWS's mapping, which stands in data/controls. A requirement that
AWS maps to no control names its checks there (decision 64).
"""

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from muster.catalog.catalog import Catalog
from muster.data import package_data
from muster.model.check import Check
from muster.model.finding import Severity

SECURITY_HUB = "security-hub"
"""The framework of all of Security Hub's controls, whatever standard holds them."""

FSBP = "fsbp"
"""The framework of AWS Foundational Security Best Practices, which citations tell apart."""

_SOURCE = "https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-controls-reference.html"
_FOLDER = ("controls", "security_hub")
"""The folder of all controls, a file for each service; the files beside it are of one framework each."""
NOT_YET = "no check yet"
"""Why nothing supports a control about which there is nothing else to say."""
_NAMES = {"FSBP": True, "Security Hub": False}
"""How a citation begins, and whether the control is in FSBP then."""


@dataclass(frozen=True, slots=True)
class Control:
    """A control of Security Hub; `asks` is written for those that checks cite, `differs` where a check asks for less.

    `no_check` says why no check will support it. `resource_types` are AWS's, and those on which Muster judges the same.
    A date that AWS does not tell is None.
    """

    id: str
    title: str
    severity: Severity
    resource_types: frozenset[str]
    published: date | None = None
    retired: bool = False
    retired_on: date | None = None
    replaced_by: tuple[str, ...] = ()
    asks: str = ""
    differs: str = ""
    no_check: str = ""

    @classmethod
    def from_json(cls, name: str, document: Mapping[str, Any]) -> "Control":
        """Read a control as its file spells it."""
        return cls(
            id=name,
            title=document["title"],
            severity=Severity(document["severity"]),
            resource_types=frozenset(document["resource_types"] + document.get("judged_as", [])),
            published=document.get("published"),
            retired=document.get("retired", False),
            retired_on=document.get("retired_on"),
            replaced_by=tuple(document.get("replaced_by", ())),
            asks=document.get("asks", ""),
            differs=document.get("differs", ""),
            no_check=document.get("no_check", ""),
        )


@dataclass(frozen=True, slots=True)
class Requirement:
    """A requirement of a framework that AWS maps to no control; what meets it, or why nothing does (`manual`).

    `controls` are those that ask the same though AWS does not map them; `checks` are named where no control does.
    """

    title: str
    checks: tuple[str, ...] = ()
    controls: tuple[str, ...] = ()
    no_check: str = ""


@dataclass(frozen=True, slots=True)
class Framework:
    """A framework: the controls of Security Hub that it holds, each with the framework's own requirements.

    `beyond` are its requirements without a control, by their number. `gone` says of controls that other lists still
    have in this framework why they are not here.
    """

    name: str
    title: str
    source: str
    controls: Mapping[str, tuple[str, ...]]
    beyond: Mapping[str, Requirement] = field(default_factory=dict)
    gone: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Coverage:
    """A control of a framework, or a requirement without one: the checks that support it, or why there is none."""

    name: str
    requirements: tuple[str, ...]
    title: str
    checks: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Controls:
    """Controls by id, frameworks by name, and the services whose controls are here: all of them, no others."""

    services: tuple[str, ...]
    by_id: Mapping[str, Control]
    frameworks: Mapping[str, Framework]


@functools.cache
def load() -> Controls:
    """Read the package's controls and frameworks."""
    by_id = {name: control for service in _services() for name, control in _of_service(service).items()}
    in_use = {name: () for name, control in by_id.items() if not control.retired}
    everything = Framework(SECURITY_HUB, "AWS Security Hub", _SOURCE, in_use)
    frameworks = [everything, *(framework(name) for name in framework_names())]
    return Controls(tuple(_services()), by_id, {each.name: each for each in frameworks})


@functools.cache
def framework_names() -> tuple[str, ...]:
    """Return the names of the frameworks of the package, without reading them; that of all controls is none of them."""
    return tuple(name.removesuffix(".yaml") for name in package_data.names("controls"))


@functools.cache
def framework(name: str) -> Framework:
    """Read one framework; its name is one of `framework_names`."""
    document = package_data.read("controls", f"{name}.yaml")
    held = {control: tuple(requirements) for control, requirements in document["controls"].items()}
    beyond = {number: _requirement(written) for number, written in document.get("beyond", {}).items()}
    return Framework(name, document["title"], document["source"], held, beyond, document.get("gone", {}))


def _requirement(document: Mapping[str, Any]) -> Requirement:
    several = {name: tuple(document.get(name, ())) for name in ("checks", "controls")}
    return Requirement(document["title"], **several, no_check=document.get("no_check", ""))


@functools.cache
def _services() -> tuple[str, ...]:
    """Return what the ids of the controls of each service begin with."""
    return tuple(name.removesuffix(".yaml") for name in package_data.names(*_FOLDER))


@functools.cache
def _of_service(service: str) -> Mapping[str, Control]:
    document = package_data.read(*_FOLDER, f"{service}.yaml")
    return {name: Control.from_json(name, written) for name, written in document.items()}


def _one(name: str) -> Control | None:
    """Return a control; only the file of its service is read, since a scan starts with this."""
    service = _spelled().get(name.partition(".")[0].casefold())
    return _of_service(service).get(name) if service else None


@functools.cache
def _spelled() -> Mapping[str, str]:
    """Return how the ids of each service begin, by the same in small letters."""
    return {name.casefold(): name for name in _services()}


def cited(check: Check) -> Iterator[tuple[str, str]]:
    """Yield the prefix and the control's id of each citation of a check."""
    for citation in check.controls:
        prefix, _, name = citation.rpartition(" ")
        yield prefix, name


def supported(check: Check, resource_type: str, controls: Controls | None = None) -> tuple[str, ...]:
    """Return a check's citations that concern a resource type: a tag control of tables says nothing of buckets."""
    known = controls.by_id.get if controls else _one  # a scan reads neither the frameworks nor other services
    return tuple(
        citation
        for citation, (_, name) in zip(check.controls, cited(check), strict=True)
        if (control := known(name)) is not None and resource_type in control.resource_types
    )


def covered(catalog: Catalog, controls: Controls | None = None) -> Mapping[str, tuple[str, ...]]:
    """Return the checks that support each control which any check supports, by the control's id."""
    found: dict[str, list[str]] = {}
    for check in catalog.checks.values():
        types = catalog.resource_types(check) if check.controls else ()
        citations = {citation for name in types for citation in supported(check, name, controls)}
        for citation in citations:
            found.setdefault(citation.rpartition(" ")[2], []).append(check.id)
    return {name: tuple(sorted(checks)) for name, checks in found.items()}


def coverage(framework: Framework, catalog: Catalog, book: Controls) -> tuple[Coverage, ...]:
    """Return what supports each control of a framework, and each requirement that AWS maps to no control."""
    checks = covered(catalog, book)
    found = [
        _line(name, requirements, book.by_id[name].title, checks.get(name, ()), book.by_id[name].no_check)
        for name, requirements in framework.controls.items()
    ]
    for number, each in framework.beyond.items():
        meeting = [*(check for name in each.controls for check in checks.get(name, ())), *each.checks]
        known = tuple(name for name in dict.fromkeys(meeting) if name in catalog.checks)
        found.append(_line(number, (number,), each.title, known, each.no_check))
    return tuple(found)


def _line(name: str, requirements: tuple[str, ...], title: str, checks: tuple[str, ...], no_check: str) -> Coverage:
    return Coverage(name, requirements, title, checks, "" if checks else no_check or NOT_YET)


def supporting(framework: Framework, catalog: Catalog) -> Mapping[str, tuple[str, ...]]:
    """Return the checks that support something of a framework, each with the resource types for which it does."""
    found: dict[str, dict[str, None]] = {}
    asking = {*framework.controls, *(name for each in framework.beyond.values() for name in each.controls)}
    for check in catalog.checks.values():
        if any(name in asking for _, name in cited(check)):
            for kind in catalog.resource_types(check):
                if any(each.rpartition(" ")[2] in asking for each in supported(check, kind)):
                    found.setdefault(check.id, {})[kind] = None
    for each in framework.beyond.values():
        for name in each.checks:
            if name in catalog.checks:
                found.setdefault(name, {}).update(dict.fromkeys(catalog.resource_types(catalog.checks[name])))
    return {name: tuple(kinds) for name, kinds in found.items()}


def mistakes(catalog: Catalog, controls: Controls | None = None) -> tuple[str, ...]:
    """Return what is wrong with the controls that checks cite; a test keeps this empty."""
    book = controls or load()
    return tuple(
        f"{check.id}: {wrong}"
        for check in catalog.checks.values()
        for prefix, name in cited(check)
        for wrong in _wrong(prefix, name, frozenset(catalog.resource_types(check)), book)
    )


def _wrong(prefix: str, name: str, types: frozenset[str], book: Controls) -> Iterator[str]:
    if prefix not in _NAMES:
        yield f"a control is cited as {' or '.join(_NAMES)}, not as {prefix or name}"
        return
    control = book.by_id.get(name)
    if control is None:
        yield f"there is no control {name}"
        return
    if control.retired:
        on = f" on {control.retired_on}" if control.retired_on else ""
        instead = f"; cite {', '.join(control.replaced_by)}" if control.replaced_by else ""
        yield f"{name} was retired{on}{instead}"
        return
    if _NAMES[prefix] != (name in book.frameworks[FSBP].controls):
        yield f"{name} is {'not in' if _NAMES[prefix] else 'in'} FSBP"
    if not types & control.resource_types:
        about = ", ".join(sorted(control.resource_types))
        yield f"{name} is about {about}, the check judges {', '.join(sorted(types))}"
    if not control.asks:
        yield f"the requirement of {name} is not described"
