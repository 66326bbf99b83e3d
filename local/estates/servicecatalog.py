"""Service Catalog: a portfolio that is shared with no account, and one that is."""

from local import estate
from local.server import EmbeddedAws


def seed(aws: EmbeddedAws, region: str) -> None:
    """Make the estate of one region."""
    catalog = aws.client("servicecatalog", region)
    tags = [{"Key": key, "Value": value} for key, value in estate.GOOD_TAGS.items()]
    catalog.create_portfolio(DisplayName="platform", ProviderName="platform", Tags=tags)
    shared = catalog.create_portfolio(DisplayName="trials", ProviderName="platform")["PortfolioDetail"]["Id"]
    catalog.create_portfolio_share(PortfolioId=shared, AccountId="444455556666")
