"""Contracts of the embedded AWS: corrected answers are as AWS documents, and moto's private names are still there."""

import inspect
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore.exceptions
import pytest
from moto.ec2.models import ec2_backends

from local.environment import Environment
from local.runtime import Runtime
from local.server import ACCOUNT, EmbeddedAws
from muster.sdk.session import Clients, open_session

HOME = "eu-west-1"


def bucket(aws: EmbeddedAws, name: str, region: str = HOME) -> Any:
    where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    aws.client("s3", region).create_bucket(Bucket=name, **where)
    return aws.client("s3", region)


def code(error: pytest.ExceptionInfo[botocore.exceptions.ClientError]) -> str:
    return str(error.value.response["Error"]["Code"])


def test_list_buckets_pages_and_tells_the_region_when_it_is_asked_with_a_parameter(aws: EmbeddedAws) -> None:
    for name in ("aaa", "bbb", "ccc"):
        s3 = bucket(aws, name)
    bucket(aws, "ddd", "us-east-1")
    pages = list(s3.get_paginator("list_buckets").paginate(PaginationConfig={"PageSize": 3}))
    listed = [[(found["Name"], found["BucketRegion"]) for found in page["Buckets"]] for page in pages]
    assert listed == [[("aaa", HOME), ("bbb", HOME), ("ccc", HOME)], [("ddd", "us-east-1")]]
    assert "BucketRegion" not in s3.list_buckets()["Buckets"][0]
    assert [found["Name"] for found in s3.list_buckets(BucketRegion="us-east-1")["Buckets"]] == ["ddd"]
    assert [found["Name"] for found in s3.list_buckets(Prefix="b")["Buckets"]] == ["bbb"]


def test_it_begins_empty_whatever_another_moto_left_in_the_process() -> None:
    assert ec2_backends[ACCOUNT][HOME].vpcs
    with EmbeddedAws():
        assert not ec2_backends


