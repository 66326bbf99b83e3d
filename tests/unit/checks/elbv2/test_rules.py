"""What the rules of a listener do, and which of them do nothing."""

import itertools
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.checks.elbv2.requests import apart, takes_all
from muster.checks.elbv2.rules import elb_http_redirected, elb_listener_rules_not_redundant
from muster.facets.elbv2.load_balancers import Listener
from muster.facets.elbv2.rules import SEPARATOR, Action, Condition, ListenerRule, ListenerRules
from muster.model.finding import Status, Unknown, UnknownField
from tests.examples import examples

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
LOST = Unknown("AWS did not say")
WEB = Listener("application", "HTTP", 80, LOST)
SERVE = Action("forward", "", "web")
OTHER = Action("forward", "", "api")
SECURE = Action("redirect", "HTTPS", "redirect")


def path(*values: str, regexes: tuple[str, ...] = ()) -> Condition:
    return Condition("path-pattern", values, regexes)


def host(*values: str, regexes: tuple[str, ...] = ()) -> Condition:
    return Condition("host-header", values, regexes)


def header(name: str, *values: str) -> Condition:
    return Condition("http-header", values, name=name)


def query(*pairs: str) -> Condition:
    return Condition("query-string", tuple(pair.replace("=", SEPARATOR) for pair in pairs))


def method(*values: str) -> Condition:
    return Condition("http-request-method", values)


def source(*values: str) -> Condition:
    return Condition("source-ip", values)


def rule(priority: int, *conditions: Condition, action: Action = OTHER) -> ListenerRule:
    return ListenerRule(priority, conditions, action)


STRANGE = Condition("moon-phase", ("{}",))


