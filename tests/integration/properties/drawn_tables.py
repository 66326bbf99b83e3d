"""Configurations of tables that DynamoDB takes and CloudFormation has properties for, drawn for round trips.

A configuration is a list of calls: a client, an operation and its parameters, in an order in which AWS takes them.
`STREAM` and `KEY` among the parameters stand for ARNs that are known only later.
"""

import json
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

HOME = "eu-west-1"
ACCOUNT = "123456789012"
NAME = "shop.orders-2026"
STREAM, KEY = "the stream's ARN", "the key's ARN"
Called = tuple[str, str, dict[str, Any]]
Configuration = list[Called]

_NAMED = {"TableName": NAME}
_TYPES = {"id": "S", "time": "N", "place": "B", "kind": "S"}
_VIEWS = ("KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES")
_CAPACITY = st.fixed_dictionaries(
    {"ReadCapacityUnits": st.integers(1, 40_000), "WriteCapacityUnits": st.integers(1, 40_000)}
)
_UNITS = st.integers(1, 40_000)
_LIMITS = st.fixed_dictionaries({}, optional={"MaxReadRequestUnits": _UNITS, "MaxWriteRequestUnits": _UNITS}).filter(
    bool
)
_PROJECTIONS = st.sampled_from(
    [
        {"ProjectionType": "ALL"},
        {"ProjectionType": "KEYS_ONLY"},
        {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["price", "buyer"]},
    ]
)
_TAGS = st.dictionaries(
    st.text("abcXYZ019_.:/=+-@ é", min_size=1, max_size=12)
    .map(str.strip)
    .filter(bool)
    .filter(lambda key: key[:4] != "aws:"),
    st.text("abc 019é", max_size=8),
    max_size=3,
)
_POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Read",
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
                "Action": "dynamodb:GetItem",
                "Resource": "*",
                "Condition": {"StringEquals": {"aws:PrincipalTag/team": ["a", "b"]}},
            }
        ],
    }
)


def _keys(hashed: str, ranged: str | None) -> list[dict[str, str]]:
    keys = [{"AttributeName": hashed, "KeyType": "HASH"}]
    return [*keys, {"AttributeName": ranged, "KeyType": "RANGE"}] if ranged else keys


