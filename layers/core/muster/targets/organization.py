"""The accounts of a scan, from a list or from the organization, and the role to assume in each."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.credentials import AssumeRoleCredentialFetcher, DeferredRefreshableCredentials

from muster.configuration import Accounts
from muster.errors import ConfigurationError
from muster.sdk.errors import code_of
from muster.sdk.first_calls import asking
from muster.sdk.session import Clients, reading_alike
from muster.targets.partitions import home_region

ALL = "all"
ROLE_SECONDS = 3600
"""The longest session of a role that another role assumes.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining
"""
_INSTEAD = (
    "ask from the organization's management account or from a delegated administrator (organizations:List* and "
    "organizations:DescribeOrganization), or name the accounts by their ids"
)
_NO_ORGANIZATION = "AWSOrganizationsNotInUseException"


@dataclass(frozen=True, slots=True)
class Account:
    """One account, with its name where the organization has it."""

    id: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """The accounts to scan, sorted, those that are left out with the reason, and the management account if known."""

    accounts: tuple[Account, ...]
    excluded: Mapping[str, str] = field(default_factory=dict)
    management: str = ""

    @property
    def names(self) -> dict[str, str]:
        """The names of accounts by id, as the organization has them."""
        return {account.id: account.name for account in self.accounts if account.name}


def find_accounts(
    clients: Clients, wanted: Accounts, *, own: str, partition: str = "aws", excluded: Iterable[str] = ()
) -> Found:
    """Return the accounts of a scan; only units, tags and `all` call Organizations.

    Raises:
        ConfigurationError: there is no organization, no such unit, or none of the accounts is active and tagged so.
        CredentialsError: the calls of Organizations are denied here.
    """
    include = wanted.include or (own,)
    ids = tuple(name for name in include if name.isdigit())
    units = tuple(name for name in include if not name.isdigit())
    if not units and not wanted.tags:
        return _without([Account(name) for name in ids], {}, excluded, "")
    organization = _Organization(clients.get("organizations", home_region(partition)))
    members = {str(account["Id"]): account for account in organization.members(units, ids)}
    if strangers := sorted(set(ids) - members.keys()):
        raise ConfigurationError(
            f"accounts: {', '.join(strangers)} {'is' if len(strangers) == 1 else 'are'} not in the organization"
        )
    accounts = [Account(name, str(account.get("Name", ""))) for name, account in members.items()]
    out = {name: state for name, account in members.items() if (state := _state(account)) != "active"}
    if wanted.tags:
        active = [account for account in accounts if account.id not in out]
        out |= {
            account.id: "it has not the tags" for account in active if not organization.tagged(account, wanted.tags)
        }
    return _without(accounts, out, excluded, organization.management())


def accounts_below(clients: Clients, unit: str, partition: str = "aws") -> frozenset[str]:
    """Return the ids of the accounts below an organizational unit or a root, also of those in units below it.

    Raises:
        ConfigurationError: there is no organization, or no such unit.
        CredentialsError: the calls of Organizations are denied here.
    """
    organization = _Organization(clients.get("organizations", home_region(partition)))
    return frozenset(str(account["Id"]) for account in organization.members((unit,), ()))


def role_arn(account_id: str, partition: str, role: str) -> str:
    """Return the ARN of a role, named with its path, in an account."""
    return f"arn:{partition}:iam::{account_id}:role/{role.strip('/')}"


def session_name(scan_id: str) -> str:
    """Return the name of a role session, by which CloudTrail and the role's ARN show the scan: 2 to 64 characters.

    https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
    """
    return re.sub(r"[^\w+=,.@-]", "-", f"muster-{scan_id}" if scan_id else "muster", flags=re.ASCII)[:64]


def assumed(  # noqa: PLR0913 - what a call of AssumeRole takes
    session: "boto3.session.Session",
    arn: str,
    *,
    external_id: str,
    region: str,
    name: str = "muster",
    endpoint_url: str | None = None,
) -> "boto3.session.Session":
    """Return a session with the credentials of a role, which are renewed before they expire.

    The role is assumed when credentials are first needed, at the regional endpoint of STS: the global one's
    tokens are not valid in regions that are opted into.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_region-endpoints.html
    """
    extra: dict[str, Any] = {"RoleSessionName": name, "DurationSeconds": ROLE_SECONDS}
    fetcher = AssumeRoleCredentialFetcher(
        client_creator=lambda service, **options: session.client(
            service, **{**options, "region_name": region, "endpoint_url": endpoint_url}
        ),
        source_credentials=session.get_credentials(),
        role_arn=arn,
        extra_args={**extra, "ExternalId": external_id} if external_id else extra,
    )
    made: Any = reading_alike(session)
    made._credentials = DeferredRefreshableCredentials(fetcher.fetch_credentials, "assume-role")  # noqa: SLF001 - as aws-cli does
    return boto3.session.Session(botocore_session=made, region_name=region)


class _Organization:
    """Calls AWS Organizations, each operation once."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def members(self, units: Sequence[str], ids: Sequence[str]) -> Iterator[Mapping[str, Any]]:
        """Yield the accounts of units and their units, and the accounts named by id."""
        if ALL in units or ids:
            everyone = list(self._pages("ListAccounts", self._client.list_accounts, "Accounts"))
            yield from (account for account in everyone if ALL in units or account["Id"] in ids)
        if ALL not in units:
            for unit in units:
                yield from self._below(unit)

    def tagged(self, account: Account, tags: Mapping[str, str]) -> bool:
        """Whether an account carries all the tags."""
        pages = self._pages("ListTagsForResource", self._client.list_tags_for_resource, "Tags", ResourceId=account.id)
        found = {tag["Key"]: tag["Value"] for tag in pages}
        return all(found.get(key) == value for key, value in tags.items())

    def management(self) -> str:
        """Return the id of the management account."""
        answer = self._ask("DescribeOrganization", self._client.describe_organization)
        return str(answer["Organization"].get("MasterAccountId", ""))

    def _below(self, unit: str) -> Iterator[Mapping[str, Any]]:
        client = self._client
        yield from self._pages("ListAccountsForParent", client.list_accounts_for_parent, "Accounts", ParentId=unit)
        within = self._pages(
            "ListOrganizationalUnitsForParent",
            client.list_organizational_units_for_parent,
            "OrganizationalUnits",
            ParentId=unit,
        )
        for inner in within:
            yield from self._below(str(inner["Id"]))

    def _pages(self, name: str, call: Callable[..., Any], key: str, **parameters: str) -> Iterator[Mapping[str, Any]]:
        token: dict[str, str] = {}
        while True:
            answer = self._ask(name, lambda: call(**parameters, **token))  # noqa: B023 - called at once
            yield from answer.get(key, ())
            if not answer.get("NextToken"):
                return
            token = {"NextToken": answer["NextToken"]}

    def _ask(self, name: str, call: Callable[[], Any]) -> Any:
        def answer() -> Any:
            try:
                return call()
            except self._client.exceptions.ClientError as error:
                if code_of(error) == _NO_ORGANIZATION:
                    raise ConfigurationError(f"this account is in no organization: {_INSTEAD}") from error
                if code_of(error) in ("ParentNotFoundException", "InvalidInputException"):
                    raise ConfigurationError(f"accounts: the organization has no such unit ({error})") from error
                raise

        return asking(f"organizations:{name}", answer, instead=_INSTEAD)


def _state(account: Mapping[str, Any]) -> str:
    # `Status` is what `State` was called until 2025; AWS answers both until it is gone.
    return str(account.get("State") or account.get("Status") or "ACTIVE").lower().replace("_", " ")


def _without(accounts: Sequence[Account], out: Mapping[str, str], excluded: Iterable[str], management: str) -> Found:
    unwanted = set(excluded)
    reasons = {**out, **{each.id: "excluded by the configuration" for each in accounts if each.id in unwanted}}
    left = tuple(sorted((each for each in accounts if each.id not in reasons), key=lambda account: account.id))
    if accounts and not left and not unwanted & {each.id for each in accounts}:
        raise ConfigurationError("accounts: no selected account is active and has the tags")
    return Found(left, dict(sorted(reasons.items())), management)