@pytest.mark.parametrize(
    ("earlier", "later", "answer"),
    [
        pytest.param([path("/*")], [path("/a")], True, id="a wider path"),
        pytest.param([path("/a")], [path("/*")], False, id="a narrower path"),
        pytest.param([path("/a", "/b")], [path("/b", "/a")], True, id="the same paths"),
        pytest.param([path("/a")], [path("/a", "/b")], False, id="one path of two"),
        pytest.param([path("/A")], [path("/a")], False, id="a path has its case"),
        pytest.param([host("A.example.com")], [host("a.example.com")], True, id="a host has none"),
        pytest.param([host("*.example.com")], [host("a.example.com"), path("/x")], True, id="more conditions"),
        pytest.param([host("a.example.com"), path("/x")], [host("a.example.com")], False, id="fewer conditions"),
        pytest.param([path("/*")], [host("a.example.com")], True, id="every request has a path"),
        pytest.param([path("*")], [method("GET")], True, id="a star alone"),
        pytest.param([path("/?*")], [method("GET")], False, id="the bare path is left"),
        pytest.param([host("*")], [path("/a")], True, id="any host"),
        pytest.param([host("*.*")], [path("/a")], False, id="a host without a dot is left"),
        pytest.param([header("x-a", "*")], [path("/a")], False, id="a request may lack the header"),
        pytest.param([header("x-a", "*")], [header("x-a", "1"), path("/a")], True, id="it has the header"),
        pytest.param([header("x-a", "*")], [header("x-b", "1")], False, id="it has another"),
        pytest.param([header("x-a", "V1")], [header("x-a", "v1")], True, id="a header's value has no case"),
        pytest.param(
            [header("x-a", "1*"), header("x-a", "*2")], [header("x-a", "12")], True, id="two conditions in one"
        ),
        pytest.param(
            [header("x-a", "12")], [header("x-a", "1*"), header("x-a", "*2")], False, id="it may be sent twice"
        ),
        pytest.param([query("*=*")], [path("/a")], False, id="a request may lack a query"),
        pytest.param([query("*=1")], [query("v=1")], True, id="any key"),
        pytest.param([query("v=1")], [query("*=1")], False, id="a certain key"),
        pytest.param([query("v=*")], [query("V=1")], True, id="a query has no case"),
        pytest.param([query("v=\\*")], [query("v=1")], False, id="an escaped star is a star"),
        pytest.param([method("GET", "HEAD")], [method("GET")], True, id="one method of two"),
        pytest.param([method("GET")], [method("get")], False, id="a method has its case"),
        pytest.param([method("GET")], [path("/a")], False, id="another method is left"),
        pytest.param([source("10.0.0.0/8")], [source("10.1.0.0/16")], True, id="a network in another"),
        pytest.param(
            [source("10.0.0.0/9", "10.128.0.0/9")], [source("10.0.0.0/8")], True, id="two halves make the whole"
        ),
        pytest.param([source("10.0.0.0/9")], [source("10.0.0.0/8")], False, id="one half does not"),
        pytest.param(
            [source("2001:db8::/33", "2001:db8:8000::/33")], [source("2001:db8::/32")], True, id="IPv6 halves"
        ),
        pytest.param([source("0.0.0.0/0")], [source("::/0")], False, id="the other family"),
        pytest.param([source("0.0.0.0/0", "::/0")], [path("/a")], True, id="every request has an address"),
        pytest.param([source("0.0.0.0/0")], [path("/a")], False, id="which may be IPv6"),
        pytest.param([path(regexes=("^/a",))], [path(regexes=("^/a",))], True, id="the same expression"),
        pytest.param([path(regexes=("^/a",))], [path("/a")], None, id="an expression is not read"),
        pytest.param([path("/a")], [path(regexes=("^/a$",))], None, id="nor the other way"),
        pytest.param([path("/*")], [path(regexes=("^/a$",))], True, id="a star takes what an expression does"),
        pytest.param([path(regexes=(".*",))], [host("a.example.com")], None, id="an expression may take all"),
        pytest.param(
            [path(regexes=("^/a",)), host("a.example.com")],
            [path("/a"), host("b.example.com")],
            False,
            id="another condition decides",
        ),
        pytest.param([STRANGE], [STRANGE], True, id="a new field, the same twice"),
        pytest.param([STRANGE], [path("/a")], None, id="a new field"),
        pytest.param(
            [Condition("moon-phase", ("full",))], [Condition("moon-phase", ("new",))], None, id="a new field's values"
        ),
    ],
)
def test_takes_all(earlier: list[Condition], later: list[Condition], answer: bool | None) -> None:
    assert takes_all(rule(1, *earlier), rule(2, *later)) is answer


@pytest.mark.parametrize(
    ("one", "other", "answer"),
    [
        pytest.param([path("/a/*")], [path("/b/*")], True, id="two folders"),
        pytest.param([path("/a/*")], [path("/*/b")], False, id="a path of both"),
        pytest.param([path("a*")], [path("*")], True, id="no path begins with a letter"),
        pytest.param([path("/a/*"), method("GET")], [path("/*"), method("POST")], True, id="two methods"),
        pytest.param([host("a.example.com")], [path("/a")], False, id="different fields"),
        pytest.param([header("x-a", "1")], [header("x-a", "2")], False, id="a request may send both"),
        pytest.param([source("10.0.0.0/8")], [source("10.1.0.0/16")], False, id="a network in another"),
        pytest.param([source("10.0.0.0/8")], [source("11.0.0.0/8", "::/0")], True, id="networks apart"),
        pytest.param([path(regexes=("^/a",))], [path("/b")], None, id="an expression is not read"),
        pytest.param([path("/b", regexes=("^/a",))], [path("/b")], False, id="but the values beside it are"),
        pytest.param([path(regexes=("x",)), method("GET")], [path("/b"), method("PUT")], True, id="methods decide"),
        pytest.param([STRANGE], [path("/b")], None, id="a new field"),
    ],
)
def test_apart(one: list[Condition], other: list[Condition], answer: bool | None) -> None:
    assert apart(rule(1, *one), rule(2, *other)) is answer
    assert apart(rule(2, *other), rule(1, *one)) is answer


