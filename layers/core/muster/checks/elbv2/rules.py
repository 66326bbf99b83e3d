"""Checks of the rules of a listener."""

import itertools
from collections.abc import Iterator, Mapping, Sequence

from muster.checks.elbv2.requests import apart, normal, takes_all
from muster.facets.elbv2.load_balancers import APPLICATION, GATEWAY, Listener
from muster.facets.elbv2.rules import Action, Condition, ListenerRule, ListenerRules
from muster.model.check import check
from muster.model.finding import Severity, Unknown, Verdict, compliant, known, non_compliant, not_applicable

Covers = Mapping[tuple[int, int], bool | None]
"""Whether the rule at one place matches every request of the rule at a later place."""


@check(severity=Severity.LOW, version=2)
def elb_listener_rules_not_redundant(listener: Listener, rules: ListenerRules) -> Verdict:
    """Listeners should have no rule without an effect.

    A rule has no effect if an earlier rule matches all its requests, if it has a condition or a value twice, or if it
    does the same as the default rule and no later rule treats its requests differently. Actions are compared by their
    effect: weights do not matter for a single target group, and a group of weight 0 does not count. Wildcards, letter
    case and address ranges are compared exactly, regular expressions only as text.

    Problem: listener rule has no effect
    Why: A rule that is never reached looks like a protection or a route, and is neither.
    Fix: If the narrower rule should win, give it the smaller priority with set-rule-priorities. Otherwise delete the
      rule without effect: `aws elbv2 delete-rule --rule-arn RULE-ARN`
    Source: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-rules.html
    """
    if listener.kind == GATEWAY:
        return not_applicable("Listeners of gateway load balancers have no rules")
    default = known(rules.default)
    if not rules.rules:
        return not_applicable("Listener has only its default rule")
    covers = _covers(rules.rules)
    unreached, as_default = _never_reached(rules.rules, covers), _as_default(rules.rules, default, covers)
    found = [*unreached, *_repeating(rules.rules), *as_default]
    faults = [reason for reason in found if isinstance(reason, str)]
    if faults:
        rest = (each[0].lower() + each[1:] for each in faults[1:])
        return non_compliant("; ".join([faults[0], *rest]), rule_arn=_first_needless(rules.rules, faults))
    for doubt in found:
        known(doubt)
    names = ", ".join(str(rule.priority) for rule in rules.rules)
    return compliant(f"Every rule has an effect: {names}")


@check(severity=Severity.MEDIUM, controls=("FSBP ELB.1",))
def elb_http_redirected(listener: Listener, rules: ListenerRules) -> Verdict:
    """HTTP listeners of application load balancers should redirect every request to HTTPS.

    The check reads all rules, not only the default rule: requests that match a rule that forwards are not encrypted.

    Problem: HTTP is not redirected to HTTPS
    Why: Anyone on the network path can read and change HTTP requests and responses.
    Fix: Redirect in the default rule: `aws elbv2 modify-listener --listener-arn ARN --default-actions
      'Type=redirect,RedirectConfig={Protocol=HTTPS,Port=443,StatusCode=HTTP_301}'` Redirect in each other rule that the
      reason names: `aws elbv2 modify-rule --rule-arn RULE-ARN --actions
      'Type=redirect,RedirectConfig={Protocol=HTTPS,Port=443,StatusCode=HTTP_301}'`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html#elb-1
    """
    if known(listener.kind) != APPLICATION:
        return not_applicable(f"Listeners of {listener.kind} load balancers cannot redirect")
    if known(listener.protocol) != "HTTP":
        return not_applicable(f"Listener uses {listener.protocol}, not HTTP")
    if served := unencrypted(rules):
        reason = f"HTTP listener on port {listener.port} does not always redirect to HTTPS: {', '.join(served)}"
        arns = (rule.arn for rule in rules.rules if not _encrypts(rule.action))
        return non_compliant(reason, rule_arn=next(arns, ""))
    known(rules.default)
    return compliant(f"Every rule of the HTTP listener on port {listener.port} redirects to HTTPS")


