"""Every check has a page, and the pages in docs/checks are those of the code."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from muster.catalog import pages as docs
from muster.catalog.catalog import load
from muster.catalog.permissions import scanner_actions
from muster.checks.cloudtrail.buckets import cloudtrail_bucket_access_logged, cloudtrail_bucket_not_public
from muster.checks.ec2.security_groups import ec2_security_group_admin_ports_closed
from muster.checks.ecs.task_definitions import ecs_images_not_latest
from muster.checks.rds.logs import (
    mariadb_publish_logs_to_cloudwatch_logs,
    rds_postgresql_logs_to_cloudwatch,
    rds_sql_server_logs_to_cloudwatch,
)
from muster.checks.s3.access import s3_account_level_public_access_blocks
from muster.checks.s3.protection import s3_bucket_encrypted
from muster.checks.security.macie import macie_auto_sensitive_data_discovery_check
from muster.checks.tagging.tag_drift import tag_keys_spelled_alike, tagged
from muster.configuration import Configuration
from muster.configuration.selection import select
from muster.facets.cloudtrail.event_selectors import DEFAULT, Selectors
from muster.facets.cloudtrail.trails import AccountTrail, AccountTrails
from muster.facets.ec2.instances import SecurityGroup
from muster.facets.ecs.task_definition import TaskDefinition
from muster.facets.rds.instances import DbInstance
from muster.facets.s3.buckets import (
    AccountPublicAccessBlock,
    BucketAcl,
    BucketEncryption,
    BucketLogging,
    BucketOwnershipControls,
    BucketPolicyStatus,
    BucketPublicAccessBlock,
)
from muster.facets.security.macie import MacieDiscovery, MacieSession
from muster.facets.tagging.tags import Tags
from muster.model.finding import ACCOUNT, Related, Resource, Severity, Status, Verdict

CATALOG = load()
ROOT = Path(__file__).parents[3]
COMMITTED = ROOT / "docs" / "checks"
EXAMPLES = docs.stored_examples(ROOT)
MORE = ROOT / docs.REASONS[1]
WRITE = "MUSTER_WRITE_GOLDEN"
OPEN = SecurityGroup.parse(
    {
        "GroupName": "web",
        "IpPermissions": [
            {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]},
        ],
    }
)
LATEST = TaskDefinition.parse({"taskDefinition": {"containerDefinitions": [{"name": "web", "image": "nginx:latest"}]}})
TRAIL = AccountTrail("all", "", "123456789012", "eu-west-1", "", True, Selectors.parse(DEFAULT), "trail-logs")
TRAILS = AccountTrails((TRAIL,))
LOGS = Resource("AWS::S3::Bucket", "trail-logs", "123456789012", "eu-west-1")
RETURNED: Mapping[str, tuple[Verdict, ...]] = {
    "cloudtrail-bucket-access-logged": (cloudtrail_bucket_access_logged(LOGS, TRAILS, BucketLogging.parse({})),),
    "cloudtrail-bucket-not-public": (
        cloudtrail_bucket_not_public(
            LOGS,
            TRAILS,
            BucketPolicyStatus(True),
            BucketAcl.parse({"Grants": []}),
            BucketOwnershipControls.parse({}),
            BucketPublicAccessBlock.parse({}),
            AccountPublicAccessBlock.parse({}),
        ),
    ),
    "macie-auto-sensitive-data-discovery-check": (
        macie_auto_sensitive_data_discovery_check(
            MacieSession("ENABLED"), MacieDiscovery.parse({"status": "DISABLED"})
        ),
    ),
    "s3-account-level-public-access-blocks": (
        s3_account_level_public_access_blocks(AccountPublicAccessBlock(True, True, True, True)),
    ),
    "s3-bucket-encrypted": (s3_bucket_encrypted(BucketEncryption.parse({})),),
    "ec2-security-group-admin-ports-closed": (ec2_security_group_admin_ports_closed(OPEN, Related({})),),
    "ecs-images-not-latest": (ecs_images_not_latest(LATEST),),
    "rds-postgresql-logs-to-cloudwatch": (rds_postgresql_logs_to_cloudwatch(DbInstance.parse({"Engine": "postgres"})),),
    "rds-sql-server-logs-to-cloudwatch": (
        rds_sql_server_logs_to_cloudwatch(DbInstance.parse({"Engine": "sqlserver-se"})),
    ),
    "mariadb-publish-logs-to-cloudwatch-logs": (
        mariadb_publish_logs_to_cloudwatch_logs(DbInstance.parse({"Engine": "mariadb"})),
    ),
    "tagged": (tagged(Tags({})), tagged(Tags({"Owner": "web"}))),
    "tag-keys-spelled-alike": (tag_keys_spelled_alike(Tags({"costcenter": "CC-1000"})),),
}
"""Results that no resource of the demo's estate has."""


def test_the_committed_pages_are_not_stale() -> None:
    assert docs.stale(COMMITTED, docs.pages(CATALOG, EXAMPLES)) == ()


