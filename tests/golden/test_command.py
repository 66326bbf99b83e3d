"""What the command prints is what is stored: scans in every format, the calls they make, and all that it lists."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from local import estates
from local.server import EmbeddedAws
from muster.catalog.catalog import load

from .conftest import REGIONS
from .stored import Command, Stored, brief, steady

MORE = """\
account_names: {'123456789012': shop}
tags:
  required: [Environment, Owner]
  values:
    Environment: [production]
    Owner: {pattern: '[a-z]+'}
exclude:
  arns: ['arn:aws:s3:::plain-0002']
suppressions:
  - {check: s3-bucket-versioning-enabled, resource: 'arn:aws:s3:::public-*', reason: thrown away, owner: data,
     ticket: DATA-17, expires: 2027-03-31}
  - {check: ecs-images-pinned-by-digest, resource: '*', reason: moved away, owner: web, expires: 2026-12-31}
  - {check: tagged, resource: '*', reason: old, owner: web, expires: 2026-01-31}
"""
SERVICES = tuple(word for name in ("cloudwatch", "ecs", "iam", "s3") for word in ("--service", name))
SHARED = "\nOf its region\n"
ONE = ("--service", "ecs", "--region", "eu-west-1")
"""One shard: its findings come in one order."""


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand in a folder with the configuration that the estate is scanned with."""
    monkeypatch.chdir(tmp_path)
    settings, _, tags = estates.CONFIGURATION.read_text().partition("tags:\n")
    Path("muster.yaml").write_text(settings + tags.partition("\n")[2] + MORE)


