"""The messages with which AWS refuses a call: the policy that denied it, or how far this machine's clock is off.

The wordings are those of the IAM guide, as services return them since 2021, and those recorded since:
https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from muster.sdk.redaction import one_line

SENTENCE = 280
"""The most characters of AWS's own sentence that are shown."""
_READ = 4096
"""The characters of a message that are read: the longest ARNs of a caller and a resource, and the reason."""


class PolicyKind(StrEnum):
    """The kinds of policy that can deny a call, as AWS's messages and its documentation name them.

    A role's trust policy is a resource-based policy; AWS's messages give it a name of its own.
    """

    IDENTITY = "identity-based policy"
    RESOURCE = "resource-based policy"
    TRUST = "role trust policy"
    SERVICE_CONTROL = "service control policy"
    RESOURCE_CONTROL = "resource control policy"
    BOUNDARY = "permissions boundary"
    SESSION = "session policy"
    ENDPOINT = "VPC endpoint policy"

    @property
    def of_organization(self) -> bool:
        """Whether the organization sets it, so that nothing in the account can allow the call."""
        return self in (PolicyKind.SERVICE_CONTROL, PolicyKind.RESOURCE_CONTROL)


@dataclass(frozen=True, slots=True)
class Denial:
    """A denial as its message describes it; a field is empty, or None, where the message lacks it.

    `explicit` is True for a Deny statement and False for a missing Allow. `encoded` is the text for
    `aws sts decode-authorization-message`. `more` is what the sentence says besides all this, on one line of at most
    `SENTENCE` characters.
    """

    action: str = ""
    principal: str = ""
    explicit: bool | None = None
    kind: PolicyKind | None = None
    policy_arn: str = ""
    encoded: str = ""
    more: str = ""

    @property
    def of_organization(self) -> bool:
        """Whether a service control policy or a resource control policy of the organization denied the call."""
        return self.kind is not None and self.kind.of_organization

    @property
    def wants_permission(self) -> bool:
        """Whether allowing the action in an identity-based policy may help: never against an explicit Deny.

        https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
        """
        return not self.explicit and self.kind in (None, PolicyKind.IDENTITY)

    def reason(self, action: str) -> str:
        """Say which kind of policy denied the call; empty where the message does not say it.

        `action` is named where the message names none.
        """
        named = self.action or action
        if self.kind is None:
            return f"a policy denies {named} explicitly" if self.explicit else ""
        if not self.explicit:
            return f"no {self.kind} allows {named}"
        article = "an" if self.kind is PolicyKind.IDENTITY else "a"
        where = f" ({self.policy_arn})" if self.policy_arn else ""
        return f"{article} {self.kind} denies {named}{where}"


_KINDS = {
    "identity": PolicyKind.IDENTITY,
    "resource": PolicyKind.RESOURCE,
    "role trust": PolicyKind.TRUST,
    "trust": PolicyKind.TRUST,
    "service control": PolicyKind.SERVICE_CONTROL,
    "scp": PolicyKind.SERVICE_CONTROL,
    "resource control": PolicyKind.RESOURCE_CONTROL,
    "rcp": PolicyKind.RESOURCE_CONTROL,
    "permissions boundary": PolicyKind.BOUNDARY,
    "permission boundary": PolicyKind.BOUNDARY,
    "session": PolicyKind.SESSION,
    "sessions": PolicyKind.SESSION,
    "vpc endpoint": PolicyKind.ENDPOINT,
    "vpce": PolicyKind.ENDPOINT,
}
_KIND = (
    r"(service[ -]control|scp|resource[ -]control|rcp|identity|resource|role[ -]trust|trust|permissions?[ -]boundary|"
    r"sessions?|vpc[ -]endpoint|vpce)(?:[ -]based)?(?: (?:policy|policies))?(?: \((?:SCP|RCP)s?\))?"
)
_ARN = r"""arn:aws[a-z0-9-]*:[^\s"'`<>()\[\]{},;]+"""
_EXPLICIT = re.compile(
    rf"(?:with|due to|because of) an explicit deny"
    rf"(?:(?: found)? in (?:an?|the|one or more) {_KIND}(?: transitively through (?:an?|the) {_KIND})?)?"
    rf"(?:[:,]?(?: with)?(?: the)?(?: policy ARN:?)? ({_ARN}))?",
    re.IGNORECASE,
)
_IMPLICIT = re.compile(
    rf"because (?:no|the) {_KIND} allows?(?: (?:the|this|that))?(?: ([\w-]+:[\w*]+))?(?: action| it)?", re.IGNORECASE
)
_WHO = re.compile(r"\b(?:User|Principal|Role)s?:? (\S+) is not authorized", re.IGNORECASE)
_WHAT = re.compile(r"not authorized to perform:? ([A-Za-z0-9-]+:[A-Za-z0-9*]+)", re.IGNORECASE)
_ENCODED = re.compile(r"Encoded authorization(?: failure)? message:? ([\w+/=.-]+)", re.IGNORECASE)
_REQUEST = re.compile(
    r"\((?:Service: [^()]*)?(?:Status Code|Request ID)[^()]*\)|\b(?:request ?id)\b[:=]? ?[\w-]+", re.IGNORECASE
)
_SAYS_NOTHING = re.compile(
    r"you are not authorized to perform this operation|"
    r"(?:users?|principals?|roles?)?:? ?\S* ?(?:is )?not authorized to perform:? ?\S*"
    r"(?: on (?:the )?resources?:? ?(?:\"[^\"]*\"|(?:user|role|group|policy|queue|table) \S+|\S+)?)?|"
    r"access ?(?:is )?denied(?:exception)?|forbidden|an error occurred \(\w+\) when calling the \w+ operation",
    re.IGNORECASE,
)


