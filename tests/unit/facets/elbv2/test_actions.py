"""Actions of a listener's rule that have the same effect are equal, and others are not."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.checks.elbv2.rules import elb_listener_rules_not_redundant
from muster.facets.elbv2.load_balancers import Listener
from muster.facets.elbv2.rules import Action, ListenerRules
from muster.model.finding import Status

A, B = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/a/1", "arn:aws:x:targetgroup/b/2"
STICKY = {"Enabled": True, "DurationSeconds": 600}
LOOSE = {"Enabled": False}


def groups(*said: tuple[str, int | None], stickiness: dict[str, Any] | None = None) -> dict[str, Any]:
    """A forward to target groups with weights."""
    tuples = [{"TargetGroupArn": arn} | ({} if weight is None else {"Weight": weight}) for arn, weight in said]
    more = {} if stickiness is None else {"TargetGroupStickinessConfig": stickiness}
    return {"Type": "forward", "ForwardConfig": {"TargetGroups": tuples, **more}}


PLAIN = {"Type": "forward", "TargetGroupArn": A}
LAST = PLAIN | {"Order": 2}


def whole(*actions: dict[str, Any]) -> str:
    return Action.parse({"Actions": list(actions)}).whole


def redirect(**said: str) -> dict[str, Any]:
    return {"Type": "redirect", "RedirectConfig": {"StatusCode": "HTTP_301", **said}}


def answer(**said: Any) -> dict[str, Any]:
    return {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404", **said}}


def oidc(**said: Any) -> dict[str, Any]:
    needed = {"Issuer": "https://id.example.org", "ClientId": "web"}
    return {"Type": "authenticate-oidc", "Order": 1, "AuthenticateOidcConfig": needed | said}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param([PLAIN], [groups((A, 50))], id="one group with a weight"),
        pytest.param([PLAIN], [groups((A, None))], id="one group without a weight"),
        pytest.param([PLAIN], [PLAIN | groups((A, 1), stickiness=LOOSE)], id="said twice, as AWS answers"),
        pytest.param([PLAIN], [groups((A, 1), (B, 0))], id="beside a group of weight 0"),
        pytest.param([PLAIN], [groups((B, 0), (A, 999))], id="beside a group of weight 0 that comes first"),
        pytest.param([PLAIN], [groups((A, 1), stickiness=STICKY)], id="stickiness to the only group"),
        pytest.param([PLAIN | {"Order": 1}], [PLAIN | {"Order": 50000}], id="the number of the order"),
        pytest.param([groups((A, 1), (B, 1))], [groups((B, 50), (A, 50))], id="equal shares in another order"),
        pytest.param([groups((A, 1), (B, 3))], [groups((A, 25), (B, 75))], id="the same shares"),
        pytest.param(
            [groups((A, 1), (B, 1), stickiness={"Enabled": False, "DurationSeconds": 60})],
            [groups((A, 1), (B, 1))],
            id="stickiness that is off",
        ),
        pytest.param([groups((A, 0), (B, 0))], [groups((B, 0), (A, 0))], id="all weights 0"),
        pytest.param(
            [redirect(Protocol="HTTPS")],
            [redirect(Protocol="HTTPS", Host="#{host}", Port="#{port}", Path="/#{path}", Query="#{query}")],
            id="a redirect with its defaults",
        ),
        pytest.param([answer()], [answer(MessageBody="")], id="an empty body"),
        pytest.param(
            [oidc(), LAST],
            [
                oidc(
                    SessionCookieName="AWSELBAuthSessionCookie",
                    Scope="openid",
                    SessionTimeout=604800,
                    OnUnauthenticatedRequest="authenticate",
                    AuthenticationRequestExtraParams={},
                    UseExistingClientSecret=True,
                ),
                groups((A, 7)) | {"Order": 2},
            ],
            id="a login with its defaults",
        ),
        pytest.param([oidc(Scope="openid email"), LAST], [oidc(Scope="email openid"), LAST], id="scopes"),
    ],
)
def test_actions_with_the_same_effect_are_equal(one: list[dict[str, Any]], other: list[dict[str, Any]]) -> None:
    assert whole(*one) == whole(*other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param([PLAIN], [groups((B, 1))], id="another group"),
        pytest.param([PLAIN], [groups((A, 99), (B, 1))], id="a small share elsewhere"),
        pytest.param([PLAIN], [groups((A, 0))], id="the only group with weight 0"),
        pytest.param([PLAIN], [groups((A, 0), (B, 0))], id="all weights 0"),
        pytest.param([groups((A, 0))], [groups((B, 0))], id="weight 0 of another group"),
        pytest.param([PLAIN], [groups((A, 1), (B, 0), stickiness=STICKY)], id="a sticky client of a group of weight 0"),
        pytest.param([groups((A, 1), (B, 1))], [groups((A, 1), (B, 1), stickiness=STICKY)], id="stickiness"),
        pytest.param(
            [groups((A, 1), (B, 1), stickiness=STICKY)],
            [groups((A, 1), (B, 1), stickiness=STICKY | {"DurationSeconds": 60})],
            id="stickiness for another time",
        ),
        pytest.param([groups((A, 1), (B, 2))], [groups((A, 2), (B, 1))], id="shares swapped"),
        pytest.param([redirect(Protocol="HTTPS")], [redirect(Protocol="HTTPS", Port="443")], id="another port"),
        pytest.param([redirect(Path="/a")], [redirect(Path="/b")], id="another path"),
        pytest.param([redirect(Host="a")], [redirect(Host="a", StatusCode="HTTP_302")], id="another status"),
        pytest.param([answer()], [answer(StatusCode="503")], id="another answer"),
        pytest.param([answer()], [answer(MessageBody="gone")], id="a body"),
        pytest.param([PLAIN], [oidc(), LAST], id="a login before"),
        pytest.param([oidc(), LAST], [oidc(OnUnauthenticatedRequest="allow"), LAST], id="a login that lets through"),
        pytest.param([oidc(), LAST], [oidc(ClientId="other"), LAST], id="another client"),
        pytest.param([{"Type": "new", "X": 1}], [{"Type": "new", "X": 2}], id="an action that is not known"),
    ],
)
def test_actions_with_another_effect_differ(one: list[dict[str, Any]], other: list[dict[str, Any]]) -> None:
    assert whole(*one) != whole(*other)


weights = st.dictionaries(st.sampled_from(["a", "b", "c", "d"]), st.integers(0, 999), min_size=1)


@given(weights, weights)
def test_forwards_are_equal_when_each_group_gets_the_same_share(one: dict[str, int], other: dict[str, int]) -> None:
    """The oracle compares fractions of the requests, where there is a weight at all."""

    def shares(said: dict[str, int]) -> dict[str, float]:
        return {arn: round(weight / sum(said.values()), 12) for arn, weight in said.items() if weight}

    equal = whole(groups(*one.items())) == whole(groups(*other.items()))
    if any(one.values()) and any(other.values()):
        assert equal is (shares(one) == shares(other))
    else:
        assert equal is (set(one) == set(other) and not any([*one.values(), *other.values()]))


@pytest.mark.parametrize("action", [groups((A, 50)), groups((A, 1), (B, 0))])
def test_a_rule_with_the_effect_of_the_default_rule_is_redundant(action: dict[str, Any]) -> None:
    path = [{"Field": "path-pattern", "PathPatternConfig": {"Values": ["/a"]}}]
    rules = ListenerRules.parse(
        {
            "Rules": [
                {"Priority": "1", "Actions": [action], "Conditions": path},
                {"Priority": "default", "IsDefault": True, "Actions": [PLAIN]},
            ]
        }
    )
    listener = Listener.parse({"ListenerArn": "arn:aws:x:::listener/app/web/1/2", "Protocol": "HTTP", "Port": 80})
    verdict = elb_listener_rules_not_redundant(listener, rules)
    assert verdict.status is Status.NON_COMPLIANT
    assert "Rule 1 does the same as the default rule" in verdict.reason