def judged(*rules: ListenerRule, default: Action | Unknown = SERVE) -> tuple[Status, str]:
    verdict = elb_listener_rules_not_redundant(WEB, ListenerRules(rules, default))
    return verdict.status, verdict.reason


@pytest.mark.parametrize(
    ("rules", "status", "says"),
    [
        pytest.param([], NA, "Listener has only its default rule", id="the default rule alone"),
        pytest.param(
            [rule(1, path("/a")), rule(2, path("/*"))], C, "Every rule has an effect: 1, 2", id="narrow before wide"
        ),
        pytest.param(
            [rule(1, path("/*")), rule(2, path("/a"))],
            N,
            "Rule 2 is never reached: rule 1 matches all its requests",
            id="wide before narrow",
        ),
        pytest.param(
            [rule(1, path("/a", "/b")), rule(7, path("/b", "/a"), action=SECURE)],
            N,
            "Rule 7 is never reached: rule 1 has the same conditions",
            id="the same conditions",
        ),
        pytest.param([rule(1, path("/a", "/A"))], C, "", id="paths that differ in case"),
        pytest.param(
            [rule(1, host("a.example.com", "A.example.com"))],
            N,
            "Rule 1 has a value of host-header twice",
            id="a value twice",
        ),
        pytest.param(
            [rule(1, header("x-a", "v"), header("x-a", "V"))],
            N,
            "Rule 1 has the same condition on http-header twice",
            id="a condition twice",
        ),
        pytest.param([rule(1, header("x-a", "v"), header("x-b", "v"))], C, "", id="two headers"),
        pytest.param(
            [rule(1, path("/a"), action=SERVE)],
            N,
            "Rule 1 does the same as the default rule, and no rule between them differs",
            id="as the default",
        ),
        pytest.param([rule(1, path("/a"), action=SERVE), rule(2, path("/*"))], C, "", id="an exception to a rule"),
        pytest.param(
            [rule(1, path("/a"), action=SERVE), rule(2, path("/b"))],
            N,
            "Rule 1 does the same as the default rule, and no rule between them differs",
            id="a later rule about other requests",
        ),
        pytest.param(
            [rule(1, path("/a"), action=SERVE), rule(2, path("/*"), action=SERVE)],
            N,
            "Rule 1 does the same as the default rule, and no rule between them differs; rule 2 does the "
            "same as the default rule, and no rule between them differs",
            id="a chain of them",
        ),
        pytest.param(
            [rule(1, path("/a*"), action=SERVE), rule(2, path("/*"), action=SERVE), rule(3, path("/a"))],
            N,
            "",
            id="a later rule that is never reached does not count",
        ),
        pytest.param(
            [rule(1, path("/a"), action=SERVE), rule(2, path("/a"))],
            N,
            "",
            id="unless the rule itself keeps it from being reached",
        ),
        pytest.param(
            [rule(1, path("/*")), rule(2, path(regexes=("x",))), rule(3, path("/a"))],
            N,
            "",
            id="what is known decides over what is not",
        ),
    ],
)
def test_elb_listener_rules_not_redundant(rules: list[ListenerRule], status: Status, says: str) -> None:
    found, reason = judged(*rules)
    assert found is status
    assert says in reason


def test_the_rule_that_keeps_another_from_being_reached_is_not_called_useless() -> None:
    assert "does what" not in judged(rule(1, path("/a"), action=SERVE), rule(2, path("/a")))[1]


