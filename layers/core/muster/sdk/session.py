"""The door to AWS: sessions, clients that keep the ledger, and the first questions to ask."""

import difflib
import functools
import os
import threading
import time
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import boto3
import botocore.config
import botocore.exceptions
import botocore.session
from botocore.handlers import parse_get_bucket_location

from muster import __version__
from muster.errors import ConfigurationError, CredentialsError
from muster.model.arn import Arn
from muster.model.coverage import Ledger
from muster.sdk.credentials import CredentialRefresher, handed_out
from muster.sdk.errors import DENIED, EXPIRED, REFUSED, THROTTLED
from muster.sdk.first_calls import asking, unusable
from muster.sdk.limiter import CallGate, Limiter
from muster.sdk.redaction import one_line, safe
from muster.sdk.setup_checks import asked_for_mfa, wrong_environment, wrong_keys, wrong_profile
from muster.sdk.setup_errors import Where, explained
from muster.sdk.wire import service_models, validation
from muster.sdk.wire.ec2_parser import Factory, Projections
from muster.sdk.wire.s3_fast_path import S3FastClient

READ_TIMEOUT = 30.0
"""Seconds without a word from AWS after which a call has failed: one that hangs is tried again, and then given up."""
_LOCATION = "after-call.s3.GetBucketLocation"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who the credentials belong to."""

    account_id: str
    partition: str
    arn: str


class Clients:
    """Makes one client per service and region, shares it between threads, and counts each call in a ledger."""

    def __init__(  # noqa: PLR0913 - what all clients of an account share
        self,
        session: "boto3.session.Session",
        ledger: Ledger | None = None,
        endpoint_url: str | None = None,
        concurrency: int = 32,
        limiter: Limiter | None = None,
        account_id: str = "",
        renewal: CredentialRefresher | None = None,
    ) -> None:
        """Use a session's credentials; `endpoint_url` overrides where every call goes.

        Clients that count in a ledger read an account: their calls are bounded by the limiter, and S3's small ones
        take the short way (`muster.sdk.wire.s3_fast_path`).
        """
        self.session: Any = session
        self.limiter = limiter or Limiter()
        self.account_id = account_id
        self._renewal = renewal or CredentialRefresher(session)
        self._concurrency = concurrency
        self._ledger = ledger
        self.endpoint_url = endpoint_url
        self._made: dict[tuple[str, str], Any] = {}
        self._lock = threading.Lock()
        self._config = botocore.config.Config(
            retries={"mode": "standard", "total_max_attempts": 3},
            max_pool_connections=concurrency,
            connect_timeout=5,
            read_timeout=READ_TIMEOUT,
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
                        service, region_name=region, endpoint_url=self.endpoint_url, config=self._config
                    )
                except (ValueError, botocore.exceptions.InvalidRegionError) as error:
                    raise ConfigurationError(
                        f"cannot make a client for {service} in {one_line(region, 60)}: {safe(str(error))}"
                    ) from error
                if service == "s3control" and (self.endpoint_url or os.environ.get("AWS_ENDPOINT_URL")):
                    client.meta.events.register("before-sign", _without_account_in_host)
                self._made[service, region] = client = self._watched(client, service, region)
            return client

    def of_account(self, session: "boto3.session.Session", account_id: str) -> "Clients":
        """Return clients of another account's session, which go where these go and share their limiter."""
        return Clients(session, None, self.endpoint_url, self._concurrency, self.limiter, account_id)

    def counting_in(self, ledger: Ledger) -> "Clients":
        """Return clients of the same session and limiter that count in another ledger."""
        return Clients(
            self.session, ledger, self.endpoint_url, self._concurrency, self.limiter, self.account_id, self._renewal
        )

    def _watched(self, client: Any, service: str, region: str) -> Any:
        client.meta.events.register("before-call", _begins)
        answers = validation.Bodies(client.meta.service_model, reads=self._ledger is not None)
        client.meta.events.register("before-parse", answers.held)
        client.meta.events.register("response-received", answers.examined)
        if service == "s3":
            client.meta.events.unregister(_LOCATION, parse_get_bucket_location)
            client.meta.events.register(_LOCATION, _located)
        client.meta.events.register("needs-retry", functools.partial(_renewed, self._renewal))
        if self._ledger is None:
            return client
        gate = CallGate(self.limiter, self.account_id, region, service)
        _watch(client, self._ledger, gate)
        if service != "s3":
            return client
        answered = functools.partial(_answered, self._ledger, service)
        return S3FastClient(client, self.session.get_credentials(), gate, answered, self._renewal)


