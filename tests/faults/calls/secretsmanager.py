"""The calls of Secrets Manager."""

from tests.faults.held import REGIONS, Estate


def calls(_there: Estate) -> dict[str, int]:
    return {"secretsmanager:ListSecrets": REGIONS}
