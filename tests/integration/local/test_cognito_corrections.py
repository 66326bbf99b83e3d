"""The embedded AWS answers about user pools as AWS documents."""

from typing import Any

from local.server import EmbeddedAws


def test_what_a_request_leaves_out_has_a_default(aws: EmbeddedAws) -> None:
    """https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPool.html."""
    cognito = aws.client("cognito-idp")
    policies: Any = {"PasswordPolicy": {"MinimumLength": 6, "RequireSymbols": True}}
    made = cognito.create_user_pool(PoolName="trial", Policies=policies)["UserPool"]
    pool = cognito.describe_user_pool(UserPoolId=made["Id"])["UserPool"]
    assert pool["DeletionProtection"] == made["DeletionProtection"] == "INACTIVE"
    assert pool["Policies"]["SignInPolicy"] == {"AllowedFirstAuthFactors": ["PASSWORD"]}
    found = pool["Policies"]["PasswordPolicy"]
    assert (found["MinimumLength"], found["TemporaryPasswordValidityDays"]) == (6, 7)
    assert (found["RequireSymbols"], found["RequireNumbers"]) == (True, False)


def test_what_a_request_sets_is_answered(aws: EmbeddedAws) -> None:
    """https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_DescribeUserPool.html."""
    cognito = aws.client("cognito-idp")
    factors: Any = {"SignInPolicy": {"AllowedFirstAuthFactors": ["WEB_AUTHN"]}, "PasswordPolicy": {"MinimumLength": 9}}
    made = cognito.create_user_pool(
        PoolName="customers", Policies=factors, DeletionProtection="ACTIVE", UserPoolTags={"Owner": "web"}
    )
    pool = cognito.describe_user_pool(UserPoolId=made["UserPool"]["Id"])["UserPool"]
    assert (pool["DeletionProtection"], pool["UserPoolTags"]) == ("ACTIVE", {"Owner": "web"})
    assert pool["Policies"]["SignInPolicy"]["AllowedFirstAuthFactors"] == ["WEB_AUTHN"]
