"""Whose the credentials are, where they come from, until when they last, and whether the clock is right."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from types import MappingProxyType
from typing import Any

from muster.cli.doctor.lines import Line, Mark
from muster.model.arn import Arn
from muster.sdk.first_calls import asking
from muster.sdk.redaction import one_line
from muster.sdk.session import Clients, profile_of

_REFUSED_FROM = timedelta(minutes=5)
"""From this difference on AWS refuses signatures.

https://docs.aws.amazon.com/IAM/latest/UserGuide/signature-v4-troubleshooting.html
"""
_REMARKABLE = timedelta(minutes=1)
_SOON = timedelta(minutes=15)
_SOURCES: Mapping[str, str] = MappingProxyType(
    {
        "env": "environment variables",
        "shared-credentials-file": "the credentials file",
        "config-file": "the configuration file",
        "sso": "an SSO login",
        "login": "'aws login'",
        "assume-role": "a role that the profile assumes",
        "assume-role-with-web-identity": "a web identity token",
        "custom-process": "a credential process",
        "container-role": "the container's role",
        "iam-role": "the instance's role",
    }
)
"""Where botocore found credentials, in words."""


def credential_lines(clients: Clients, region: str, now: datetime | None = None) -> Iterator[Line]:
    """Yield a line about the credentials and one about the clock; both come of one call of STS.

    Raises:
        CredentialsError: AWS does not accept the credentials.
        Transient: the endpoint cannot be reached.
    """
    before = datetime.now(UTC)
    answer: Mapping[str, Any] = asking(
        "sts:GetCallerIdentity", lambda: clients.get("sts", region).get_caller_identity(), profile=profile_of(clients)
    )
    after = datetime.now(UTC)
    yield of_credentials(clients.session.get_credentials(), str(answer["Arn"]), profile_of(clients), now or after)
    headers = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    yield of_clock(str(headers.get("date", "")), before + (after - before) / 2)


def of_credentials(credentials: Any, arn: str, profile: str | None, now: datetime) -> Line:
    """Return the line about credentials as botocore holds them, of a principal."""
    method = str(getattr(credentials, "method", ""))
    source = _SOURCES.get(method, one_line(method, 40) or "an unknown source")
    of_profile = f", profile {one_line(profile, 60)}" if profile else ""
    until: datetime | None = getattr(credentials, "_expiry_time", None)
    lasts = f", until {until.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if until else ""
    text = f"{arn}, from {source}{of_profile}{lasts}"
    account = Arn.of(arn).account
    if Arn.of(arn).resource == "root":
        return Line(
            Mark.WARNING, "credentials", f"{text}: this is the root user of the account",
            "use a role that may only read; 'muster iam-policy' prints its policy", account_id=account,
        )  # fmt: skip
    if until and until - now < _SOON:
        return Line(
            Mark.WARNING, "credentials", f"{text}: they end soon, and a long scan would not see everything",
            "log in again", account_id=account,
        )  # fmt: skip
    return Line(Mark.OK, "credentials", text, account_id=account)


def of_clock(date: str, now: datetime) -> Line:
    """Return the line about this machine's clock, compared with the Date header of an answer."""
    try:
        theirs = parsedate_to_datetime(date)
    except ValueError:
        return Line(Mark.WARNING, "clock", "the answer of AWS has no date to compare this machine's clock with")
    off = now - theirs
    # The header has whole seconds.
    seconds = round(abs(off.total_seconds()))
    text = f"{seconds:,} s {'ahead of' if off > timedelta(0) else 'behind'} AWS" if seconds > 1 else "right"
    if abs(off) >= _REFUSED_FROM:
        return Line(Mark.PROBLEM, "clock", f"{text}: AWS refuses signatures from 5 minutes on", "set the clock")
    if abs(off) >= _REMARKABLE:
        return Line(Mark.WARNING, "clock", f"{text}: AWS refuses signatures from 5 minutes on", "set the clock")
    return Line(Mark.OK, "clock", text)
