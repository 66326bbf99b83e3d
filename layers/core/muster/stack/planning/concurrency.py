"""The number of accounts that a scan works on at a time, within Lambda's concurrency limit."""

from muster.sdk.errors import READ_ERRORS
from muster.sdk.session import Clients
from muster.stack.documents.request import Environment
from muster.stack.limits import FUNCTIONS_AN_ACCOUNT

_LAMBDA_LIMIT = 1_000
"""Lambda's documented default, for an answer without a limit."""
SHARE = 2
"""One part of so many of the unreserved concurrency is the most that a scan takes: a second scan fits beside it."""


def accounts_at_a_time(environment: Environment, clients: Clients) -> int:
    """Return how many accounts to scan at a time: the parameter MaxConcurrency, or less where Lambda leaves less.

    A function that finds no free concurrency is retried, but one that is never free within the retries is lost. A scan
    therefore uses at most half of what the region's functions share. An account of which Lambda allows 10 is common:
    https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html

    Where the limit cannot be read, the parameter counts, and the retries of the state machine are what is left.
    """
    try:
        settings = clients.get("lambda", environment.region).get_account_settings()
    except READ_ERRORS:
        return environment.max_concurrency
    limit = settings.get("AccountLimit", {})
    unreserved = int(limit.get("UnreservedConcurrentExecutions", _LAMBDA_LIMIT))
    return max(1, min(environment.max_concurrency, unreserved // (SHARE * FUNCTIONS_AN_ACCOUNT)))
