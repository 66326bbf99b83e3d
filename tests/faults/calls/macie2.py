"""The calls of Macie."""

from local import estates
from tests.faults.held import REGIONS, Estate


def calls(there: Estate) -> dict[str, int]:
    enabled = sum(there.ask(region, "macie2", "get_macie_session")["status"] == "ENABLED" for region in estates.REGIONS)
    return {
        "macie2:GetMacieSession": REGIONS,
        # Where Macie is on.
        "macie2:GetAdministratorAccount": enabled,
        "macie2:GetAutomatedDiscoveryConfiguration": enabled,
    }