@pytest.mark.parametrize("name", CATALOG.checks)
def test_a_page_says_what_the_declaration_says(name: str) -> None:
    check = CATALOG.checks[name]
    page = docs.check_page(check, CATALOG)
    steps = (each.strip() for each in check.fix.split("`"))
    for told in (check.title, check.why, *steps, check.source, *check.controls, *check.settings):
        assert told in page
    assert f"**{check.severity}**" in page


@pytest.mark.parametrize("name", CATALOG.checks)
def test_a_page_names_the_permissions_of_the_policy(name: str) -> None:
    rules = select(CATALOG, Configuration(), checks=[name])
    assert docs.permissions(CATALOG.checks[name], CATALOG) == scanner_actions(CATALOG, rules)
    page = docs.check_page(CATALOG.checks[name], CATALOG)
    assert all(f"`{permission}`" in page for permission in scanner_actions(CATALOG, rules))


def test_a_page_says_which_setting_turns_the_check_on() -> None:
    page = docs.check_page(CATALOG.checks["dynamodb-table-ttl-enabled"], CATALOG)
    assert "- Off by default: the check runs once the setting `names` or `tagged` is set" in page
    assert "Off by default" not in docs.check_page(CATALOG.checks["required-tags"], CATALOG)


def test_the_checks_return_the_further_examples() -> None:
    lines = [(name, f"  {each.status}  {each.reason}") for name, found in RETURNED.items() for each in found]
    text = "".join(f"{name}: an example\n{line}\n" for name, line in lines)
    if os.environ.get(WRITE):
        MORE.write_text(text, encoding="utf-8")
    assert MORE.read_text(encoding="utf-8") == text, (
        f"If the reason is meant to be another one: {WRITE}=1 and make docs"
    )


@pytest.mark.parametrize("name", CATALOG.checks)
def test_every_page_has_a_passing_and_a_failing_example(name: str) -> None:
    """The demo's estate is one account: a check of the account has one of both."""
    page = docs.check_page(CATALOG.checks[name], CATALOG, EXAMPLES)
    _, _, table = page.partition("## Examples\n")
    wanted = {"Passes": Status.COMPLIANT, "Fails": Status.NON_COMPLIANT}
    if CATALOG.resource_types(CATALOG.checks[name]) == (ACCOUNT,):
        wanted = {result: status for result, status in wanted.items() if status in EXAMPLES[name]}
    assert wanted
    for result, status in wanted.items():
        (row,) = [line for line in table.splitlines() if line.startswith(f"| {result} |")]
        assert EXAMPLES[name][status] in row.replace("\\|", "|")


def test_the_example_of_a_status_is_its_shortest_reason() -> None:
    text = "a-b: Title: more\n  COMPLIANT  is on for all\n  COMPLIANT  is on\n  FIX  `do`\nc: T\n  NON_COMPLIANT  off\n"
    assert docs.examples_of(text) == {"a-b": {Status.COMPLIANT: "is on"}, "c": {Status.NON_COMPLIANT: "off"}}


def test_the_index_groups_the_checks_by_service_the_worst_first() -> None:
    index = docs.index(CATALOG)
    lambdas = index.partition("\n## Lambda\n")[2].partition("\n## ")[0]
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lambdas.splitlines() if line.startswith("| [")]
    assert rows[0] == [
        "[lambda-function-public-access-prohibited](lambda-function-public-access-prohibited.md)",
        "CRITICAL",
        "Lambda functions should not be public",
        "FSBP Lambda.1",
        rows[0][4],
    ]
    assert "foundational" in rows[0][4]
    ranks = [Severity(row[1]).rank for row in rows]
    assert ranks == sorted(ranks, reverse=True)
    assert "[Lambda](#lambda)" in index
    assert index.index("\n## Tags\n") > index.index("\n## SQS\n")


def test_the_index_links_every_page() -> None:
    index = docs.index(CATALOG)
    assert [name for name in CATALOG.checks if f"({name}.md)" not in index] == []


def test_what_a_docstring_says_besides_its_sections_is_on_the_page() -> None:
    assert "Keys and values are compared exactly" in docs.check_page(CATALOG.checks["required-tags"], CATALOG)


def test_pages_are_written_again_and_those_of_gone_checks_deleted(tmp_path: Path) -> None:
    wanted = docs.pages(CATALOG, EXAMPLES)
    (tmp_path / "gone.md").write_text("an old page")
    (tmp_path / "README.md").write_text("an old index")
    assert set(docs.stale(tmp_path, wanted)) == {*wanted, "gone.md"}
    docs.main([str(tmp_path)], standalone_mode=False)
    assert docs.stale(tmp_path, wanted) == ()
    assert not (tmp_path / "gone.md").exists()


def test_a_stale_page_is_named_and_nothing_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        docs.main(["--check", str(tmp_path)], standalone_mode=False)
    assert left.value.code == 1
    assert f"{tmp_path / 'README.md'} is stale: run 'make docs'" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_begins_with_a_capital_or_a_name_and_has_no_full_stop(name: str) -> None:
    for reason in EXAMPLES[name].values():
        first = reason.split()[0]
        assert first[0].isupper() or not first.isalpha(), reason
        assert not reason.endswith("."), reason
