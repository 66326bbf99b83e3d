"""The actions of a listener's rule, written one way where they do the same.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_Action.html
"""

import json
import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

_KEPT_PARTS = {
    "Protocol": "#{protocol}",
    "Host": "#{host}",
    "Port": "#{port}",
    "Path": "/#{path}",
    "Query": "#{query}",
}
"""The values of members that a redirect leaves out: the part of the URL stays as it is."""
_LOGIN = {
    "SessionCookieName": "AWSELBAuthSessionCookie",
    "Scope": "openid",
    "SessionTimeout": "604800",
    "OnUnauthenticatedRequest": "authenticate",
}
"""The values that AWS documents for members that an authenticating action leaves out."""
_UNSEEN = ("ClientSecret", "UseExistingClientSecret")


def same_way(actions: Iterable[Mapping[str, Any]], transforms: Iterable[Mapping[str, Any]]) -> str:
    """Return actions, in their order, and transforms as a text that is equal where they have the same effect."""
    return canonical([[_normal(action) for action in actions], list(transforms)])


def canonical(value: object) -> str:
    """Return a value of JSON as a text that does not depend on the order of members."""
    return json.dumps(value, sort_keys=True, default=str)


def _normal(action: Mapping[str, Any]) -> Mapping[str, Any]:
    kind = str(action.get("Type") or "")
    normal = _NORMAL.get(kind)
    rest = {key: value for key, value in action.items() if key != "Order"}
    return normal(rest) if normal else rest


def _forward(action: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return where requests go: to which share of them, each target group once.

    Weights are relative. A group with weight 0 gets no new request, but with stickiness a client may still hold its
    cookie, so that it counts there. What AWS does when all weights are 0 is not documented: such an action equals
    only its own kind.
    """
    config = action.get("ForwardConfig") or {}
    weights: dict[str, int] = {}
    for group in config.get("TargetGroups") or ():
        arn, weight = str(group.get("TargetGroupArn")), group.get("Weight")
        weights[arn] = weights.get(arn, 0) + (1 if weight is None else int(weight))
    if not weights and action.get("TargetGroupArn"):
        weights[str(action["TargetGroupArn"])] = 1
    stickiness = config.get("TargetGroupStickinessConfig") or {}
    sticky = bool(stickiness.get("Enabled")) and len(weights) > 1
    if any(weights.values()) and not sticky:
        weights = {arn: weight for arn, weight in weights.items() if weight}
    divisor = math.gcd(*weights.values()) or 1
    shares = {arn: weight // divisor for arn, weight in weights.items()}
    return {"Type": "forward", "Shares": shares, "Sticky": stickiness.get("DurationSeconds") if sticky else None}


def _redirect(action: Mapping[str, Any]) -> Mapping[str, Any]:
    config = action.get("RedirectConfig") or {}
    return {"Type": "redirect", "RedirectConfig": {**_KEPT_PARTS, **_set_members(config)}}


def _fixed_response(action: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"Type": "fixed-response", "FixedResponseConfig": _set_members(action.get("FixedResponseConfig") or {})}


def _login(action: Mapping[str, Any]) -> Mapping[str, Any]:
    return {key: _login_config(value) if key.endswith("Config") else value for key, value in action.items()}


def _login_config(config: Mapping[str, Any]) -> Mapping[str, Any]:
    whole = {**_LOGIN, **{key: value for key, value in _set_members(config).items() if key not in _UNSEEN}}
    return {**whole, "Scope": sorted(str(whole["Scope"]).split()), "SessionTimeout": str(whole["SessionTimeout"])}


def _set_members(config: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in config.items() if value not in (None, "", {}, [])}


_NORMAL: Mapping[str, Callable[[Mapping[str, Any]], Mapping[str, Any]]] = {
    "forward": _forward,
    "redirect": _redirect,
    "fixed-response": _fixed_response,
    "authenticate-oidc": _login,
    "authenticate-cognito": _login,
}