@pytest.fixture(autouse=True)
def _no_refusals(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "aws" in request.fixturenames:
        request.getfixturevalue("aws").front.refusals.clear()


def test_a_scan_with_every_check_finds_the_same_with_the_same_calls(
    aws: EmbeddedAws, muster: Command, stored: Stored
) -> None:
    before = len(aws.calls)
    said = muster("scan", *REGIONS, "--quiet", "--output", "report.json", "--fail-on", "CRITICAL")
    calls = Counter(call.operation for call in aws.calls[before:])
    stored.compare("calls.txt", "".join(f"{count:5} {name}\n" for name, count in sorted(calls.items())))
    report = json.loads(Path("report.json").read_text())
    # Findings of a region come from the shards of many services, which end in any order.
    report["findings"].sort(key=lambda each: (*map(str, each["resource"].values()), each["check_id"], each["variant"]))
    stored.compare("scan.txt", said + "".join(f"{line}\n" for line in brief(report["findings"])))
    stored.compare("scan.report.txt", steady(report))
    stored.compare("reasons.txt", "".join(f"{line}\n" for line in _reasons(report["findings"])))
    estimates = muster("estimate", "--from", "report.json") + muster(
        "estimate", "--from", "report.json", "--format", "json"
    )
    stored.compare("estimate.from.txt", estimates)


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("form", ["json", "ndjson", "csv"])
def test_a_format_is_written_as_it_was(form: str, muster: Command, stored: Stored) -> None:
    stored.compare(f"scan.{form}", muster("scan", *ONE, "--format", form))


@pytest.mark.usefixtures("aws")
def test_the_table_is_written_as_it_was(muster: Command, stored: Stored) -> None:
    stored.compare("scan.table", muster("scan", *SERVICES, *REGIONS))
    selected = ("--pack", "ec2-tag-compliance", "--exclude-check", "tagged", "--severity", "LOW")
    stored.compare("scan.selected.table", muster("scan", *selected, "--tag", "Owner=web", *REGIONS, "--verbose"))


@pytest.mark.parametrize(
    ("service", "operation"),
    [
        pytest.param("kms", "kms:ListKeys", id="nothing can be listed"),
        pytest.param("ecs", "ecs:DescribeServices", id="a type cannot be listed"),
        pytest.param("sns", "sns:GetTopicAttributes", id="resources cannot be described"),
    ],
)
def test_what_could_not_be_looked_at_is_told_as_it_was(
    service: str, operation: str, aws: EmbeddedAws, muster: Command, stored: Stored
) -> None:
    aws.refuse(operation, code="AccessDeniedException")
    asked = ("scan", "--service", service, "--region", "eu-west-1", "--strict", "--fail-on", "never")
    stored.compare(f"unread.{service}.txt", muster(*asked) + muster(*asked, "--format", "json"))


def test_every_check_is_explained_as_it_was(muster: Command, stored: Stored) -> None:
    checks = [each["check_id"] for each in _listed(muster, "checks")]
    stored.compare("explain.txt", "".join(muster("explain", check) for check in checks))


def test_everything_is_listed_as_it_was(muster: Command, stored: Stored) -> None:
    for what in ("checks", "controls", "packs", "resources"):
        stored.compare(f"list.{what}.txt", muster("list", what))
        items = "".join(f"{json.dumps(each)}\n" for each in _listed(muster, what))
        stored.compare(f"list.{what}.ndjson", items)
    types = [each["resource_type"] for each in _listed(muster, "resources")]
    facets = {each: muster("list", "facets", each).partition(SHARED) for each in types}
    own = "".join(before for before, _, _ in facets.values())
    # Those of the region and the account are the same for every type: once is enough.
    stored.compare("list.facets.txt", own + "".join(facets["AWS::SQS::Queue"][1:]))


def test_every_pack_takes_the_permissions_and_calls_that_it_took(muster: Command, stored: Stored) -> None:
    packs = [each["pack"] for each in _listed(muster, "packs")]
    policies = [muster("iam-policy", "--pack", pack) for pack in packs]
    policies += [muster("iam-policy"), muster("iam-policy", "--role", "MusterMemberRole", "--organization")]
    stored.compare("iam-policy.txt", "".join(policies))
    types = [each["resource_type"] for each in _listed(muster, "resources") if not each["pseudo"]]
    many = [word for number, each in enumerate(types) for word in ("--resources", f"{each}={1000 + number}")]
    asked = ("--region", "eu-west-1", "--region", "us-east-1", "--accounts", "40")
    estimates = [muster("estimate", *asked, "--pack", packs[0])]
    estimates += [muster("estimate", *asked, *many), muster("estimate", *asked, *many, "--format", "json")]
    stored.compare("estimate.txt", "".join(estimates))


def test_mistakes_and_help_are_told_as_they_were(muster: Command, stored: Stored) -> None:
    Path("wrong.yaml").write_text(
        "packs: [s4-compliance]\n"
        "settings:\n  s3-bucket-lifecycle-covers-old-objects: {older_than_days: many}\n"
        "suppressions:\n  - {check: tagged}\n"
        "custom_checks:\n  - {id: mine, resource_type: 'AWS::S3::Bucket', condition: onw == '1'}\n"
    )
    lines = (
        "validate", "validate wrong.yaml", "scan --config wrong.yaml", "scan --check tags", "explain s3-bucket",
        "list facets AWS::S3::Bucke", "estimate --region eu-west-1 --pack al", "iam-policy --service s4",
    )  # fmt: skip
    said = [muster(*line.split()) for line in lines]
    stored.compare("mistakes.txt", "".join(said))
    commands = (
        "scan",
        "estimate",
        "list",
        "explain",
        "doctor",
        "query",
        "completion",
        "iam-policy",
        "resume",
        "validate",
        "diff",
        "findings",
        "suppress",
        "smoke",
    )
    stored.compare("help.txt", muster("--help") + "".join(muster(name, "--help") for name in commands))


def _reasons(findings: list[dict[str, str]]) -> Iterator[str]:
    """Yield each check's title, its reasons by status, and below each failure its fix: the text to read as a person."""
    for check, title in sorted({(each["check_id"], each["title"]) for each in findings}):
        yield f"{check}: {title}"
        of_check = [each for each in findings if each["check_id"] == check]
        for status, reason in sorted({(each["status"], each["reason"]) for each in of_check}):
            yield f"  {status}  {reason}"
        yield from sorted({f"  FIX  {each['remediation']}" for each in of_check if each["remediation"]})[:3]


def _listed(muster: Command, what: str) -> list[dict[str, object]]:
    out = muster("list", what, "--format", "json")
    found: list[dict[str, object]] = json.loads(out.partition("\n")[2].rpartition("\n= 0")[0])
    return found


@pytest.mark.parametrize(
    ("configuration", "most"),
    [
        pytest.param("", 250, id="the command"),
        pytest.param(
            "packs: [foundational, ec2-tag-compliance, s3-compliance, ecs-fargate]\n"
            "tags: {required: [Environment, Owner, CostCenter, Project]}\n",
            325,
            id="the stack",
        ),
    ],
)
def test_the_first_scan_of_an_account_with_every_resource_type_is_short_enough_to_read(
    configuration: str, most: int, muster: Command
) -> None:
    """With all checks, the same estate has more than six hundred failures."""
    Path("muster.yaml").write_text(configuration)
    said = muster("scan", *REGIONS, "--output", "report.json", "--fail-on", "never")
    report = json.loads(Path("report.json").read_text())
    failures = [each for each in report["findings"] if each["status"] == "NON_COMPLIANT"]
    assert 100 < len(failures) < most
    kinds = len({each["check_id"] for each in failures})
    assert kinds > 40
    assert report["scan"]["checks_off"] == len(load().checks) - len(report["scan"]["checks"])
    assert f"{report['scan']['checks_off']} checks are off" in said
