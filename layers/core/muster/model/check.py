"""A check: a pure function whose signature says what it reads and what a user may tune."""

import inspect
import re
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from muster.model.finding import Related, Severity, Verdict

_ID = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*\Z")
_SECTIONS = re.compile(r"^(Problem|Why|Fix|Source):\s*", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Check:
    """A judgement of one resource type.

    `facets` maps the function's parameters to the types they want, in order; `settings` maps its
    keyword-only parameters to their defaults and `setting_types` to their annotations; `related` names the
    parameters that read other resources. `opt_in` names the settings without which it judges nothing. `needs_tags` says
    that packs run it only where the configuration requires tags. `yields_to` names checks that report some of the same
    facts: where one of them does, this one is not applicable, and with `yields_always` also where it would pass.
    `problem` says in a few words what is wrong with a resource that fails; the subject of an alert has it.
    """

    id: str
    function: Callable[..., Verdict]
    severity: Severity
    controls: tuple[str, ...]
    version: int
    facets: Mapping[str, type]
    related: frozenset[str]
    settings: Mapping[str, object]
    setting_types: Mapping[str, object]
    title: str
    why: str
    fix: str
    source: str
    opt_in: tuple[str, ...] = ()
    problem: str = ""
    needs_tags: bool = False
    yields_to: tuple[str, ...] = ()
    yields_always: bool = False

    def __call__(self, *facets: object, **settings: object) -> Verdict:
        """Judge: the checks' own tests call them so."""
        return self.function(*facets, **settings)


def check(  # noqa: PLR0913 - one for each thing that a check declares
    *,
    severity: Severity,
    controls: tuple[str, ...] = (),
    version: int = 1,
    opt_in: tuple[str, ...] = (),
    needs_tags: bool = False,
    yields_to: tuple[str, ...] = (),
    yields_always: bool = False,
) -> Callable[[Callable[..., Verdict]], Check]:
    """Turn a function into a check; its name becomes the id, its docstring the documentation.

    `controls` are ids of frameworks' controls that the check supports. `version` grows when the meaning changes.
    `opt_in` names settings: while all of them are empty the policy asks for nothing, and nothing is read for it.
    `needs_tags` marks a check of tags: no pack runs it before the configuration requires tags.
    `yields_to` names checks, worst first; what one of them reports on a resource, this check does not report again.

    Raises:
        TypeError: the declaration is incomplete or ambiguous; the message says what to change.
    """

    def declare(function: Callable[..., Verdict]) -> Check:
        name = function.__name__
        if not _ID.match(name):
            raise TypeError(f"{name}: a check is named in lower_snake_case, the desired state first of all")
        hints = typing.get_type_hints(function)
        if hints.get("return") is not Verdict:
            raise TypeError(f"{name}: a check returns a Verdict")
        facets, related, settings, types = _parameters(name, inspect.signature(function), hints)
        if unset := [each for each in opt_in if settings.get(each, True)]:
            raise TypeError(f"{name}: {', '.join(unset)} must be settings that are empty by default")
        title, sections = _document(name, inspect.getdoc(function) or "")
        return Check(
            id=name.replace("_", "-"),
            function=function,
            severity=severity,
            controls=controls,
            version=version,
            facets=MappingProxyType(facets),
            related=frozenset(related),
            settings=MappingProxyType(settings),
            setting_types=MappingProxyType(types),
            title=title,
            why=sections["Why"],
            fix=sections["Fix"],
            source=sections.get("Source", ""),
            opt_in=opt_in,
            problem=sections.get("Problem", ""),
            needs_tags=needs_tags,
            yields_to=yields_to,
            yields_always=yields_always,
        )

    return declare


def _parameters(
    name: str, signature: inspect.Signature, hints: Mapping[str, object]
) -> tuple[dict[str, type], set[str], dict[str, object], dict[str, object]]:
    facets: dict[str, type] = {}
    related: set[str] = set()
    settings: dict[str, object] = {}
    types: dict[str, object] = {}
    for parameter in signature.parameters.values():
        hint = hints.get(parameter.name)
        if parameter.kind is parameter.KEYWORD_ONLY:
            if parameter.default is parameter.empty:
                raise TypeError(f"{name}: the setting {parameter.name} needs a default")
            settings[parameter.name], types[parameter.name] = parameter.default, hint
            continue
        if typing.get_origin(hint) is Related:
            related.add(parameter.name)
            hint = typing.get_args(hint)[0]
        if not isinstance(hint, type):
            raise TypeError(f"{name}: the parameter {parameter.name} needs a facet's type as its annotation")
        facets[parameter.name] = hint
    if not facets:
        raise TypeError(f"{name}: a check reads at least one facet")
    return facets, related, settings, types


def _document(name: str, text: str) -> tuple[str, dict[str, str]]:
    title, _, rest = text.partition("\n")
    if " should " not in title or not title.endswith("."):
        raise TypeError(f"{name}: the docstring's first line is a sentence with 'should' and ends with a full stop")
    pieces = _SECTIONS.split(rest)
    sections = {key: " ".join(body.split()) for key, body in zip(pieces[1::2], pieces[2::2], strict=True)}
    if missing := [key for key in ("Why", "Fix") if not sections.get(key)]:
        raise TypeError(f"{name}: the docstring lacks a section {' and '.join(missing)}")
    return title.removesuffix("."), sections
