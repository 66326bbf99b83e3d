"""The template as CloudFormation gets it: after SAM's transform, with the workflow's definition inside."""

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from samtranslator.public.translator import ManagedPolicyLoader
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

ROOT = Path(__file__).resolve().parents[2]


class NoManagedPolicies:
    """Stands where SAM would look up a managed policy of AWS; no role may want one."""

    def get_paginator(self, _operation: str) -> Any:
        raise AssertionError("the template uses a managed policy of AWS")


def read_source() -> dict[str, Any]:
    return dict(yaml_parse((ROOT / "template.yaml").read_text(encoding="utf-8")))


def transformed(source: dict[str, Any]) -> dict[str, Any]:
    """Return what SAM makes of a template; paths of code become addresses, as `sam package` does it.

    SAM writes the suffix's value into the layers' names: its value is its own name, so that it can be recognised.
    """
    made = copy.deepcopy(source)
    for resource in made["Resources"].values():
        properties = resource.get("Properties", {})
        for key in ("CodeUri", "ContentUri"):
            if key in properties:
                properties[key] = "s3://packages/code.zip"
        if path := properties.pop("DefinitionUri", None):
            properties["Definition"] = yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))
    return dict(
        transform(made, {"EnvironmentSuffix": "${EnvironmentSuffix}"}, ManagedPolicyLoader(NoManagedPolicies()))
    )


@pytest.fixture(scope="session", autouse=True)
def _region() -> Iterator[None]:
    """SAM's transform asks for the partition of the region."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
        patch.delenv("AWS_PROFILE", raising=False)
        yield


@pytest.fixture(scope="session")
def _source(_region: None) -> dict[str, Any]:
    return read_source()


@pytest.fixture
def source(_source: dict[str, Any]) -> dict[str, Any]:
    """The template as it is written; a test may break its copy."""
    return copy.deepcopy(_source)


@pytest.fixture(scope="session")
def _template(_source: dict[str, Any]) -> dict[str, Any]:
    return transformed(_source)


@pytest.fixture
def template(_template: dict[str, Any]) -> dict[str, Any]:
    """The template after SAM's transform; a test may break its copy."""
    return copy.deepcopy(_template)


@pytest.fixture
def workflow() -> dict[str, Any]:
    """The state machine's definition; a test may break its copy."""
    return dict(yaml.safe_load((ROOT / "statemachine" / "scan.asl.yaml").read_text(encoding="utf-8")))
