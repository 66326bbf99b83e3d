"""Checks of Service Catalog."""

from muster.facets.management.servicecatalog import PortfolioShares
from muster.model.check import check
from muster.model.finding import Severity, Verdict, compliant, non_compliant
from muster.model.text import listed

_MOST = 5


@check(severity=Severity.MEDIUM, controls=("FSBP ServiceCatalog.1",))
def service_catalog_shared_within_organization(shares: PortfolioShares) -> Verdict:
    """Service Catalog portfolios should be shared through AWS Organizations only.

    A share with a single account fails even if the account is in the organization.

    Problem: portfolio is shared with an account
    Why: An account keeps its share after it leaves the organization, and can still launch your products.
    Fix: Share the portfolio with the organization or a part of it, then end the share. `aws servicecatalog
      delete-portfolio-share --portfolio-id ID --account-id PRINCIPAL`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/service-catalog-shared-within-organization.html
    """
    if shares.accounts:
        text = listed(list(shares.accounts), _MOST)
        return non_compliant(f"Portfolio is shared with single accounts: {text}", principal=shares.accounts[0])
    return compliant("Portfolio is shared with no single account")
