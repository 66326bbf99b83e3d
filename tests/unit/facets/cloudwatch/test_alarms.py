"""The alarms of a region, parsed and asked."""

import itertools
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.facets.cloudwatch import alarm_rules
from muster.facets.cloudwatch.alarms import Alarm, Alarms, Watched
from muster.model.finding import Unknown

HERE = "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:"
TOPIC = "arn:aws:sns:eu-west-1:123456789012:alerts"


def item(name: str, **more: Any) -> dict[str, Any]:
    return {"AlarmName": name, "AlarmArn": HERE + name, "ActionsEnabled": True, **more}


def composite(name: str, rule: str, **more: Any) -> dict[str, Any]:
    return item(name, AlarmRule=rule, **more)


def metric(namespace: str, name: str, **dimensions: str) -> dict[str, Any]:
    said = [{"Name": key, "Value": value} for key, value in dimensions.items()]
    return {"Namespace": namespace, "MetricName": name, "Dimensions": said}


def alarms(*metrics: Mapping[str, Any], above: tuple[Mapping[str, Any], ...] = ()) -> Alarms:
    return Alarms.parse({"MetricAlarms": metrics, "CompositeAlarms": above})


def names(found: tuple[Alarm, ...]) -> list[str]:
    return [alarm.name for alarm in found]


def test_an_alarm_with_all_that_is_read() -> None:
    since = datetime(2026, 11, 1, 13, tzinfo=timezone(timedelta(hours=1)))
    said = item("errors", AlarmActions=[TOPIC], StateValue="OK", StateTransitionedTimestamp=since)
    assert Alarm.parse(said | metric("AWS/Lambda", "Errors", FunctionName="f")) == Alarm(
        name="errors",
        arn=HERE + "errors",
        kind="metric",
        actions=(TOPIC,),
        actions_enabled=True,
        state="OK",
        state_since=datetime(2026, 11, 1, 12, tzinfo=UTC),
        watched=(Watched("AWS/Lambda", "Errors", frozenset({("FunctionName", "f")})),),
        children=(),
    )


def test_what_aws_leaves_out_is_not_known() -> None:
    alarm = Alarm.parse({"AlarmName": "a", "AlarmArn": HERE + "a"})
    assert isinstance(alarm.actions_enabled, Unknown)
    assert alarm.state == Unknown("AWS did not return the state of the alarm")
    assert isinstance(alarm.state_since, Unknown)
    assert (alarm.actions, alarm.watched, alarm.children) == ((), (), ())


@pytest.mark.parametrize("state", ["OK", "ALARM", "INSUFFICIENT_DATA"])
def test_every_state_is_known(state: str) -> None:
    assert Alarm.parse(item("a", StateValue=state)).state == state


def test_a_new_state_is_not_known() -> None:
    state = Alarm.parse(item("a", StateValue="DREAMING")).state
    assert state == Unknown("AWS returned an unknown value for the alarm's state: 'DREAMING'")


def test_the_time_of_an_update_is_not_taken_for_that_of_a_change_of_state() -> None:
    assert isinstance(Alarm.parse(item("a", StateUpdatedTimestamp=datetime.now(UTC))).state_since, Unknown)


def test_all_three_kinds_of_alarms_are_read() -> None:
    found = Alarms.parse(
        {"MetricAlarms": [item("m")], "CompositeAlarms": [composite("c", "ALARM(m)")], "LogAlarms": [item("l")]}
    )
    assert [(alarm.name, alarm.kind) for alarm in found.alarms] == [("m", "metric"), ("c", "composite"), ("l", "log")]
    assert Alarms.parse({}).alarms == ()
    assert Alarm.parse(composite("c", "ALARM(m)")).kind == "composite"


def test_an_alarm_of_a_shape_that_is_not_known_is_an_error() -> None:
    with pytest.raises(KeyError):
        Alarms.parse({"MetricAlarms": [{"AlarmName": "without an ARN"}]})


