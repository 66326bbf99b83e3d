"""Checks of what the rules of a listener do."""

import itertools
from collections.abc import Iterator, Mapping, Sequence

from muster.checks.elbv2.requests import apart, normal, takes_all
from muster.facets.elbv2.load_balancers import APPLICATION, GATEWAY, Listener
from muster.facets.elbv2.rules import Action, Condition, ListenerRule, ListenerRules
from muster.model.check import check
from muster.model.finding import Severity, Unknown, Verdict, compliant, known, non_compliant, not_applicable

Covers = Mapping[tuple[int, int], bool | None]
"""Whether the rule at one place takes every request that the one at a later place would."""


@check(severity=Severity.LOW, version=2)
def elb_listener_rules_not_redundant(listener: Listener, rules: ListenerRules) -> Verdict:
    """Listeners should have no rule that changes nothing.

    A rule changes nothing when one earlier rule takes every request that it would; when a condition or a value stands
    in it twice; or when it does what the default rule does and no later rule would do otherwise with its requests.
    Actions are compared by their effect: forwarding to one target group is the same with any weight, beside a group of
    weight 0, or named by its ARN alone. Wildcards, letter case and address ranges are compared exactly, regular
    expressions by their text alone.

    Problem: listener rule has no effect
    Why: A rule that is never reached looks like a protection or a route, and is neither.
    Fix: `aws elbv2 delete-rule --rule-arn RULE-ARN` Or give the narrower rule the smaller priority.
    Source: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-rules.html
    """
    if listener.kind == GATEWAY:
        return not_applicable("the listener of a gateway load balancer has no rules")
    default = known(rules.default)
    if not rules.rules:
        return not_applicable("the listener has no rule besides its default one")
    covers = _covers(rules.rules)
    unreached, as_default = _never_reached(rules.rules, covers), _as_default(rules.rules, default, covers)
    found = [*unreached, *_repeating(rules.rules), *as_default]
    faults = [reason for reason in found if isinstance(reason, str)]
    if faults:
        return non_compliant("; ".join(faults))
    for doubt in found:
        known(doubt)
    names = ", ".join(str(rule.priority) for rule in rules.rules)
    return compliant(f"every rule besides the default one changes something: {names}")


@check(severity=Severity.MEDIUM, controls=("FSBP ELB.1",))
def elb_http_redirected(listener: Listener, rules: ListenerRules) -> Verdict:
    """HTTP listeners of application load balancers should redirect every request to HTTPS.

    All rules are looked at, not the default one alone: a single rule that forwards is served without encryption.

    Problem: HTTP is not redirected to HTTPS
    Why: What is asked over HTTP can be read and changed by everybody on the way.
    Fix: `aws elbv2 modify-listener --listener-arn ARN --default-actions
      'Type=redirect,RedirectConfig={Protocol=HTTPS,Port=443,StatusCode=HTTP_301}'` For other rules than the default
      one: `aws elbv2 modify-rule --rule-arn RULE-ARN --actions
      'Type=redirect,RedirectConfig={Protocol=HTTPS,Port=443,StatusCode=HTTP_301}'`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html#elb-1
    """
    if known(listener.kind) != APPLICATION:
        return not_applicable(f"the listener is of a {listener.kind} load balancer, which does not redirect")
    if known(listener.protocol) != "HTTP":
        return not_applicable(f"the listener speaks {listener.protocol}, not HTTP")
    actions = {f"rule {rule.priority}": rule.action for rule in rules.rules}
    if not isinstance(rules.default, Unknown):
        actions["the default rule"] = rules.default
    served = [f"{name} {_does(action)}" for name, action in actions.items() if not _encrypts(action)]
    if served:
        return non_compliant(f"HTTP on port {listener.port} is not always redirected to HTTPS: {', '.join(served)}")
    known(rules.default)
    return compliant(f"every rule of HTTP on port {listener.port} redirects to HTTPS")


def _covers(rules: Sequence[ListenerRule]) -> Covers:
    pairs = itertools.combinations(enumerate(rules), 2)
    return {(place, later): takes_all(one, other) for (place, one), (later, other) in pairs}


def _never_reached(rules: Sequence[ListenerRule], covers: Covers) -> Iterator[str | Unknown]:
    for number, rule in enumerate(rules):
        first = next((rules[place] for place in range(number) if covers[place, number]), None)
        doubts = [str(rules[place].priority) for place in range(number) if covers[place, number] is None]
        if first and takes_all(rule, first):
            yield f"rule {rule.priority} is never reached: rule {first.priority} has the same conditions"
        elif first:
            yield f"rule {rule.priority} is never reached: rule {first.priority} takes every request it would"
        elif doubts:
            yield Unknown(
                f"whether rule {rule.priority} is ever reached behind rule {', '.join(doubts)} cannot be told"
            )


def _repeating(rules: Sequence[ListenerRule]) -> Iterator[str | Unknown]:
    for rule in rules:
        for condition in dict.fromkeys(_twice(rule.conditions)):
            yield f"rule {rule.priority} has the same condition on {condition.field} twice"
        for condition in rule.conditions:
            if not condition.known:
                yield Unknown(f"rule {rule.priority} asks for a {condition.field}, which Muster does not know")
            elif len(normal(condition)[2]) < len(condition.values):
                yield f"rule {rule.priority} names a value of {condition.field} twice"


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
            yield f"rule {rule.priority} does what the default rule does, and no rule between them differs"
        elif False not in answers:
            yield Unknown(f"whether rule {rule.priority}, which does what the default rule does, is an exception")


def _behind(count: int, number: int, covers: Covers) -> Iterator[int]:
    """Yield the places of later rules that would be reached if the rule at a place were taken away."""
    for later in range(number + 1, count):
        if not any(covers[place, later] for place in range(later) if place != number):
            yield later


def _encrypts(action: Action) -> bool:
    return action.kind == "redirect" and action.redirects_to == "HTTPS"


def _does(action: Action) -> str:
    if action.kind == "redirect":
        return f"redirects to {action.redirects_to or '#{protocol}'}"
    return {"forward": "forwards", "fixed-response": "answers itself"}.get(action.kind, f"does {action.kind!r}")
