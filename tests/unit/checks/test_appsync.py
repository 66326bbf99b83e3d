"""GraphQL APIs of AppSync."""

import pytest

from muster.checks.edge.appsync import appsync_authorization_check, appsync_logging_enabled
from muster.facets.edge.appsync import GraphqlApi
from muster.model.finding import Status, Unknown, UnknownField

C, N = Status.COMPLIANT, Status.NON_COMPLIANT
UNKNOWN = Unknown("AWS did not say")


@pytest.mark.parametrize(
    ("level", "status", "reason"),
    [
        ("ERROR", C, "Field-level logging is on (level ERROR)"),
        ("ALL", C, ""),
        ("INFO", C, ""),
        ("DEBUG", C, ""),
        ("NONE", N, "Field-level logging has level NONE"),
    ],
)
def test_logging(level: str, status: Status, reason: str) -> None:
    verdict = appsync_logging_enabled(GraphqlApi("AWS_IAM", (), level))
    assert verdict.status is status
    assert reason in ("", verdict.reason)


def test_the_accepted_levels_are_a_setting() -> None:
    assert appsync_logging_enabled(GraphqlApi("AWS_IAM", (), "ERROR"), levels=("ALL",)).status is N


@pytest.mark.parametrize(
    ("first", "others", "status", "reason"),
    [
        ("AWS_IAM", ("OPENID_CONNECT",), C, "Authentication is AWS_IAM, OPENID_CONNECT"),
        ("API_KEY", (), N, "Default authentication is API_KEY"),
        ("AWS_IAM", ("API_KEY",), N, "API_KEY is an additional type of authentication"),
        ("AWS_IAM", (UNKNOWN, "API_KEY"), N, ""),
    ],
)
def test_api_keys(first: str, others: tuple[str | Unknown, ...], status: Status, reason: str) -> None:
    verdict = appsync_authorization_check(GraphqlApi(first, others, "ALL"))
    assert verdict.status is status
    assert reason in ("", verdict.reason)


def test_what_is_not_known_is_no_verdict() -> None:
    for api in (GraphqlApi(UNKNOWN, (), "ALL"), GraphqlApi("AWS_IAM", (UNKNOWN,), "ALL")):
        with pytest.raises(UnknownField):
            appsync_authorization_check(api)


def test_an_api_is_parsed() -> None:
    others = [{"authenticationType": "API_KEY"}]
    item = {"authenticationType": "AWS_IAM", "additionalAuthenticationProviders": others}
    assert GraphqlApi.parse(item) == GraphqlApi("AWS_IAM", ("API_KEY",), "NONE")
    assert GraphqlApi.parse({**item, "logConfig": {"fieldLogLevel": "ALL"}}).log_level == "ALL"
