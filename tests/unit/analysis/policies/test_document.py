"""Policies as texts, in every shape that IAM's grammar allows."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.analysis.policies.document import Condition, Policy, Statement, policy_of
from muster.model.finding import Unknown

ALLOW = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}


def statement(**changed: Any) -> Statement:
    said = {key: value for key, value in {**ALLOW, **changed}.items() if value is not None}
    (found,) = Policy.parse(json.dumps({"Statement": [said]})).statements
    return found


def test_a_statement_is_parsed() -> None:
    assert statement() == Statement(
        allow=True,
        principals=("*",),
        not_principals=(),
        actions=("s3:getobject",),
        not_actions=(),
        resources=("*",),
        not_resources=(),
        conditions=(),
    )


def test_a_statement_may_stand_alone_and_a_policy_may_be_empty() -> None:
    assert Policy.parse(json.dumps({"Statement": ALLOW})).statements == (statement(),)
    assert Policy.parse("{}") == Policy(())


@pytest.mark.parametrize(
    ("said", "principals", "everybody"),
    [
        pytest.param("*", ("*",), True, id="a star"),
        pytest.param({"AWS": "*"}, ("*",), True, id="a star of AWS"),
        pytest.param({"AWS": ["*", "111122223333"]}, ("*", "aws:111122223333"), True, id="a star in a list"),
        pytest.param({"AWS": "111122223333"}, ("aws:111122223333",), False, id="an account"),
        pytest.param({"Service": "s3.amazonaws.com"}, ("service:s3.amazonaws.com",), False, id="a service"),
        pytest.param({"Service": "*"}, ("service:*",), False, id="all services are not everybody"),
        pytest.param(
            {"AWS": "1", "Federated": ["f", "g"]}, ("aws:1", "federated:f", "federated:g"), False, id="two kinds"
        ),
        pytest.param(None, (), False, id="none"),
    ],
)
def test_principals(said: Any, principals: tuple[str, ...], everybody: bool) -> None:
    found = statement(Principal=said)
    assert found.principals == principals
    assert found.everybody is everybody


def test_who_is_named_as_an_exception_is_kept_apart() -> None:
    found = statement(Principal=None, NotPrincipal={"AWS": "1"}, Action=None, NotAction=["A:B"], NotResource="r")
    assert (found.principals, found.not_principals) == ((), ("aws:1",))
    assert (found.actions, found.not_actions) == ((), ("a:b",))
    assert found.not_resources == ("r",)
    assert not found.everybody


def test_a_denial_is_told_from_an_allowance() -> None:
    assert statement().allow
    assert not statement(Effect="Deny").allow


def test_everybody_but_somebody_is_not_everybody_whatever_else_it_says() -> None:
    """IAM takes no statement with both; were there one, it would not be taken for the wider."""
    assert not statement(NotPrincipal={"AWS": "1"}).everybody


@pytest.mark.parametrize("none", [None, ""])
def test_no_text_is_a_policy_without_statements(none: object) -> None:
    assert policy_of(none, "the bucket") == Policy(())


def test_a_text_that_is_no_policy_is_unknown_and_never_an_empty_policy() -> None:
    assert policy_of(json.dumps({"Statement": ALLOW}), "the bucket") == Policy((statement(),))
    found = policy_of("{", "the bucket")
    assert isinstance(found, Unknown)
    assert found.reason.startswith("The bucket's policy cannot be parsed: ")


@pytest.mark.parametrize(
    ("said", "conditions"),
    [
        pytest.param(None, (), id="none"),
        pytest.param({}, (), id="empty"),
        pytest.param(
            {"Bool": {"aws:SecureTransport": "false"}},
            (Condition("bool", "aws:securetransport", ("false",), if_exists=False),),
            id="letters of operator and key do not matter",
        ),
        pytest.param(
            {"BoolIfExists": {"a:b": [True, False]}},
            (Condition("bool", "a:b", ("true", "false"), if_exists=True),),
            id="JSON booleans in a list",
        ),
        pytest.param(
            {"NumericLessThanIfExists": {"s3:TlsVersion": 1.2}},
            (Condition("numericlessthan", "s3:tlsversion", ("1.2",), if_exists=True),),
            id="a number",
        ),
        pytest.param(
            {"ForAnyValue:StringLikeIfExists": {"a:b": "C"}},
            (Condition("foranyvalue:stringlike", "a:b", ("C",), if_exists=True),),
            id="for any value",
        ),
        pytest.param(
            {"StringEquals": {"a:b": "1", "c:d": "2"}, "Null": {"e:f": "true"}},
            (
                Condition("stringequals", "a:b", ("1",), if_exists=False),
                Condition("stringequals", "c:d", ("2",), if_exists=False),
                Condition("null", "e:f", ("true",), if_exists=False),
            ),
            id="several keys and operators",
        ),
    ],
)
def test_conditions(said: Any, conditions: tuple[Condition, ...]) -> None:
    assert statement(Condition=said).conditions == conditions


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "null",
        "[]",
        '"Statement"',
        '{"Statement": "Allow"}',
        '{"Statement": [1]}',
        '{"Statement": [{}]}',
        '{"Statement": [{"Effect": "allow"}]}',
        '{"Statement": [{"Effect": ["Allow"]}]}',
        '{"Statement": [{"Effect": "Deny", "Action": 1}]}',
        '{"Statement": [{"Effect": "Deny", "Action": [1]}]}',
        '{"Statement": [{"Effect": "Deny", "Principal": {"AWS": {}}}]}',
        '{"Statement": [{"Effect": "Deny", "Condition": "Bool"}]}',
        '{"Statement": [{"Effect": "Deny", "Condition": {"Bool": "x"}}]}',
        '{"Statement": [{"Effect": "Deny", "Condition": {"B:o:o:l": {}}}]}',
    ],
)
def test_what_is_no_policy_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Policy.parse(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(("*", "Allow", "Deny", "s3:*")),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(("Statement", "Effect", "Principal", "Action", "Resource", "Condition", "Bool", "AWS")),
            inner,
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_whatever_json_says_it_is_a_policy_or_refused(said: Any) -> None:
    try:
        found = Policy.parse(json.dumps(said))
    except ValueError:
        return
    assert isinstance(found, Policy)


@given(JSON, st.sampled_from(("Principal", "Action", "Resource", "Condition")))
def test_whatever_an_element_says_it_is_a_statement_or_refused(said: Any, element: str) -> None:
    try:
        found = Policy.parse(json.dumps({"Statement": [{**ALLOW, element: said}]}))
    except ValueError:
        return
    assert len(found.statements) == 1
