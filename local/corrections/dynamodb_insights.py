"""What moto's DynamoDB lacks beside a table: contributor insights, Kinesis destinations, policies of streams.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeContributorInsights.html
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeKinesisStreamingDestination.html
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_GetResourcePolicy.html
"""

from datetime import UTC, datetime
from typing import Any

from moto.moto_api._internal import mock_random

from local.corrections.dynamodb_tables import further, name_of, tables_of
from local.corrections.request import Correction, Request
from local.front import Answer

_MODE = "ACCESSED_AND_THROTTLED_KEYS"
_PRECISION = "MILLISECOND"


def corrections() -> dict[str, Correction]:
    """Return what adds these operations."""
    return {
        "dynamodb:DescribeContributorInsights": _describe_insights,
        "dynamodb:UpdateContributorInsights": _update_insights,
        "dynamodb:DescribeKinesisStreamingDestination": _describe_destinations,
        "dynamodb:EnableKinesisStreamingDestination": _enable_destination,
        "dynamodb:DisableKinesisStreamingDestination": _disable_destination,
        "dynamodb:UpdateKinesisStreamingDestination": _update_destination,
        "dynamodb:PutResourcePolicy": _put_policy,
        "dynamodb:GetResourcePolicy": _get_policy,
        "dynamodb:DeleteResourcePolicy": _delete_policy,
    }


def _missing(request: Request, what: str) -> Answer:
    return request.refuse("ResourceNotFoundException", f"Requested resource not found: {what}")


def _insights(request: Request) -> tuple[Any, dict[str, Any], Answer | None]:
    """Return the table, what is remembered of the table or index, and a refusal where there is none."""
    name, index = name_of(request), request.parameters.get("IndexName", "")
    table = tables_of(request).get(name)
    if table is None:
        return None, {}, _missing(request, f"Table: {name} not found")
    if index and index not in {each.name for each in table.global_indexes}:
        return table, {}, _missing(request, f"Index: {index} of table: {name} not found")
    return table, further(table).setdefault("insights", {}).setdefault(index, {}), None


def _described(request: Request, kept: dict[str, Any]) -> dict[str, Any]:
    where = {key: request.parameters[key] for key in ("TableName", "IndexName") if key in request.parameters}
    return {**where, "ContributorInsightsStatus": "DISABLED", **kept}


def _describe_insights(request: Request) -> Answer:
    _, kept, refused = _insights(request)
    return refused or request.answer(_described(request, kept))


def _update_insights(request: Request) -> Answer:
    _, kept, refused = _insights(request)
    if refused:
        return refused
    given, name = request.parameters, name_of(request)
    kept["LastUpdateDateTime"] = datetime.now(UTC)
    if given["ContributorInsightsAction"] == "ENABLE":
        mode = given.get("ContributorInsightsMode", _MODE)
        what = "-".join((name, *([given["IndexName"]] if "IndexName" in given else ())))
        rules = [f"DynamoDBContributorInsights-{kind}-{what}" for kind in _rules(mode)]
        kept |= {
            "ContributorInsightsStatus": "ENABLED",
            "ContributorInsightsRuleList": rules,
            "ContributorInsightsMode": mode,
        }
    else:
        kept["ContributorInsightsStatus"] = "DISABLED"
        kept.pop("ContributorInsightsRuleList", None)
        kept.pop("ContributorInsightsMode", None)
    described = _described(request, kept)
    answered = ("TableName", "IndexName", "ContributorInsightsStatus", "ContributorInsightsMode")
    return request.answer({key: described[key] for key in answered if key in described})


def _rules(mode: str) -> tuple[str, ...]:
    return ("PKT", "SKT") if mode == "THROTTLED_KEYS" else ("PKC", "SKC", "PKT", "SKT")


def _destinations(request: Request) -> tuple[dict[str, dict[str, Any]], Answer | None]:
    name = name_of(request)
    table = tables_of(request).get(name)
    if table is None:
        return {}, _missing(request, f"Table: {name} not found")
    return further(table).setdefault("destinations", {}), None


def _describe_destinations(request: Request) -> Answer:
    found, refused = _destinations(request)
    listed = {"TableName": name_of(request), "KinesisDataStreamDestinations": list(found.values())}
    return refused or request.answer(listed)


