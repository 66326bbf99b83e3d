"""The calls of Cognito: a pool is described to judge it, and once more for its tags."""

from tests.faults.held import REGIONS, Estate


def calls(there: Estate) -> dict[str, int]:
    users = there.all("cognito-idp", "list_user_pools", "UserPools", MaxResults=60)
    identities = there.all("cognito-identity", "list_identity_pools", "IdentityPools", MaxResults=60)
    return {
        "cognito-idp:ListUserPools": REGIONS,
        "cognito-idp:DescribeUserPool": 2 * len(users),
        "cognito-identity:ListIdentityPools": REGIONS,
        "cognito-identity:DescribeIdentityPool": 2 * len(identities),
    }