def _listed(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


@st.composite
def _indexes(draw: st.DrawFn, *, on_demand: bool) -> list[dict[str, Any]]:
    """Draw indexes of the whole table."""
    found = []
    for name in draw(st.lists(st.sampled_from(["by.place", "by-kind", "all"]), unique=True, max_size=2)):
        keys = _keys(*draw(st.sampled_from([("place", None), ("kind", "time"), ("id", "place")])))
        index: dict[str, Any] = {"IndexName": name, "KeySchema": keys, "Projection": draw(_PROJECTIONS)}
        if not on_demand:
            index["ProvisionedThroughput"] = draw(_CAPACITY)
        elif draw(st.booleans()):
            index["OnDemandThroughput"] = draw(_LIMITS)
        found.append(index)
    return found


@st.composite
def _tables(draw: st.DrawFn) -> dict[str, Any]:
    on_demand, ranged = draw(st.booleans()), draw(st.booleans())
    made: dict[str, Any] = {**_NAMED, "KeySchema": _keys("id", "time" if ranged else None)}
    if on_demand:
        made["BillingMode"] = "PAY_PER_REQUEST"
        made |= draw(st.fixed_dictionaries({}, optional={"OnDemandThroughput": _LIMITS}))
    else:
        made["ProvisionedThroughput"] = draw(_CAPACITY)
    if indexes := draw(_indexes(on_demand=on_demand)):
        made["GlobalSecondaryIndexes"] = indexes
    if ranged and draw(st.booleans()):
        local = {"IndexName": "local", "KeySchema": _keys("id", "kind"), "Projection": draw(_PROJECTIONS)}
        made["LocalSecondaryIndexes"] = [local]
    keys = [
        made["KeySchema"],
        *(each["KeySchema"] for kind in ("Global", "Local") for each in made.get(f"{kind}SecondaryIndexes", ())),
    ]
    used = sorted({key["AttributeName"] for schema in keys for key in schema})
    made["AttributeDefinitions"] = [{"AttributeName": name, "AttributeType": _TYPES[name]} for name in used]
    made |= draw(
        st.fixed_dictionaries(
            {},
            optional={
                "TableClass": st.sampled_from(["STANDARD", "STANDARD_INFREQUENT_ACCESS"]),
                "DeletionProtectionEnabled": st.booleans(),
                "SSESpecification": st.sampled_from(
                    [{"Enabled": True}, {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": KEY}]
                ),
                "StreamSpecification": st.sampled_from(_VIEWS).map(
                    lambda view: {"StreamEnabled": True, "StreamViewType": view}
                ),
                "ResourcePolicy": st.just(_POLICY),
                "Tags": _TAGS.map(_listed),
            },
        )
    )
    return made


@st.composite
def _settings(draw: st.DrawFn, made: dict[str, Any]) -> Configuration:
    """Draw what a table gets after it is made."""
    calls: Configuration = []
    if draw(st.booleans()):
        aging = {"AttributeName": "expires", "Enabled": True}
        calls.append(("dynamodb", "update_time_to_live", {**_NAMED, "TimeToLiveSpecification": aging}))
    if draw(st.booleans()):
        days = draw(st.fixed_dictionaries({}, optional={"RecoveryPeriodInDays": st.integers(1, 35)}))
        recovery = {"PointInTimeRecoveryEnabled": True, **days}
        calls.append(
            ("dynamodb", "update_continuous_backups", {**_NAMED, "PointInTimeRecoverySpecification": recovery})
        )
    indexes = [{"IndexName": each["IndexName"]} for each in made.get("GlobalSecondaryIndexes", ())]
    for where in ({}, *indexes):
        if draw(st.booleans()):
            mode = draw(st.sampled_from(["ACCESSED_AND_THROTTLED_KEYS", "THROTTLED_KEYS"]))
            insights = {"ContributorInsightsAction": "ENABLE", "ContributorInsightsMode": mode}
            calls.append(("dynamodb", "update_contributor_insights", {**_NAMED, **where, **insights}))
    if draw(st.booleans()):
        precision = {"ApproximateCreationDateTimePrecision": draw(st.sampled_from(["MILLISECOND", "MICROSECOND"]))}
        stream = f"arn:aws:kinesis:{HOME}:{ACCOUNT}:stream/orders"
        wanted = {"StreamArn": stream, "EnableKinesisStreamingConfiguration": precision}
        calls.append(("dynamodb", "enable_kinesis_streaming_destination", {**_NAMED, **wanted}))
    if "StreamSpecification" in made and draw(st.booleans()):
        calls.append(("dynamodb", "put_resource_policy", {"ResourceArn": STREAM, "Policy": _POLICY}))
    if "StreamSpecification" in made and (tags := draw(_TAGS)):
        calls.append(("dynamodb", "tag_resource", {"ResourceArn": STREAM, "Tags": _listed(tags)}))
    return calls


@st.composite
def _scaling(draw: st.DrawFn, made: dict[str, Any]) -> Configuration:
    """Draw the autoscaling of a provisioned table and of its indexes."""
    calls: Configuration = []
    whole = [(f"table/{NAME}", "table")]
    indexes = [(f"table/{NAME}/index/{each['IndexName']}", "index") for each in made.get("GlobalSecondaryIndexes", ())]
    for resource, kind in (*whole, *indexes):
        for units in draw(st.sets(st.sampled_from(["Read", "Write"]))):
            dimension = f"dynamodb:{kind}:{units}CapacityUnits"
            where = {"ServiceNamespace": "dynamodb", "ResourceId": resource, "ScalableDimension": dimension}
            calls += _scaled(where, units, draw(_TARGETS), draw(_TRACKINGS), scheduled=draw(st.booleans()))
    return calls


_TARGETS = st.fixed_dictionaries(
    {"MinCapacity": st.integers(1, 50), "MaxCapacity": st.integers(50, 40_000)},
    optional={
        "SuspendedState": st.sampled_from(
            [
                {"DynamicScalingInSuspended": True},
                {"ScheduledScalingSuspended": True, "DynamicScalingOutSuspended": True},
            ]
        ),
        "Tags": _TAGS,
    },
)
_TRACKINGS = st.one_of(
    st.none(),
    st.fixed_dictionaries(
        {"TargetValue": st.integers(20, 90).map(float)},
        optional={
            "ScaleInCooldown": st.integers(0, 600),
            "ScaleOutCooldown": st.integers(0, 600),
            "DisableScaleIn": st.booleans(),
        },
    ),
)


def _scaled(
    where: dict[str, str], units: str, target: dict[str, Any], tracking: dict[str, Any] | None, *, scheduled: bool
) -> Configuration:
    service = "application-autoscaling"
    calls: Configuration = [(service, "register_scalable_target", {**where, **target})]
    if tracking:
        metric = {"PredefinedMetricSpecification": {"PredefinedMetricType": f"DynamoDB{units}CapacityUtilization"}}
        policy = {"PolicyName": f"{units} scaling", "PolicyType": "TargetTrackingScaling"}
        configuration = {"TargetTrackingScalingPolicyConfiguration": {**tracking, **metric}}
        calls.append((service, "put_scaling_policy", {**where, **policy, **configuration}))
    if scheduled:
        action = {
            "ScheduledActionName": "night",
            "Schedule": "cron(0 22 * * ? *)",
            "Timezone": "Europe/Dublin",
            "StartTime": datetime(2031, 5, 1, tzinfo=UTC),
            "ScalableTargetAction": {"MinCapacity": 1, "MaxCapacity": 2},
        }
        calls.append((service, "put_scheduled_action", {**where, **action}))
    return calls


@st.composite
def configurations(draw: st.DrawFn) -> Configuration:
    """Draw the calls that make a table."""
    made = draw(_tables())
    scaling = [] if "BillingMode" in made else draw(_scaling(made))
    return [("dynamodb", "create_table", made), *draw(_settings(made)), *scaling]
