"""The numbers by which the stack deals, scans, merges and alerts; `muster estimate` computes with the same ones."""

MAX_BATCHES = 2_000
"""How many batches a scan is dealt into, whatever the number of accounts, but one for each: each costs invocations."""
MAX_CONCURRENCY = 10
"""How many accounts are scanned at a time by default, as in the template."""
FUNCTIONS_AN_ACCOUNT = 4
"""How many functions the state machine runs at a time for one account: MaxConcurrency of its inline Map."""
SIDE_BY_SIDE = 4
"""How many shards of a batch are scanned at a time: most of a small shard is waiting."""
TIMEOUT = 900
"""Seconds that the scanning function has, as in the template."""
MEMORY = 1_769
"""Megabytes that the scanning function has, as in the template."""
RESERVE = 60.0
"""Seconds that must remain for another page to be begun; twice the longest page so far, when that is more.

One page is read however little remains, or a function that starts slowly would be called again for ever.
"""
ENOUGH = 500
"""How many resources one part holds of several types before it is closed: with the last type, about a page."""
PUBLISHED = 64 * 1024 * 1024
"""Bytes of parts that are merged into one published file."""
REPORTED = 10_000
"""How many failing findings report.json holds at most, the worst first; and as many rows of the ledger."""
_LEAST = 100
"""How many of them the result of an account holds at least, however many accounts there are."""


def share(accounts: int) -> int:
    """Return how many findings, and rows of the ledger, the result of each account of a scan holds at most."""
    return max(_LEAST, REPORTED // max(1, accounts))