def test_a_fresh_bucket_has_what_aws_gives_it(aws: EmbeddedAws) -> None:
    s3 = bucket(aws, "fresh")
    rules = s3.get_bucket_encryption(Bucket="fresh")["ServerSideEncryptionConfiguration"]["Rules"]
    assert rules[0]["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    assert all(s3.get_public_access_block(Bucket="fresh")["PublicAccessBlockConfiguration"].values())
    owner = s3.get_bucket_ownership_controls(Bucket="fresh")["OwnershipControls"]["Rules"]
    assert owner == [{"ObjectOwnership": "BucketOwnerEnforced"}]


def test_what_was_deleted_stays_deleted(aws: EmbeddedAws) -> None:
    s3 = bucket(aws, "bare")
    s3.delete_public_access_block(Bucket="bare")
    s3.delete_bucket_ownership_controls(Bucket="bare")
    with pytest.raises(botocore.exceptions.ClientError) as error:
        s3.get_public_access_block(Bucket="bare")
    assert code(error) == "NoSuchPublicAccessBlockConfiguration"
    with pytest.raises(botocore.exceptions.ClientError) as error:
        s3.get_bucket_ownership_controls(Bucket="bare")
    assert code(error) == "OwnershipControlsNotFoundError"


def test_metrics_configurations_are_kept_paged_and_deleted(aws: EmbeddedAws) -> None:
    s3 = bucket(aws, "measured")
    for number in range(101):
        name = f"m{number:03d}"
        s3.put_bucket_metrics_configuration(Bucket="measured", Id=name, MetricsConfiguration={"Id": name})
    first = s3.list_bucket_metrics_configurations(Bucket="measured")
    assert (len(first["MetricsConfigurationList"]), first["IsTruncated"]) == (100, True)
    rest = s3.list_bucket_metrics_configurations(Bucket="measured", ContinuationToken=first["NextContinuationToken"])
    assert [found["Id"] for found in rest["MetricsConfigurationList"]] == ["m100"]
    s3.delete_bucket_metrics_configuration(Bucket="measured", Id="m100")
    assert len(s3.list_bucket_metrics_configurations(Bucket="measured")["MetricsConfigurationList"]) == 100


def test_a_lifecycle_comes_back_to_the_letter(aws: EmbeddedAws) -> None:
    s3 = bucket(aws, "aging")
    rule = {
        "ID": "sized",
        "Status": "Enabled",
        "Filter": {"And": {"Prefix": "a/", "ObjectSizeGreaterThan": 5, "ObjectSizeLessThan": 9}},
        "NoncurrentVersionExpiration": {"NoncurrentDays": 3, "NewerNoncurrentVersions": 2},
    }
    s3.put_bucket_lifecycle_configuration(Bucket="aging", LifecycleConfiguration={"Rules": [rule]})
    assert s3.get_bucket_lifecycle_configuration(Bucket="aging")["Rules"] == [rule]


def test_a_statement_about_tls_is_kept_and_does_not_lock_loopback_out(aws: EmbeddedAws) -> None:
    s3 = bucket(aws, "strict")
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": "arn:aws:s3:::strict/*",
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }
        ],
    }
    s3.put_bucket_policy(Bucket="strict", Policy=json.dumps(policy))
    s3.put_object(Bucket="strict", Key="a", Body=b"x")
    assert json.loads(s3.get_bucket_policy(Bucket="strict")["Policy"]) == policy
    assert s3.get_bucket_policy_status(Bucket="strict")["PolicyStatus"] == {"IsPublic": False}


def test_instances_are_paged_by_instance_and_not_by_reservation(aws: EmbeddedAws) -> None:
    ec2 = aws.client("ec2")
    ec2.run_instances(ImageId="ami-12c6146b", MinCount=7, MaxCount=7)
    pages = ec2.get_paginator("describe_instances").paginate(PaginationConfig={"PageSize": 5})
    assert [sum(len(each["Instances"]) for each in page["Reservations"]) for page in pages] == [5, 2]


def test_the_accounts_public_access_block_is_reached_as_muster_reaches_it(aws: EmbeddedAws) -> None:
    control = Clients(open_session(region=HOME), endpoint_url=aws.endpoint).get("s3control", HOME)
    with pytest.raises(botocore.exceptions.ClientError) as error:
        control.get_public_access_block(AccountId="123456789012")
    assert code(error) == "NoSuchPublicAccessBlockConfiguration"
    block = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
    control.put_public_access_block(AccountId="123456789012", PublicAccessBlockConfiguration=block)
    assert control.get_public_access_block(AccountId="123456789012")["PublicAccessBlockConfiguration"] == block


@pytest.mark.parametrize(
    ("service", "operation", "call"),
    [
        ("s3", "s3:GetBucketVersioning", lambda client: client.get_bucket_versioning(Bucket="denied")),
        ("ec2", "ec2:DescribeVolumes", lambda client: client.describe_volumes()),
        ("sqs", "sqs:ListQueues", lambda client: client.list_queues()),
    ],
)
def test_a_refusal_looks_like_the_services_own(aws: EmbeddedAws, service: str, operation: str, call: Any) -> None:
    bucket(aws, "denied")
    call(aws.client(service))
    aws.refuse(operation, code="AccessDenied", times=1)
    with pytest.raises(botocore.exceptions.ClientError) as error:
        call(aws.client(service))
    assert code(error) == "AccessDenied"
    call(aws.client(service))


def test_every_call_is_recorded_with_its_key_operation_and_resource(aws: EmbeddedAws) -> None:
    bucket(aws, "recorded")
    aws.front.calls.clear()
    aws.client("s3").put_object(Bucket="recorded", Key="a/b", Body=b"x")
    (call,) = aws.calls
    assert (call.access_key, call.operation, call.status) == ("embedded", "s3:PutObject", 200)
    assert {name: call.parameters[name] for name in ("Bucket", "Key")} == {"Bucket": "recorded", "Key": "a/b"}
    assert "Body" not in call.parameters


STRANGER = """
import boto3
s3, ec2 = boto3.client("s3"), boto3.client("ec2")
pages = s3.get_paginator("list_buckets").paginate(PaginationConfig={"PageSize": 1})
assert [[b["BucketRegion"] for b in page["Buckets"]] for page in pages] == [["eu-west-1"], ["eu-west-1"]]
assert s3.get_bucket_encryption(Bucket="aaa")["ServerSideEncryptionConfiguration"]
assert s3.get_public_access_block(Bucket="aaa")["PublicAccessBlockConfiguration"]["BlockPublicAcls"]
s3.put_bucket_metrics_configuration(Bucket="aaa", Id="All", MetricsConfiguration={"Id": "All"})
assert s3.list_bucket_metrics_configurations(Bucket="aaa")["MetricsConfigurationList"] == [{"Id": "All"}]
pages = ec2.get_paginator("describe_instances").paginate(PaginationConfig={"PageSize": 5})
assert [sum(len(r["Instances"]) for r in page["Reservations"]) for page in pages] == [5, 2]
"""


def test_a_client_in_another_process_gets_the_same_answers(aws: EmbeddedAws) -> None:
    bucket(aws, "aaa")
    bucket(aws, "bbb")
    aws.client("ec2").run_instances(ImageId="ami-12c6146b", MinCount=7, MaxCount=7)
    variables = {
        "PATH": "",
        "AWS_ENDPOINT_URL": aws.endpoint,
        "AWS_ACCESS_KEY_ID": "stranger",
        "AWS_SECRET_ACCESS_KEY": "x",
        "AWS_DEFAULT_REGION": HOME,
    }
    command = [sys.executable, "-c", STRANGER]
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)  # noqa: S603 - our own
    assert done.returncode == 0, done.stderr
    assert "s3:ListBucketMetricsConfigurations" in {call.operation for call in aws.calls}


def test_moto_still_has_the_private_names_that_are_reached_into() -> None:
    from moto.awslambda.models import LambdaFunction  # noqa: PLC0415 - the contract is about these
    from moto.cloudformation import parsing  # noqa: PLC0415
    from moto.core.model_instances import reset_model_data  # noqa: PLC0415

    assert list(inspect.signature(LambdaFunction._invoke_lambda).parameters) == ["self", "event"]
    assert callable(parsing.get_model_list.cache_clear)
    assert callable(reset_model_data)


HANDLER = """
import os, sys, time
def handler(event, context):
    if event.get("sleep"): time.sleep(event["sleep"])
    if event.get("exit"): os._exit(3)
    if event.get("raise"): raise KeyError(event["raise"])
    return {"said": event, "request": context.aws_request_id}
"""


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[Environment]:
    (tmp_path / "app.py").write_text(HANDLER)
    made = Environment.start({"_HANDLER": "app.handler", "PATH": ""}, tmp_path)
    yield made
    made.stop()
    assert not made.alive


@pytest.mark.parametrize(
    ("event", "errored", "says"),
    [
        ({"a": 1}, False, '"said": {"a": 1}'),
        ({"raise": "x"}, True, '"errorType": "KeyError"'),
        ({"exit": True}, True, '"errorType": "Runtime.ExitError"'),
        ({"sleep": 30}, True, '"errorType": "Sandbox.Timedout"'),
    ],
)
def test_a_function_answers_fails_dies_and_times_out_as_on_lambda(
    environment: Environment, event: dict[str, Any], errored: bool, says: str
) -> None:
    payload, failed, _ = environment.invoke(json.dumps(event), 2, "arn:aws:lambda:eu-west-1:123456789012:function:f")
    assert failed is errored
    assert says in payload


def test_a_function_that_cannot_be_imported_says_so(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("import nothing_of_this_name\n")
    made = Environment.start({"_HANDLER": "app.handler", "PATH": ""}, tmp_path)
    payload, failed, _ = made.invoke("{}", 5, "arn")
    made.stop()
    assert failed
    assert "Runtime.ImportModuleError" in payload


def test_an_environment_is_used_again(environment: Environment) -> None:
    for _ in range(3):
        assert not environment.invoke("{}", 5, "arn")[1]
    assert environment.alive


def test_a_runtime_gives_the_running_of_functions_back(aws: EmbeddedAws) -> None:
    from moto.awslambda.models import LambdaFunction  # noqa: PLC0415 - moto takes seconds to import

    before = LambdaFunction._invoke_lambda
    with Runtime(aws):
        assert LambdaFunction._invoke_lambda is not before
    assert LambdaFunction._invoke_lambda is before
