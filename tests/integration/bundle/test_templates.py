"""The templates of a bundle: they pass cfn-lint, make equals of the originals elsewhere, and adopt the originals."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import cfnlint.api
import pytest

from local.server import ACCOUNT, EmbeddedAws
from muster.catalog import catalog
from muster.model.finding import GLOBAL, Resource
from muster.properties.conversion import convert
from muster.sdk.session import Clients, open_session
from muster.snapshots.form import forms
from muster.snapshots.reading import read_snapshot
from tests.examples import examples
from tests.integration.bundle import estate
from tests.integration.bundle.conftest import Command
from tests.integration.bundle.estate import AWAY, HOME

BOTH = ("--region", HOME, "--region", AWAY)
MOST_OF_A_CHANGE_SET = 200
OWNED = "it belongs to the CloudFormation stack"
Properties = dict[str, list[dict[str, Any]]]


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")


def folders() -> list[Path]:
    return sorted(path.parent for path in Path("out").glob("*/*/template.json"))


def template(folder: Path) -> str:
    return (folder / "template.json").read_text("utf-8")


def to_import(folder: Path) -> list[dict[str, Any]]:
    read: list[dict[str, Any]] = json.loads((folder / "resources-to-import.json").read_text("utf-8"))
    return read


def everything_to_import() -> Iterator[Mapping[str, Any]]:
    for folder in folders():
        yield from to_import(folder)


def lint(folder: Path) -> list[str]:
    found = cfnlint.api.lint(template(folder), regions=[folder.parts[1]])
    return [f"{match.rule.id} {match.message}" for match in found]


def properties(aws: EmbeddedAws, kind: str, name: str, region: str = HOME) -> list[dict[str, Any]]:
    """Return a resource and its parts as properties, as they are now."""
    form = catalog.load().listers[kind].arn
    written = form.arn("aws", region, ACCOUNT, name) if form else ""
    place = GLOBAL if kind == "AWS::IAM::Role" else region
    resource = Resource(kind, name, ACCOUNT, place, arn=written or None)
    clients = Clients(open_session(region=region, endpoint_url=aws.endpoint), endpoint_url=aws.endpoint)
    converted = convert(read_snapshot(clients, resource, forms()[kind], HOME))
    assert converted.obstacles == (), name
    return [dict(each.properties) for each in converted.resources]


def shown(aws: EmbeddedAws) -> Properties:
    """Return the properties of the whole estate, by names; ids that AWS gives are replaced by words."""
    kms, ec2 = aws.client("kms", HOME), aws.client("ec2", HOME)
    url = aws.client("sqs", HOME).get_queue_url(QueueName="jobs")["QueueUrl"]
    key = next(each["TargetKeyId"] for each in kms.list_aliases()["Aliases"] if each["AliasName"] == "alias/data")
    group = ec2.describe_security_groups(Filters=[{"Name": "group-name", "Values": ["web"]}])["SecurityGroups"][0]
    found = {
        "shop.data": properties(aws, "AWS::S3::Bucket", "shop.data"),
        "shop-data": properties(aws, "AWS::S3::Bucket", "shop-data"),
        "away": properties(aws, "AWS::S3::Bucket", "away", AWAY),
        "table": properties(aws, "AWS::DynamoDB::Table", "orders"),
        "queue": properties(aws, "AWS::SQS::Queue", url),
        "topic": properties(aws, "AWS::SNS::Topic", f"arn:aws:sns:{HOME}:{ACCOUNT}:news"),
        "log group": properties(aws, "AWS::Logs::LogGroup", "/app/web"),
        "role": properties(aws, "AWS::IAM::Role", "worker"),
        "function": properties(aws, "AWS::Lambda::Function", "image"),
        "key": properties(aws, "AWS::KMS::Key", key),
        "group": properties(aws, "AWS::EC2::SecurityGroup", group["GroupId"]),
    }
    text = json.dumps(found).replace(key, "KEY").replace(group["GroupId"], "GROUP").replace(group["VpcId"], "VPC")
    read: Properties = json.loads(text)
    return read


def elsewhere(aws: EmbeddedAws, body: str) -> str:
    """Let a template name what another AWS has: its VPC, and the key, queue and bucket that the template makes."""
    made = json.loads(body)["Resources"]
    vpc = aws.client("ec2", HOME).describe_vpcs()["Vpcs"][0]["VpcId"]

    def of(kind: str, **wanted: str) -> str:
        return next(
            name for name, each in made.items() if each["Type"] == kind and wanted.items() <= each["Properties"].items()
        )

    for each in made.values():
        stated = each["Properties"]
        match each["Type"]:
            case "AWS::KMS::Alias":
                stated["TargetKeyId"] = {"Ref": of("AWS::KMS::Key")}
            case "AWS::EC2::SecurityGroup":
                stated["VpcId"] = vpc
            case "AWS::SQS::QueueInlinePolicy":
                stated["Queue"] = {"Ref": of("AWS::SQS::Queue", QueueName=stated["Queue"].rpartition("/")[2])}
            case "AWS::SNS::TopicInlinePolicy":
                stated["TopicArn"] = {"Ref": of("AWS::SNS::Topic", TopicName=stated["TopicArn"].rpartition(":")[2])}
            case "AWS::Lambda::Function":
                each["DependsOn"] = of("AWS::IAM::Role")
            case "AWS::S3::BucketPolicy":
                stated["Bucket"] = {"Ref": of("AWS::S3::Bucket", BucketName=stated["Bucket"])}
    return json.dumps({"Resources": made})


def test_the_templates_make_equals_in_a_fresh_account(aws: EmbeddedAws, muster: Command) -> None:
    estate.whole(aws)
    assert muster("cloudformation", *BOTH) == 0
    before = shown(aws)
    bodies = {folder: template(folder) for folder in folders()}
    aws.reset()
    for folder, body in bodies.items():
        aws.client("cloudformation", folder.parts[1]).create_stack(
            StackName=folder.name, TemplateBody=elsewhere(aws, body), Capabilities=["CAPABILITY_NAMED_IAM"]
        )
    assert shown(aws) == before


def adopt(aws: EmbeddedAws, folder: Path) -> None:
    cloudformation, wanted = aws.client("cloudformation", folder.parts[1]), to_import(folder)
    cloudformation.create_change_set(
        StackName=folder.name,
        ChangeSetName="import",
        ChangeSetType="IMPORT",
        TemplateBody=template(folder),
        ResourcesToImport=wanted,
        Capabilities=["CAPABILITY_NAMED_IAM"],
    )
    changes = cloudformation.describe_change_set(StackName=folder.name, ChangeSetName="import")["Changes"]
    assert [each["ResourceChange"]["Action"] for each in changes] == ["Import"] * len(wanted)
    cloudformation.execute_change_set(StackName=folder.name, ChangeSetName="import")
    owned = cloudformation.list_stack_resources(StackName=folder.name)["StackResourceSummaries"]
    assert {each["LogicalResourceId"] for each in owned} == {each["LogicalResourceId"] for each in wanted}


def test_an_import_adopts_the_originals_and_changes_nothing(aws: EmbeddedAws, muster: Command) -> None:
    estate.whole(aws)
    assert muster("cloudformation", *BOTH) == 0
    first = json.loads(Path("out/muster-bundle.json").read_text("utf-8"))
    before = shown(aws)
    for folder in folders():
        adopt(aws, folder)
    assert shown(aws) == before
    assert muster("cloudformation", *BOTH, output="again") == 0
    again = json.loads(Path("again/muster-bundle.json").read_text("utf-8"))
    assert again["imported"] == []
    owned = {(each["type"], each["name"]) for each in again["left_out"] if each["reasons"][0].startswith(OWNED)}
    assert owned == {(each["type"], each["name"]) for each in first["imported"]}


def test_every_template_of_many_buckets_passes_cfn_lint_and_imports_each_once(
    aws: EmbeddedAws, muster: Command
) -> None:
    wanted = {f"data{sign}{number}" for number in range(max(15, examples(52))) for sign in ".-"}
    for name in sorted(wanted):
        estate.bucket(aws, name, AWAY if name.endswith("4") else HOME)
    assert muster("cloudformation", *BOTH, "--type", "AWS::S3::Bucket") == 0
    found = list(everything_to_import())
    assert sorted(each["ResourceIdentifier"]["BucketName"] for each in found) == sorted(wanted)
    assert len({each["LogicalResourceId"] for each in found}) == len(wanted)
    assert [match for folder in folders() for match in lint(folder)] == []


def test_listings_of_several_pages_are_read_whole(aws: EmbeddedAws, muster: Command) -> None:
    dynamodb, sns = aws.client("dynamodb", HOME), aws.client("sns", HOME)
    for number in range(105):
        sns.create_topic(Name=f"topic-{number}")
        dynamodb.create_table(
            TableName=f"table-{number}",
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )
    assert muster("cloudformation", "--type", "AWS::DynamoDB::Table", "--type", "AWS::SNS::Topic") == 0
    kinds = [each["ResourceType"] for each in everything_to_import()]
    assert (kinds.count("AWS::DynamoDB::Table"), kinds.count("AWS::SNS::Topic")) == (105, 105)
    assert [len(to_import(each)) <= MOST_OF_A_CHANGE_SET for each in folders()] == [True] * len(folders())
    assert len(folders()) > 1


def test_every_template_of_the_estate_passes_cfn_lint(aws: EmbeddedAws, muster: Command) -> None:
    estate.whole(aws)
    assert muster("cloudformation", *BOTH) == 0
    assert {folder.parts[1] for folder in folders()} == {HOME, AWAY}
    assert [match for folder in folders() for match in lint(folder)] == []


def test_the_readme_names_each_stack_and_its_number_of_changes(aws: EmbeddedAws, muster: Command) -> None:
    estate.whole(aws)
    assert muster("cloudformation", *BOTH) == 0
    text = Path("out/README.md").read_text("utf-8")
    for folder in folders():
        assert f"--stack-name {folder.name}" in text
        assert f"must be {len(to_import(folder))} change" in text
        assert f"file://{folder.relative_to('out')}/resources-to-import.json" in text
    order = ["get-template-summary", "create-change-set", "describe-change-set", "execute-change-set"]
    commands = re.findall(r"^ *aws cloudformation ([a-z-]+)", text, re.MULTILINE)
    assert [each for each in commands if each in order] == order * len(folders())
