"""The calls of AppSync: the list holds everything."""

from tests.faults.held import REGIONS, Estate


def calls(_there: Estate) -> dict[str, int]:
    return {"appsync:ListGraphqlApis": REGIONS}
