"""The calls of Route 53: one listing of zones and one of query logs for the account, and tags 10 zones a call."""

import math

from local import estate
from tests.faults.held import Estate


def calls(there: Estate) -> dict[str, int]:
    zones = there.ask(estate.HOME, "route53", "list_hosted_zones")["HostedZones"]
    return {
        "route53:ListHostedZones": 1,
        "route53:ListQueryLoggingConfigs": 1,
        "route53:ListTagsForResources": math.ceil(len(zones) / 10),
    }