@pytest.mark.parametrize(
    ("rule", "children"),
    [
        pytest.param("", (), id="no rule"),
        pytest.param("TRUE", (), id="a constant"),
        pytest.param('ALARM("a")', ("a",), id="one in quotes"),
        pytest.param("ALARM('a')", ("'a'", "a"), id="single quotes may be of the name or around it"),
        pytest.param("ALARM(it's)", ("it's",), id="a name with an apostrophe"),
        pytest.param("ALARM(it's) OR ALARM(that's)", ("it's", "that's"), id="two names with apostrophes"),
        pytest.param('ALARM(5"disk)', ('5"disk',), id="a double quote within a name without quotes"),
        pytest.param(r'ALARM("the \"big\" (one)")', ('the "big" (one)',), id="double quotes in double quotes"),
        pytest.param(r'ALARM("C:\temp")', (r"C:\temp",), id="a backslash before a letter is of the name"),
        pytest.param(r'ALARM("C:\\temp")', (r"C:\temp", r"C:\\temp"), id="two backslashes have two readings"),
        pytest.param('ALARM("it\'s (late)")', ("it's (late)",), id="an apostrophe and brackets in double quotes"),
        pytest.param("ALARM(ALARM) AND OK(NOT)", ("ALARM", "NOT"), id="names that are words of the grammar"),
        pytest.param("ALARM(größe)", ("größe",), id="letters beyond ASCII"),
        pytest.param("alarm(a) And not ok(b) oR True", ("a", "b"), id="words in letters of any case"),
        pytest.param("\n ALARM\t(a)\nAND(OK(b))  ", ("a", "b"), id="white space anywhere or nowhere"),
        pytest.param(
            "ALARM(arn:aws:cloudwatch:eu-west-1:111122223333:alarm:a)",
            ("arn:aws:cloudwatch:eu-west-1:111122223333:alarm:a",),
            id="an ARN of another account",
        ),
        pytest.param('AT_LEAST(2, ALARM, (it\'s, "a, b"))', ("it's", "a, b"), id="a list with an apostrophe"),
        pytest.param("ALARM(a)", ("a",), id="one without quotes"),
        pytest.param("ALARM( a b )", ("a b",), id="spaces around and within"),
        pytest.param('ALARM("a (b), c")', ("a (b), c",), id="brackets and commas in quotes"),
        pytest.param(f"ALARM({HERE}a)", (HERE + "a",), id="an ARN"),
        pytest.param('ALARM("a") AND NOT OK(b) OR INSUFFICIENT_DATA("c")', ("a", "b", "c"), id="every function"),
        pytest.param("(ALARM(a) OR ALARM(b)) AND ALARM(c)", ("a", "b", "c"), id="in brackets"),
        pytest.param("AT_LEAST(2, ALARM, (a, b-1, c))", ("a", "b-1", "c"), id="at least two of a list"),
        pytest.param('AT_LEAST("50%", OK, ("a (x)", b)) AND ALARM(c)', ("a (x)", "b", "c"), id="half of a list"),
        pytest.param("AT_LEAST(1, NOT ALARM, (a))", ("a",), id="a list of one, denied"),
    ],
)
def test_the_children_of_a_rule(rule: str, children: tuple[str, ...]) -> None:
    assert Alarm.parse(composite("c", rule)).children == children


