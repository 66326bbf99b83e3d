"""The errors of AWS by what they mean: denied, expired, throttled, gone, blocked by a policy of the organization."""

import time
from collections.abc import Mapping
from enum import Enum, auto
from types import MappingProxyType

import botocore.exceptions
import botocore.parsers

from muster.errors import MusterError
from muster.model.finding import Unavailable
from muster.sdk.denial import Clock, Denial, clock, clock_by_date, denial
from muster.sdk.endpoints import not_offered
from muster.sdk.redaction import safe


class Meaning(Enum):
    """The meaning of an error code of AWS for the caller."""

    DENIED = auto()
    """A policy denies the call."""
    EXPIRED = auto()
    """The credentials, or the signature, are out of date."""
    REFUSED = auto()
    """AWS does not accept the credentials."""
    THROTTLED = auto()
    """AWS asks for fewer calls."""
    FAILED = auto()
    """The service is at fault."""
    GONE = auto()
    """The resource is no more."""
    TOKEN = auto()
    """The token of a page is no longer valid."""


_CODES: Mapping[Meaning, str] = MappingProxyType(
    {
        Meaning.DENIED: (
            "AccessDenied AccessDeniedException AllAccessDisabled AuthorizationError AuthorizationErrorException "
            "Forbidden NotAuthorized NotAuthorizedException UnauthorizedOperation UnauthorizedAccess 403"
        ),
        Meaning.EXPIRED: "ExpiredToken ExpiredTokenException RequestExpired TokenRefreshRequired",
        Meaning.REFUSED: (
            "AuthFailure IncompleteSignature IncompleteSignatureException InvalidAccessKeyId InvalidClientTokenId "
            "InvalidSignatureException InvalidToken MissingAuthenticationToken MissingAuthenticationTokenException "
            "OptInRequired RequestTimeTooSkewed SignatureDoesNotMatch SubscriptionRequiredException "
            "UnrecognizedClientException"
        ),
        Meaning.THROTTLED: (
            "Throttling ThrottlingException ThrottledException RequestLimitExceeded TooManyRequestsException "
            "RequestThrottled RequestThrottledException SlowDown BandwidthLimitExceeded PriorRequestNotComplete "
            "ProvisionedThroughputExceededException EC2ThrottledException LimitExceededException "
            "TransactionInProgressException"
        ),
        Meaning.FAILED: (
            "500 502 503 504 InternalError InternalFailure InternalServerError InternalServerErrorException "
            "RequestTimeout RequestTimeoutException ServiceException ServiceUnavailable ServiceUnavailableException "
            "Unavailable"
        ),
        Meaning.GONE: (
            "404 AWS.SimpleQueueService.NonExistentQueue ClusterNotFoundException ClusterNotFoundFault "
            "ListenerNotFound LoadBalancerNotFound NoSuchAccessPoint NoSuchBucket NoSuchEntity NotFound "
            "NotFoundException QueueDoesNotExist ResourceNotFound ResourceNotFoundException RuleNotFound "
            "TableNotFoundException TargetGroupNotFound"
        ),
        Meaning.TOKEN: (
            "InvalidNextToken InvalidNextTokenException InvalidPaginationToken InvalidPaginationTokenException "
            "ExpiredNextTokenException ExpiredPaginationToken ExpiredIteratorException "
            "PaginationTokenExpiredException"
        ),
    }
)
"""The error codes of AWS by what they mean."""
_MEANINGS = {code: meaning for meaning, codes in _CODES.items() for code in codes.split()}
CREDENTIALS = (
    botocore.exceptions.NoCredentialsError,
    botocore.exceptions.PartialCredentialsError,
    botocore.exceptions.CredentialRetrievalError,
    botocore.exceptions.TokenRetrievalError,
    botocore.exceptions.NoAuthTokenError,
    botocore.exceptions.RefreshWithMFAUnsupportedError,
    botocore.exceptions.SSOError,
    botocore.exceptions.LoginError,
)
_OF_ONE_REGION = frozenset({"OptInRequired", "AuthFailure", "SubscriptionRequiredException"})
"""A region that is not enabled answers with these too, while the credentials are good everywhere else."""
BLOCKED = "blocked by policy"
"""The beginning of a reason where a service or resource control policy of the organization denies a call."""
NOT_OFFERED = "not offered in this region"
"""The beginning of a reason where a service has no endpoint in a region."""
_ENCODED = "AWS gives the reason in encoded form; decode it with 'aws sts decode-authorization-message'"
_NETWORK = (
    botocore.exceptions.HTTPClientError,
    botocore.exceptions.ConnectionError,
    botocore.parsers.ResponseParserError,
    OSError,
)


def code_of(error: BaseException) -> str:
    """Return AWS's error code, or the exception's name where AWS did not answer."""
    response = getattr(error, "response", None)
    return str(response.get("Error", {}).get("Code", "")) if response else type(error).__name__


def meaning_of(code: str) -> Meaning | None:
    """Return what an error code means, None where it may mean anything; EC2's codes of what is gone end alike."""
    return _MEANINGS.get(code) or (Meaning.GONE if code.endswith(".NotFound") else None)


def throttled(error: BaseException) -> bool:
    """Whether AWS throttled the call."""
    return meaning_of(code_of(error)) is Meaning.THROTTLED


