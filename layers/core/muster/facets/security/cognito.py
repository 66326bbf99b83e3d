"""Cognito: user pools and identity pools."""

from muster.facets import kinds
from muster.facets.fields import Parsed, facet, read
from muster.model.finding import Unknown

_TEMPORARY_DAYS = 7


def _temporary_days(value: object, name: str, noun: str = "") -> int | Unknown:
    # Cognito takes 0 and nothing for its default.
    return kinds.number(value or _TEMPORARY_DAYS, name, noun)


def _first_factors(value: object, _name: str = "", _noun: str = "") -> tuple[str, ...]:
    return kinds.texts(value) or ("PASSWORD",)


_MODES = kinds.one_of("OFF", "AUDIT", "ENFORCED")


@facet
class UserPool(Parsed):
    """One user pool of DescribeUserPool.

    A pool without a sign-in policy takes passwords only. Threat protection, of standard and of custom
    authentication, is OFF where the pool has none.
    https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UserPoolType.html
    https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_PasswordPolicyType.html
    """

    min_length: int | Unknown = read("UserPool.Policies.PasswordPolicy.MinimumLength", kinds.number)
    lowercase: bool | Unknown = read("UserPool.Policies.PasswordPolicy.RequireLowercase", kinds.flag)
    uppercase: bool | Unknown = read("UserPool.Policies.PasswordPolicy.RequireUppercase", kinds.flag)
    numbers: bool | Unknown = read("UserPool.Policies.PasswordPolicy.RequireNumbers", kinds.flag)
    symbols: bool | Unknown = read("UserPool.Policies.PasswordPolicy.RequireSymbols", kinds.flag)
    temporary_days: int | Unknown = read(
        "UserPool.Policies.PasswordPolicy.TemporaryPasswordValidityDays", _temporary_days
    )
    first_factors: tuple[str, ...] = read("UserPool.Policies.SignInPolicy.AllowedFirstAuthFactors", _first_factors)
    mfa: str | Unknown = read("UserPool.MfaConfiguration", kinds.one_of("OFF", "ON", "OPTIONAL"))
    threat_protection: str | Unknown = read(
        "UserPool.UserPoolAddOns.AdvancedSecurityMode", kinds.defaulting("OFF", _MODES)
    )
    custom_threat_protection: str | Unknown = read(
        "UserPool.UserPoolAddOns.AdvancedSecurityAdditionalFlows.CustomAuthMode", kinds.defaulting("OFF", _MODES)
    )
    deletion_protection: str | Unknown = read("UserPool.DeletionProtection", kinds.one_of("ACTIVE", "INACTIVE"))


@facet
class IdentityPool(Parsed):
    """Whether an identity pool of DescribeIdentityPool gives credentials to guests.

    https://docs.aws.amazon.com/cognitoidentity/latest/APIReference/API_DescribeIdentityPool.html
    """

    guests: bool | Unknown = read("AllowUnauthenticatedIdentities", kinds.flag)
