"""Where moto's Service Catalog answers otherwise than moto does elsewhere: the ids of portfolios.

https://docs.aws.amazon.com/servicecatalog/latest/dg/API_PortfolioDetail.html
"""

from moto.moto_api._internal import mock_random

from local.corrections.request import Correction, Request


def corrections() -> dict[str, Correction]:
    """Return what corrects Service Catalog, by operation."""
    return {"servicecatalog:CreatePortfolio": _create}


def _create(_request: Request) -> None:
    """Have moto draw the ids of portfolios as it draws those of other services, so that they are the same again."""
    from moto.servicecatalog import models  # noqa: PLC0415 - moto takes seconds to import

    vars(models)["uuid"] = mock_random
