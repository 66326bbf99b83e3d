"""Reading CloudWatch Logs on moto."""

import boto3
from botocore.stub import Stubber

from muster.facets.cloudwatch.logs import LogGroup
from muster.facets.tagging.tags import Tags
from muster.model.shard import Shard
from muster.readers.cloudwatch.logs import LOG_GROUP, log_groups, tags
from muster.sdk.session import Clients
from tests.integration.conftest import listing

HERE = "eu-west-1"
ACCOUNT_ID = "123456789012"
SHARD = Shard(ACCOUNT_ID, HERE, "logs", HERE, (HERE,))
KEY = f"arn:aws:kms:{HERE}:{ACCOUNT_ID}:key/1"


def test_log_groups_are_listed_to_the_last_page(clients: Clients) -> None:
    logs = clients.get("logs", HERE)
    for number in range(51):
        logs.create_log_group(logGroupName=f"/aws/lambda/{number:02d}")
    assert len(list(log_groups.function(logs, SHARD, None).items)) == 50
    found = [item.resource for item in listing(log_groups, logs, SHARD)]
    assert [each.id for each in found] == [f"/aws/lambda/{number:02d}" for number in range(51)]
    assert found[0].arn == f"arn:aws:logs:{HERE}:{ACCOUNT_ID}:log-group:/aws/lambda/00"
    assert {each.type for each in found} == {LOG_GROUP}


def test_a_log_group_with_retention_key_and_tags(clients: Clients) -> None:
    logs = clients.get("logs", HERE)
    logs.create_log_group(logGroupName="/orders", kmsKeyId=KEY, tags={"Owner": "web=1", "Mood": "🙂"})
    logs.put_retention_policy(logGroupName="/orders", retentionInDays=400)
    (found,) = listing(log_groups, logs, SHARD)
    assert found.facets[LogGroup] == LogGroup("STANDARD", 400, "", KEY)
    assert tags.function(logs, found.resource) == Tags({"Owner": "web=1", "Mood": "🙂"})


def test_a_plain_log_group(clients: Clients) -> None:
    logs = clients.get("logs", HERE)
    logs.create_log_group(logGroupName="/plain")
    (found,) = listing(log_groups, logs, SHARD)
    assert found.facets[LogGroup] == LogGroup("STANDARD", None, "", "")
    assert tags.function(logs, found.resource) == Tags({})


def test_log_groups_are_asked_for_in_large_pages_and_named_without_their_streams() -> None:
    region, arn = "us-gov-west-1", "arn:aws-us-gov:logs:us-gov-west-1:123456789012:log-group:/a"
    shard = Shard(ACCOUNT_ID, region, "logs", region, (region,), "aws-us-gov")
    logs = boto3.client("logs", region)
    item = {"logGroupName": "/a", "arn": f"{arn}:*", "logGroupArn": arn, "logGroupClass": "DELIVERY"}
    with Stubber(logs) as stub:
        stub.add_response("describe_log_groups", {"logGroups": [item], "nextToken": "more"}, {"limit": 50})
        stub.add_response("describe_log_groups", {"logGroups": []}, {"limit": 50, "nextToken": "more"})
        (found,) = listing(log_groups, logs, shard)
        stub.add_response("list_tags_for_resource", {"tags": {"a": "b"}}, {"resourceArn": arn})
        assert tags.function(logs, found.resource) == Tags({"a": "b"})
    assert found.resource.arn == arn
    assert found.facets[LogGroup] == LogGroup("DELIVERY", None, "", "")