@pytest.mark.parametrize(
    ("rule", "raised_by"),
    [
        pytest.param("ALARM(a)", ("a",), id="ALARM"),
        pytest.param("OK(a) OR INSUFFICIENT_DATA(a)", (), id="another state"),
        pytest.param("NOT OK(a)", ("a",), id="not another state"),
        pytest.param("ALARM(cpu) AND NOT ALARM(deploying)", ("cpu",), id="an alarm that holds it down"),
        pytest.param("ALARM(a) AND NOT (ALARM(b) OR OK(c))", ("a", "c"), id="not before brackets"),
        pytest.param("NOT (ALARM(a) AND NOT ALARM(b)) OR ALARM(c)", ("b", "c"), id="not within not, and after both"),
        pytest.param("NOT NOT ALARM(a)", ("a",), id="not twice"),
        pytest.param("((ALARM(a)) AND (NOT OK(b)))", ("a", "b"), id="brackets within brackets"),
        pytest.param("AT_LEAST(2, ALARM, (a, b)) AND OK(c)", ("a", "b"), id="at least two"),
        pytest.param("AT_LEAST(2, OK, (a, b)) AND ALARM(c)", ("c",), id="at least two in another state"),
        pytest.param("AT_LEAST(60%, NOT OK, (a, b))", ("a", "b"), id="at least as many not in another state"),
        pytest.param("NOT AT_LEAST(1, ALARM, (a)) AND ALARM(b)", ("b",), id="not as many"),
        pytest.param('ALARM("NOT (this") AND ALARM(b)', ("NOT (this", "b"), id="words in quotes are names"),
        pytest.param("ALARM(a) AND NOT ALARM(a)", ("a",), id="both ways"),
        pytest.param("NOT FALSE AND ALARM(a)", ("a",), id="not a constant"),
    ],
)
def test_whose_alarm_raises_a_composite_alarm(rule: str, raised_by: tuple[str, ...]) -> None:
    assert Alarm.parse(composite("c", rule)).raised_by == raised_by


@pytest.mark.parametrize(
    "rule",
    [
        pytest.param("ALARM(a)) AND ALARM(b)", id="a bracket too many"),
        pytest.param("(ALARM(a)", id="a bracket too few"),
        pytest.param("ALARM(a) ALARM(b)", id="no operator"),
        pytest.param("ALARM(a) AND", id="nothing behind an operator"),
        pytest.param("OR ALARM(a)", id="nothing before an operator"),
        pytest.param("ALARM(a) NOT ALARM(b)", id="NOT is no operator of two"),
        pytest.param("ALARM()", id="no name"),
        pytest.param("ALARM(a, b)", id="two names in one function"),
        pytest.param('ALARM("a)', id="a quote without its end"),
        pytest.param('ALARM("a" b)', id="letters behind a quoted name"),
        pytest.param("ALARM(a(b))", id="brackets in a name without quotes"),
        pytest.param("SILENT(a)", id="a function that AWS does not document"),
        pytest.param("AT_LEAST(1, LATE, (a))", id="a state that AWS does not document"),
        pytest.param("AT_LEAST(ALARM, (a))", id="at least without a number"),
        pytest.param("AT_LEAST(1, ALARM, a)", id="at least without a list"),
        pytest.param("  ", id="spaces"),
        pytest.param("(" * 5000, id="brackets without end"),
    ],
)
def test_a_rule_that_cannot_be_read_is_kept_as_it_is(rule: str) -> None:
    found = Alarm.parse(composite("c", rule))
    assert (found.unread_rule, found.children, found.raised_by) == (rule, (), ())


def test_brackets_as_deep_as_a_rule_is_long_are_read() -> None:
    deep = "(" * 5000 + "ALARM(a)" + ")" * 5000
    assert Alarm.parse(composite("c", deep)).raised_by == ("a",)


PLAIN = st.text(st.characters(exclude_characters="\\(),", exclude_categories=["Z", "C"]), min_size=1, max_size=6)
ANY_NAME = st.text(st.characters(exclude_characters="\\", exclude_categories=["C"]), min_size=1, max_size=6)


@st.composite
def spellings(draw: st.DrawFn) -> tuple[str, str]:
    """Return a name and one of the ways in which AWS's documentation lets a rule spell it."""
    if draw(st.booleans()):
        name = draw(PLAIN.filter(lambda text: text[0] not in "\"'"))
        return name, name
    name = draw(ANY_NAME)
    return name, '"' + name.replace('"', '\\"') + '"'


