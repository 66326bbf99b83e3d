"""Checks of who can reach Lambda functions, and of what their settings give away."""

from muster.analysis.policies.access import public
from muster.analysis.policies.condition_keys import Key
from muster.analysis.policies.document import Policy
from muster.analysis.policies.strangers import SERVICE, Query, get_past
from muster.analysis.policies.strangers import known as names_somebody
from muster.analysis.policies.wildcards import applies_to
from muster.facets.lambda_.functions import Function, FunctionPolicy, FunctionUrls
from muster.model.check import check
from muster.model.finding import Severity, Verdict, compliant, known, non_compliant, not_applicable

_S3 = ("service:s3.amazonaws.com", "service:s3.amazonaws.com.cn")


@check(severity=Severity.CRITICAL, controls=("FSBP Lambda.1",), version=2)
def lambda_function_public_access_prohibited(policy: FunctionPolicy) -> Verdict:
    """Lambda functions should not be open to everybody by their policy.

    A policy that lets S3 invoke the function must name the bucket's account in AWS:SourceAccount: the ARN of a bucket
    does not hold its account, so that whoever takes a deleted bucket's name could invoke the function. What counts is
    the policy of the function itself; versions and aliases have policies of their own, which are not read.

    Problem: Lambda function is public
    Why: Whoever may invoke a function can spend its money and use what its role may do.
    Fix: `aws lambda remove-permission --function-name NAME --statement-id STATEMENT-ID` Then call add-permission
      for the principals that need it, with --source-account for a service.
    Source: https://docs.aws.amazon.com/config/latest/developerguide/lambda-function-public-access-prohibited.html
    """
    document = known(policy.policy)
    if not document.statements:
        return compliant("it has no policy: only principals of its own account can be allowed to invoke it")
    found = (
        *public(document, ("lambda:*",)),
        *(("any account's S3 may invoke it: AWS:SourceAccount is not named",) * _any_s3(document)),
    )
    if found:
        return non_compliant(f"its policy is public: {'; '.join(found)}")
    return compliant("its policy admits nobody but those it names")


@check(severity=Severity.HIGH)
def lambda_function_url_auth_required(urls: FunctionUrls) -> Verdict:
    """Lambda function URLs should ask callers to authenticate.

    Problem: function URL has no authentication
    Why: A URL without authentication is open to the internet as soon as the function's policy allows it, and the
      console adds that statement by itself.
    Fix: `aws lambda update-function-url-config --function-name NAME --auth-type AWS_IAM` Add --qualifier ALIAS for
      the URL of an alias. Callers must then sign their requests.
    Source: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
    """
    if not urls.urls:
        return not_applicable("the function has no URL")
    bare = [qualifier for qualifier, auth in urls.urls if auth == "NONE"]
    if bare:
        return non_compliant(f"AuthType is NONE: nobody is asked who calls the URL of {', '.join(bare)}")
    named = [f"{known(auth)} ({qualifier})" for qualifier, auth in urls.urls]
    return compliant(f"every URL asks callers to authenticate: {', '.join(named)}")


@check(severity=Severity.HIGH, version=2)
def lambda_environment_without_secrets(function: Function, *, accepted: tuple[str, ...] = ()) -> Verdict:
    """Lambda functions should not hold secrets in environment variables.

    Names, known shapes of tokens and randomness are looked at; the names in `accepted` are not. The reason holds the
    names of what was found and never a value.

    Problem: secret in an environment variable
    Why: Whoever may read a function's configuration reads its variables, and they get into templates, logs and tools.
    Fix: Put the secret into Secrets Manager or Parameter Store and read it from there. Change the value, then
      remove the variable: `aws lambda update-function-configuration --function-name NAME --environment
      file://ENVIRONMENT.json`
    Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
    """
    count = known(function.variables)
    if not count:
        return compliant("it has no environment variables")
    found = [f"{name}: {reason}" for name, reason in known(function.secrets) if name not in accepted]
    if found:
        return non_compliant(f"{len(found)} of {count} environment variables look like secrets ({'; '.join(found)})")
    return compliant(f"none of {count} environment variables looks like a secret")


def _any_s3(policy: Policy) -> bool:
    """Whether buckets of any account may have the function invoked."""
    denials = [
        statement.conditions
        for statement in policy.statements
        if not statement.allow and statement.everybody and applies_to(statement, "lambda:invokefunction")
    ]
    return any(
        statement.allow
        and any(name in _S3 for name in statement.principals)
        and applies_to(statement, "lambda:InvokeFunction")
        and get_past(statement.conditions, denials, Query(_owner, loosely=True), (SERVICE,))
        for statement in policy.statements
    )


def _owner(key: Key, operator: str, value: str) -> bool:
    """Whether a value names the account or the organization for which a service acts."""
    return key.whom == "source" and key.holds != "arn" and names_somebody(key, operator, value)
