"""Comparisons of what a function may do: the statements of its role's policies."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from muster.migration.comparison import compares
from muster.migration.relatives import FUNCTION
from muster.migration.sides import Pair, Side, Source, Target
from muster.migration.translating import Translation
from muster.model.finding import Severity, Unknown, Verdict, compliant, known, non_compliant, not_applicable
from muster.model.text import listed
from muster.snapshots.snapshot import Snapshot

_SHOWN = 6
_ELEMENTS = ("Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource")
_ACTIONS = ("Action", "NotAction")


@dataclass(frozen=True)
class _Statement:
    """A statement as it was written, and in a form in which two that say the same are equal."""

    policy: str
    statement: Mapping[str, Any]
    form: Mapping[str, Any]

    @property
    def text(self) -> str:
        """The whole statement as text."""
        return json.dumps(self.statement)

    @property
    def form_text(self) -> str:
        """The form as text, to compare by."""
        return json.dumps(self.form, sort_keys=True)

    @property
    def summary(self) -> str:
        """The effect and the first actions."""
        actions = self.statement.get("Action") or self.statement.get("NotAction") or ()
        names = [actions] if isinstance(actions, str) else list(actions)
        return f"{self.statement.get('Effect')} {listed(names, 2)}"


@compares(FUNCTION, severity=Severity.HIGH)
def target_function_permissions_match(source: Source, target: Target, pair: Pair) -> Verdict:
    """Target functions should have a role with the statements of their source's, with regions and names replaced.

    Inline and attached policies are compared statement by statement, whichever policy has them; so is the permissions
    boundary. A role that both functions share must have them for both regions.

    Problem: permissions differ from the source
    Why: A function that may do less fails when it needs the permission; one that may do more is a risk.
    Fix: `aws iam put-role-policy --role-name ROLE-NAME --policy-name POLICY-NAME --policy-document file://POLICY.json`
      The call replaces the role's policy of that name.
    Source: https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html
    """
    theirs, ours = _role(source), _role(target)
    translation = Translation.between(source, target, pair)
    wanted, found = list(_statements(theirs)), list(_statements(ours))
    wrong = [
        f"{each.policy} of the source: {each.summary} is missing"
        for each in wanted
        if not any(_same(translation, each.form, other.form) for other in found)
    ]
    copied = {each.form_text for each in wanted}
    wrong += [
        f"{each.policy}: {each.summary} is only at the target"
        for each in found
        if each.form_text not in copied and not any(_same(translation, other.form, each.form) for other in wanted)
    ]
    if wrong:
        return non_compliant(listed(wrong, _SHOWN))
    return compliant(f"the role {ours.resource.id} has the statements of the source's: {len(wanted)}")


@compares(FUNCTION, severity=Severity.HIGH)
def target_function_permissions_name_target(source: Source, target: Target, pair: Pair) -> Verdict:
    """Target functions should have a role whose policies do not name the source region.

    A role that both functions share has to name both.

    Problem: a policy names the source region
    Why: The target may not do in its own region what the policy allows in the other.
    Fix: `aws iam put-role-policy --role-name ROLE-NAME --policy-name POLICY-NAME --policy-document file://POLICY.json`
      The call replaces the role's policy of that name.
    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
    """
    theirs, ours = _role(source), _role(target)
    if theirs.resource.arn == ours.resource.arn:
        return not_applicable(f"the role {ours.resource.id} is the source's, too")
    translation = Translation.between(source, target, pair)
    wrong = sorted({each.policy for each in _statements(ours) if translation.names_source(each.text)})
    if wrong:
        return non_compliant(f"{source.resource.region} is named by {listed(wrong, _SHOWN)}")
    return compliant(f"no policy of {ours.resource.id} names {source.resource.region}")


def _role(side: Side) -> Snapshot:
    role = side.other("role")
    if role is None or not role.exists:
        name = f": {role.resource.id}" if role else ""
        return known(Unknown(f"the function in {side.resource.region} has no role that exists{name}"))
    return role


def _statements(role: Snapshot) -> Iterator[_Statement]:
    """Yield the statements of a role's policies and of its boundary."""
    named = (
        ("inline-policies", "Policies", "the inline policy {PolicyName}"),
        ("attached-policies", "AttachedPolicies", "the policy {PolicyName}"),
    )
    for section, member, words in named:
        for each in role.answer(section).get(member) or ():
            yield from _of_document(words.format(**each), each["PolicyDocument"])
    if boundary := role.answer("boundary").get("PolicyDocument"):
        for each in _of_document("the permissions boundary", boundary):
            yield replace(each, form={**each.form, "boundary": True})


def _of_document(policy: str, document: Mapping[str, Any]) -> Iterator[_Statement]:
    statements = document.get("Statement") or ()
    for each in (statements,) if isinstance(statements, Mapping) else statements:
        yield _Statement(policy, each, _form(each))


def _form(statement: Mapping[str, Any]) -> dict[str, Any]:
    """Return a statement without its id, one string as a list of one, lists in order, actions in small letters."""
    kept = {name: value for name, value in statement.items() if name != "Sid"}
    for name in _ELEMENTS:
        if name in kept:
            kept[name] = _set(kept[name], small=name in _ACTIONS)
    conditions = kept.get("Condition") or {}
    kept["Condition"] = {
        test: {str(key).lower(): _set(values) for key, values in keys.items()} for test, keys in conditions.items()
    }
    return kept


def _set(value: Any, *, small: bool = False) -> Any:
    if isinstance(value, Mapping):
        return {key: _set(inner) for key, inner in value.items()}
    texts = {str(each).lower() if small else str(each) for each in (value if isinstance(value, list) else [value])}
    return sorted(texts)


def _same(translation: Translation, theirs: Any, ours: Any) -> bool:
    """Whether a form, or a part of one, is what the source's should become."""
    if isinstance(theirs, Mapping) and isinstance(ours, Mapping):
        return theirs.keys() == ours.keys() and all(_same(translation, theirs[key], ours[key]) for key in theirs)
    if isinstance(theirs, list) and isinstance(ours, list):
        kept = all(any(_same(translation, one, other) for other in ours) for one in theirs)
        return kept and all(any(_same(translation, one, other) for one in theirs) for other in ours)
    if isinstance(theirs, str) and isinstance(ours, str):
        return translation.same_resource(theirs, ours)
    return bool(theirs == ours)