def transient(error: BaseException) -> bool:
    """Whether the same call may succeed a moment later: throttled, the service's own fault, or the network's."""
    if not_offered(error):
        return False
    passing = meaning_of(code_of(error)) in (Meaning.THROTTLED, Meaning.FAILED)
    return passing or _down(error) or isinstance(error, _NETWORK)


def _down(error: BaseException) -> bool:
    """Whether the status says that the service is at fault, whatever code it gives: as botocore's standard mode."""
    response = getattr(error, "response", None) or {}
    return response.get("ResponseMetadata", {}).get("HTTPStatusCode") in (500, 502, 503, 504)


def refuses_single_item(error: BaseException) -> bool:
    """Whether AWS refuses the request and not its sender: of many items in a call, one may be gone."""
    refused = isinstance(error, botocore.exceptions.ClientError) and not transient(error)
    return refused and meaning_of(code_of(error)) not in (Meaning.DENIED, Meaning.EXPIRED, Meaning.REFUSED)


def denial_of(error: BaseException) -> Denial | None:
    """Return what AWS says of a denial; None where an error is none."""
    return denial(message_of(error)) if meaning_of(code_of(error)) is Meaning.DENIED else None


def clock_of(error: BaseException) -> Clock | None:
    """Return how wrong this machine's clock is, if AWS refused a call for that; else None.

    Some services say only that they do not accept the credentials: there the time of the answer shows it.
    """
    response = getattr(error, "response", None) or {}
    details, code = response.get("Error", {}), code_of(error)
    found = clock(code, message_of(error), str(details.get("RequestTime", "")), str(details.get("ServerTime", "")))
    if found is not None and found.ahead is not None:
        return found
    headers = response.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    if found is not None or meaning_of(code) is Meaning.REFUSED or code == "RequestExpired":
        return clock_by_date(str(headers.get("date", "")), time.time()) or found
    return None


def message_of(error: BaseException) -> str:
    """Return AWS's own sentence, or what the exception says where AWS did not answer."""
    response = getattr(error, "response", None)
    return str(response.get("Error", {}).get("Message") or "") if response else str(error)


def token_expired(error: BaseException) -> bool:
    """Whether AWS refuses the token of a page: the listing must begin again.

    EC2 and S3 have no code of their own for it; their messages speak of the token.
    """
    code, text = code_of(error), str(error).lower()
    if meaning_of(code) is Meaning.TOKEN:
        return True
    return code in ("InvalidParameterValue", "InvalidArgument", "ValidationException", "ValidationError") and any(
        name in text for name in ("nexttoken", "next token", "pagination token", "continuation token", "marker")
    )


def unavailable(permission: str, error: Exception) -> Unavailable:
    """Return the reason why something could not be read, for an auditor; only a denial names the permission."""
    code = code_of(error)
    if isinstance(error, AssumeRoleError):
        return Unavailable(error.permission, str(error))
    if (found := denial_of(error)) is not None:
        return _denied(permission, code, found)
    if not_offered(error):
        return Unavailable(None, f"{NOT_OFFERED}: the service has no endpoint here")
    return Unavailable(None, _reason(permission, code, error))


def _denied(permission: str, code: str, found: Denial) -> Unavailable:
    """Name the kind of policy; a missing permission is only named where an identity-based policy may lack it."""
    why = found.reason(permission)
    if found.of_organization:
        return Unavailable(None, f"{BLOCKED}: {why}")
    why = why or found.more or (_ENCODED if found.encoded else "")
    return Unavailable(
        permission if found.wants_permission else None, f"access denied ({code})" + f": {why}" * bool(why)
    )


def _reason(permission: str, code: str, error: Exception) -> str:
    if wrong := clock_of(error):
        return f"AWS rejects the signature ({code}): {wrong}"
    meaning = meaning_of(code)
    if meaning is Meaning.EXPIRED or isinstance(error, CREDENTIALS):
        return f"the credentials expired or cannot be used ({code})"
    if meaning is Meaning.REFUSED:
        return f"AWS rejects the credentials here ({code})"
    if meaning is Meaning.THROTTLED:
        return f"throttled by AWS, and all retries failed ({code})"
    if meaning is Meaning.GONE:
        return f"the resource no longer exists ({code})"
    return f"{permission} failed ({code}: {_first_line(error)})"


def lost_credentials(error: Exception) -> bool:
    """Whether no later call of this session can succeed either."""
    code = code_of(error)
    lost = meaning_of(code) in (Meaning.EXPIRED, Meaning.REFUSED) and code not in _OF_ONE_REGION
    return lost or isinstance(error, CREDENTIALS) or clock_of(error) is not None


class AssumeRoleError(MusterError):
    """The role of an account cannot be assumed: nothing of the account can be read."""

    def __init__(self, reason: str, permission: str | None = "sts:AssumeRole") -> None:
        """Take the reason, and the permission that may be missing, None where another policy denies it."""
        super().__init__(reason)
        self.permission = permission


READ_ERRORS: tuple[type[Exception], ...] = (
    AssumeRoleError,
    botocore.exceptions.ClientError,
    botocore.exceptions.BotoCoreError,
    botocore.parsers.ResponseParserError,
    OSError,
)


def _first_line(error: Exception) -> str:
    return safe(str(error).strip().partition("\n")[0])
