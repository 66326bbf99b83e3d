"""`muster import-bundle` end to end: what it selects, what it leaves out and why, and what it exits with."""

import json
from pathlib import Path
from typing import Any

import pytest

from local.server import ACCOUNT, EmbeddedAws
from muster.cli import main
from tests.integration.bundle import estate
from tests.integration.bundle.conftest import Command
from tests.integration.bundle.estate import AWAY, HOME

BOTH = ("--region", HOME, "--region", AWAY)
UNREAD, WRONG = 3, 2


def manifest(output: str = "out") -> dict[str, Any]:
    read: dict[str, Any] = json.loads(Path(output, "muster-bundle.json").read_text("utf-8"))
    return read


def names(output: str = "out") -> set[tuple[str, str]]:
    return {(each["type"].rpartition("::")[2], each["name"]) for each in manifest(output)["imported"]}


def left_out(output: str = "out") -> dict[str, str]:
    return {each["name"]: "; ".join(each["reasons"]) for each in manifest(output)["left_out"]}


def test_it_takes_one_of_each_type_of_both_regions(aws: EmbeddedAws, muster: Command) -> None:
    estate.whole(aws)
    assert muster("cloudformation", *BOTH) == 0
    found = names()
    assert {name for kind, name in found if kind == "Bucket"} == {"shop.data", "shop-data", "away"}
    assert {kind for kind, _ in found} == {
        "Bucket", "Table", "Queue", "Topic", "LogGroup", "Key", "Function", "SecurityGroup", "Role",
    }  # fmt: skip
    assert {each["type"] for each in manifest()["left_out"]} == {"AWS::EC2::SecurityGroup"}
    assert set(left_out().values()) == {"group.GroupName: every VPC has a default group, which belongs to no stack"}
    assert {path.parts[1] for path in Path("out").glob("*/*/template.json")} == {HOME, AWAY}


def test_what_a_stack_owns_is_left_out_and_so_is_a_role_of_a_stack_elsewhere(aws: EmbeddedAws, muster: Command) -> None:
    made = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "owned"}}
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "owned-queue"}}
    trust = {"RoleName": "owned-role", "AssumeRolePolicyDocument": estate.TRUST}
    role = {"Type": "AWS::IAM::Role", "Properties": trust}
    for region, resources in ((HOME, {"Made": made, "Queue": queue}), (AWAY, {"Role": role})):
        aws.client("cloudformation", region).create_stack(
            StackName=f"owner-{region}", TemplateBody=json.dumps({"Resources": resources}),
            Capabilities=["CAPABILITY_NAMED_IAM"],
        )  # fmt: skip
    estate.bucket(aws, "free")
    types = ("AWS::S3::Bucket", "AWS::SQS::Queue", "AWS::IAM::Role")
    assert muster("cloudformation", *(word for each in types for word in ("--type", each))) == 0
    assert names() == {("Bucket", "free")}
    assert left_out() == {
        "owned": f"it belongs to the CloudFormation stack owner-{HOME}",
        "owned-queue": f"it belongs to the CloudFormation stack owner-{HOME}",
        "owned-role": f"it belongs to the CloudFormation stack owner-{AWAY}",
    }


def test_a_bucket_with_the_tags_of_a_stack_that_is_no_more_is_imported(aws: EmbeddedAws, muster: Command) -> None:
    estate.bucket(aws, "retained")
    aws.tag_as_aws("retained", {"aws:cloudformation:stack-name": "gone"})
    assert muster("terraform", "--type", "AWS::S3::Bucket") == 0
    assert names() == {("Bucket", "retained")}
    assert "aws:cloudformation" not in Path("out", f"{HOME}-s3.tf").read_text("utf-8")


@pytest.mark.parametrize("tool", ["cloudformation", "terraform", "pulumi"])
def test_an_empty_account_has_a_bundle_without_anything_to_import(muster: Command, tool: str) -> None:
    assert muster(tool, "--type", "AWS::SNS::Topic") == 0
    assert {path.name for path in Path("out").rglob("*")} == {"README.md", "muster-bundle.json"}
    text = Path("out/README.md").read_text("utf-8")
    assert "There is nothing to import." in text
    assert "Nothing: every resource that was selected is in this bundle." in text


@pytest.mark.parametrize(
    ("operation", "permission"),
    [
        ("s3:GetBucketTagging", "s3:GetBucketTagging"),
        ("s3:GetBucketLifecycleConfiguration", "s3:GetLifecycleConfiguration"),
    ],
)
def test_a_denied_call_leaves_out_its_resources_and_names_the_permission(
    aws: EmbeddedAws, muster: Command, capsys: pytest.CaptureFixture[str], operation: str, permission: str
) -> None:
    estate.bucket(aws, "denied")
    estate.bucket(aws, "open")
    estate.role(aws)
    aws.refuse(operation, bucket="denied")
    assert muster("terraform", "--type", "AWS::S3::Bucket", "--type", "AWS::IAM::Role") == UNREAD
    assert names() == {("Bucket", "open"), ("Role", "worker")}
    assert list(left_out()) == ["denied"]
    assert left_out()["denied"].endswith(f"(needs {permission})")
    assert permission in Path("out", "README.md").read_text("utf-8")
    assert "1 resource could not be read and is left out:\n  AWS::S3::Bucket denied: " in capsys.readouterr().err