def open_session(
    profile: str | None = None,
    region: str | None = None,
    endpoint_url: str | None = None,
    projections: Projections = MappingProxyType({}),
) -> "boto3.session.Session":
    """Open a session from the environment, a profile or the machine's role.

    `endpoint_url` is what the clients will be given, if anything: it is looked at with the rest of the environment.
    `projections` names the members to parse of long answers, by the shape's name; of other answers all are parsed.

    Raises:
        ConfigurationError: what configures the SDK, a file or a variable, cannot be used.
        CredentialsError: the profile does not exist, or there are no credentials.
    """
    if wrong := wrong_environment(endpoint_url):
        raise ConfigurationError(wrong)
    try:
        made = reading(botocore.session.Session(profile=profile), projections)
        session = boto3.session.Session(botocore_session=made, region_name=region)
        made.get_component("credential_provider").get_provider("assume-role")._prompter = asked_for_mfa  # noqa: SLF001 - as aws-cli does
        wrong = wrong_profile(made.get_scoped_config(), made.full_config.get("services", {}))
        credentials = None if wrong else session.get_credentials()
    except botocore.exceptions.ProfileNotFound as error:
        raise CredentialsError(explained(error, profile) + _meant(profile)) from error
    except botocore.exceptions.BotoCoreError as error:
        raise unusable(error, profile) from error
    if wrong:
        raise ConfigurationError(wrong)
    if credentials is None:
        raise CredentialsError(explained(botocore.exceptions.NoCredentialsError(), profile))
    if wrong := wrong_keys(credentials):
        raise CredentialsError(wrong)
    return session


def _meant(profile: str | None) -> str:
    """Say which profile was probably meant."""
    asked = Where.of(profile).profile
    known = botocore.session.Session().available_profiles
    near = difflib.get_close_matches(asked, known, 1)
    return f"; did you mean {near[0]}?" if near else ""


def reading(
    session: "botocore.session.Session", projections: Projections = MappingProxyType({})
) -> "botocore.session.Session":
    """Let a session load the models that we cut down, and parse the projected members of long answers; return it.

    Its credentials say in botocore's words what is wrong with where they come from, whatever that did.
    """
    return _reading_with(session, Factory(projections))


def reading_alike(session: "boto3.session.Session") -> "botocore.session.Session":
    """Return a new session that parses answers as this one does, and has no credentials yet."""
    parent = session._session  # noqa: SLF001 - boto3 shows its session's components nowhere
    return _reading_with(botocore.session.Session(), parent.get_component("response_parser_factory"))


def _reading_with(session: "botocore.session.Session", parsers: Any) -> "botocore.session.Session":
    session.register_component("data_loader", service_models.loader())
    session.register_component("response_parser_factory", parsers)
    told: Any = session
    told.get_credentials = functools.partial(handed_out, session.get_credentials)
    return session


def caller(clients: Clients, region: str) -> Caller:
    """Ask AWS who we are.

    Raises:
        CredentialsError: AWS does not accept the credentials.
        Transient: the endpoint cannot be reached.
    """
    identity = asking(
        "sts:GetCallerIdentity", lambda: clients.get("sts", region).get_caller_identity(), profile=profile_of(clients)
    )
    arn = identity["Arn"]
    return Caller(identity["Account"], Arn.of(arn).partition, arn)


def profile_of(clients: Clients) -> str | None:
    """Return the AWS profile that clients use, None where it is the default."""
    name = str(clients.session.profile_name)
    return None if name == "default" else name


