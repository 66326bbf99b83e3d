"""The door to AWS: sessions, clients that keep the ledger, and what AWS's errors mean."""

import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import boto3
import botocore.config
import botocore.exceptions
import botocore.parsers

from muster import __version__
from muster.coverage import Ledger
from muster.errors import ConfigurationError, CredentialsError, Throttled, Transient
from muster.model import Unavailable

if TYPE_CHECKING:
    from botocore.client import BaseClient

DENIED = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "AllAccessDisabled",
        "AuthorizationError",
        "Forbidden",
        "UnauthorizedOperation",
        "UnauthorizedAccess",
        "403",
    }
)
EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"})
REFUSED = frozenset(
    {
        "AuthFailure",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "SignatureDoesNotMatch",
        "InvalidToken",
        "UnrecognizedClientException",
        "OptInRequired",
    }
)
THROTTLED = frozenset(
    {
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "RequestLimitExceeded",
        "TooManyRequestsException",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "BandwidthLimitExceeded",
        "PriorRequestNotComplete",
    }
)
_CREDENTIALS = (
    botocore.exceptions.NoCredentialsError,
    botocore.exceptions.PartialCredentialsError,
    botocore.exceptions.CredentialRetrievalError,
    botocore.exceptions.TokenRetrievalError,
    botocore.exceptions.UnauthorizedSSOTokenError,
    botocore.exceptions.SSOTokenLoadError,
)
T = TypeVar("T")
_OF_ONE_REGION = frozenset({"OptInRequired", "AuthFailure"})
"""What a region that is not enabled answers too, while the credentials are good everywhere else."""
_HOME = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who the credentials belong to."""

    account_id: str
    partition: str
    arn: str


class Clients:
    """Makes one client per service and region, shares it between threads, and counts each call in a ledger."""

    def __init__(
        self,
        session: "boto3.session.Session",
        ledger: Ledger | None = None,
        endpoint_url: str | None = None,
        concurrency: int = 32,
    ) -> None:
        """Use a session's credentials; `endpoint_url` overrides where every call goes."""
        self.session: Any = session
        self._concurrency = concurrency
        self._ledger = ledger
        self._endpoint_url = endpoint_url
        self._made: dict[tuple[str, str], BaseClient] = {}
        self._lock = threading.Lock()
        self._config = botocore.config.Config(
            retries={"mode": "standard", "max_attempts": 3},
            max_pool_connections=concurrency,
            connect_timeout=5,
            read_timeout=30,
            user_agent_extra=f"muster/{__version__}",
        )

    def get(self, service: str, region: str) -> Any:
        """Return the client of a service in a region.

        Raises:
            ConfigurationError: the endpoint's URL cannot be used.
        """
        with self._lock:
            client = self._made.get((service, region))
            if client is None:
                try:
                    client = self.session.client(
                        service, region_name=region, endpoint_url=self._endpoint_url, config=self._config
                    )
                except (ValueError, botocore.exceptions.InvalidRegionError) as error:
                    raise ConfigurationError(f"cannot make a client for {service} in {region}: {error}") from error
                if service == "s3control" and (self._endpoint_url or os.environ.get("AWS_ENDPOINT_URL")):
                    client.meta.events.register("before-sign", _without_account_in_host)
                if self._ledger is not None:
                    _count_calls(client, self._ledger)
                self._made[service, region] = client
            return client

    def counting_in(self, ledger: Ledger) -> "Clients":
        """Return clients of the same session that count in another ledger."""
        return Clients(self.session, ledger, self._endpoint_url, self._concurrency)


def open_session(profile: str | None = None, region: str | None = None) -> "boto3.session.Session":
    """Open a session from the environment, a profile or the machine's role.

    Raises:
        CredentialsError: the profile does not exist, or there are no credentials.
    """
    try:
        session = boto3.session.Session(profile_name=profile, region_name=region)
        if session.get_credentials() is None:
            raise CredentialsError(
                "there are no AWS credentials: set AWS_PROFILE or AWS_ACCESS_KEY_ID, or run 'aws sso login'"
            )
    except botocore.exceptions.ProfileNotFound as error:
        raise CredentialsError(f"{error}: see 'aws configure list-profiles'") from error
    except _CREDENTIALS as error:
        raise CredentialsError(f"the AWS credentials cannot be used: {error}") from error
    return session


def caller(clients: Clients, region: str) -> Caller:
    """Ask AWS who we are.

    Raises:
        CredentialsError: AWS does not accept the credentials.
        Transient: the endpoint cannot be reached.
    """
    identity = asking("sts:GetCallerIdentity", lambda: clients.get("sts", region).get_caller_identity())
    arn = identity["Arn"]
    return Caller(identity["Account"], arn.split(":")[1], arn)