def _enable_destination(request: Request) -> Answer:
    found, refused = _destinations(request)
    if refused:
        return refused
    arn = str(request.parameters["StreamArn"])
    wanted = request.parameters.get("EnableKinesisStreamingConfiguration") or {}
    found[arn] = {
        "StreamArn": arn,
        "DestinationStatus": "ACTIVE",
        "ApproximateCreationDateTimePrecision": wanted.get("ApproximateCreationDateTimePrecision", _PRECISION),
    }
    answer = {"TableName": name_of(request), "StreamArn": arn, "DestinationStatus": "ENABLING"}
    return request.answer(answer | ({"EnableKinesisStreamingConfiguration": wanted} if wanted else {}))


def _disable_destination(request: Request) -> Answer:
    found, refused = _destinations(request)
    arn = str(request.parameters["StreamArn"])
    if refused or arn not in found:
        return refused or request.refuse("ValidationException", "Table is not in a valid state to disable Kinesis")
    found[arn]["DestinationStatus"] = "DISABLED"
    return request.answer({"TableName": name_of(request), "StreamArn": arn, "DestinationStatus": "DISABLING"})


def _update_destination(request: Request) -> Answer:
    found, refused = _destinations(request)
    arn = str(request.parameters["StreamArn"])
    if refused or arn not in found:
        return refused or request.refuse("ValidationException", "Table is not in a valid state to update Kinesis")
    wanted = request.parameters.get("UpdateKinesisStreamingConfiguration") or {}
    found[arn] |= wanted
    answer = {"TableName": name_of(request), "StreamArn": arn, "DestinationStatus": "UPDATING"}
    return request.answer(answer | ({"UpdateKinesisStreamingConfiguration": wanted} if wanted else {}))


def _policies(request: Request) -> tuple[dict[str, dict[str, str]], Answer | None]:
    """Return the policies of the table whose ARN, or whose stream's ARN, a request names."""
    arn = str(request.parameters["ResourceArn"])
    name = arn.partition(":table/")[2].partition("/")[0]
    table = tables_of(request).get(name)
    streams = (
        {f"{table.table_arn}/stream/{table.latest_stream_label}"} if table and table.latest_stream_label else set()
    )
    if table is None or arn not in {table.table_arn, *streams}:
        return {}, _missing(request, f"{'Stream' if '/stream/' in arn else 'Table'}: {arn} not found")
    return further(table).setdefault("policies", {}), None


def _absent(request: Request) -> Answer:
    arn = request.parameters["ResourceArn"]
    message = f"Resource-based policy not found for the provided ResourceArn: {arn}"
    return request.refuse("PolicyNotFoundException", message)


def _put_policy(request: Request) -> Answer:
    found, refused = _policies(request)
    if refused:
        return refused
    arn, text = str(request.parameters["ResourceArn"]), str(request.parameters["Policy"])
    wanted = request.parameters.get("ExpectedRevisionId")
    current = found.get(arn, {}).get("RevisionId", "NO_POLICY")
    if wanted not in (None, current):
        return _absent(request)
    if found.get(arn, {}).get("Policy") != text:
        found[arn] = {"Policy": text, "RevisionId": str(mock_random.uuid4().int)[:13]}
    return request.answer({"RevisionId": found[arn]["RevisionId"]})


def _get_policy(request: Request) -> Answer:
    found, refused = _policies(request)
    policy = found.get(str(request.parameters["ResourceArn"]))
    return refused or (request.answer(policy) if policy else _absent(request))


def _delete_policy(request: Request) -> Answer:
    found, refused = _policies(request)
    if refused:
        return refused
    arn, wanted = str(request.parameters["ResourceArn"]), request.parameters.get("ExpectedRevisionId")
    if arn not in found:
        # Deleting is idempotent: a policy that is not there is no error unless a revision is expected.
        return request.answer({}) if wanted is None else _absent(request)
    if wanted not in (None, found[arn]["RevisionId"]):
        return _absent(request)
    return request.answer({"RevisionId": found.pop(arn)["RevisionId"]})
