"""What a scan looks at: the accounts asked for, the regions that each has enabled, and who is left out and why."""

from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from moto.ec2.models import ec2_backends

from muster.catalog.catalog import load
from muster.configuration import Accounts, Configuration
from muster.configuration.configuration import Exclude
from muster.configuration.selection import every_rule
from muster.errors import ConfigurationError
from muster.sdk.session import Clients
from muster.targets.sharding import LARGE
from muster.targets.targets import Targets, targets

OWN = "123456789012"
OTHER = "111122223333"
HERE = "eu-west-1"
ROLE = "security/MusterMemberRole"


def aimed(  # noqa: PLR0913 - each test says what differs
    clients: Clients,
    *include: str,
    own: str = OWN,
    only: tuple[str, ...] = (),
    asked: tuple[str, ...] = (HERE,),
    exclude: Exclude | None = None,
    role: str = ROLE,
) -> Targets:
    configuration = Configuration(accounts=Accounts(include=include, role=role), exclude=exclude or Exclude())
    return targets(clients, configuration, own=own, partition="aws", region=HERE, regions=asked, only=only)


def regions(whole: Targets) -> dict[str, tuple[str, ...]]:
    return {target.account_id: target.regions for target in whole.scanned}


def enabling(account_id: str, *names: str) -> None:
    backend = ec2_backends[account_id][HERE]
    backend.regions = [region for region in backend.regions if region.name in names]


def shutting(clients: Clients, *account_ids: str) -> None:
    """Let STS refuse the roles of some accounts."""
    error = {"Error": {"Code": "AccessDenied", "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": 403}}

    def refuse(params: dict[str, Any], **_: object) -> Any:
        shut = params["body"]["RoleArn"].split(":")[4] in account_ids
        return (AWSResponse("", 403, {}, None), error) if shut else None

    clients.session.events.register("before-call.sts.AssumeRole", refuse)


@pytest.fixture
def shop(clients: Clients) -> str:
    """A member of the organization whose management account is `OWN`."""
    organization = clients.get("organizations", "us-east-1")
    organization.create_organization(FeatureSet="ALL")
    made = organization.create_account(AccountName="shop", Email="shop@example.com")
    return str(made["CreateAccountStatus"]["AccountId"])


def test_without_a_word_it_is_the_own_account_in_the_own_region(clients: Clients) -> None:
    assert regions(aimed(clients, role="")) == {OWN: (HERE,)}


def test_named_accounts_are_scanned_in_the_same_named_regions(clients: Clients) -> None:
    whole = aimed(clients, OWN, OTHER, asked=("us-east-1", HERE))
    assert regions(whole) == {OTHER: (HERE, "us-east-1"), OWN: (HERE, "us-east-1")}


def test_all_regions_are_those_that_each_account_has_enabled(clients: Clients) -> None:
    enabling(OWN, HERE, "us-east-1")
    enabling(OTHER, HERE, "eu-south-2")
    whole = aimed(clients, OWN, OTHER, asked=("all",))
    assert regions(whole) == {OTHER: ("eu-south-2", HERE), OWN: (HERE, "us-east-1")}
    assert whole.regions == ("eu-south-2", HERE, "us-east-1")


def test_who_only_plans_keeps_no_clients_of_the_accounts_that_were_entered(clients: Clients) -> None:
    configuration = Configuration(accounts=Accounts(include=(OWN, OTHER), role=ROLE))
    found = [
        targets(clients, configuration, own=OWN, partition="aws", region=HERE, regions=("all",), keep=keep)
        for keep in (True, False)
    ]
    assert [list(each.sessions._made) for each in found] == [[OTHER], []]
    assert found[0].scanned == found[1].scanned


def test_an_excluded_region_is_left_out_in_every_account(clients: Clients) -> None:
    enabling(OWN, HERE, "us-east-1")
    enabling(OTHER, HERE, "eu-south-2", "us-east-1")
    whole = aimed(clients, OWN, OTHER, asked=("all",), exclude=Exclude(regions=("us-east-1",)))
    assert regions(whole) == {OTHER: ("eu-south-2", HERE), OWN: (HERE,)}


def test_an_account_that_cannot_be_entered_is_aimed_at_in_the_own_regions_so_that_its_shards_tell(
    clients: Clients,
) -> None:
    enabling(OWN, HERE, "us-east-1")
    shutting(clients, OTHER)
    whole = aimed(clients, OWN, OTHER, asked=("all",))
    assert regions(whole) == {OTHER: (HERE, "us-east-1"), OWN: (HERE, "us-east-1")}
    assert whole.found.excluded == {}


def test_an_account_that_has_enabled_none_of_the_regions_has_no_shards(clients: Clients) -> None:
    enabling(OWN, HERE)
    enabling(OTHER, "us-east-1")
    whole = aimed(clients, OWN, OTHER, asked=("all",), exclude=Exclude(regions=("us-east-1",)))
    assert regions(whole) == {OTHER: (), OWN: (HERE,)}
    [target] = [target for target in whole.scanned if target.account_id == OTHER]
    assert target.shards(load(), every_rule(load()), {}) == ()


