"""Reading AWS Backup, from answers as AWS documents them: moto has no ListProtectedResources."""

from datetime import UTC, datetime

import boto3
from botocore.stub import Stubber

from muster.model.finding import REGION, Resource
from muster.readers.backup import protected_resources

HERE = "eu-west-1"
AT = datetime(2026, 11, 20, 3, tzinfo=UTC)


def test_all_pages_are_read_1000_at_a_time() -> None:
    backup = boto3.client("backup", HERE)
    first, second = (f"arn:aws:ec2:{HERE}:123456789012:volume/vol-{number}" for number in (1, 2))
    with Stubber(backup) as stub:
        page = {"Results": [{"ResourceArn": first, "LastBackupTime": AT}], "NextToken": "next"}
        stub.add_response("list_protected_resources", page, {"MaxResults": 1000})
        page = {"Results": [{"ResourceArn": second, "LastBackupTime": AT.replace(day=19)}]}
        stub.add_response("list_protected_resources", page, {"MaxResults": 1000, "NextToken": "next"})
        found = protected_resources.function(backup, Resource(REGION, HERE, "123456789012", HERE))
    assert (found.last_backup(first), found.last_backup(second)) == (AT, AT.replace(day=19))