@st.composite
def printed_rules(draw: st.DrawFn, depth: int = 3) -> tuple[str, list[tuple[str, bool]]]:
    """Return a rule, printed in one of its spellings, and each of its names with whether its ALARM raises it."""

    def gap(*, needed: bool = False) -> str:
        return draw(st.sampled_from((" ", "  ", "\n", "\t ") if needed else ("", " ", "\n ")))

    def word(text: str) -> str:
        return draw(st.sampled_from((text, text.lower(), text.title())))

    kind = draw(
        st.sampled_from(("state", "at least", "constant", "not", "and", "or", "brackets") if depth else ("state",))
    )
    if kind == "state":
        (name, printed), state = draw(spellings()), draw(st.sampled_from(("ALARM", "OK", "INSUFFICIENT_DATA")))
        return f"{word(state)}{gap()}({gap()}{printed}{gap()})", [(name, state == "ALARM")]
    if kind == "at least":
        listed = draw(st.lists(spellings(), min_size=1, max_size=3))
        state, lacking = draw(st.sampled_from(("ALARM", "OK"))), draw(st.booleans())
        count = draw(st.sampled_from(("1", "50%", '"50%"')))
        names = f"{gap()},{gap()}".join(printed for _, printed in listed)
        condition = (word("NOT") + gap(needed=True) if lacking else "") + word(state)
        text = f"{word('AT_LEAST')}{gap()}({count},{gap()}{condition}{gap()},{gap()}({gap()}{names}{gap()}){gap()})"
        return text, [(name, (state == "ALARM") is not lacking) for name, _ in listed]
    if kind == "constant":
        return word(draw(st.sampled_from(("TRUE", "FALSE")))), []
    text, found = draw(printed_rules(depth - 1))
    if kind == "brackets":
        return f"({gap()}{text}{gap()})", found
    if kind == "not":
        return f"{word('NOT')}{gap()}({text})", [(name, not raises) for name, raises in found]
    other, more = draw(printed_rules(depth - 1))
    return f"({text}){gap()}{word(kind.upper())}{gap()}({other})", found + more


@given(printed_rules())
def test_every_documented_spelling_of_a_rule_is_read_back(drawn: tuple[str, list[tuple[str, bool]]]) -> None:
    rule, wanted = drawn
    assert list(alarm_rules.references(rule)) == wanted


def test_an_alarm_with_an_apostrophe_is_heard_by_the_composite_alarm_that_names_it() -> None:
    found = alarms(item("it's"), above=(composite("p", "ALARM(it's)", AlarmActions=[TOPIC]),))
    assert found.notifies(found.alarms[0])


def test_an_alarm_of_another_account_is_none_of_ours() -> None:
    away = "ALARM(arn:aws:cloudwatch:eu-west-1:111122223333:alarm:a)"
    found = alarms(item("a"), above=(composite("p", away, AlarmActions=[TOPIC]),))
    assert found.heard(found.alarms[:1]) is None


def test_a_rule_that_cannot_be_read_leaves_open_whether_the_alarm_in_it_is_heard() -> None:
    found = alarms(item("a"), above=(composite("p", "SILENT(a)", AlarmActions=[TOPIC]),))
    assert isinstance(found.heard(found.alarms[:1]), Unknown)
    assert found.heard(()) is None
    other = alarms(item("a"), above=(composite("p", "SILENT(b)", AlarmActions=[TOPIC]),))
    assert other.heard(other.alarms[:1]) is None, "the rule does not hold its name"
    loud = alarms(item("a"), above=(composite("p", "SILENT(a)"), composite("q", "ALARM(a)", AlarmActions=[TOPIC])))
    assert loud.heard(loud.alarms[:1]) == loud.alarms[0], "another alarm is heard for certain"


def spelled(tree: Any) -> str:
    """Spell a rule in CloudWatch's words; a leaf is a name and the state that is asked for."""
    match tree:
        case ("NOT", inner):
            return f"NOT ({spelled(inner)})"
        case (("AND" | "OR") as word, one, other):
            return f"({spelled(one)}) {word} ({spelled(other)})"
        case (name, state):
            return f"{state}({name})"
    raise AssertionError(tree)


