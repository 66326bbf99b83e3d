"""Checks of GraphQL APIs of AppSync."""

from muster.facets.edge.appsync import API_KEY, GraphqlApi
from muster.model.check import check
from muster.model.finding import Severity, Verdict, compliant, known, non_compliant


@check(severity=Severity.MEDIUM, controls=("FSBP AppSync.2",))
def appsync_logging_enabled(api: GraphqlApi, *, levels: tuple[str, ...] = ("ERROR", "INFO", "DEBUG", "ALL")) -> Verdict:
    """GraphQL APIs of AppSync should have field-level logging.

    Problem: field-level logging is off
    Why: Without the log you cannot see which resolver failed, and for which request.
    Fix: The command keeps the other settings of the API; it needs jq. A role that the API already uses for its logs
      stays. `input=$(aws appsync get-graphql-api --api-id ID --query graphqlApi --output json | jq -Rs --arg role
      ROLE-ARN 'fromjson | del(.arn, .uris, .tags, .wafWebAclArn, .dns, .visibility, .apiType, .owner) | .logConfig =
      {cloudWatchLogsRoleArn: $role} + (.logConfig // {}) + {fieldLogLevel: "ERROR"}') && aws appsync update-graphql-api
      --cli-input-json "$input"`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/appsync-controls.html#appsync-2
    """
    level = known(api.log_level)
    if level in levels:
        return compliant(f"Field-level logging is on (level {level})")
    return non_compliant(f"Field-level logging has level {level}")


@check(severity=Severity.HIGH, controls=("FSBP AppSync.5",))
def appsync_authorization_check(api: GraphqlApi) -> Verdict:
    """GraphQL APIs of AppSync should not accept API keys.

    Problem: GraphQL API accepts an API key
    Why: All callers share one API key, and it is often embedded in an app. Anyone who finds it there can call the API.
    Fix: First replace the directive @aws_api_key in the schema, and let every client authenticate with another type,
      such as AWS_IAM. Then remove API_KEY. If it is the default type, AWS_IAM becomes the default. The command keeps
      the other settings of the API; it needs jq. `input=$(aws appsync get-graphql-api --api-id ID --query graphqlApi
      --output json | jq -Rs 'fromjson | del(.arn, .uris, .tags, .wafWebAclArn, .dns, .visibility, .apiType, .owner) |
      if .authenticationType == "API_KEY" then .authenticationType = "AWS_IAM" else . end | .authenticationType as
      $default | .additionalAuthenticationProviders = [.additionalAuthenticationProviders[]? |
      select(.authenticationType != "API_KEY" and (.authenticationType != "AWS_IAM" or $default != "AWS_IAM"))]') && aws
      appsync update-graphql-api --cli-input-json "$input"`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/appsync-controls.html#appsync-5
    """
    if api.authentication == API_KEY:
        return non_compliant("Default authentication is API_KEY")
    if API_KEY in api.additional:
        return non_compliant("API_KEY is an additional type of authentication")
    kinds = [known(each) for each in (api.authentication, *api.additional)]
    return compliant(f"Authentication is {', '.join(kinds)}")