def unencrypted(rules: ListenerRules) -> list[str]:
    """Return the rules of an HTTP listener that do not redirect to HTTPS, each with what it does instead."""
    actions = {f"rule {rule.priority}": rule.action for rule in rules.rules}
    if not isinstance(rules.default, Unknown):
        actions["the default rule"] = rules.default
    return [f"{name} {_does(action)}" for name, action in actions.items() if not _encrypts(action)]


def _first_needless(rules: Sequence[ListenerRule], faults: Sequence[str]) -> str:
    """Return the ARN of the first rule that can be deleted as a whole; empty where none can."""
    reasons = {rule.arn: (f"Rule {rule.priority} is never ", f"Rule {rule.priority} does ") for rule in rules}
    return next((arn for fault in faults for arn, begin in reasons.items() if fault.startswith(begin)), "")


def _covers(rules: Sequence[ListenerRule]) -> Covers:
    pairs = itertools.combinations(enumerate(rules), 2)
    return {(place, later): takes_all(one, other) for (place, one), (later, other) in pairs}


def _never_reached(rules: Sequence[ListenerRule], covers: Covers) -> Iterator[str | Unknown]:
    for number, rule in enumerate(rules):
        first = next((rules[place] for place in range(number) if covers[place, number]), None)
        doubts = [str(rules[place].priority) for place in range(number) if covers[place, number] is None]
        if first and takes_all(rule, first):
            yield f"Rule {rule.priority} is never reached: rule {first.priority} has the same conditions"
        elif first:
            yield f"Rule {rule.priority} is never reached: rule {first.priority} matches all its requests"
        elif doubts:
            yield Unknown(f"Muster cannot tell whether rule {rule.priority} is reached after rule {', '.join(doubts)}")


def _repeating(rules: Sequence[ListenerRule]) -> Iterator[str | Unknown]:
    for rule in rules:
        for condition in dict.fromkeys(_twice(rule.conditions)):
            yield f"Rule {rule.priority} has the same condition on {condition.field} twice"
        for condition in rule.conditions:
            if not condition.known:
                yield Unknown(f"Rule {rule.priority} has a condition that Muster does not know: {condition.field}")
            elif len(normal(condition)[2]) < len(condition.values):
                yield f"Rule {rule.priority} has a value of {condition.field} twice"


def _twice(conditions: Sequence[Condition]) -> Iterator[Condition]:
    seen = set()
    for condition in conditions:
        if normal(condition) in seen:
            yield condition
        seen.add(normal(condition))


def _as_default(rules: Sequence[ListenerRule], default: Action, covers: Covers) -> Iterator[str | Unknown]:
    for number, rule in enumerate(rules):
        if rule.action.whole != default.whole:
            continue
        behind = (rules[place] for place in _behind(len(rules), number, covers))
        answers = [apart(rule, each) for each in behind if each.action.whole != default.whole]
        if all(answers):
            yield f"Rule {rule.priority} does the same as the default rule, and no rule between them differs"
        elif False not in answers:
            yield Unknown(
                f"Rule {rule.priority} does the same as the default rule; Muster cannot tell if it has an effect"
            )


def _behind(count: int, number: int, covers: Covers) -> Iterator[int]:
    """Yield the places of later rules that would be reached without the rule at a place."""
    for later in range(number + 1, count):
        if not any(covers[place, later] for place in range(later) if place != number):
            yield later


def _encrypts(action: Action) -> bool:
    return action.kind == "redirect" and action.redirects_to == "HTTPS"


def _does(action: Action) -> str:
    if action.kind == "redirect":
        return f"redirects to {action.redirects_to or '#{protocol}'}"
    known_kinds = {"forward": "forwards", "fixed-response": "returns a fixed response"}
    return known_kinds.get(action.kind, f"has the action {action.kind!r}")
