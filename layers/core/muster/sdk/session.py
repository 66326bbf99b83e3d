"""The door to AWS: sessions, clients that keep the ledger, and the first calls."""

import difflib
import functools
import os
import threading
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Protocol

import boto3
import botocore.config
import botocore.exceptions
import botocore.session

from muster import __version__
from muster.errors import ConfigurationError, CredentialsError
from muster.model.arn import Arn
from muster.model.coverage import Ledger
from muster.sdk import call_events
from muster.sdk.credentials import CredentialRefresher, handed_out
from muster.sdk.first_calls import asking, unusable
from muster.sdk.limiter import CallGate, Limiter
from muster.sdk.redaction import one_line, safe
from muster.sdk.setup.checks import prompt_for_mfa, wrong_environment, wrong_keys, wrong_profile
from muster.sdk.setup.errors import explained
from muster.sdk.setup.profile import Where
from muster.sdk.wire import service_models, validation
from muster.sdk.wire.connections import kept_connections
from muster.sdk.wire.ec2_parser import Factory, Projections
from muster.sdk.wire.s3_fast_path import S3FastClient

_PROFILES = 12
"""Profiles that a message lists at most."""
READ_TIMEOUT = 30.0
"""Seconds without a word from AWS after which a call has failed: one that hangs is tried again, and then given up."""
WITHOUT_SESSIONS: Any = {"disable_s3_express_session_auth": True}
"""Settings of S3: at an endpoint of one's own, botocore asks for a session before any call for a directory bucket.

No call here needs one. The stubs do not know the setting.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-express-authenticating-authorizing.html
"""


@dataclass(frozen=True, slots=True)
class Caller:
    """The owner of the credentials."""

    account_id: str
    partition: str
    arn: str


class ClientProvider(Protocol):
    """Gives the clients of one account."""

    def get(self, service: str, region: str) -> Any:
        """Return the client of a service in a region."""

    def counting_in(self, ledger: Ledger) -> "ClientProvider":
        """Return a provider of the same clients whose calls count in a ledger."""


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
        refresher: CredentialRefresher | None = None,
    ) -> None:
        """Use a session's credentials; `endpoint_url` overrides where every call goes.

        Clients that count in a ledger read an account: their calls are bounded by the limiter, and S3's small ones
        take the fast path (`muster.sdk.wire.s3_fast_path`).
        """
        self.session: Any = session
        self.limiter = limiter or Limiter()
        self.account_id = account_id
        self._refresher = refresher or CredentialRefresher(session)
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
            s3=WITHOUT_SESSIONS,
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
                self._made[service, region] = client = self._watched(client, service, region)
            return client

    def of_account(self, session: "boto3.session.Session", account_id: str) -> "Clients":
        """Return clients of another account's session, which go where these go and share their limiter."""
        return Clients(session, None, self.endpoint_url, self._concurrency, self.limiter, account_id)

    def counting_in(self, ledger: Ledger) -> "Clients":
        """Return clients of the same session and limiter that count in another ledger."""
        return Clients(
            self.session, ledger, self.endpoint_url, self._concurrency, self.limiter, self.account_id, self._refresher
        )

    def _watched(self, client: Any, service: str, region: str) -> Any:
        answers = validation.Bodies(client.meta.service_model, reads=self._ledger is not None)
        client.meta.events.register("before-parse", answers.held)
        client.meta.events.register("response-received", answers.examined)
        if service == "s3":
            call_events.tolerate_location_errors(client)
        if service == "s3control" and (self.endpoint_url or os.environ.get("AWS_ENDPOINT_URL")):
            call_events.keep_account_out_of_host(client)
        call_events.refresh_credentials(client, self._refresher)
        if self._ledger is None:
            return client
        gate = CallGate(self.limiter, self.account_id, region, service)
        count = call_events.counter(self._ledger, service)
        call_events.watch(client, gate, count, self._ledger)
        kept_connections(client)
        if service != "s3":
            return client
        return S3FastClient(client, self.session.get_credentials(), gate, count, self._refresher)


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
        made.get_component("credential_provider").get_provider("assume-role")._prompter = prompt_for_mfa  # noqa: SLF001 - as aws-cli does
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
    """Name the profiles that there are, and the one that the user probably meant, in lines of their own."""
    name = Where.of(profile).profile
    known = botocore.session.Session().available_profiles
    if not known:
        return "\n  there are none; make one: aws configure sso"
    near = difflib.get_close_matches(name, known, 1)
    listed = ", ".join(one_line(each, 60) for each in known[:_PROFILES]) + (" …" if len(known) > _PROFILES else "")
    return f"\n  there are: {listed}" + (f"\n  try: --profile {one_line(near[0], 60)}" if near else "")


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
    configured: Any = session
    configured.get_credentials = functools.partial(handed_out, session.get_credentials)
    return session


def caller(clients: Clients, region: str) -> Caller:
    """Return the owner of the credentials.

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


def enabled_regions(clients: ClientProvider, region: str) -> tuple[str, ...]:
    """Return the regions that the account has enabled, sorted."""
    ec2 = clients.get("ec2", region)
    answer = asking("ec2:DescribeRegions", lambda: ec2.describe_regions(AllRegions=False), "name the regions to scan")
    return tuple(sorted(found["RegionName"] for found in answer["Regions"]))


def existing_regions(clients: Clients, region: str) -> tuple[str, ...]:
    """Return all regions of the partition as EC2 knows them, enabled or not, sorted."""
    ec2 = clients.get("ec2", region)
    answer = asking("ec2:DescribeRegions", lambda: ec2.describe_regions(AllRegions=True))
    return tuple(sorted(found["RegionName"] for found in answer["Regions"]))
