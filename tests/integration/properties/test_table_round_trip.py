"""A table that is made from the properties of another one is configured as that one is, with its autoscaling."""

import json
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given, settings
from moto.applicationautoscaling.models import applicationautoscaling_backends
from moto.cloudformation.models import cloudformation_backends
from moto.cloudwatch.models import cloudwatch_backends
from moto.dynamodb.models import dynamodb_backends

from local.server import EmbeddedAws
from muster.model.finding import Resource
from muster.model.readers import Describer
from muster.properties.consuming import logical_id
from muster.properties.conversion import Conversion, convert
from muster.readers.dynamodb import tables as reading
from muster.sdk.session import Clients, open_session
from muster.snapshots.form import forms
from muster.snapshots.reading import read_snapshot
from muster.snapshots.snapshot import Snapshot
from tests.integration.properties.drawn_tables import ACCOUNT, HOME, KEY, NAME, STREAM, Configuration, configurations
from tests.unit.properties.linted import faults

AWAY = "us-east-1"
TABLE = Resource(reading.TABLE, NAME, ACCOUNT, HOME, arn=f"arn:aws:dynamodb:{HOME}:{ACCOUNT}:table/{NAME}")
FACETS = [
    each
    for each in vars(reading).values()
    if isinstance(each, Describer) and each.resource_type == reading.TABLE and each.client == "dynamodb"
    if not each.absent
]
"""What checks judge; the policy, which may be absent, is a section of the snapshot too."""
VOLATILE = {
    "CreationDateTime", "CreationTime", "LastUpdateDateTime", "LastUpdateToPayPerRequestDateTime", "TableId",
    "LatestStreamArn", "LatestStreamLabel", "EarliestRestorableDateTime", "LatestRestorableDateTime", "RevisionId",
    "ScalableTargetARN", "PolicyARN", "ScheduledActionARN", "AlarmARN", "AlarmName",
}  # fmt: skip
"""What differs between two tables that are configured alike."""
PLAIN: Configuration = [
    (
        "dynamodb",
        "create_table",
        {
            "TableName": NAME,
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        },
    )
]


@pytest.fixture
def aws(running: EmbeddedAws, monkeypatch: pytest.MonkeyPatch) -> EmbeddedAws:
    monkeypatch.setenv("AWS_ENDPOINT_URL", running.endpoint)
    running.reset()
    running.client("kms", HOME).create_key()
    return running


def forget() -> None:
    """Empty the account but for its keys, which a table is encrypted with."""
    for backends in (
        applicationautoscaling_backends, cloudformation_backends, cloudwatch_backends, dynamodb_backends
    ):  # fmt: skip
        backends[ACCOUNT][HOME].reset()


def make(aws: EmbeddedAws, configuration: Configuration) -> None:
    """Make the table by the services' APIs."""
    (key, *_) = [each["KeyArn"] for each in aws.client("kms", HOME).list_keys()["Keys"]]
    known = {KEY: key}
    for service, operation, parameters in configuration:
        getattr(aws.client(service, HOME), operation)(**_known(parameters, known))
        table = aws.client("dynamodb", HOME).describe_table(TableName=NAME)["Table"]
        known[STREAM] = table.get("LatestStreamArn", "")


def _known(value: Any, known: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _known(each, known) for key, each in value.items()}
    if isinstance(value, list):
        return [_known(each, known) for each in value]
    return known.get(value, value) if isinstance(value, str) else value


def snapshot(aws: EmbeddedAws) -> Snapshot:
    """Read the table with clients whose own region is another one."""
    return read_snapshot(Clients(open_session(region=AWAY), endpoint_url=aws.endpoint), TABLE, forms()[TABLE.type])


def facets(aws: EmbeddedAws) -> dict[str, Any]:
    """Read what checks judge of the table."""
    dynamodb = aws.client("dynamodb", HOME)
    found = {each.facet.__name__: each.function(dynamodb, TABLE) for each in FACETS}
    return {**found, "Table": _settled(vars_of(found["Table"]))}


def vars_of(facet: Any) -> dict[str, Any]:
    return {name: getattr(facet, name) for name in facet.__dataclass_fields__}


def template(conversion: Conversion) -> dict[str, Any]:
    """Return a template in which a table is made before its targets, and these before their policies."""
    made = {logical_id(f"{each.type} {each.name}"): each for each in conversion.resources}
    order = [TABLE.type, "AWS::ApplicationAutoScaling::ScalableTarget", "AWS::ApplicationAutoScaling::ScalingPolicy"]
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Resources": {
            name: {
                "Type": each.type,
                "Properties": each.properties,
                "DependsOn": [other for other, one in made.items() if order.index(one.type) < order.index(each.type)],
            }
            for name, each in made.items()
        },
    }


def deploy(aws: EmbeddedAws, conversion: Conversion) -> None:
    client = aws.client("cloudformation", HOME)
    client.create_stack(StackName="copy", TemplateBody=json.dumps(template(conversion)))


def compared(found: Snapshot) -> dict[str, Any]:
    """Return sections without what differs, lists that have no order in one order."""
    sections: dict[str, Any] = deepcopy(dict(found.sections))
    for name in ("resource-policy", "stream-policy"):
        if sections[name] and "Policy" in sections[name]:
            sections[name]["Policy"] = json.loads(sections[name]["Policy"])
    tags = sections["scaling-tags"]["Tags"]
    targets = {each["ScalableTargetARN"]: each for each in sections["scaling-targets"]["ScalableTargets"]}
    sections["scaling-tags"] = {
        f"{targets[arn]['ResourceId']} {targets[arn]['ScalableDimension']}": each for arn, each in tags.items()
    }
    table = sections["table"]["Table"] if "Table" in sections["table"] else sections["table"]
    if table.get("BillingModeSummary", {}).get("BillingMode") == "PROVISIONED":
        del table["BillingModeSummary"]
    if table.get("TableClassSummary", {}).get("TableClass") == "STANDARD":
        del table["TableClassSummary"]
    settled: dict[str, Any] = _settled(sections)
    return settled


def _settled(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _settled(each) for key, each in value.items() if key not in VOLATILE}
    if isinstance(value, list):
        return sorted((_settled(each) for each in value), key=str)
    return value


def test_the_copy_of_a_table_is_configured_as_the_table(aws: EmbeddedAws) -> None:
    made: list[Conversion] = []

    @settings(max_examples=settings.default.max_examples * 3 // 8)
    @given(configuration=configurations())
    @example(configuration=PLAIN)
    def round_trip(configuration: Configuration) -> None:
        forget()
        make(aws, configuration)
        original, seen = snapshot(aws), facets(aws)
        assert dict(original.unread) == {}
        conversion = convert(original)
        assert conversion.obstacles == ()
        made.append(conversion)
        forget()
        deploy(aws, conversion)
        assert compared(snapshot(aws)) == compared(original)
        assert facets(aws) == seen

    round_trip()
    assert faults(together(made)) == []


def together(conversions: list[Conversion]) -> Conversion:
    """Return all resources as one conversion, each table with a name of its own: cfn-lint takes long to begin."""
    found = []
    for number, conversion in enumerate(conversions):
        for each in conversion.resources:
            text = json.dumps(each.properties).replace(NAME, f"{NAME}.{number}")
            found.append(replace(each, name=f"{each.name}.{number}", properties=json.loads(text)))
    return Conversion(tuple(found))