def enabled_regions(clients: Clients, region: str) -> tuple[str, ...]:
    """Return the regions that the account has enabled, sorted."""
    ec2 = clients.get("ec2", region)
    answer = asking("ec2:DescribeRegions", lambda: ec2.describe_regions(AllRegions=False))
    return tuple(sorted(found["RegionName"] for found in answer["Regions"]))


def home_region(partition: str) -> str:
    """Return the region where a partition's global services live."""
    return _HOME.get(partition, "us-east-1")


def asking(what: str, call: Callable[[], T]) -> T:
    """Make a call without which nothing can begin, and say in Muster's words why it failed."""
    try:
        return call()
    except _CREDENTIALS as error:
        raise CredentialsError(f"the AWS credentials cannot be used: {error}") from error
    except botocore.exceptions.ClientError as error:
        code = code_of(error)
        if code in EXPIRED or code in REFUSED:
            raise CredentialsError(f"AWS does not accept the credentials ({what}: {code})") from error
        if code in THROTTLED:
            raise Throttled(f"{what} is throttled ({code})") from error
        if code in DENIED:
            raise CredentialsError(f"{what} is denied ({code}): allow it, or name the regions to scan") from error
        raise Transient(f"{what} failed: {error}") from error
    except botocore.parsers.ResponseParserError as error:
        raise Transient(f"{what} failed: the endpoint does not answer as AWS does") from error
    except READ_ERRORS as error:
        raise Transient(f"{what} failed: {error}") from error


def code_of(error: BaseException) -> str:
    """Return AWS's error code, or the exception's name where AWS did not answer."""
    response = getattr(error, "response", None)
    return str(response.get("Error", {}).get("Code", "")) if response else type(error).__name__


def unavailable(permission: str, error: Exception) -> Unavailable:
    """Say in an auditor's words why something could not be read; only a denial names the permission."""
    code = code_of(error)
    if code in DENIED:
        return Unavailable(permission, f"access denied ({code})")
    if code in EXPIRED or isinstance(error, _CREDENTIALS):
        return Unavailable(None, f"the credentials expired or cannot be used ({code})")
    if code in REFUSED:
        return Unavailable(None, f"AWS does not accept the credentials here ({code})")
    if code in THROTTLED:
        return Unavailable(None, f"throttled until the retries ran out ({code})")
    if code in ("NoSuchBucket", "404") or code.endswith(".NotFound"):
        return Unavailable(None, f"gone meanwhile ({code})")
    return Unavailable(None, f"{permission} failed ({code}: {_first_line(error)})")


def lost_credentials(error: Exception) -> bool:
    """Whether no later call of this session can succeed either."""
    code = code_of(error)
    return code in EXPIRED or code in REFUSED - _OF_ONE_REGION or isinstance(error, _CREDENTIALS)


READ_ERRORS: tuple[type[Exception], ...] = (
    botocore.exceptions.ClientError,
    botocore.exceptions.BotoCoreError,
    botocore.parsers.ResponseParserError,
    OSError,
)


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0][:200]


def _without_account_in_host(request: Any, **_: object) -> None:
    """Send S3 Control's calls to an endpoint of one's own, which has no name per account.

    The account stands in the header x-amz-account-id too.
    """
    account = request.headers.get("x-amz-account-id")
    account = account.decode() if isinstance(account, bytes) else account
    request.url = request.url.replace(f"//{account}.", "//", 1)


def _count_calls(client: Any, ledger: Ledger) -> None:
    service = client.meta.service_model.service_name

    def begins(context: dict[str, Any], **_: object) -> None:
        context["muster_began"] = time.monotonic()

    def ends(model: Any, context: dict[str, Any], parsed: dict[str, Any] | None = None, **_: object) -> None:
        code = str((parsed or {}).get("Error", {}).get("Code", ""))
        ledger.called(
            f"{service}:{model.name}",
            retries=int((parsed or {}).get("ResponseMetadata", {}).get("RetryAttempts", 0)),
            denied=code in DENIED,
            failed=code in THROTTLED | EXPIRED | REFUSED or code.startswith(("5", "Internal", "Service")),
            seconds=time.monotonic() - context.get("muster_began", time.monotonic()),
        )

    def breaks(context: dict[str, Any], event_name: str, **_: object) -> None:
        ledger.called(
            f"{service}:{event_name.rpartition('.')[2]}",
            failed=True,
            seconds=time.monotonic() - context.get("muster_began", time.monotonic()),
        )

    client.meta.events.register("before-call", begins)
    client.meta.events.register("after-call", ends)
    client.meta.events.register("after-call-error", breaks)
