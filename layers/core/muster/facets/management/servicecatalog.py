"""Service Catalog: the accounts that portfolios are shared with."""

from muster.facets import kinds
from muster.facets.fields import Parsed, facet, read


@facet
class PortfolioShares(Parsed):
    """The accounts that a portfolio is shared with one by one, whether they accepted it or not.

    Shares with an organization or a part of it are not among them.
    https://docs.aws.amazon.com/servicecatalog/latest/dg/API_PortfolioShareDetail.html
    """

    accounts: tuple[str, ...] = read("PortfolioShareDetails", kinds.text_of_each("PrincipalId"))
