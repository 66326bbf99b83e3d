"""Checks of access to Lambda functions and of secrets in their settings."""

from muster.analysis.policies.access import public, public_statements
from muster.analysis.policies.condition_keys import Key
from muster.analysis.policies.document import Policy, Statement
from muster.analysis.policies.strangers import SERVICE, Query, get_past
from muster.analysis.policies.strangers import known as names_somebody
from muster.analysis.policies.wildcards import applies_to
from muster.facets.lambda_.functions import LATEST, Function, FunctionPolicy, FunctionUrls
from muster.model.check import check
from muster.model.finding import Severity, Verdict, compliant, known, non_compliant, not_applicable

_S3 = ("service:s3.amazonaws.com", "service:s3.amazonaws.com.cn")


@check(severity=Severity.CRITICAL, controls=("FSBP Lambda.1",), version=2)
def lambda_function_public_access_prohibited(policy: FunctionPolicy) -> Verdict:
    """Lambda functions should not be public.

    The check reads the resource-based policy of the function; versions and aliases have their own policies, which it
    does not read. A statement that lets S3 invoke the function needs a condition on AWS:SourceAccount: the ARN of a
    bucket contains no account, so after the bucket is deleted, another account could take its name and invoke the
    function.

    Problem: Lambda function is public
    Why: Anyone with an AWS account can run the function, at your cost and with the permissions of its role.
    Fix: `aws lambda remove-permission --function-name NAME --statement-id STATEMENT-ID` Then allow only the callers
      that need it: `aws lambda add-permission --function-name NAME --statement-id NEW-STATEMENT-ID --action
      lambda:InvokeFunction --principal PRINCIPAL-NAME --source-account SOURCE-ACCOUNT`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/lambda-function-public-access-prohibited.html
    """
    document = known(policy.policy)
    if not document.statements:
        return compliant("The function has no resource-based policy; only its own account can invoke it")
    opened, buckets = public_statements(document, ("lambda:*",)), _any_s3(document)
    if opened or buckets:
        found = [*public(document, ("lambda:*",)), *map(_unbound, buckets)]
        verdict = non_compliant(f"Its policy is public: {'; '.join(found)}", statement_id=(*opened, *buckets)[0].sid)
        # The policy that is read is that of the unqualified function, whose URL has no other name.
        return verdict.about(*((LATEST,) if public_statements(document, ("lambda:InvokeFunctionUrl",)) else ()))
    return compliant("The policy allows no public access")


@check(severity=Severity.HIGH, yields_to=("lambda-function-public-access-prohibited",))
def lambda_function_url_auth_required(urls: FunctionUrls) -> Verdict:
    """Lambda function URLs should require authentication.

    Problem: function URL has no authentication
    Why: A URL without authentication is open to the internet as soon as the function's policy allows it. The console
      adds that statement automatically.
    Fix: Callers must sign their requests afterwards. `aws lambda update-function-url-config --function-name NAME
      --auth-type AWS_IAM` For the URL of an alias: `aws lambda update-function-url-config --function-name NAME
      --qualifier ALIAS-NAME --auth-type AWS_IAM`
    Source: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
    """
    if not urls.urls:
        return not_applicable("The function has no function URL")
    bare = [qualifier for qualifier, auth in urls.urls if auth == "NONE"]
    if bare:
        alias = next((qualifier for qualifier in bare if qualifier != LATEST), "")
        reason = f"The function URL of {', '.join(bare)} has no authentication (AuthType NONE)"
        return non_compliant(reason, alias_name=alias).about(*bare)
    named = [f"{known(auth)} ({qualifier})" for qualifier, auth in urls.urls]
    return compliant(f"Every function URL requires authentication: {', '.join(named)}")


@check(severity=Severity.HIGH, version=2)
def lambda_environment_without_secrets(function: Function, *, accepted: tuple[str, ...] = ()) -> Verdict:
    """Lambda functions should not contain secrets in environment variables.

    The check looks at the names of all variables, at known formats of tokens, and at how random a value is. It ignores
    the names in `accepted`. Reasons contain the names of variables, never their values.

    Problem: secret in an environment variable
    Why: Everyone who can read the configuration of the function can read its variables, and they end up in templates,
      logs and tools.
    Fix: Store the secret in Secrets Manager or Parameter Store, read it from there, and rotate it: the old value was
      exposed. Save the environment: `aws lambda get-function-configuration --function-name NAME --query Environment
      --output json > FUNCTION-ENVIRONMENT.json` Remove the variable from the file, then replace the environment with
      the file: `aws lambda update-function-configuration --function-name NAME --environment
      file://FUNCTION-ENVIRONMENT.json`
    Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
    """
    count = known(function.variables)
    if not count:
        return compliant("No environment variables")
    found = [
        f"{name} looks like a secret ({reason})" for name, reason in known(function.secrets) if name not in accepted
    ]
    if found:
        return non_compliant("; ".join(found))
    return compliant(f"No environment variable looks like a secret ({count} checked)")


def _any_s3(policy: Policy) -> tuple[Statement, ...]:
    """Return the statements that let buckets of any account invoke the function."""
    denials = [
        statement.conditions
        for statement in policy.statements
        if not statement.allow and statement.everybody and applies_to(statement, "lambda:invokefunction")
    ]
    return tuple(
        statement
        for statement in policy.statements
        if statement.allow
        and any(name in _S3 for name in statement.principals)
        and applies_to(statement, "lambda:InvokeFunction")
        and get_past(statement.conditions, denials, Query(_owner, loosely=True), (SERVICE,))
    )


def _unbound(statement: Statement) -> str:
    named = f' "{statement.sid}"' if statement.sid else ""
    return f"statement{named} allows S3 buckets of any account (no condition on AWS:SourceAccount)"


def _owner(key: Key, operator: str, value: str) -> bool:
    """Whether a value names the account or the organization for which a service acts."""
    return key.whom == "source" and key.holds != "arn" and names_somebody(key, operator, value)
