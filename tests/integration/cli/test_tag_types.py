"""`muster tag` on an estate of every resource type: each is tagged by its own calls, and every other tag stays."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from local import estates
from local.server import EmbeddedAws
from muster.catalog.catalog import load
from muster.cli import main
from muster.model.finding import GLOBAL, Resource
from muster.tagging.services import tag_apis

REGION, KEY = "eu-west-1", "compliance-status"
REPORT = "iam:GenerateCredentialReport"
"""It makes the report that is read then, and changes nothing else."""
READS = ("BatchGet", "Describe", "Get", "Head", "List")
ACCEPTED = [
    {"check": check, "resource": "*", "reason": "r", "owner": "o", "expires": "2090-01-01"} for check in load().checks
]


@pytest.fixture(scope="module")
def estate() -> Iterator[EmbeddedAws]:
    with EmbeddedAws() as running:
        estates.seed_all(running)
        yield running


@pytest.fixture
def aws(estate: EmbeddedAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> EmbeddedAws:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("AWS_REGION", raising=False)
    return estate


def tagged(aws: EmbeddedAws, **configuration: object) -> tuple[list[dict[str, Any]], list[str]]:
    """Tag every type, and return the outcomes of all resources and the calls that wrote."""
    chosen = {"packs": ["all"], "tags": {"required": ["CostCenter"]}}
    content = {**chosen, **configuration, "compliance_tags": {"types": sorted(tag_apis()), "passed": "remove"}}
    Path("muster.yaml").write_text(json.dumps(content), encoding="utf-8")
    aws.front.calls.clear()
    arguments = ["tag", "--format", "json", "--output", "tags.json", "--quiet", "--endpoint-url", aws.endpoint]
    assert main(arguments) == 0
    writes = [each.operation for each in aws.calls if not each.operation.partition(":")[2].startswith(READS)]
    return json.loads(Path("tags.json").read_text("utf-8"))["resources"], writes


def tags(aws: EmbeddedAws, outcome: Mapping[str, Any]) -> dict[str, str]:
    named = outcome["resource"]
    resource = Resource(named["type"], named["id"], named["account_id"], named["region"], arn=named["arn"])
    region = "us-east-1" if resource.region == GLOBAL else resource.region
    return dict(tag_apis()[resource.type].read(lambda service: aws.client(service, region), resource))


def test_a_scan_of_everything_only_reads(aws: EmbeddedAws) -> None:
    aws.front.calls.clear()
    main(["scan", "--output", "report.json", "--quiet", "--fail-on", "never", "--endpoint-url", aws.endpoint])
    called = {each.operation for each in aws.calls}
    assert len(called) > len(tag_apis())
    assert {name for name in called if not name.partition(":")[2].startswith(READS)} <= {REPORT}


def test_every_type_is_tagged_once_and_untagged_when_it_passes(aws: EmbeddedAws) -> None:
    first, writes = tagged(aws)
    assert {each["resource"]["type"] for each in first if each["action"] == "set"} == set(tag_apis())
    changing = [each for each in first if each["action"] == "set"]
    assert len(writes) - writes.count("sts:GetCallerIdentity") >= len(changing)
    after = {each["resource"]["arn"]: tags(aws, each) for each in changing}
    assert {found[KEY] for found in after.values()} == {"failed"}
    assert any(len(found) > 1 for found in after.values())

    second, writes = tagged(aws)
    assert set(writes) <= {"sts:GetCallerIdentity", REPORT}
    assert {each["action"] for each in second} <= {"unchanged", "kept"}

    third, _ = tagged(aws, suppressions=ACCEPTED)
    assert {each["action"] for each in third} <= {"removed", "kept", "unchanged"}
    removed = {each["resource"]["arn"]: each for each in third if each["action"] == "removed"}
    assert len({each["resource"]["type"] for each in removed.values()}) > len(tag_apis()) / 2
    for arn, each in removed.items():
        assert tags(aws, each) == {key: value for key, value in after[arn].items() if key != KEY}