def enabled_regions(clients: Clients, region: str) -> tuple[str, ...]:
    """Return the regions that the account has enabled, sorted."""
    ec2 = clients.get("ec2", region)
    answer = asking("ec2:DescribeRegions", lambda: ec2.describe_regions(AllRegions=False), "name the regions to scan")
    return tuple(sorted(found["RegionName"] for found in answer["Regions"]))


def existing_regions(clients: Clients, region: str) -> tuple[str, ...]:
    """Return all regions of the partition as EC2 knows them, enabled or not, sorted."""
    ec2 = clients.get("ec2", region)
    answer = asking("ec2:DescribeRegions", lambda: ec2.describe_regions(AllRegions=True))
    return tuple(sorted(found["RegionName"] for found in answer["Regions"]))


def _without_account_in_host(request: Any, **_: object) -> None:
    """Send S3 Control's calls to an endpoint of one's own, which has no name per account.

    The account stands in the header x-amz-account-id too.
    """
    account = request.headers.get("x-amz-account-id")
    account = account.decode() if isinstance(account, bytes) else account
    request.url = request.url.replace(f"//{account}.", "//", 1)


def _begins(context: dict[str, Any], **_: object) -> None:
    context["muster_signed"] = time.monotonic()


def _renewed(renewal: CredentialRefresher, response: Any = None, request_dict: Any = None, **_: object) -> float | None:
    """Have botocore sign and send a call again, once, that was refused as expired and may be with newer credentials."""
    context = (request_dict or {}).get("context", {})
    since = context.get("muster_signed")
    if since is None or response is None or response[1].get("Error", {}).get("Code") not in EXPIRED:
        return None
    del context["muster_signed"]
    return 0.0 if renewal(since) else None


def _located(parsed: dict[str, Any], **named: Any) -> None:
    """Read where a bucket is as botocore does, which reads errors too, and fails on one that is no XML."""
    if "Error" not in parsed:
        parse_get_bucket_location(parsed=parsed, **named)


def _answered(  # noqa: PLR0913 - what a ledger keeps of a call
    ledger: Ledger, service: str, operation: str, retries: int, code: str, seconds: float
) -> None:
    ledger.called(
        f"{service}:{operation}",
        retries=retries,
        denied=code in DENIED,
        failed=code in THROTTLED | EXPIRED | REFUSED or code.startswith(("5", "Internal", "Service")),
        seconds=seconds,
    )


def _watch(client: Any, ledger: Ledger, gate: CallGate) -> None:
    """Count each call of a client in the ledger, and let it pass the gate."""
    service = client.meta.service_model.service_name

    def begins(model: Any, context: dict[str, Any], **_: object) -> None:
        gate.acquire(model.name)
        context["muster_began"] = time.monotonic()

    def ends(model: Any, context: dict[str, Any], parsed: dict[str, Any] | None = None, **_: object) -> None:
        code = str((parsed or {}).get("Error", {}).get("Code", ""))
        gate.release(model.name, taken=code not in THROTTLED)
        retries = int((parsed or {}).get("ResponseMetadata", {}).get("RetryAttempts", 0))
        _answered(ledger, service, model.name, retries, code, _since(context))

    def breaks(context: dict[str, Any], event_name: str, **_: object) -> None:
        operation = event_name.rpartition(".")[2]
        gate.release(operation, taken=False)
        ledger.called(f"{service}:{operation}", failed=True, seconds=_since(context))

    def tries_again(operation: Any, response: Any = None, **_: object) -> None:
        if response is not None and response[1].get("Error", {}).get("Code") in THROTTLED:
            gate.throttled(operation.name)

    client.meta.events.register("before-call", begins)
    client.meta.events.register("after-call", ends)
    client.meta.events.register("after-call-error", breaks)
    client.meta.events.register_first("needs-retry", tries_again)


def _since(context: dict[str, Any]) -> float:
    return time.monotonic() - float(context.get("muster_began", time.monotonic()))