@pytest.mark.parametrize("operation", ["s3:GetBucketPolicy", "cloudformation:ListStacks", "s3:ListBuckets"])
def test_a_call_that_is_throttled_for_a_moment_is_made_again(aws: EmbeddedAws, muster: Command, operation: str) -> None:
    estate.bucket(aws, "busy")
    aws.refuse(operation, code="Throttling", status=400, times=4)
    assert muster("terraform", "--type", "AWS::S3::Bucket") == 0
    assert names() == {("Bucket", "busy")}


def test_without_a_look_at_stacks_nothing_is_imported(aws: EmbeddedAws, muster: Command) -> None:
    estate.bucket(aws, "mine")
    aws.refuse("cloudformation:ListStacks")
    assert muster("cloudformation", "--type", "AWS::S3::Bucket") == UNREAD
    assert names() == set()
    assert left_out()["mine"].startswith("it is not known whether a CloudFormation stack owns it")
    assert left_out()["mine"].endswith("(needs cloudformation:ListStacks)")


def test_a_listing_that_is_denied_is_named_and_the_other_types_are_there(aws: EmbeddedAws, muster: Command) -> None:
    estate.bucket(aws, "mine")
    aws.refuse("sqs:ListQueues")
    assert muster("cloudformation", "--type", "AWS::S3::Bucket", "--type", "AWS::SQS::Queue") == UNREAD
    assert names() == {("Bucket", "mine")}
    (gap,) = manifest()["not_listed"]
    assert gap.startswith(f"AWS::SQS::Queue in {HOME} could not be listed")
    assert gap.endswith("(needs sqs:ListQueues)")


def test_it_takes_named_resources_of_every_type(aws: EmbeddedAws, muster: Command) -> None:
    estate.whole(aws)
    key = aws.client("kms", HOME).describe_key(KeyId="alias/data")["KeyMetadata"]["Arn"]
    only = [{"Name": "group-name", "Values": ["web"]}]
    group = aws.client("ec2", HOME).describe_security_groups(Filters=only)["SecurityGroups"][0]["GroupId"]
    arns = (
        "arn:aws:s3:::shop.data",
        f"arn:aws:sqs:{HOME}:{ACCOUNT}:jobs",
        f"arn:aws:sns:{HOME}:{ACCOUNT}:news",
        f"arn:aws:iam::{ACCOUNT}:role/worker",
        f"arn:aws:dynamodb:{HOME}:{ACCOUNT}:table/orders",
        f"arn:aws:lambda:{HOME}:{ACCOUNT}:function:image",
        f"arn:aws:logs:{HOME}:{ACCOUNT}:log-group:/app/web",
        f"arn:aws:ec2:{HOME}:{ACCOUNT}:security-group/{group}",
        key,
    )
    assert muster("pulumi", *(word for each in arns for word in ("--resource", each))) == 0
    assert names() == {
        ("Bucket", "shop.data"), ("Queue", "jobs"), ("Topic", "news"), ("Role", "worker"), ("Table", "orders"),
        ("Function", "image"), ("LogGroup", "/app/web"), ("SecurityGroup", group), ("Key", key.rpartition("/")[2]),
    }  # fmt: skip


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:s3:::none",
        f"arn:aws:sqs:{HOME}:{ACCOUNT}:none",
        f"arn:aws:sns:{HOME}:{ACCOUNT}:none",
        f"arn:aws:iam::{ACCOUNT}:role/none",
        f"arn:aws:dynamodb:{HOME}:{ACCOUNT}:table/none",
        f"arn:aws:lambda:{HOME}:{ACCOUNT}:function:none",
        f"arn:aws:logs:{HOME}:{ACCOUNT}:log-group:none",
        f"arn:aws:ec2:{HOME}:{ACCOUNT}:security-group/sg-00000000000000000",
        f"arn:aws:kms:{HOME}:{ACCOUNT}:key/00000000-0000-0000-0000-000000000000",
    ],
)
def test_a_resource_that_does_not_exist_is_said_for_every_type(
    muster: Command, capsys: pytest.CaptureFixture[str], arn: str
) -> None:
    assert muster("terraform", "--resource", arn) == WRONG
    assert "--resource: these do not exist: " in capsys.readouterr().err


def test_a_service_linked_role_is_left_out_with_its_reason(aws: EmbeddedAws, muster: Command) -> None:
    made = aws.client("iam", HOME).create_service_linked_role(AWSServiceName="autoscaling.amazonaws.com")["Role"]
    assert muster("terraform", "--resource", made["Arn"]) == 0
    assert "linked to a service" in left_out()[made["RoleName"]]


