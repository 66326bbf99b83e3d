"""The calls of Service Catalog."""

from tests.faults.held import REGIONS, Estate


def calls(there: Estate) -> dict[str, int]:
    portfolios = len(there.all("servicecatalog", "list_portfolios", "PortfolioDetails"))
    return {
        "servicecatalog:ListPortfolios": REGIONS,
        "servicecatalog:DescribePortfolioShares": portfolios,
        "servicecatalog:DescribePortfolio": portfolios,
    }
