"""The rules of composite alarms: which alarms they name, and whose ALARM helps to raise them. Pure."""

import re
from collections.abc import Iterator

_NAME = r"""(?:"([^"]+)"|'([^']+)'|([^\s"'(),](?:[^"'(),]*[^\s"'(),])?))"""
_NAMES = re.compile(_NAME)
_TOKEN = re.compile(
    rf"""\bAT_LEAST\s*\([^,()]*,\s*(?P<lacking>NOT\s+)?(?P<all>\w+)\s*,\s*\((?P<names>(?:"[^"]*"|'[^']*'|[^"')])*)\)\s*\)
    |\b(?P<state>ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*(?P<name>{_NAME})\s*\)
    |\b(?P<not>NOT)\b
    |\b(?P<constant>TRUE|FALSE)\b
    |(?P<bracket>[()])""",
    re.VERBOSE,
)


def references(rule: str) -> Iterator[tuple[str, bool]]:
    """Yield each name or ARN that a rule names, and whether the rule comes nearer to true when that one is in ALARM.

    It does where ALARM is asked for, or another state is not; `ALARM(a) AND NOT ALARM(deploying)` is held down by the
    second alarm. Of a name that is asked about twice each place is told.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-combining.html
    """
    inverted, waiting, outer = False, False, []
    for token in _TOKEN.finditer(rule):
        if token["not"]:
            waiting = not waiting
            continue
        if token["bracket"] == "(":
            outer.append(inverted)
            inverted ^= waiting
        elif token["bracket"]:
            inverted = outer.pop() if outer else False
        elif not token["constant"]:
            asked = (token["state"] or token["all"]) == "ALARM"
            raises = asked ^ inverted ^ waiting ^ bool(token["lacking"])
            for named in _NAMES.finditer(token["names"] or token["name"]):
                yield next(filter(None, named.groups())), raises
        waiting = False
