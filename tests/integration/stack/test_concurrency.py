"""How many accounts are scanned at a time: as the parameter says, or fewer where Lambda has less to give."""

import pytest
from botocore.stub import Stubber

from muster.sdk.session import Clients
from muster.stack.documents.request import Environment
from muster.stack.planning.concurrency import accounts_at_a_time

HERE = "eu-west-1"


@pytest.mark.parametrize(
    ("parameter", "unreserved", "accounts"),
    [
        pytest.param(10, 1000, 10, id="the default limit leaves room for the parameter"),
        pytest.param(10, 10, 1, id="a new account scans one account at a time"),
        pytest.param(10, 5, 1, id="with less than one account needs, one is scanned all the same"),
        pytest.param(10, 40, 5, id="half of what is unreserved"),
        pytest.param(2, 1000, 2, id="the parameter is the most"),
        pytest.param(1000, 1000, 125, id="a high parameter leaves half to others"),
    ],
)
def test_accounts_at_a_time(clients: Clients, parameter: int, unreserved: int, accounts: int) -> None:
    limit = {"ConcurrentExecutions": 1000, "UnreservedConcurrentExecutions": unreserved}
    with Stubber(clients.get("lambda", HERE)) as stub:
        stub.add_response("get_account_settings", {"AccountLimit": limit}, {})
        assert accounts_at_a_time(Environment("reports", HERE, max_concurrency=parameter), clients) == accounts


@pytest.mark.parametrize("code", ["AccessDeniedException", "TooManyRequestsException", "ServiceException"])
def test_where_lambda_does_not_say_the_parameter_counts(clients: Clients, code: str) -> None:
    with Stubber(clients.get("lambda", HERE)) as stub:
        stub.add_client_error("get_account_settings", code)
        assert accounts_at_a_time(Environment("reports", HERE, max_concurrency=3), clients) == 3
