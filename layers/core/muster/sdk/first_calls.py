"""The first calls, without which nothing can begin, and the words for their errors."""

from collections.abc import Callable
from typing import TypeVar

import botocore.exceptions
import botocore.parsers

from muster.errors import ConfigurationError, CredentialsError, MusterError, Throttled, Transient
from muster.sdk.errors import CREDENTIALS, READ_ERRORS, Meaning, clock_of, code_of, denial_of, meaning_of, message_of
from muster.sdk.redaction import safe
from muster.sdk.setup.errors import explained

T = TypeVar("T")
_OF_CREDENTIALS = {
    "AssumeRole": "sts:AssumeRole",
    "AssumeRoleWithWebIdentity": "sts:AssumeRoleWithWebIdentity",
    "CreateToken": "sso-oidc:CreateToken",
    "GetRoleCredentials": "sso:GetRoleCredentials",
}
"""Calls that the SDK makes on its own, to get credentials, before another call."""
_NETWORK = (
    botocore.exceptions.HTTPClientError,
    botocore.exceptions.ConnectionError,
    botocore.exceptions.IncompleteReadError,
    botocore.exceptions.MetadataRetrievalError,
)


def asking(what: str, call: Callable[[], T], instead: str = "", profile: str | None = None) -> T:
    """Make a call without which nothing can begin; its errors become Muster's.

    `instead` is the way out where it is denied, besides allowing it; `profile` the AWS profile in use.

    Raises:
        ConfigurationError: what configures the SDK cannot be used.
        CredentialsError: the credentials cannot be used, or may not make the call.
        Throttled: AWS asks to come back later.
        Transient: AWS or the network failed.
    """
    try:
        return call()
    except botocore.exceptions.ClientError as error:
        raise _refused(_OF_CREDENTIALS.get(error.operation_name, what), error, instead) from error
    except botocore.parsers.ResponseParserError as error:
        raise Transient(f"{what} failed: the endpoint does not answer as AWS does") from error
    except _NETWORK as error:
        raise Transient(f"{what} failed: {explained(error, profile)}") from error
    except botocore.exceptions.BotoCoreError as error:
        raise unusable(error, profile) from error
    except READ_ERRORS as error:
        if isinstance(error, MusterError):
            raise
        raise Transient(f"{what} failed: {safe(str(error))}") from error


def unusable(error: botocore.exceptions.BotoCoreError, profile: str | None = None) -> MusterError:
    """Return what to raise when the SDK cannot use the credentials, or what configures it.

    `profile` is the one that an option names.
    """
    if isinstance(error, CREDENTIALS):
        return CredentialsError(f"the AWS credentials cannot be used: {explained(error, profile)}")
    return ConfigurationError(explained(error, profile))


def _refused(what: str, error: botocore.exceptions.ClientError, instead: str) -> MusterError:
    code = code_of(error)
    if wrong := clock_of(error):
        return CredentialsError(f"{wrong}, and AWS refuses what it signs ({what}: {code}): set the clock")
    not_accepted = f"AWS does not accept the credentials ({what}: {code})"
    match meaning_of(code):
        case Meaning.EXPIRED:
            return CredentialsError(f"{not_accepted}: they expired; log in again or get new ones")
        case Meaning.REFUSED:
            return CredentialsError(f"{not_accepted}: {_hint(code)}")
        case Meaning.THROTTLED:
            return Throttled(f"{what} is throttled ({code})")
        case Meaning.DENIED:
            return CredentialsError(_denied(what, error, instead))
    return Transient(f"{what} failed ({code}): {safe(message_of(error), 300)}")


def _hint(code: str) -> str:
    if code in ("SignatureDoesNotMatch", "InvalidSignatureException"):
        return "the secret access key is another key's, or was copied wrong"
    if code in ("OptInRequired", "SubscriptionRequiredException"):
        return "the account or the region is not activated"
    return "the access key or the session token is not known to AWS, or is for another partition or endpoint"


def _denied(what: str, error: botocore.exceptions.ClientError, instead: str) -> str:
    found = denial_of(error)
    why = found.reason(what) or found.more if found else ""
    begins = f"{what} is denied ({code_of(error)})"
    ways = ["allow it"] if found is None or found.wants_permission else []
    ways += [instead] if instead else []
    if why and not ways:
        ways = ["ask those who manage that policy"]
    return f"{begins}: {why}; {', or '.join(ways)}" if why else f"{begins}: {', or '.join(ways)}"