def holds(tree: Any, states: dict[str, str]) -> bool:
    match tree:
        case ("NOT", inner):
            return not holds(inner, states)
        case ("AND", one, other):
            return holds(one, states) and holds(other, states)
        case ("OR", one, other):
            return holds(one, states) or holds(other, states)
        case (name, state):
            return states[name] == state
    raise AssertionError(tree)


@st.composite
def rules_of_each_name_once(draw: st.DrawFn) -> tuple[Any, list[str]]:
    named = [f"a{number}" for number in range(draw(st.integers(1, 4)))]
    trees: list[Any] = [(name, draw(st.sampled_from(("ALARM", "OK")))) for name in named]
    while True:
        trees = [("NOT", each) if draw(st.booleans()) else each for each in trees]
        if len(trees) == 1:
            return trees[0], named
        one = trees.pop(draw(st.integers(0, len(trees) - 1)))
        trees[0] = (draw(st.sampled_from(("AND", "OR"))), one, trees[0])


@given(rules_of_each_name_once())
def test_an_alarm_raises_a_rule_when_trying_every_state_shows_it(drawn: tuple[Any, list[str]]) -> None:
    tree, named = drawn
    raising = {
        name
        for name in named
        for others in itertools.product(("OK", "ALARM"), repeat=len(named))
        if not holds(tree, dict(zip(named, others, strict=True)) | {name: "OK"})
        and holds(tree, dict(zip(named, others, strict=True)) | {name: "ALARM"})
    }
    assert set(Alarm.parse(composite("c", spelled(tree))).raised_by) == raising


ERRORS = metric("AWS/Lambda", "Errors", FunctionName="f")


@pytest.mark.parametrize(
    ("said", "found"),
    [
        pytest.param(ERRORS, ["a"], id="the very metric"),
        pytest.param(metric("AWS/Lambda", "Throttles", FunctionName="f"), ["a"], id="another of those asked for"),
        pytest.param(metric("AWS/Lambda", "Duration", FunctionName="f"), [], id="another metric"),
        pytest.param(metric("AWS/SQS", "Errors", FunctionName="f"), [], id="another namespace"),
        pytest.param(metric("AWS/Lambda", "Errors", FunctionName="g"), [], id="another function"),
        pytest.param(metric("AWS/Lambda", "Errors"), [], id="no dimension is another metric"),
        pytest.param(
            metric("AWS/Lambda", "Errors", FunctionName="f", Resource="f:1"), [], id="one more is another metric"
        ),
        pytest.param(
            {"Metrics": [{"Id": "m", "MetricStat": {"Metric": ERRORS}}, {"Id": "e", "Expression": "m * 2"}]},
            ["a"],
            id="in an expression",
        ),
        pytest.param({"Metrics": [{"Id": "e", "Expression": "TIME_SERIES(1)"}]}, [], id="an expression of no metric"),
        pytest.param(
            {"Metrics": [{"Id": "m", "MetricStat": {"Metric": ERRORS}, "AccountId": "123456789012"}]},
            ["a"],
            id="of the account itself, named",
        ),
        pytest.param(
            {"Metrics": [{"Id": "m", "MetricStat": {"Metric": ERRORS}, "AccountId": "111122223333"}]},
            [],
            id="a function of the same name in another account",
        ),
    ],
)
def test_the_alarms_on_a_metric(said: dict[str, Any], found: list[str]) -> None:
    asked = alarms(item("a") | said).on("AWS/Lambda", ("Errors", "Throttles"), {"FunctionName": "f"})
    assert names(asked) == found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        pytest.param('SELECT SUM(Errors) FROM SCHEMA("AWS/Lambda", FunctionName)', ["a"], id="a schema"),
        pytest.param('SELECT SUM(Errors) FROM "AWS/Lambda"', ["a"], id="a namespace"),
        pytest.param("select max(Errors) from SCHEMA(\"AWS/Lambda\") where FunctionName = 'f'", [], id="narrowed"),
        pytest.param('SELECT SUM(Errors) FROM "AWS/SQS"', [], id="another namespace"),
    ],
)
def test_an_alarm_on_a_query_of_all_looks_at_the_metric_without_dimensions(query: str, found: list[str]) -> None:
    said = item("a", Metrics=[{"Id": "q", "Expression": query}])
    assert names(alarms(said).on("AWS/Lambda", ("Errors",), {})) == found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        pytest.param("SELECT SUM(Errors) FROM \"AWS/Lambda\" WHERE FunctionName = 'f'", ["a"], id="one function"),
        pytest.param(
            "select max(Errors) from SCHEMA(\"AWS/Lambda\", FunctionName) where FunctionName='f' group by FunctionName",
            ["a"],
            id="one function, of a schema",
        ),
        pytest.param(
            'SELECT SUM(Errors) FROM "AWS/Lambda" WHERE "FunctionName" = \'f\' ORDER BY SUM() LIMIT 5',
            ["a"],
            id="a key in quotes",
        ),
        pytest.param("SELECT SUM(Errors) FROM \"AWS/Lambda\" WHERE FunctionName = 'g'", [], id="another function"),
        pytest.param("SELECT SUM(Errors) FROM \"AWS/Lambda\" WHERE FunctionName != 'f'", [], id="all but one"),
        pytest.param(
            "SELECT SUM(Errors) FROM \"AWS/Lambda\" WHERE FunctionName = 'f' AND Resource = 'f:1'", [], id="a version"
        ),
        pytest.param(
            "SELECT SUM(Errors) FROM \"AWS/Lambda\" WHERE FunctionName = 'f' AND tag.Stage != 'test'",
            [],
            id="one function, if it is tagged so",
        ),
        pytest.param(
            "SELECT SUM(Errors) FROM SCHEMA(\"AWS/Lambda\", FunctionName, Resource) WHERE FunctionName = 'f'",
            [],
            id="a schema of other metrics",
        ),
        pytest.param('SELECT SUM(Errors) FROM "AWS/Lambda" WHERE', [], id="nothing after WHERE"),
    ],
)
def test_an_alarm_on_a_query_of_one_looks_at_the_metric_with_these_dimensions(query: str, found: list[str]) -> None:
    said = item("a", Metrics=[{"Id": "q", "Expression": query}])
    assert names(alarms(said).on("AWS/Lambda", ("Errors",), {"FunctionName": "f"})) == found
    assert names(alarms(said).on("AWS/Lambda", ("Errors",), {})) == []