@pytest.mark.parametrize(
    ("rules", "says"),
    [
        pytest.param(
            [rule(1, path(regexes=("^/a",))), rule(2, path("/a"))],
            "Muster cannot tell whether rule 2 is reached after rule 1",
            id="an expression before a path",
        ),
        pytest.param(
            [rule(1, path("/a"), method("GET"), action=SERVE), rule(2, path(regexes=("^/a",)))],
            "Rule 1 does the same as the default rule; Muster cannot tell if it has an effect",
            id="an expression that may be the rule of an exception",
        ),
        pytest.param(
            [rule(1, Condition("moon-phase", ("full",)))],
            "Rule 1 has a condition that Muster does not know: moon-phase",
            id="a field that Muster does not know, in the only rule",
        ),
    ],
)
def test_rules_that_cannot_be_compared_are_no_verdict(rules: list[ListenerRule], says: str) -> None:
    with pytest.raises(UnknownField, match=says):
        judged(*rules)


def test_a_listener_without_a_default_rule_is_no_verdict_but_a_gateway_has_none() -> None:
    with pytest.raises(UnknownField):
        judged(rule(1, path("/a")), default=LOST)
    gateway = Listener("gateway", LOST, None, LOST)
    assert elb_listener_rules_not_redundant(gateway, ListenerRules.parse({})).status is NA


@pytest.mark.parametrize(
    ("listener", "rules", "default", "status", "says"),
    [
        pytest.param(
            WEB,
            [],
            SECURE,
            C,
            "Every rule of the HTTP listener on port 80 redirects to HTTPS",
            id="the default rule redirects",
        ),
        pytest.param(WEB, [], SERVE, N, "the default rule forwards", id="the default rule forwards"),
        pytest.param(
            WEB,
            [rule(5, path("/a"))],
            SECURE,
            N,
            "HTTP listener on port 80 does not always redirect to HTTPS: rule 5 forwards",
            id="a rule forwards",
        ),
        pytest.param(
            WEB,
            [rule(5, path("/a"), action=SECURE)],
            SECURE,
            C,
            "Every rule of the HTTP listener on port 80 redirects to HTTPS",
            id="all redirect",
        ),
        pytest.param(WEB, [rule(5, path("/a"), action=SECURE)], SERVE, N, "", id="all but the default"),
        pytest.param(WEB, [], Action("redirect", "HTTP", ""), N, "redirects to HTTP", id="to HTTP"),
        pytest.param(WEB, [], Action("redirect", "#{protocol}", ""), N, "to #{protocol}", id="to the same protocol"),
        pytest.param(WEB, [], Action("redirect", "", ""), N, "", id="to the same, not said"),
        pytest.param(
            WEB,
            [],
            Action("fixed-response", "", ""),
            N,
            "HTTP listener on port 80 does not always redirect to HTTPS: the default rule returns a fixed response",
            id="a fixed response",
        ),
        pytest.param(
            WEB,
            [],
            Action("juggle", "", ""),
            N,
            "HTTP listener on port 80 does not always redirect to HTTPS: the default rule has the action 'juggle'",
            id="a new action",
        ),
        pytest.param(WEB, [rule(5, path("/a"))], LOST, N, "", id="what is known decides"),
        pytest.param(
            Listener("application", "HTTPS", 443, LOST), [], SERVE, NA, "Listener uses HTTPS, not HTTP", id="HTTPS"
        ),
        pytest.param(Listener("network", "TCP", 80, LOST), [], SERVE, NA, "network", id="a network load balancer"),
    ],
)
def test_elb_http_redirected(
    listener: Listener, rules: list[ListenerRule], default: Action | Unknown, status: Status, says: str
) -> None:
    verdict = elb_http_redirected(listener, ListenerRules(tuple(rules), default))
    assert verdict.status is status
    assert says in verdict.reason


def test_a_listener_whose_default_rule_is_not_known_is_no_verdict() -> None:
    with pytest.raises(UnknownField):
        elb_http_redirected(WEB, ListenerRules((rule(5, path("/a"), action=SECURE),), LOST))
    with pytest.raises(UnknownField):
        elb_http_redirected(Listener(LOST, "HTTP", 80, LOST), ListenerRules((), SECURE))