def test_a_target_is_cut_by_how_large_it_was(clients: Clients) -> None:
    rules = every_rule(load())
    [target] = aimed(clients, role="").scanned
    whole = target.shards(load(), rules, {f"{OTHER}.{HERE}.ec2": LARGE})
    cut = target.shards(load(), rules, {f"{OWN}.{HERE}.ec2": LARGE})
    types = {rule.resource_type for rule in rules if rule.service == "ec2"}
    assert len(cut) - len(whole) == len(types) - 1


def test_an_execution_may_ask_for_some_of_the_accounts(clients: Clients) -> None:
    assert regions(aimed(clients, OWN, OTHER, only=(OTHER,))) == {OTHER: (HERE,)}


def test_an_account_that_is_not_scanned_is_refused_with_the_fix(clients: Clients) -> None:
    says = r"222233334444, 333344445555: .*accounts\.include .*accounts\.role the role that member-role\.yaml"
    with pytest.raises(ConfigurationError, match=says):
        aimed(clients, OWN, OTHER, only=("333344445555", OTHER, "222233334444"))


def test_an_excluded_account_that_is_asked_for_is_refused_with_the_reason(clients: Clients) -> None:
    with pytest.raises(ConfigurationError, match=f"{OTHER} is not scanned: excluded by the configuration"):
        aimed(clients, OWN, OTHER, only=(OTHER,), exclude=Exclude(accounts=(OTHER,)))


def test_when_every_account_is_excluded_the_scan_is_refused_with_the_reasons(clients: Clients) -> None:
    says = f"no account is left to scan: {OTHER}: excluded by the configuration; {OWN}: excluded by the configuration"
    with pytest.raises(ConfigurationError, match=says):
        aimed(clients, OWN, OTHER, exclude=Exclude(accounts=(OWN, OTHER)))


@pytest.mark.usefixtures("shop")
def test_a_unit_without_accounts_is_refused(clients: Clients) -> None:
    organization = clients.get("organizations", "us-east-1")
    root = organization.list_roots()["Roots"][0]["Id"]
    unit = organization.create_organizational_unit(ParentId=root, Name="empty")["OrganizationalUnit"]["Id"]
    with pytest.raises(ConfigurationError, match="no account is left to scan: the selected units have none"):
        aimed(clients, unit)


@pytest.mark.parametrize(
    ("include", "count"),
    [((OWN, OTHER), "1 other account cannot"), ((OTHER, "222233334444"), "2 other accounts cannot")],
)
def test_other_accounts_without_a_role_are_refused_with_the_fix(
    clients: Clients, include: tuple[str, ...], count: str
) -> None:
    with pytest.raises(ConfigurationError, match=rf"accounts\.role is missing.*: {count} .*member-role\.yaml deploys"):
        aimed(clients, *include, role="")


def test_a_role_that_no_account_needs_may_be_missing(clients: Clients) -> None:
    whole = aimed(clients, OWN, OTHER, role="", exclude=Exclude(accounts=(OTHER,)))
    assert [target.account_id for target in whole.scanned] == [OWN]
    assert whole.found.excluded == {OTHER: "excluded by the configuration"}


def test_a_region_that_does_not_exist_is_refused(clients: Clients) -> None:
    with pytest.raises(ConfigurationError, match=f"eu-west-11 is not a region of aws; did you mean {HERE}"):
        aimed(clients, asked=("eu-west-11",))


def test_a_stack_in_the_management_account_scans_it_as_its_own(clients: Clients, shop: str) -> None:
    whole = aimed(clients, "all")
    assert {target.account_id for target in whole.scanned} == {OWN, shop}
    assert whole.found.excluded == {}


def delegated(clients: Clients, shop: str, *only: str) -> Targets:
    """Aim from the member account, where a delegated administrator would."""
    return aimed(clients, "all", own=shop, only=only)


def test_a_management_account_whose_role_opens_is_scanned(clients: Clients, shop: str) -> None:
    whole = delegated(clients, shop)
    assert {target.account_id for target in whole.scanned} == {OWN, shop}
    assert whole.found.excluded == {}


def test_a_management_account_whose_role_is_shut_is_left_out_with_the_fix(clients: Clients, shop: str) -> None:
    shutting(clients, OWN)
    whole = delegated(clients, shop)
    assert [target.account_id for target in whole.scanned] == [shop]
    assert whole.found.excluded.keys() == {OWN}
    assert whole.found.excluded[OWN].startswith("it is the organization's management account, where service-managed")
    assert "deploy member-role.yaml there by hand" in whole.found.excluded[OWN]


def test_a_management_account_that_is_asked_for_and_shut_is_refused_with_the_fix(clients: Clients, shop: str) -> None:
    shutting(clients, OWN)
    with pytest.raises(ConfigurationError, match=rf"{OWN} is not scanned: .*deploy member-role\.yaml there by hand"):
        delegated(clients, shop, OWN)


def test_a_member_whose_role_is_shut_is_aimed_at_all_the_same(clients: Clients, shop: str) -> None:
    shutting(clients, shop)
    whole = aimed(clients, "all")
    assert {target.account_id for target in whole.scanned} == {OWN, shop}
    assert whole.found.excluded == {}
