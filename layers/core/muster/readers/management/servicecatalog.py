"""Reading Service Catalog: portfolios, their shares and tags."""

from typing import Any

from muster.facets.management.servicecatalog import PortfolioShares
from muster.facets.tagging.tags import Tags
from muster.model.finding import Resource
from muster.model.listing import Listed, Page, after
from muster.model.readers import describes, lists, reads
from muster.model.shard import Shard

_PORTFOLIO = "AWS::ServiceCatalog::Portfolio"
_PAGE = 100


@lists(
    _PORTFOLIO, permission="servicecatalog:ListPortfolios", page=_PAGE,
    arn="catalog:{region}:{account}:portfolio/{id}", gone=("ResourceNotFoundException",),
)  # fmt: skip
def portfolios(servicecatalog: Any, shard: Shard, token: str | None) -> Page:
    """List the account's own portfolios of a region, 100 a page; those that others share with it are not listed.

    https://docs.aws.amazon.com/servicecatalog/latest/dg/API_ListPortfolios.html
    """
    answer = servicecatalog.list_portfolios(PageSize=_PAGE, **after(token, "PageToken"))
    items = (
        Listed(shard.resource(_PORTFOLIO, str(item["Id"]), str(item["ARN"])))
        for item in answer.get("PortfolioDetails", ())
    )
    return Page(items, answer.get("NextPageToken"))


@describes(_PORTFOLIO, permission="servicecatalog:DescribePortfolioShares")
def shares(servicecatalog: Any, portfolio: Resource) -> PortfolioShares:
    """Read the accounts that a portfolio is shared with, 100 a page; boto3 has no paginator for them.

    https://docs.aws.amazon.com/servicecatalog/latest/dg/API_DescribePortfolioShares.html
    """
    found: list[Any] = []
    token: str | None = None
    while True:
        answer = servicecatalog.describe_portfolio_shares(
            PortfolioId=portfolio.id, Type="ACCOUNT", PageSize=_PAGE, **after(token, "PageToken")
        )
        found += answer.get("PortfolioShareDetails") or ()
        token = answer.get("NextPageToken")
        if not token:
            return PortfolioShares.parse({"PortfolioShareDetails": found})


tags = reads(
    _PORTFOLIO, Tags, "servicecatalog:DescribePortfolio",
    lambda servicecatalog, portfolio: servicecatalog.describe_portfolio(Id=portfolio.id),
)  # fmt: skip
