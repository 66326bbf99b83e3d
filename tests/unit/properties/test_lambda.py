"""Functions as properties."""

from typing import Any

import pytest

from muster.model.finding import Unavailable
from tests.unit.properties.converting import Examples
from tests.unit.properties.linted import faults

ROLE = "arn:aws:iam::123456789012:role/ship"
REPOSITORY = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/ship"
DIGEST = f"{REPOSITORY}@sha256:{'a' * 64}"
CONFIGURATION = {
    "FunctionName": "ship", "FunctionArn": "arn:aws:lambda:eu-west-1:123456789012:function:ship", "Role": ROLE,
    "PackageType": "Image", "Timeout": 30, "MemorySize": 512, "Description": "", "Architectures": ["arm64"],
    "TracingConfig": {"Mode": "PassThrough"}, "EphemeralStorage": {"Size": 512}, "State": "Active",
    "LastUpdateStatus": "Successful", "CodeSha256": "a" * 64, "Version": "$LATEST", "RevisionId": "r",
    "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
    "VpcConfig": {"SubnetIds": [], "SecurityGroupIds": [], "VpcId": "", "Ipv6AllowedForDualStack": False},
    "LoggingConfig": {"LogFormat": "Text", "LogGroup": "/aws/lambda/ship"},
}  # fmt: skip
CODE = {"RepositoryType": "ECR", "ImageUri": f"{REPOSITORY}:latest", "ResolvedImageUri": DIGEST}
FUNCTIONS = Examples(
    "AWS::Lambda::Function", "ship",
    {
        "function": {"Configuration": CONFIGURATION, "Code": CODE}, "tags": {"Tags": []}, "policy": None,
        "event-invoke": {"FunctionEventInvokeConfigs": []}, "event-sources": {"EventSourceMappings": []},
        "url": {"FunctionUrlConfigs": []}, "aliases": {"Aliases": []}, "code-signing": {}, "runtime-management": {},
        "recursion": {"RecursiveLoop": "Terminate"}, "provisioned": {"ProvisionedConcurrencyConfigs": []},
    },
)  # fmt: skip


def function(code: Any = None, concurrency: Any = None, **configuration: Any) -> dict[str, Any]:
    answer: dict[str, Any] = {"Configuration": {**CONFIGURATION, **configuration}, "Code": code or CODE}
    return {"function": answer if concurrency is None else {**answer, "Concurrency": concurrency}}


def test_an_image_is_written_by_the_digest_that_runs() -> None:
    conversion = FUNCTIONS.converted()
    assert (conversion.obstacles, conversion.remarks, faults(conversion)) == ((), (), [])
    (made,) = conversion.resources
    assert made.identifier == {"FunctionName": "ship"}
    assert made.properties == {
        "FunctionName": "ship", "Role": ROLE, "PackageType": "Image", "Timeout": 30, "MemorySize": 512,
        "Architectures": ["arm64"], "TracingConfig": {"Mode": "PassThrough"}, "EphemeralStorage": {"Size": 512},
        "LoggingConfig": {"LogFormat": "Text", "LogGroup": "/aws/lambda/ship"}, "Code": {"ImageUri": DIGEST},
    }  # fmt: skip


def test_the_code_of_a_zip_package_is_the_obstacle() -> None:
    sections = function({"RepositoryType": "S3"}, PackageType="Zip", Runtime="python3.13", Handler="app.handler")
    assert FUNCTIONS.in_the_way(sections) == ["function.Code"]
    assert "Code" not in FUNCTIONS.converted(sections).resources[0].properties


def test_a_package_that_lambda_refers_to_is_written() -> None:
    stored = {"S3Bucket": "code", "S3Key": "ship.zip", "S3ObjectVersion": "3"}
    sections = function({"RepositoryType": "S3", "ResolvedS3Object": stored}, PackageType="Zip")
    assert FUNCTIONS.written(sections)["Code"] == {**stored, "S3ObjectStorageMode": "REFERENCE"}