TEXTS = ["".join(letters) for length in range(4) for letters in itertools.product("abc", repeat=length)]
"""One letter more than a pattern names, and one longer than a pattern is: what tells any two of them apart."""
PATHS = [f"/{text}" for text in TEXTS]
HOSTS = TEXTS
METHODS = ["GET", "PUT", "POST"]
REQUESTS = list(itertools.product(PATHS, HOSTS, METHODS))

patterns = st.text("ab*?", max_size=2)
conditions = st.tuples(
    st.lists(patterns.map("/{}".format), min_size=1, max_size=2).map(lambda values: path(*values)) | st.none(),
    st.lists(patterns, min_size=1, max_size=2).map(lambda values: host(*values)) | st.none(),
    st.lists(st.sampled_from(["GET", "PUT"]), min_size=1, max_size=2).map(lambda values: method(*values)) | st.none(),
).map(lambda found: tuple(each for each in found if each))


def taken(found: tuple[Condition, ...]) -> set[tuple[str, str, str]]:
    """The requests that a rule takes, by trying every one; each condition is about one part of it."""

    def holds(condition: Condition, value: str) -> bool:
        meant = ("".join({"*": ".*", "?": "."}.get(letter, letter) for letter in text) for text in condition.values)
        return any(re.fullmatch(each, value) for each in meant)

    parts = {"path-pattern": PATHS, "host-header": HOSTS, "http-request-method": METHODS}
    left = (
        [value for value in values if all(holds(each, value) for each in found if each.field == name)]
        for name, values in parts.items()
    )
    return set(itertools.product(*left))


@given(conditions, conditions)
@settings(max_examples=examples(300), deadline=None)
def test_one_rule_takes_all_of_anothers_when_trying_every_request_shows_it(
    earlier: tuple[Condition, ...], later: tuple[Condition, ...]
) -> None:
    assert takes_all(rule(1, *earlier), rule(2, *later)) is (taken(later) <= taken(earlier))


@given(conditions, conditions)
@settings(max_examples=examples(300), deadline=None)
def test_rules_are_apart_when_trying_every_request_shows_it(
    one: tuple[Condition, ...], other: tuple[Condition, ...]
) -> None:
    assert apart(rule(1, *one), rule(2, *other)) is taken(one).isdisjoint(taken(other))


ACTIONS = [SERVE, OTHER, SECURE]


@given(st.lists(st.tuples(conditions.filter(bool), st.sampled_from(ACTIONS)), min_size=1, max_size=4))
@settings(max_examples=examples(200), deadline=None)
def test_taking_away_a_rule_that_is_called_useless_changes_no_answer(
    made: list[tuple[tuple[Condition, ...], Action]],
) -> None:
    rules = [ListenerRule(number, found, action) for number, (found, action) in enumerate(made)]
    status, reason = judged(*rules)
    useless = {int(number) for number in re.findall(r"rule (\d+) (?:is never reached|does what)", reason)}
    assert status is N or not useless
    for number in useless:
        left = [each for each in rules if each.priority != number]
        assert answers(rules) == answers(left)


def answers(rules: list[ListenerRule]) -> list[Action]:
    """What is done with every request."""
    sets = [(taken(each.conditions), each.action) for each in rules]
    return [next((action for takes, action in sets if request in takes), SERVE) for request in REQUESTS]


def test_the_fix_names_the_rule_that_can_be_deleted() -> None:
    needless = replace(rule(2, path("/a")), arn="arn:second")
    rules = ListenerRules((rule(1, path("/*")), needless), SERVE)
    assert elb_listener_rules_not_redundant(WEB, rules).values == (("RULE-ARN", "arn:second"),)


def test_the_fix_names_the_rule_that_does_not_redirect() -> None:
    rules = ListenerRules((replace(rule(5, path("/a")), arn="arn:fifth"),), SECURE)
    assert elb_http_redirected(WEB, rules).values == (("RULE-ARN", "arn:fifth"),)
