"""Service Catalog: shares of portfolios."""

from typing import Any

from muster.checks.management.servicecatalog import service_catalog_shared_within_organization
from muster.facets.management.servicecatalog import PortfolioShares
from muster.model.finding import Resource, Status
from muster.readers.management.servicecatalog import shares

ACCOUNT = {"PrincipalId": "444455556666", "Type": "ACCOUNT", "Accepted": False}


def test_a_share_with_an_account_fails_whether_it_was_accepted_or_not() -> None:
    found = service_catalog_shared_within_organization(PortfolioShares.parse({"PortfolioShareDetails": [ACCOUNT]}))
    assert found.status is Status.NON_COMPLIANT
    assert found.reason == "Portfolio is shared with single accounts: 444455556666"


def test_a_portfolio_without_such_a_share_passes() -> None:
    found = service_catalog_shared_within_organization(PortfolioShares.parse({"PortfolioShareDetails": []}))
    assert (found.status, found.reason) == (Status.COMPLIANT, "Portfolio is shared with no single account")


class Paged:
    """Two pages of shares."""

    def describe_portfolio_shares(self, **asked: Any) -> dict[str, Any]:
        assert (asked["PortfolioId"], asked["Type"]) == ("port-1", "ACCOUNT")
        if "PageToken" in asked:
            return {"PortfolioShareDetails": [{**ACCOUNT, "PrincipalId": "777788889999"}]}
        return {"PortfolioShareDetails": [ACCOUNT], "NextPageToken": "more"}


def test_all_pages_of_shares_are_read() -> None:
    portfolio = Resource("AWS::ServiceCatalog::Portfolio", "port-1", "111122223333", "eu-west-1")
    assert shares.function(Paged(), portfolio).accounts == ("444455556666", "777788889999")