def test_a_function_that_has_everything() -> None:
    variables = {"TABLE": "orders"}
    sections = function(
        concurrency={"ReservedConcurrentExecutions": 0},
        Description="ships", KMSKeyArn="arn:aws:kms:eu-west-1:123456789012:key/1", Environment={"Variables": variables},
        DeadLetterConfig={"TargetArn": "arn:aws:sqs:eu-west-1:123456789012:dead"},
        VpcConfig={"SubnetIds": ["subnet-0123456789abcdef0"], "SecurityGroupIds": ["sg-0123456789abcdef0"]},
        ImageConfigResponse={"ImageConfig": {"Command": ["app.handler"]}},
        FileSystemConfigs=[
            {"Arn": "arn:aws:elasticfilesystem:eu-west-1:123456789012:access-point/fsap-0123456789abcdef0",
             "LocalMountPath": "/mnt/data"}
        ],
    )  # fmt: skip
    sections |= {
        "tags": {"Tags": [{"Key": "team", "Value": "data"}, {"Key": "aws:x", "Value": "y"}]},
        "recursion": {"RecursiveLoop": "Allow"},
    }
    conversion = FUNCTIONS.converted(sections)
    assert (conversion.obstacles, faults(conversion)) == ((), [])
    found = conversion.resources[0].properties
    assert found["ReservedConcurrentExecutions"] == 0
    assert (found["Environment"], found["KmsKeyArn"]) == (
        {"Variables": variables},
        "arn:aws:kms:eu-west-1:123456789012:key/1",
    )
    assert found["VpcConfig"] == {
        "SubnetIds": ["subnet-0123456789abcdef0"],
        "SecurityGroupIds": ["sg-0123456789abcdef0"],
    }
    assert (found["ImageConfig"], found["RecursiveLoop"]) == ({"Command": ["app.handler"]}, "Allow")
    assert found["Tags"] == [{"Key": "team", "Value": "data"}]


def test_no_reservation_is_none() -> None:
    assert "ReservedConcurrentExecutions" not in FUNCTIONS.written()


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ({"UpdateRuntimeOn": "Auto"}, None),
        ({"UpdateRuntimeOn": "FunctionUpdate"}, {"UpdateRuntimeOn": "FunctionUpdate"}),
        (
            {"UpdateRuntimeOn": "Manual", "RuntimeVersionArn": "a"},
            {"UpdateRuntimeOn": "Manual", "RuntimeVersionArn": "a"},
        ),
    ],
)
def test_only_an_unusual_way_of_updating_the_runtime_is_written(mode: dict[str, str], expected: object) -> None:
    assert FUNCTIONS.written({"runtime-management": mode}).get("RuntimeManagementConfig") == expected


@pytest.mark.parametrize(
    ("configuration", "setting"),
    [
        ({"LastUpdateStatus": "InProgress"}, "function.Configuration.LastUpdateStatus"),
        ({"State": "Pending"}, "function.Configuration.State"),
        ({"MasterArn": "arn:aws:lambda:us-east-1:123456789012:function:edge:1"}, "function.Configuration.MasterArn"),
        ({"Environment": {"Error": {"ErrorCode": "KMSAccessDenied"}}}, "function.Configuration.Environment.Variables"),
        ({"CapacityProviderConfig": {"x": 1}}, "function.Configuration.CapacityProviderConfig"),
        ({"ANewMember": {"x": 1}}, "function.Configuration.ANewMember"),
    ],
)
def test_what_cannot_be_written_is_an_obstacle(configuration: dict[str, Any], setting: str) -> None:
    assert FUNCTIONS.in_the_way(function(**configuration)) == [setting]


def test_what_is_a_resource_of_its_own_is_a_remark() -> None:
    conversion = FUNCTIONS.converted({"aliases": {"Aliases": [{"Name": "live"}]}, "policy": {"Policy": "{}"}})
    assert conversion.obstacles == ()
    assert [each.split(" are ")[0] for each in conversion.remarks] == ["its aliases", "its permissions to invoke it"]


@pytest.mark.parametrize("section", ["policy", "event-invoke", "event-sources", "url", "aliases", "provisioned"])
def test_what_is_a_resource_of_its_own_need_not_be_read(section: str) -> None:
    assert FUNCTIONS.in_the_way({section: Unavailable("lambda:Get", "access denied")}) == []


@pytest.mark.parametrize("section", ["function", "tags", "code-signing", "runtime-management", "recursion"])
def test_a_section_of_the_function_that_was_not_read_is_an_obstacle(section: str) -> None:
    assert FUNCTIONS.in_the_way({section: Unavailable("lambda:Get", "access denied")}) == [section]
