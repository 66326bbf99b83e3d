"""When a scan reads the tags of resources whose checks do not ask for them."""

import pytest

from muster.catalog.catalog import load
from muster.configuration import parse
from muster.scanning.scope import scope_of

CATALOG = load()
SUPPRESSION = "check: s3-bucket-versioning-enabled, reason: r, owner: o, expires: 2999-01-01"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        pytest.param("packs: [all]", False, id="nothing needs tags"),
        pytest.param("exclude: {tags: {Scanner: ignore}}", True, id="an exclusion"),
        pytest.param(f"suppressions: [{{{SUPPRESSION}, tag: {{a: b}}}}]", True, id="a suppression by tag"),
        pytest.param(f"suppressions: [{{{SUPPRESSION}, account: '111122223333'}}]", False, id="one by account"),
        pytest.param("alerts: {routes: [{name: a, owners: [team-a], to: [topic]}]}", True, id="a route by owner"),
        pytest.param("alerts: {routes: [{name: a, severity: HIGH, to: [topic]}]}", False, id="a route by severity"),
    ],
)
def test_tags_are_read_where_the_configuration_needs_them(text: str, read: bool) -> None:
    assert scope_of(parse(text, CATALOG)).by_tags is read


def test_tags_are_read_for_an_option() -> None:
    assert scope_of(parse("packs: [all]", CATALOG), {"Environment": "prod"}).by_tags
