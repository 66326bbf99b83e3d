"""Where moto's Lambda answers otherwise than AWS documents, the embedded AWS answers as AWS does."""

import io
import zipfile
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from local.estate import AWAY, HOME
from local.estates.lambda_ import seed
from local.server import ACCOUNT, EmbeddedAws
from muster.catalog.catalog import load
from muster.catalog.read_plan import read_plan
from muster.model.finding import Status
from muster.model.rule import Rule
from muster.model.shard import Shard
from muster.scanning.calls import ScanContext
from muster.scanning.shard_scan import ShardScan
from muster.sdk.session import Clients

MANIFEST = '{"schemaVersion": 2, "mediaType": "application/vnd.docker.distribution.manifest.v2+json"}'
DEAD = f"arn:aws:sqs:{HOME}:{ACCOUNT}:dead"


def made(aws: EmbeddedAws, *names: str, **more: Any) -> Any:
    role = aws.client("iam").create_role(RoleName="function", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("app.py", "")
    client = aws.client("lambda", HOME)
    said = {"Runtime": "python3.13", "Role": role, "Handler": "app.handler", "Code": {"ZipFile": held.getvalue()}}
    for name in names:
        client.create_function(FunctionName=name, **said, **more)
    return client


def test_functions_are_listed_in_pages(aws: EmbeddedAws) -> None:
    """https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctions.html."""
    client = made(aws, "a", "b", "c")
    first = client.list_functions(MaxItems=2)
    second = client.list_functions(MaxItems=2, Marker=first["NextMarker"])
    assert [each["FunctionName"] for page in (first, second) for each in page["Functions"]] == ["a", "b", "c"]
    assert "NextMarker" not in second
    assert "NextMarker" not in client.list_functions(MaxItems=3)


def test_a_page_has_fifty_functions_at_most(aws: EmbeddedAws) -> None:
    client = made(aws, *(f"f{number:02}" for number in range(51)))
    assert len(client.list_functions(MaxItems=1000)["Functions"]) == 50
    assert len(client.list_functions()["Functions"]) == 50
    pages = client.get_paginator("list_functions").paginate()
    assert len({each["FunctionName"] for page in pages for each in page["Functions"]}) == 51


def test_a_dead_letter_queue_is_kept_changed_and_taken_away(aws: EmbeddedAws) -> None:
    """https://docs.aws.amazon.com/lambda/latest/api/API_DeadLetterConfig.html."""

    def told() -> Any:
        return client.list_functions()["Functions"][0].get("DeadLetterConfig")

    client = made(aws, "orders", DeadLetterConfig={"TargetArn": DEAD})
    assert told() == {"TargetArn": DEAD}
    client.update_function_configuration(FunctionName="orders", Timeout=9)
    assert told() == {"TargetArn": DEAD}
    changed = client.update_function_configuration(FunctionName="orders", DeadLetterConfig={"TargetArn": f"{DEAD}-2"})
    assert changed["DeadLetterConfig"] == told() == {"TargetArn": f"{DEAD}-2"}
    client.update_function_configuration(FunctionName="orders", DeadLetterConfig={"TargetArn": ""})
    assert told() is None


def test_the_urls_of_a_function_are_listed(aws: EmbeddedAws) -> None:
    """https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctionUrlConfigs.html."""
    client = made(aws, "orders")
    assert client.list_function_url_configs(FunctionName="orders")["FunctionUrlConfigs"] == []
    client.create_function_url_config(FunctionName="orders", AuthType="NONE")
    (found,) = client.list_function_url_configs(FunctionName="orders")["FunctionUrlConfigs"]
    arn = f"arn:aws:lambda:{HOME}:{ACCOUNT}:function:orders"
    assert (found["AuthType"], found["FunctionArn"]) == ("NONE", arn)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        client.list_function_url_configs(FunctionName="nobody")


def test_what_functions_reserve_is_taken_from_the_region_of_the_account(aws: EmbeddedAws) -> None:
    """https://docs.aws.amazon.com/lambda/latest/api/API_GetAccountSettings.html."""

    def left(client: Any) -> tuple[int, int]:
        limit = client.get_account_settings()["AccountLimit"]
        return limit["ConcurrentExecutions"], limit["UnreservedConcurrentExecutions"]

    client = made(aws, "orders", "bills", "returns")
    assert left(client) == (1000, 1000)
    client.put_function_concurrency(FunctionName="orders", ReservedConcurrentExecutions=100)
    client.put_function_concurrency(FunctionName="bills", ReservedConcurrentExecutions=0)
    assert left(client) == (1000, 900)
    assert left(aws.client("lambda", AWAY)) == (1000, 1000)
    assert left(aws.client_in("111122223333", "lambda", HOME)) == (1000, 1000)


def test_the_estate_has_what_passes_and_what_fails_each_check(
    aws: EmbeddedAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", aws.endpoint)
    catalog = load()
    checks = [check for check in catalog.checks.values() if check.id.startswith("lambda-")]
    required = {check.id: {"required": True} for check in checks if check.opt_in == ("required",)}
    rules = [
        Rule(check, kind, "lambda", {**check.settings, **required.get(check.id, {})})
        for check in checks
        for kind in catalog.resource_types(check)
    ]
    said: dict[str, set[Status]] = {check.id: set() for check in checks}
    for region in (HOME, AWAY):
        seed(aws, region)
        clients = Clients(boto3.session.Session("embedded", "embedded", region_name=region))
        shard = Shard(ACCOUNT, region, "lambda", region, (region,))
        context = ScanContext(clients, datetime(2026, 11, 21, tzinfo=UTC))
        for finding in ShardScan(shard, read_plan(catalog, rules), context):
            said[finding.check_id].add(finding.status)
    for check_id, statuses in said.items():
        assert {Status.COMPLIANT, Status.NON_COMPLIANT} <= statuses, check_id
        assert Status.INSUFFICIENT_DATA not in statuses, check_id


def test_a_function_tells_its_dead_letter_queue_and_logging_wherever_it_is_read(aws: EmbeddedAws) -> None:
    client = made(aws, "f", DeadLetterConfig={"TargetArn": DEAD}, LoggingConfig={"LogFormat": "JSON"})
    logging = {
        "LogFormat": "JSON",
        "LogGroup": "/aws/lambda/f",
        "ApplicationLogLevel": "INFO",
        "SystemLogLevel": "INFO",
    }

    def read() -> list[dict[str, Any]]:
        return [
            client.get_function_configuration(FunctionName="f"),
            client.get_function(FunctionName="f")["Configuration"],
            client.list_functions()["Functions"][0],
        ]

    for found in read():
        assert (found["DeadLetterConfig"], found["LoggingConfig"]) == ({"TargetArn": DEAD}, logging)
    client.update_function_configuration(FunctionName="f", DeadLetterConfig={"TargetArn": ""})
    for found in read():
        assert "DeadLetterConfig" not in found
        assert found["LoggingConfig"] == logging


def test_a_new_function_has_nothing_of_an_older_one_of_its_name(aws: EmbeddedAws) -> None:
    client = made(aws, "f", DeadLetterConfig={"TargetArn": DEAD})
    client.delete_function(FunctionName="f")
    aws.client("iam").delete_role(RoleName="function")
    found = made(aws, "f").get_function_configuration(FunctionName="f")
    assert "DeadLetterConfig" not in found


def test_a_reserved_concurrency_of_none_is_told(aws: EmbeddedAws) -> None:
    client = made(aws, "f")
    assert "Concurrency" not in client.get_function(FunctionName="f")
    client.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=0)
    assert client.get_function(FunctionName="f")["Concurrency"] == {"ReservedConcurrentExecutions": 0}
    assert client.get_function_concurrency(FunctionName="f")["ReservedConcurrentExecutions"] == 0


def test_a_version_of_a_layer_is_found_by_its_arn(aws: EmbeddedAws) -> None:
    client = aws.client("lambda", HOME)
    arn = client.publish_layer_version(LayerName="shared", Content={"ZipFile": b"x"}, Description="Shared.")[
        "LayerVersionArn"
    ]
    found = client.get_layer_version_by_arn(Arn=arn)
    assert (found["LayerVersionArn"], found["Description"]) == (arn, "Shared.")
    with pytest.raises(ClientError):
        client.get_layer_version_by_arn(Arn=f"{arn}2")


def test_a_function_has_no_provisioned_concurrency(aws: EmbeddedAws) -> None:
    client = made(aws, "f")
    assert client.list_provisioned_concurrency_configs(FunctionName="f")["ProvisionedConcurrencyConfigs"] == []
    with pytest.raises(ClientError, match="not found"):
        client.list_provisioned_concurrency_configs(FunctionName="none")


def test_loops_and_updates_of_the_runtime_are_as_by_default_until_they_are_set(aws: EmbeddedAws) -> None:
    client = made(aws, "f")
    runtime = f"arn:aws:lambda:{HOME}::runtime:07a48df201798d627f2b950f03bb227aab4a655a1d019c3296406f95937e2525"
    assert client.get_function_recursion_config(FunctionName="f")["RecursiveLoop"] == "Terminate"
    assert client.get_runtime_management_config(FunctionName="f")["UpdateRuntimeOn"] == "Auto"
    client.put_function_recursion_config(FunctionName="f", RecursiveLoop="Allow")
    client.put_runtime_management_config(FunctionName="f", UpdateRuntimeOn="Manual", RuntimeVersionArn=runtime)
    assert client.get_function_recursion_config(FunctionName="f")["RecursiveLoop"] == "Allow"
    found = client.get_runtime_management_config(FunctionName="f")
    assert (found["UpdateRuntimeOn"], found["RuntimeVersionArn"]) == ("Manual", runtime)
    for read in (client.get_function_recursion_config, client.get_runtime_management_config):
        with pytest.raises(client.exceptions.ResourceNotFoundException):
            read(FunctionName="none")


@pytest.mark.parametrize("address", ["shop:prod", f"shop@sha256:{'0' * 64}"], ids=["a tag", "a digest"])
def test_an_image_is_resolved_to_its_digest(aws: EmbeddedAws, address: str) -> None:
    role = aws.client("iam").create_role(RoleName="image", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    aws.client("ecr", HOME).create_repository(repositoryName="shop")
    client, host = aws.client("lambda", HOME), f"{ACCOUNT}.dkr.ecr.{HOME}.amazonaws.com"
    code = {"ImageUri": f"{host}/{address}"}
    if "@" not in address:
        aws.client("ecr", HOME).put_image(repositoryName="shop", imageManifest=MANIFEST, imageTag="prod")
    client.create_function(FunctionName="image", PackageType="Image", Role=role, Code=code)
    found = client.get_function(FunctionName="image")
    digest = found["Configuration"]["CodeSha256"]
    assert found["Code"]["ResolvedImageUri"] == f"{host}/shop@sha256:{digest}"
    if "@" in address:
        assert digest == "0" * 64


def test_a_function_keeps_layers_of_other_accounts(aws: EmbeddedAws) -> None:
    client = aws.client("lambda", HOME)
    own = client.publish_layer_version(LayerName="own", Content={"ZipFile": b"x"})["LayerVersionArn"]
    foreign = own.replace(ACCOUNT, "111122223333")
    made(aws, "bills", Layers=[foreign, own])
    found = client.get_function_configuration(FunctionName="bills")["Layers"]
    assert [each["Arn"] for each in found] == [foreign, own]
    client.update_function_configuration(FunctionName="bills", Timeout=9)
    (listed,) = client.list_functions()["Functions"]
    assert [each["Arn"] for each in listed["Layers"]] == [foreign, own]
    assert "Layers" not in client.update_function_configuration(FunctionName="bills", Layers=[])
