"""Which accounts are meant: by id, unit or tag, without the excluded ones, asked of moto's organization."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import botocore.session
import pytest
from botocore.awsrequest import AWSResponse
from botocore.credentials import Credentials
from botocore.stub import Stubber

from muster.configuration import Accounts
from muster.errors import ConfigurationError, CredentialsError, Throttled
from muster.sdk.session import Clients
from muster.targets.organization import ROLE_SECONDS, Account, Found, assumed, find_accounts, role_arn, session_name
from muster.targets.partitions import home_region

OWN = "123456789012"
REGION = "eu-west-1"
HOME = "us-east-1"
ROLE = "security/MusterMemberRole"


@dataclass
class Organization:
    """An organization of units and accounts, by their names."""

    client: Any
    root: str = ""
    ids: dict[str, str] = field(default_factory=dict)

    def unit(self, name: str, within: str = "") -> str:
        unit = self.client.create_organizational_unit(ParentId=within or self.root, Name=name)
        return str(unit["OrganizationalUnit"]["Id"])

    def account(self, name: str, unit: str = "", **tags: str) -> str:
        told = self.client.create_account(
            AccountName=name,
            Email=f"{name}@example.com",
            Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
        )
        made = str(told["CreateAccountStatus"]["AccountId"])
        if unit:
            self.client.move_account(AccountId=made, SourceParentId=self.root, DestinationParentId=unit)
        self.ids[name] = made
        return made


@pytest.fixture
def organization(clients: Clients) -> Organization:
    client = clients.get("organizations", HOME)
    client.create_organization(FeatureSet="ALL")
    return Organization(client, client.list_roots()["Roots"][0]["Id"])


def found(clients: Clients, *include: str, excluded: tuple[str, ...] = (), **tags: str) -> Found:
    return find_accounts(clients, Accounts(include=include, tags=tags), own=OWN, excluded=excluded)


def names(answer: Found) -> set[str]:
    return {account.name for account in answer.accounts}


def counted(clients: Clients) -> Counter[str]:
    calls: Counter[str] = Counter()
    clients.session.events.register("before-call.organizations", lambda model, **_: calls.update([model.name]))
    return calls


def answering(clients: Clients, operation: str, code: str) -> None:
    """Let AWS refuse every call of an operation, of clients that are made from now on."""
    answer = {"Error": {"Code": code, "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": 400}}
    clients.session.events.register(
        f"before-call.organizations.{operation}", lambda **_: (AWSResponse("", 400, {}, None), answer)
    )


def test_nothing_named_is_the_own_account_and_nobody_is_asked(clients: Clients) -> None:
    calls = counted(clients)
    answer = found(clients)
    assert [account.id for account in answer.accounts] == [OWN]
    assert (answer.excluded, answer.management, calls) == ({}, "", Counter())


def test_a_list_of_ids_is_taken_at_its_word_without_a_call_to_the_organization(clients: Clients) -> None:
    calls = counted(clients)
    answer = found(clients, "222233334444", "111122223333")
    assert [account.id for account in answer.accounts] == ["111122223333", "222233334444"]
    assert calls == Counter()


def test_an_excluded_account_of_a_list_is_named_with_the_reason(clients: Clients) -> None:
    answer = found(clients, "222233334444", "111122223333", excluded=("222233334444",))
    assert [account.id for account in answer.accounts] == ["111122223333"]
    assert answer.excluded == {"222233334444": "excluded by the configuration"}


def test_all_is_every_account_with_its_name_sorted_and_the_management_account_is_known(
    clients: Clients, organization: Organization
) -> None:
    organization.account("shop")
    organization.account("bank", organization.unit("production"))
    answer = found(clients, "all")
    assert names(answer) == {"master", "shop", "bank"}
    assert [account.id for account in answer.accounts] == sorted(account.id for account in answer.accounts)
    assert answer.management == OWN


def test_a_unit_is_its_accounts_and_those_of_the_units_within(clients: Clients, organization: Organization) -> None:
    production = organization.unit("production")
    europe = organization.unit("europe", production)
    organization.account("shop", production)
    organization.account("bank", organization.unit("north", europe))
    organization.account("sandbox", organization.unit("test"))
    organization.account("loose")
    assert names(found(clients, production)) == {"shop", "bank"}
    assert names(found(clients, europe)) == {"bank"}


def test_the_root_is_a_unit_too(clients: Clients, organization: Organization) -> None:
    organization.account("shop", organization.unit("production"))
    organization.account("loose")
    assert names(found(clients, organization.root)) == {"master", "shop", "loose"}


def test_a_unit_and_an_account_besides_it_are_both_meant_and_once(clients: Clients, organization: Organization) -> None:
    production = organization.unit("production")
    shop, loose = organization.account("shop", production), organization.account("loose")
    answer = found(clients, production, shop, loose)
    assert [account.name for account in answer.accounts] == [
        name for _, name in sorted([(shop, "shop"), (loose, "loose")])
    ]


def test_an_id_that_is_not_in_the_organization_is_refused_by_its_name(
    clients: Clients, organization: Organization
) -> None:
    production = organization.unit("production")
    organization.account("shop", production)
    with pytest.raises(ConfigurationError, match=r"^accounts: 999999999999 is not in the organization$"):
        found(clients, production, "999999999999")
    with pytest.raises(ConfigurationError, match=r"^accounts: 888888888888, 999999999999 are not in the organization$"):
        found(clients, production, "999999999999", "888888888888")


def test_of_the_accounts_asked_for_only_those_with_all_tags_are_meant(
    clients: Clients, organization: Organization
) -> None:
    organization.account("both", scan="yes", team="a")
    one, other, none = (
        organization.account("one", scan="yes"),
        organization.account("other", scan="no", team="a"),
        organization.account("none"),
    )
    answer = found(clients, "all", scan="yes", team="a")
    assert names(answer) == {"both"}
    assert answer.excluded == dict.fromkeys(sorted((OWN, one, other, none)), "it has not the tags")


def test_tags_that_no_account_carries_are_refused(clients: Clients, organization: Organization) -> None:
    organization.account("shop")
    with pytest.raises(ConfigurationError, match="no selected account is active and has the tags"):
        found(clients, "all", scan="yes")


def test_an_excluded_account_of_a_unit_is_named_with_the_reason(clients: Clients, organization: Organization) -> None:
    production = organization.unit("production")
    shop, _ = organization.account("shop", production), organization.account("bank", production)
    answer = found(clients, production, excluded=(shop, "999999999999"))
    assert names(answer) == {"bank"}
    assert answer.excluded == {shop: "excluded by the configuration"}


def test_a_closed_account_is_left_out_with_its_state_and_its_tags_are_not_asked_for(
    clients: Clients, organization: Organization
) -> None:
    closed = organization.account("closed", scan="yes")
    organization.account("shop", scan="yes")
    organization.client.close_account(AccountId=closed)
    calls = counted(Clients(clients.session))
    answer = find_accounts(Clients(clients.session), Accounts(include=("all",), tags={"scan": "yes"}), own=OWN)
    assert names(answer) == {"shop"}
    assert answer.excluded[closed] == "suspended"
    assert calls["ListTagsForResource"] == 2, "the management account's and the shop's"


@pytest.mark.parametrize(
    ("told", "says"),
    [
        pytest.param({"State": "CLOSED"}, "closed", id="closed"),
        pytest.param({"State": "PENDING_CLOSURE", "Status": "PENDING_CLOSURE"}, "pending closure", id="on its way"),
        pytest.param({"State": "PENDING_ACTIVATION", "Status": "ACTIVE"}, "pending activation", id="not yet there"),
        pytest.param({"Status": "SUSPENDED"}, "suspended", id="an answer from before there were states"),
    ],
)
def test_every_state_but_active_leaves_an_account_out(clients: Clients, told: dict[str, str], says: str) -> None:
    client = clients.get("organizations", HOME)
    with Stubber(client) as stub:
        accounts = [{"Id": "111122223333", "State": "ACTIVE"}, {"Id": "222233334444", **told}]
        stub.add_response("list_accounts", {"Accounts": accounts})
        stub.add_response("describe_organization", {"Organization": {"MasterAccountId": "111122223333"}})
        answer = found(clients, "all")
    assert [account.id for account in answer.accounts] == ["111122223333"]
    assert answer.excluded == {"222233334444": says}


def test_more_accounts_and_units_than_a_page_holds_are_all_found(clients: Clients) -> None:
    client = clients.get("organizations", HOME)

    def accounts(first: int, last: int) -> dict[str, Any]:
        return {"Accounts": [{"Id": f"{number:012d}", "State": "ACTIVE"} for number in range(first, last)]}

    with Stubber(client) as stub:
        asked = {"ParentId": "ou-abcd-11111111"}
        stub.add_response("list_accounts_for_parent", {**accounts(0, 20), "NextToken": "a"}, asked)
        stub.add_response("list_accounts_for_parent", {"Accounts": [], "NextToken": "b"}, {**asked, "NextToken": "a"})
        stub.add_response("list_accounts_for_parent", accounts(20, 25), {**asked, "NextToken": "b"})
        units = "list_organizational_units_for_parent"
        stub.add_response(units, {"OrganizationalUnits": [{"Id": "ou-abcd-22222222"}], "NextToken": "c"}, asked)
        within = {"ParentId": "ou-abcd-22222222"}
        stub.add_response("list_accounts_for_parent", accounts(25, 26), within)
        stub.add_response(units, {"OrganizationalUnits": []}, within)
        stub.add_response(units, {"OrganizationalUnits": []}, {**asked, "NextToken": "c"})
        stub.add_response("describe_organization", {"Organization": {"MasterAccountId": "000000000003"}})
        answer = found(clients, "ou-abcd-11111111")
        stub.assert_no_pending_responses()
    assert [int(account.id) for account in answer.accounts] == list(range(26))


def test_the_pages_of_moto_are_put_together_too(clients: Clients, organization: Organization) -> None:
    production = organization.unit("production")
    made = {organization.account(f"shop-{number}", production) for number in range(21)}
    assert {account.id for account in found(clients, production).accounts} == made


def test_an_account_in_no_organization_is_told_what_to_do(clients: Clients) -> None:
    answering(clients, "ListAccounts", "AWSOrganizationsNotInUseException")
    with pytest.raises(ConfigurationError, match=r"is in no organization: .*or name the accounts by their ids"):
        found(clients, "all")


@pytest.mark.parametrize("operation", ["ListAccounts", "ListTagsForResource", "DescribeOrganization"])
def test_whoever_may_not_ask_is_told_what_is_denied_and_what_to_do(
    clients: Clients, organization: Organization, operation: str
) -> None:
    organization.account("shop", scan="yes")
    answering(clients, operation, "AccessDeniedException")
    denied = Clients(clients.session)
    says = rf"organizations:{operation} is denied .*delegated administrator .*or name the accounts by their ids"
    with pytest.raises(CredentialsError, match=says):
        found(denied, "all", scan="yes")


def test_a_throttled_organization_is_asked_again_later(clients: Clients, organization: Organization) -> None:
    organization.account("shop")
    answering(clients, "ListAccounts", "TooManyRequestsException")
    with pytest.raises(Throttled, match="organizations:ListAccounts is throttled"):
        found(Clients(clients.session), "all")


@pytest.mark.parametrize("code", ["ParentNotFoundException", "InvalidInputException"])
def test_a_unit_that_is_not_there_is_refused(clients: Clients, code: str) -> None:
    answering(clients, "ListAccountsForParent", code)
    with pytest.raises(ConfigurationError, match="the organization has no such unit"):
        found(clients, "ou-abcd-99999999")


def test_only_accounts_that_the_organization_names_have_a_name() -> None:
    answer = Found((Account("111122223333", "shop"), Account("222233334444")))
    assert answer.names == {"111122223333": "shop"}


def test_a_role_is_named_with_its_path_and_without_stray_slashes() -> None:
    assert role_arn(OWN, "aws", "/security/Role/") == f"arn:aws:iam::{OWN}:role/security/Role"
    assert role_arn(OWN, "aws-cn", "Role") == f"arn:aws-cn:iam::{OWN}:role/Role"


class Sts:
    """A session whose STS lends credentials for as long as a test says."""

    def __init__(self, lasts: timedelta) -> None:
        self.lasts = lasts
        self._session = botocore.session.Session()
        self.asked: list[dict[str, Any]] = []
        self.made: list[tuple[str, dict[str, Any]]] = []

    def get_credentials(self) -> Credentials:
        return Credentials("own", "secret")

    def client(self, service: str, **options: Any) -> "Sts":
        self.made.append((service, options))
        return self

    def assume_role(self, **parameters: Any) -> dict[str, Any]:
        self.asked.append(parameters)
        return {
            "Credentials": {
                "AccessKeyId": f"key-{len(self.asked)}",
                "SecretAccessKey": "secret",
                "SessionToken": "token",
                "Expiration": datetime.now(UTC) + self.lasts,
            }
        }


def entered(sts: Sts, external_id: str = "") -> Any:
    return assumed(sts, role_arn("111122223333", "aws", ROLE), external_id=external_id, region="eu-south-2")


def key(session: Any) -> str:
    return str(session.get_credentials().get_frozen_credentials().access_key)


def test_the_role_is_assumed_when_credentials_are_first_asked_for_and_once_while_they_last() -> None:
    sts = Sts(timedelta(hours=1))
    session = entered(sts)
    assert sts.asked == []
    assert [key(session), key(session)] == ["key-1", "key-1"]
    assert sts.asked == [
        {
            "RoleArn": f"arn:aws:iam::111122223333:role/{ROLE}",
            "RoleSessionName": "muster",
            "DurationSeconds": ROLE_SECONDS,
        }
    ]


def test_credentials_that_expire_soon_are_renewed_before_they_do() -> None:
    sts = Sts(timedelta(minutes=5))
    session = entered(sts)
    assert [key(session), key(session)] == ["key-1", "key-2"]
    sts.lasts = timedelta(hours=1)
    assert [key(session), key(session), key(session)] == ["key-3", "key-3", "key-3"]


def test_the_external_id_is_passed_when_there_is_one() -> None:
    sts = Sts(timedelta(hours=1))
    key(entered(sts, external_id="our secret"))
    assert sts.asked[0]["ExternalId"] == "our secret"


def test_the_role_is_asked_for_with_the_own_credentials_in_the_region_of_the_stack() -> None:
    sts = Sts(timedelta(hours=1))
    session = entered(sts)
    key(session)
    [(service, options)] = sts.made
    assert (service, options["region_name"], options["aws_access_key_id"]) == ("sts", "eu-south-2", "own")
    assert session.region_name == "eu-south-2"


def test_the_role_is_asked_for_at_the_regional_endpoint(clients: Clients) -> None:
    hosts: list[str] = []
    clients.session.events.register("before-send.sts", lambda request, **_: hosts.append(request.url))
    session = assumed(clients.session, role_arn("111122223333", "aws", ROLE), external_id="", region="eu-south-2")
    key(session)
    assert hosts == ["https://sts.eu-south-2.amazonaws.com/"]


def test_the_credentials_of_a_role_open_its_account(clients: Clients) -> None:
    session = assumed(clients.session, role_arn("111122223333", "aws", ROLE), external_id="", region=REGION)
    told = Clients(session).get("sts", REGION).get_caller_identity()
    assert (told["Account"], told["Arn"].rpartition("/")[2]) == ("111122223333", "muster")


@pytest.mark.parametrize(
    ("scan_id", "name"),
    [
        ("20261121T143824Z-a828b751", "muster-20261121T143824Z-a828b751"),
        ("", "muster"),
        ("a b/c:d\u00e9", "muster-a-b-c-d-"),
        ("x" * 100, "muster-" + "x" * 57),
    ],
)
def test_a_role_session_is_named_after_the_scan(scan_id: str, name: str) -> None:
    assert session_name(scan_id) == name


@pytest.mark.parametrize(
    ("partition", "region"),
    [
        ("aws", "us-east-1"),
        ("aws-cn", "cn-northwest-1"),
        ("aws-us-gov", "us-gov-west-1"),
        ("aws-eusc", "eusc-de-east-1"),
        ("aws-iso", "us-iso-east-1"),
        ("aws-iso-b", "us-isob-east-1"),
        ("aws-iso-e", "eu-isoe-west-1"),
        ("aws-iso-f", "us-isof-south-1"),
    ],
)
def test_the_organization_is_asked_in_its_partition_s_home(clients: Clients, partition: str, region: str) -> None:
    assert home_region(partition) == region
    assert region in clients.get("organizations", home_region(partition)).meta.endpoint_url


def test_a_partition_that_the_sdk_does_not_know_is_an_error_that_says_so() -> None:
    with pytest.raises(ConfigurationError, match="partition aws-moon: upgrade botocore"):
        home_region("aws-moon")
