"""The rules of composite alarms: which alarms they name, and whose ALARM helps to raise them. Pure.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-combining.html
"""

import re
from collections.abc import Iterator

_STATE = "ALARM|OK|INSUFFICIENT_DATA"
_NAME = r"""(?:"(?:[^"\\]|\\.)*+"|[^\s"(),](?:[^(),]*+))"""
"""A name or ARN: in double quotes, or without them and then without brackets and commas."""

_NAMES = re.compile(_NAME, re.DOTALL)
_TOKEN = re.compile(
    rf"""\s*(?:
    AT_LEAST\s*\(\s*(?:\d+%?|"\d+%?")\s*,\s*(?P<lacking>NOT\s+)?(?P<all>{_STATE})\s*,
        \s*\(\s*(?P<names>{_NAME}\s*(?:,\s*{_NAME}\s*)*+)\)\s*\)
    |(?P<state>{_STATE})\s*\(\s*(?P<name>{_NAME})\s*\)
    |(?P<constant>TRUE|FALSE)\b
    |(?P<not>NOT)\b
    |(?P<operator>AND|OR)\b
    |(?P<opens>\()
    |(?P<closes>\))
    )\s*""",
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_SINGLE = re.compile(r"'(.+)'", re.DOTALL)


def references(rule: str) -> Iterator[tuple[str, bool]]:
    """Yield each name or ARN that a rule names, and whether the rule comes nearer to true when that alarm is in ALARM.

    `ALARM(a)` and `NOT OK(a)` come nearer to true; `ALARM(a) AND NOT ALARM(deploying)` is held down by the second
    alarm. A name that stands in two places is yielded for each. Where a spelling has two readings, both are yielded.

    Raises:
        ValueError: the rule does not follow the grammar that AWS documents; the message says where.
    """
    inverted, waiting, complete = False, False, False
    outer: list[bool] = []
    position = 0
    while position < len(rule):
        token = _TOKEN.match(rule, position)
        begins = token is not None and not token["operator"] and not token["closes"]
        if token is None or begins is complete or (token["closes"] and not outer):
            raise ValueError(f"it cannot be read from character {position + 1} on")
        position = token.end()
        complete = bool(token["closes"] or token["constant"] or token["state"] or token["all"])
        if token["opens"]:
            outer.append(inverted)
            inverted ^= waiting
        elif token["closes"]:
            inverted = outer.pop()
        elif token["state"] or token["all"]:
            asks = (token["state"] or token["all"]).upper() == "ALARM"
            raises = asks ^ inverted ^ waiting ^ bool(token["lacking"])
            for spelled in _NAMES.findall(token["names"] or token["name"]):
                yield from ((name, raises) for name in _readings(spelled.strip()))
        waiting = bool(token["not"]) and not waiting
    if outer or not complete:
        raise ValueError("it ends too early")


def _readings(spelled: str) -> tuple[str, ...]:
    """Return the names that a spelling may stand for, the documented one first.

    Within double quotes a backslash stands before a double quote. AWS does not say what two backslashes are, nor that
    single quotes are no part of a name: there both readings count.
    """
    if spelled.startswith('"'):
        text = spelled[1:-1]
        return tuple(dict.fromkeys((re.sub(r'\\(["\\])', r"\1", text), text.replace(r"\"", '"'))))
    single = _SINGLE.fullmatch(spelled)
    return (spelled, single[1]) if single else (spelled,)
