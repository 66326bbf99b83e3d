"""Reading policies of log groups and tables, and plans of AWS Backup, on moto."""

import json
from typing import Any

from muster.facets.tagging.tags import Tags
from muster.model.finding import REGION, Resource
from muster.model.shard import Shard
from muster.readers import backup
from muster.readers.cloudwatch.logs import resource_policies
from muster.readers.dynamodb import tables
from muster.sdk.session import Clients
from tests.integration.conftest import REGION as HERE
from tests.integration.conftest import listing

ACCOUNT_ID = "123456789012"
TAGS = {"Owner": "web"}


def test_plans_come_with_their_tags(clients: Clients) -> None:
    client = clients.get("backup", HERE)
    shard = Shard(ACCOUNT_ID, HERE, "backup", HERE, (HERE,))
    client.create_backup_vault(BackupVaultName="vault")
    rule = {"RuleName": "nightly", "TargetBackupVaultName": "vault"}
    client.create_backup_plan(BackupPlan={"BackupPlanName": "nightly", "Rules": [rule]}, BackupPlanTags=TAGS)
    made = client.create_report_plan(
        ReportPlanName="nightly",
        ReportDeliveryChannel={"S3BucketName": "reports"},
        ReportSetting={"ReportTemplate": "BACKUP_JOB_REPORT"},
    )
    client.tag_resource(ResourceArn=made["ReportPlanArn"], Tags=TAGS)
    cases: list[tuple[Any, Any, str]] = [
        (backup.plans, backup.plan_tags, "backup-plan"), (backup.report_plans, backup.report_plan_tags, "report-plan"),
    ]  # fmt: skip
    for lister, describer, kind in cases:
        (found,) = listing(lister, client, shard)
        assert found.resource.arn == f"arn:aws:backup:{HERE}:{ACCOUNT_ID}:{kind}:{found.resource.id}"
        assert describer.function(client, found.resource) == Tags(TAGS)


def test_the_resource_policies_of_a_region(clients: Clients) -> None:
    logs, place = clients.get("logs", HERE), Resource(REGION, HERE, ACCOUNT_ID, HERE)
    assert not resource_policies.function(logs, place).items
    statement = {"Effect": "Allow", "Principal": "*", "Action": "logs:PutLogEvents", "Resource": "*"}
    logs.put_resource_policy(policyName="open", policyDocument=json.dumps({"Statement": [statement]}))
    (found,) = resource_policies.function(logs, place).items
    assert (found.name, found.policy.statements[0].principals) == ("open", ("*",))


def test_the_policy_of_a_table(clients: Clients) -> None:
    db = clients.get("dynamodb", HERE)
    arn = db.create_table(
        TableName="orders",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )["TableDescription"]["TableArn"]
    statement = {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "dynamodb:*", "Resource": arn}
    db.put_resource_policy(ResourceArn=arn, Policy=json.dumps({"Statement": [statement]}))
    table = Resource(tables.TABLE, "orders", ACCOUNT_ID, HERE, arn=arn)
    assert tables.policy.function(db, table).policy.statements[0].principals == ("aws:111122223333",)
