"""AppSync: GraphQL APIs."""

from muster.facets import kinds
from muster.facets.fields import Answer, Parsed, computed, facet, read
from muster.model.finding import Unknown

API_KEY = "API_KEY"
_AUTHENTICATION = kinds.one_of(API_KEY, "AWS_IAM", "AMAZON_COGNITO_USER_POOLS", "OPENID_CONNECT", "AWS_LAMBDA")


def _additional(response: Answer) -> tuple[str | Unknown, ...]:
    providers = response.get("additionalAuthenticationProviders") or ()
    return tuple(_AUTHENTICATION(each.get("authenticationType"), "authenticationType") for each in providers)


@facet
class GraphqlApi(Parsed):
    """One API of ListGraphqlApis: its types of authentication, and the level of its field log.

    Without a log configuration it writes no log.
    https://docs.aws.amazon.com/appsync/latest/APIReference/API_GraphqlApi.html
    """

    authentication: str | Unknown = read("authenticationType", _AUTHENTICATION, "the type of authentication")
    additional: tuple[str | Unknown, ...] = computed(_additional, "additionalAuthenticationProviders")
    log_level: str | Unknown = read(
        "logConfig.fieldLogLevel", kinds.defaulting("NONE", kinds.one_of("NONE", "ERROR", "ALL", "INFO", "DEBUG"))
    )
