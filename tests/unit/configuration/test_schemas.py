"""The published schema of muster.yaml is that of the checks there are."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from muster.catalog import catalog
from muster.configuration import parse, schema_text

SCHEMA = Path(__file__).parents[3] / "docs" / "schemas" / "muster.schema.json"


def test_the_schema_is_not_stale() -> None:
    """`make generate` writes it anew."""
    assert SCHEMA.read_text(encoding="utf-8") == schema_text(catalog.load()), "the schema is stale: run 'make generate'"


def test_the_schema_is_a_schema() -> None:
    """Editors refuse one that is not."""
    jsonschema.Draft202012Validator.check_schema(json.loads(schema_text(catalog.load())))


@pytest.mark.parametrize("text", ["packs: [s3-compliance]\nregions: all", "{}", "tags: {required: [Owner]}"])
def test_editors_accept_what_muster_accepts(text: str) -> None:
    """A validator that knows nothing of Muster agrees."""
    parse(text, catalog.load())
    jsonschema.validate(yaml.safe_load(text), json.loads(schema_text(catalog.load())))
