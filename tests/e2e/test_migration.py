"""A migration from one region to another: the template is deployed, and each single change turns its own item."""

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.server import EmbeddedAws
from muster.cli import main
from tests.e2e.migration.changes import CHANGES
from tests.e2e.migration.source import (
    BUCKET_EU,
    FILE,
    FUNCTION_EU,
    GROUP_EU,
    ORDERS_EU,
    SESSIONS_EU,
    SOURCE,
    TARGET,
    make_function,
    make_source,
)

Items = dict[tuple[str, str], str]
"""The status of each comparison, by target and id."""
pytestmark = pytest.mark.embedded
PASSED = {"COMPLIANT", "NOT_APPLICABLE"}


class Migration:
    """A migrated estate, and what `muster migration validate` says of it."""

    def __init__(self, aws: EmbeddedAws, folder: Path) -> None:
        self.aws, self.folder = aws, folder
        self.file = folder / "wave-1.yaml"
        self.file.write_text(FILE, encoding="utf-8")

    def run(self, *arguments: str) -> int:
        return main(["migration", *arguments, "--endpoint-url", self.aws.endpoint])

    def report(self) -> dict[str, Any]:
        output = self.folder / "report.json"
        self.run("validate", str(self.file), "--output", str(output), "--quiet")
        return dict(json.loads(output.read_text(encoding="utf-8")))

    def items(self) -> Items:
        found = self.report()["findings"]
        return {(each["resource"]["id"], each["check_id"]): each["status"] for each in found}


def migrate(migration: Migration) -> None:
    """Make the source, deploy the template that is made of it, and run the commands of the source side."""
    aws, folder = migration.aws, migration.folder
    make_source(aws)
    template, commands = folder / "target.yaml", folder / "commands.sh"
    assert migration.run("template", str(migration.file), "--output", str(template), "--commands", str(commands)) == 0
    aws.client("cloudformation", TARGET).create_stack(
        StackName="target", TemplateBody=template.read_text("utf-8"), Capabilities=["CAPABILITY_NAMED_IAM"]
    )
    tags = {"Environment": "prod", "MigrationBatch": "wave-1", "SourceRegion": SOURCE}
    make_function(aws, FUNCTION_EU, TARGET, ORDERS_EU, Tags=tags)
    environment = {**os.environ, "AWS_ENDPOINT_URL": aws.endpoint, "AWS_PAGER": ""}
    aws_cli = str(Path(sys.executable).with_name("aws"))
    for line in commands.read_text("utf-8").splitlines():
        words = shlex.split(line, comments=True)
        # The function was made above: its package cannot be downloaded from the embedded AWS.
        if words[:1] == ["aws"] and words[1] != "lambda":
            subprocess.run([aws_cli, *words[1:]], env=environment, check=True, capture_output=True)  # noqa: S603 - what users run


@pytest.fixture(scope="module")
def migration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Migration]:
    with EmbeddedAws() as aws:
        found = Migration(aws, tmp_path_factory.mktemp("migration"))
        migrate(found)
        yield found


@pytest.fixture(scope="module")
def parity(migration: Migration) -> Items:
    """The items of the migrated estate before anything changed."""
    return migration.items()


def test_the_deployed_template_has_parity_with_its_source(migration: Migration, parity: Items) -> None:
    """Embedded only: it makes an estate in two regions."""
    assert {item: status for item, status in parity.items() if status not in PASSED} == {}
    report = migration.report()
    assert report["parity"] == "yes"


@pytest.mark.parametrize("name", CHANGES)
def test_a_single_change_turns_exactly_its_own_item(migration: Migration, parity: Items, name: str) -> None:
    """Embedded only: it changes resources, and changes them back."""
    change = CHANGES[name]
    with change.made(migration.aws):
        found = migration.items()
    turned = {item: status for item, status in found.items() if status not in PASSED and parity[item] != status}
    assert turned == dict.fromkeys(change.turns, "NON_COMPLIANT")


DENIED = {
    "s3:GetBucketVersioning": {(BUCKET_EU, "bucket-versioned")},
    "s3:GetBucketLifecycleConfiguration": {(BUCKET_EU, "bucket-objects-expire"), (BUCKET_EU, "bucket-uploads-aborted")},
    "s3:GetPublicAccessBlock": {(BUCKET_EU, "bucket-public-access-blocked")},
    "s3:GetBucketTagging": {(BUCKET_EU, "tagged")},
    "lambda:ListEventSourceMappings": {(FUNCTION_EU, "function-sources-match")},
    "dynamodb:DescribeContinuousBackups": {(ORDERS_EU, "table-recoverable"), (SESSIONS_EU, "table-recoverable")},
    "dynamodb:DescribeTimeToLive": {
        (ORDERS_EU, "table-time-to-live-matches"),
        (SESSIONS_EU, "table-time-to-live-matches"),
    },
    "dynamodb:DescribeLimits": {(ORDERS_EU, "table-capacity-within-quotas")},
    "cloudwatch:ListDashboards": {(TARGET, "dashboard-shows-the-batch")},
    "logs:ListTagsForResource": {(GROUP_EU, "tagged")},
}
"""Operations, and the comparisons that nothing else can answer."""


@pytest.mark.parametrize("operation", DENIED)
def test_a_denied_call_makes_exactly_its_items_unread(migration: Migration, parity: Items, operation: str) -> None:
    """Embedded only: the operation is refused on both sides."""
    migration.aws.refuse(operation)
    try:
        found = migration.items()
    finally:
        migration.aws.front.refusals.clear()
    turned = {item: status for item, status in found.items() if parity[item] != status}
    expected = {(target, f"target-{check_id}") for target, check_id in DENIED[operation]}
    assert turned == dict.fromkeys(expected, "INSUFFICIENT_DATA")


@pytest.mark.parametrize("variable", ["AWS_REGION", "AWS_DEFAULT_REGION"])
def test_a_third_default_region_changes_nothing(
    migration: Migration, parity: Items, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    """Embedded only: what is in no other region than the two is found, whatever the default is."""
    monkeypatch.setenv(variable, "ap-southeast-2")
    assert migration.items() == parity


def test_every_change_was_undone(migration: Migration, parity: Items) -> None:
    """Embedded only: the estate of this module. It stands behind the changes in the file, and runs after them."""
    assert migration.items() == parity
