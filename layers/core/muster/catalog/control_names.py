"""Names of frameworks and controls as people type them: `fsbp`, `cis`, `S3.8`, `FSBP S3.8`, `CIS 2.1.1`. Pure."""

import functools
import re
from collections.abc import Iterable, Iterator, Mapping

from muster.catalog.catalog import Catalog
from muster.catalog.controls import SECURITY_HUB, Control, Controls, Framework, coverage
from muster.model.suggest import unknown

_FAMILIES = {"securityhub": SECURITY_HUB, "sechub": SECURITY_HUB, "nist": "nist-800-53"}
"""Other names of frameworks, without spaces and hyphens."""
_LEADING = re.compile(r"(?P<framework>.+?)[ :/]+(?P<control>\S+)")


def framework_named(name: str, book: Controls) -> Framework:
    """Return a framework by its name, in any case; a name without a version means the newest version.

    Raises:
        ValueError: there is no such framework; the message has the names.
    """
    wanted = _folded(name)
    found = [each for each in book.frameworks.values() if _folded(each.name) == wanted]
    found += [book.frameworks[_FAMILIES[wanted]]] if wanted in _FAMILIES else []
    found += sorted((each for each in book.frameworks.values() if _family(each) == wanted), key=_version, reverse=True)
    if not found:
        raise ValueError(unknown(name, "a framework", book.frameworks))
    return found[0]


def controls_named(text: str, book: Controls) -> tuple[tuple[Framework, Control], ...]:
    """Return the controls that a text names, each with the framework that it was named in.

    A control's own id (`S3.8`) may follow the name of a framework that has it. A framework's own requirement
    (`CIS 2.1.1`, `cis-3.0.0 5.4`, `NIST CA-7`) always does; several controls may meet it. Nothing is found where the
    text is no name of a control. A framework without a version is the newest version that has the requirement.
    """
    whole = book.frameworks[SECURITY_HUB]
    if (alone := _by_id(text.strip(), book)) is not None:
        return ((whole, alone),)
    parts = _LEADING.fullmatch(text.strip())
    if parts is None:
        return ()
    for framework in _candidates(parts["framework"], book):
        if found := tuple(_within(framework, parts["control"], book)):
            return tuple((framework, each) for each in found)
    return ()


def requirement_named(text: str, book: Controls) -> tuple[Framework, str] | None:
    """Return the framework and the number of a requirement without a control that a text names (`CIS 1.12`).

    As with controls, the newest version that has the requirement counts: None where a control meets it there.
    """
    parts = _LEADING.fullmatch(text.strip())
    if parts is None:
        return None
    for framework in _candidates(parts["framework"], book):
        if parts["control"] in framework.beyond:
            return framework, parts["control"]
        if any(_within(framework, parts["control"], book)):
            return None
    return None


def _candidates(name: str, book: Controls) -> list[Framework]:
    """Return the framework of this name, then the other versions of it, newest first."""
    try:
        first = framework_named(name, book)
    except ValueError:
        return []
    if _folded(first.name) == _folded(name):
        return [first]
    family = [each for each in book.frameworks.values() if _family(each) == _family(first)]
    return sorted(family, key=_version, reverse=True)


def _within(framework: Framework, name: str, book: Controls) -> Iterator[Control]:
    for control, requirements in framework.controls.items():
        if _folded(name) in {_folded(control), *map(_folded, requirements)} and control in book.by_id:
            yield book.by_id[control]


def _by_id(name: str, book: Controls) -> Control | None:
    return next((control for each, control in book.by_id.items() if _folded(each) == _folded(name)), None)


def _family(framework: Framework) -> str:
    return _folded(framework.name.partition("-")[0])


def _version(framework: Framework) -> tuple[int, ...]:
    return tuple(int(each) for each in re.findall(r"\d+", framework.name))


@functools.cache
def _folded(name: str) -> str:
    return re.sub(r"[\s_-]+", "", name).lower()


def labels(catalog: Catalog, names: Iterable[str], book: Controls) -> Mapping[str, str]:
    """Return for each check the requirements of the frameworks that it supports, as `CIS 2.1.4` or `S3.8`.

    Raises:
        ValueError: there is no such framework.
    """
    found: dict[str, dict[str, None]] = {}
    for framework in (framework_named(name, book) for name in names):
        for line in coverage(framework, catalog, book):
            for check in line.checks:
                found.setdefault(check, {}).update(dict.fromkeys(line.requirements or (line.name,)))
    return {check: ", ".join(requirements) for check, requirements in found.items()}
