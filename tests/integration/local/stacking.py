"""Stacks of a few resources, for tests."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from local import resources
from local.server import EmbeddedAws

HOME, AWAY = "eu-west-1", "us-east-1"


@pytest.fixture(scope="module")
def running() -> Iterator[EmbeddedAws]:
    resources.install()
    with EmbeddedAws() as aws:
        yield aws


@pytest.fixture
def aws(running: EmbeddedAws) -> EmbeddedAws:
    running.reset()
    return running


def template(**made: Mapping[str, Any]) -> str:
    """Return a template of resources, each given with its type and its properties."""
    return json.dumps({"Resources": made})


def resource(kind: str, properties: Mapping[str, Any] | None = None, **further: Any) -> dict[str, Any]:
    return {"Type": f"AWS::{kind}", "Properties": properties or {}, **further}


def stack(aws: EmbeddedAws, region: str = HOME, name: str = "shop", **made: Mapping[str, Any]) -> dict[str, str]:
    """Make a stack, tagged `team: a`, and return the physical ids of its resources by logical id."""
    cloudformation = aws.client("cloudformation", region)
    cloudformation.create_stack(StackName=name, TemplateBody=template(**made), Tags=[{"Key": "team", "Value": "a"}])
    return physical_ids(aws, region, name)


def physical_ids(aws: EmbeddedAws, region: str = HOME, name: str = "shop") -> dict[str, str]:
    listed = aws.client("cloudformation", region).list_stack_resources(StackName=name)["StackResourceSummaries"]
    return {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in listed}


def delete(aws: EmbeddedAws, region: str = HOME, name: str = "shop") -> None:
    aws.client("cloudformation", region).delete_stack(StackName=name)


def system_tags(aws: EmbeddedAws, logical_id: str, region: str = HOME, name: str = "shop") -> dict[str, str]:
    """Return the tags that CloudFormation puts on a resource of the stack, with the stack's own."""
    (found,) = aws.client("cloudformation", region).describe_stacks(StackName=name)["Stacks"]
    return {
        "team": "a",
        "aws:cloudformation:stack-name": name,
        "aws:cloudformation:logical-id": logical_id,
        "aws:cloudformation:stack-id": found["StackId"],
    }
