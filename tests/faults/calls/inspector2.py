"""The calls of Inspector."""

from tests.faults.held import REGIONS, Estate


def calls(_there: Estate) -> dict[str, int]:
    return {"inspector2:BatchGetAccountStatus": REGIONS}