def test_a_metric_of_which_little_is_said() -> None:
    queries = [
        {"MetricStat": {"Metric": {"MetricName": "Errors"}}},
        {"Expression": None},
        {"MetricStat": None},
        {"Expression": "SELECT SUM(Errors)"},
        {"Expression": 'ANOMALY_DETECTION_BAND(m1) FROM "AWS/Lambda"'},
    ]
    assert Alarm.parse(item("a", Metrics=queries)).watched == (Watched("", "Errors", frozenset()),)


def test_an_alarm_on_two_of_the_metrics_is_found_once() -> None:
    stats = [{"Id": f"m{n}", "MetricStat": {"Metric": metric("N", name)}} for n, name in enumerate(("A", "B", "A"))]
    assert names(alarms(item("a", Metrics=stats), item("b") | metric("N", "A")).on("N", ("A", "B"), {})) == ["a", "b"]


@pytest.mark.parametrize(
    ("own", "above", "heard"),
    [
        pytest.param({"AlarmActions": [TOPIC]}, (), True, id="an action of its own"),
        pytest.param({"AlarmActions": [TOPIC], "ActionsEnabled": False}, (), False, id="an action that is off"),
        pytest.param({"AlarmActions": [TOPIC], "ActionsEnabled": None}, (), False, id="one of which it is not known"),
        pytest.param({"OKActions": [TOPIC]}, (), False, id="an action for OK alone"),
        pytest.param({}, (), False, id="none"),
        pytest.param({}, (composite("p", "ALARM(a)", AlarmActions=[TOPIC]),), True, id="an action of its parent"),
        pytest.param({}, (composite("p", f'ALARM("{HERE}a")', AlarmActions=[TOPIC]),), True, id="a parent by the ARN"),
        pytest.param({}, (composite("p", "ALARM(b)", AlarmActions=[TOPIC]),), False, id="a parent of another alarm"),
        pytest.param(
            {},
            (composite("p", "ALARM(b) AND NOT ALARM(a)", AlarmActions=[TOPIC]),),
            False,
            id="a parent that it holds down",
        ),
        pytest.param({}, (composite("p", "OK(a)", AlarmActions=[TOPIC]),), False, id="a parent raised when it is OK"),
        pytest.param(
            {},
            (composite("p", "ALARM(a)"), composite("q", "NOT ALARM(p)", AlarmActions=[TOPIC])),
            False,
            id="an action two above that its parent holds down",
        ),
        pytest.param(
            {},
            (composite("p", "ALARM(a)", AlarmActions=[TOPIC], ActionsEnabled=False),),
            False,
            id="its parent's is off",
        ),
        pytest.param(
            {},
            (composite("p", "ALARM(a)"), composite("q", "ALARM(p)", AlarmActions=[TOPIC])),
            True,
            id="an action two above",
        ),
        pytest.param(
            {},
            (composite("p", "ALARM(a) OR ALARM(q)"), composite("q", "ALARM(p)")),
            False,
            id="a circle without action",
        ),
    ],
)
def test_whether_somebody_hears_of_an_alarm(own: dict[str, Any], above: tuple[Any, ...], heard: bool) -> None:
    found = alarms(item("a", **own), above=above)
    assert found.notifies(found.alarms[0]) is heard


