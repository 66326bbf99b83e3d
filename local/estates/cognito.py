"""User pools and identity pools: of each one that passes and one that fails, and a pool with passwordless sign-in."""

from typing import Any

from local.server import EmbeddedAws

_TAGS = {"Owner": "web"}
_WEAK: Any = {"MinimumLength": 6, "TemporaryPasswordValidityDays": 90}


def seed(aws: EmbeddedAws, region: str) -> None:
    """Make the estate of one region."""
    pools, identities = aws.client("cognito-idp", region), aws.client("cognito-identity", region)
    protected: Any = {
        "AdvancedSecurityMode": "ENFORCED",
        "AdvancedSecurityAdditionalFlows": {"CustomAuthMode": "ENFORCED"},
    }
    pools.create_user_pool(
        PoolName="customers", DeletionProtection="ACTIVE", MfaConfiguration="ON", UserPoolAddOns=protected,
        UserPoolTags=_TAGS,
    )  # fmt: skip
    pools.create_user_pool(PoolName="trial", Policies={"PasswordPolicy": _WEAK})
    passwordless: Any = {"AllowedFirstAuthFactors": ["PASSWORD", "WEB_AUTHN"]}
    pools.create_user_pool(PoolName="readers", Policies={"PasswordPolicy": _WEAK, "SignInPolicy": passwordless})
    identities.create_identity_pool(
        IdentityPoolName="customers", AllowUnauthenticatedIdentities=False, IdentityPoolTags=_TAGS
    )
    identities.create_identity_pool(IdentityPoolName="trial", AllowUnauthenticatedIdentities=True)