def test_a_name_that_does_not_exist_is_said_and_alone_there_is_no_bundle(
    aws: EmbeddedAws, muster: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    estate.bucket(aws, "there")
    missing = ("--resource", "arn:aws:s3:::missing", "--resource", f"arn:aws:sqs:{HOME}:{ACCOUNT}:missing")
    assert muster("terraform", *missing) == WRONG
    assert "missing" in capsys.readouterr().err
    assert not Path("out").exists()
    assert muster("terraform", *missing, "--resource", "arn:aws:s3:::there") == UNREAD
    assert names() == {("Bucket", "there")}
    assert left_out() == {"missing": "it does not exist"}


def test_it_takes_what_fails_a_check(aws: EmbeddedAws, muster: Command) -> None:
    s3 = estate.bucket(aws, "versioned")
    s3.put_bucket_versioning(Bucket="versioned", VersioningConfiguration={"Status": "Enabled"})
    estate.bucket(aws, "plain")
    assert muster("cloudformation", "--check", "s3-bucket-versioning-enabled") == 0
    assert names() == {("Bucket", "plain")}


def test_environment_variables_are_never_written(aws: EmbeddedAws, muster: Command) -> None:
    estate.role(aws)
    estate.function(aws, "secret", PASSWORD="hunter2")
    for tool in ("cloudformation", "terraform", "pulumi"):
        assert muster(tool, "--type", "AWS::Lambda::Function", output=tool) == 0
        assert names(tool) == set()
        assert "may be secrets" in left_out(tool)["secret"]
        assert not [path for path in Path(tool).rglob("*") if path.is_file() and "hunter2" in path.read_text("utf-8")]


def test_a_dry_run_lists_and_writes_nothing(
    aws: EmbeddedAws, muster: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    estate.bucket(aws, "mine")
    assert muster("terraform", "--dry-run", "--type", "AWS::S3::Bucket") == 0
    printed = capsys.readouterr().out
    assert "import  AWS::S3::Bucket  mine  eu-west-1\n" in printed
    assert "1 resource to import, 0 left out; no files were written\n" in printed
    assert list(Path().iterdir()) == []


def test_only_calls_that_read_are_made(aws: EmbeddedAws, muster: Command) -> None:
    estate.whole(aws)
    aws.front.calls.clear()
    assert muster("terraform", *BOTH) == 0
    operations = {call.operation.partition(":")[2] for call in aws.front.calls}
    assert {each for each in operations if not each.startswith(("Describe", "Get", "List"))} == set()


@pytest.mark.parametrize(
    ("options", "says"),
    [
        pytest.param(("--type", "AWS::S3::Buckets"), "did you mean: AWS::S3::Bucket", id="a type"),
        pytest.param(("--tag", "a=b"), "--tag narrows a scan", id="a tag without a check"),
        pytest.param(("--account", "all"), "accounts", id="several accounts"),
        pytest.param(("--resource", "arn:aws:ec2:eu-west-1:123456789012:instance/i-1"), "", id="another type"),
    ],
)
def test_wrong_usage_makes_no_bundle(
    muster: Command, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], says: str
) -> None:
    assert muster("terraform", *options) == WRONG
    assert says in capsys.readouterr().err
    assert list(Path().iterdir()) == []


def test_a_foreign_file_is_refused_before_aws_is_called(
    aws: EmbeddedAws, muster: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("out").mkdir()
    Path("out", "main.tf").write_text("mine", encoding="utf-8")
    aws.front.calls.clear()
    assert muster("terraform") == WRONG
    assert "holds files and is no bundle of Muster's" in capsys.readouterr().err
    assert list(aws.front.calls) == []
    assert Path("out", "main.tf").read_text("utf-8") == "mine"


def test_an_earlier_bundle_is_replaced(aws: EmbeddedAws, muster: Command) -> None:
    estate.bucket(aws, "first")
    assert muster("terraform", "--type", "AWS::S3::Bucket") == 0
    assert muster("cloudformation", "--type", "AWS::S3::Bucket") == 0
    assert not list(Path("out").glob("*.tf"))
    assert len(list(Path("out").rglob("template.json"))) == 1


def test_the_policy_for_it_is_all_that_it_needs(
    aws: EmbeddedAws, muster: Command, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    estate.whole(aws)
    assert main(["iam-policy", "--for", "import-bundle"]) == 0
    policy = capsys.readouterr().out
    iam = aws.client("iam", HOME)
    iam.create_role(RoleName="reader", AssumeRolePolicyDocument=json.dumps(estate.TRUST))
    iam.put_role_policy(RoleName="reader", PolicyName="reads", PolicyDocument=policy)
    arn = f"arn:aws:iam::{ACCOUNT}:role/reader"
    keys = aws.client("sts", HOME).assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", keys["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", keys["SecretAccessKey"])
    monkeypatch.setenv("AWS_SESSION_TOKEN", keys["SessionToken"])
    code = muster("cloudformation", *BOTH)
    assert [each for each in left_out().values() if "needs" in each] == []
    assert (code, manifest()["not_listed"], len(names())) == (0, [], 12)
    iam.delete_role_policy(RoleName="reader", PolicyName="reads")
    assert muster("cloudformation", *BOTH, output="denied") == UNREAD
    assert names("denied") == set()