def test_the_alarms_above_come_nearest_first_and_once() -> None:
    above = (
        composite("top", "ALARM(left) OR ALARM(right)"),
        composite("left", f"ALARM(a) OR ALARM({HERE}a)"),
        composite("right", "ALARM(a)"),
        composite("circle", "ALARM(a) OR ALARM(circle)"),
    )
    found = alarms(item("a"), above=above)
    assert [alarm.name for alarm in found.above(found.alarms[0])] == ["left", "right", "circle", "top"]


@given(parents=st.lists(st.lists(st.integers(0, 9), max_size=3), min_size=10, max_size=10))
def test_what_is_above_an_alarm_is_what_can_be_reached(parents: list[list[int]]) -> None:
    rules = [" OR ".join(f"ALARM(n{child})" for child in children) or "TRUE" for children in parents]
    found = alarms(above=tuple(composite(f"n{number}", rule) for number, rule in enumerate(rules)))
    reached, grown = {0}, True
    while grown:
        more = {number for number, children in enumerate(parents) if reached & set(children)}
        grown = not more <= reached
        reached |= more
    above = {alarm.name for alarm in found.above(found.alarms[0])}
    assert above == {f"n{number}" for number in reached - {0}}


def test_the_topics_and_the_other_actions_of_an_alarm() -> None:
    away = "arn:aws:sns:us-east-1:123456789012:alerts"
    foreign = "arn:aws:sns:eu-west-1:111122223333:alerts"
    others = [
        "arn:aws:automate:eu-west-1:ec2:stop",
        "arn:aws:lambda:eu-west-1:123456789012:function:f",
        "arn:aws:lambda:eu-west-1:123456789012:function:g",
        "nonsense",
    ]
    alarm = Alarm.parse(item("a", AlarmActions=[TOPIC, away, foreign, TOPIC, *others]))
    assert alarm.topics == (TOPIC,)
    assert alarm.topics_elsewhere == (away, foreign)
    assert alarm.other_actions == ("automate", "lambda", "nonsense")


def test_a_topic_in_china_is_at_home_there() -> None:
    said = {"AlarmName": "a", "AlarmArn": "arn:aws-cn:cloudwatch:cn-north-1:123456789012:alarm:a"}
    topic = "arn:aws-cn:sns:cn-north-1:123456789012:alerts"
    assert Alarm.parse({**said, "AlarmActions": [topic]}).topics == (topic,)