def denial(message: str) -> Denial:
    """Read the message of a denial, in any case and with any white space.

    Only its last clause about a policy counts: the name of a resource, which comes before it, may hold such words.
    """
    text = one_line(message)[:_READ]
    action, principal, encoded = _first(_WHAT, text), _first(_WHO, text), _first(_ENCODED, text)
    explicit, implicit = _last(_EXPLICIT, text), _last(_IMPLICIT, text)
    if explicit and (not implicit or explicit.start() > implicit.start()):
        kind, through, arn = explicit.groups()
        return Denial(action, principal, True, _kind(through or kind), (arn or "").rstrip(".:"), encoded)
    if implicit:
        return Denial(action or implicit.group(2) or "", principal, False, _kind(implicit.group(1)), encoded=encoded)
    return Denial(action, principal, encoded=encoded, more=_more(text))


def _more(text: str) -> str:
    """Return a sentence that says more than that the call was denied, else nothing."""
    shorter = _REQUEST.sub("", _ENCODED.sub("", text))
    rest = re.findall(r"\w{2,}", _SAYS_NOTHING.sub(" ", shorter))
    return one_line(shorter, SENTENCE) if len(rest) > 1 else ""


def _kind(words: str | None) -> PolicyKind | None:
    return _KINDS[words.lower().replace("-", " ")] if words else None


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found.group(1) if found else ""


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    return next(reversed(list(pattern.finditer(text))), None)


_ACCEPTED = timedelta(minutes=5)
_TIME = r"(\d{8}T\d{6}Z)"
_EXPIRED = re.compile(rf"signature expired: {_TIME} is now earlier than {_TIME}(?: \({_TIME})?", re.IGNORECASE)
_EARLY = re.compile(rf"signature not yet current: {_TIME} is still later than {_TIME}(?: \({_TIME})?", re.IGNORECASE)
_SKEWED = re.compile(
    r"difference between the request time and the (?:current|server'?s?) time is too large", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock that AWS refuses for the time of a signature; `ahead` is None where the difference is unknown."""

    ahead: timedelta | None

    def __str__(self) -> str:
        """Say it as half a sentence."""
        if self.ahead is None:
            return "this machine's clock is wrong by more than AWS accepts"
        side = "ahead of" if self.ahead > timedelta() else "behind"
        return f"this machine's clock is {_duration(abs(self.ahead))} {side} AWS's"


def clock(code: str, message: str, sent: str = "", received: str = "") -> Clock | None:
    """Return how wrong this machine's clock is, if that is why AWS refused; else None.

    `sent` and `received` are S3's RequestTime and ServerTime, which stand beside its message.
    https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
    """
    text = one_line(message)[:_READ]
    found = _EXPIRED.search(text) or _EARLY.search(text)
    if found:
        signed, limit, now = (_time(part) if part else None for part in found.groups())
        other = now or limit
        return Clock(signed - other if signed and other else None)
    if code == "RequestTimeTooSkewed" or _SKEWED.search(text):
        signed, now = _time(sent), _time(received)
        return Clock(signed - now if signed and now else None)
    return None


def clock_by_date(date: str, now: float) -> Clock | None:
    """Return how far a clock (seconds since 1970) is from an answer's Date header; None where AWS accepts that much.

    AWS accepts a request for five minutes.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv4-troubleshooting.html
    """
    theirs = _time(date)
    ahead = datetime.fromtimestamp(now, UTC) - theirs if theirs else timedelta()
    return Clock(ahead) if abs(ahead) > _ACCEPTED else None


def _time(text: str) -> datetime | None:
    for form in ("%Y%m%dT%H%M%SZ", "%Y-%m-%dT%H:%M:%SZ", "%a, %d %b %Y %H:%M:%S GMT"):
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None


def _duration(time: timedelta) -> str:
    seconds = round(time.total_seconds())
    parts = ((seconds // 86400, "d"), (seconds // 3600 % 24, "h"), (seconds // 60 % 60, "min"), (seconds % 60, "s"))
    shown = [f"{number} {unit}" for number, unit in parts if number][:2]
    return " ".join(shown) or "0 s"
