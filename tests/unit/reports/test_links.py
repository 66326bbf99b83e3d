"""Links to the console: every type, every partition, names that are strangers' text."""

import re
from urllib.parse import unquote

import pytest

from muster.catalog.catalog import load
from muster.data.services import words
from muster.reports.links import WITHOUT, console_link, report_link
from muster.reports.nouns import counted_noun, noun, short_name, shown_name

CATALOG = load()
TYPES = sorted({each for check in CATALOG.checks.values() for each in CATALOG.resource_types(check)})
HERE, WHERE = "111122223333", "eu-west-1"


def link(resource_type: str, name: str, arn: str = "", region: str = WHERE, partition: str = "aws") -> str:
    return console_link(resource_type, name, arn, HERE, region, partition)


ARNS = {
    "AWS::ECS::Service": "arn:aws:ecs:eu-west-1:111122223333:service/shop/web",
    "AWS::ECS::TaskDefinition": "arn:aws:ecs:eu-west-1:111122223333:task-definition/web:3",
    "AWS::EKS::Nodegroup": "arn:aws:eks:eu-west-1:111122223333:nodegroup/shop/workers/0a1b2c3d",
    "AWS::ElasticBeanstalk::Environment": "arn:aws:elasticbeanstalk:eu-west-1:111122223333:environment/shop/shop-web",
}


def _without(resource_type: str) -> str:
    """Return why a type has no page in the console."""
    found = words().get(resource_type)
    return WITHOUT.get(resource_type, "") or (found.without if found else "")


@pytest.mark.parametrize("resource_type", TYPES)
def test_every_type_that_is_judged_has_a_link_or_a_reason(resource_type: str) -> None:
    name = "web:3" if resource_type.endswith("TaskDefinition") else "name"
    arn = ARNS.get(resource_type, "arn:aws:x:eu-west-1:111122223333:name")
    assert bool(link(resource_type, name, arn)) is not bool(_without(resource_type))


@pytest.mark.parametrize("resource_type", TYPES)
def test_every_type_that_is_judged_has_words(resource_type: str) -> None:
    assert noun(resource_type)
    assert "::" not in noun(resource_type)


@pytest.mark.parametrize(
    ("resource_type", "name", "arn", "path"),
    [
        ("AWS::EC2::SecurityGroup", "sg-0a1", "", "/ec2/home?region=eu-west-1#SecurityGroup:groupId=sg-0a1"),
        ("AWS::EC2::VPC", "vpc-0a1", "", "/vpcconsole/home?region=eu-west-1#VpcDetails:VpcId=vpc-0a1"),
        ("AWS::S3::Bucket", "shop", "", "/s3/buckets/shop?region=eu-west-1&tab=permissions"),
        ("AWS::S3::AccessPoint", "reads", "", "/s3/ap/111122223333/reads?region=eu-west-1"),
        ("AWS::Lambda::Function", "bills", "", "/lambda/home?region=eu-west-1#/functions/bills"),
        ("AWS::DynamoDB::Table", "orders", "", "/dynamodbv2/home?region=eu-west-1#table?name=orders"),
        (
            "AWS::SQS::Queue",
            "bills.fifo",
            "",
            "/sqs/v3/home?region=eu-west-1#/queues/https%3A%2F%2Fsqs.eu-west-1.amazonaws.com%2F111122223333%2Fbills.fifo",
        ),
        (
            "AWS::Logs::LogGroup",
            "/aws/lambda/bills",
            "",
            "/cloudwatch/home?region=eu-west-1#logsV2:log-groups/log-group/$252Faws$252Flambda$252Fbills",
        ),
        (
            "AWS::ECS::Service",
            "shop/web",
            ARNS["AWS::ECS::Service"],
            "/ecs/v2/clusters/shop/services/web/health?region=eu-west-1",
        ),
        (
            "AWS::ElasticBeanstalk::Environment",
            "shop-web",
            ARNS["AWS::ElasticBeanstalk::Environment"],
            "/elasticbeanstalk/home?region=eu-west-1#/application/overview?applicationName=shop",
        ),
        (
            "AWS::EKS::Nodegroup",
            "shop/workers",
            ARNS["AWS::EKS::Nodegroup"],
            "/eks/clusters/shop/nodegroups/workers?region=eu-west-1",
        ),
        ("AWS::ECS::TaskDefinition", "web:3", "", "/ecs/v2/task-definitions/web/3?region=eu-west-1"),
        (
            "AWS::NetworkFirewall::Firewall",
            "inspection",
            "arn:aws:network-firewall:eu-west-1:111122223333:firewall/inspection",
            ("/vpcconsole/home?region=eu-west-1#NetworkFirewallDetails:"
            "arn=arn_aws_network-firewall_eu-west-1_111122223333_firewall~inspection"),
        ),
        (
            "AWS::NetworkFirewall::RuleGroup",
            "stateless/office",
            "arn:aws:network-firewall:eu-west-1:111122223333:stateless-rulegroup/office",
            ("/vpcconsole/home?region=eu-west-1#NetworkFirewallRuleGroupDetails:name=office;type=stateless;"
            "arn=arn_aws_network-firewall_eu-west-1_111122223333_stateless-rulegroup~office"),
        ),
        (
            "AWS::SNS::Topic",
            "alerts",
            "arn:aws:sns:eu-west-1:111122223333:alerts",
            "/sns/v3/home?region=eu-west-1#/topic/arn%3Aaws%3Asns%3Aeu-west-1%3A111122223333%3Aalerts",
        ),
    ],
)  # fmt: skip
def test_a_link_opens_the_resource(resource_type: str, name: str, arn: str, path: str) -> None:
    assert link(resource_type, name, arn) == f"https://eu-west-1.console.aws.amazon.com{path}"


@pytest.mark.parametrize(
    ("partition", "region", "host", "home"),
    [
        ("aws", "eu-west-1", "console.aws.amazon.com", "us-east-1"),
        ("aws-cn", "cn-northwest-1", "console.amazonaws.cn", "cn-north-1"),
        ("aws-us-gov", "us-gov-east-1", "console.amazonaws-us-gov.com", "us-gov-west-1"),
    ],
)
def test_each_partition_has_its_own_console(partition: str, region: str, host: str, home: str) -> None:
    assert link("AWS::KMS::Key", "k", region=region, partition=partition).startswith(f"https://{region}.{host}/kms/")
    assert link("AWS::IAM::Role", "r", region="global", partition=partition) == (
        f"https://{home}.{host}/iam/home#/roles/details/r"
    )
    assert report_link("s3://reports/scans/x/report.json", region, partition) == (
        f"https://{region}.{host}/s3/object/reports?region={region}&prefix=scans/x/report.json"
    )


def test_a_queue_in_china_has_the_address_of_china() -> None:
    made = link("AWS::SQS::Queue", "bills", region="cn-north-1", partition="aws-cn")
    assert "https%3A%2F%2Fsqs.cn-north-1.amazonaws.com.cn%2F111122223333%2Fbills" in made


@pytest.mark.parametrize("partition", ["aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "unheard-of"])
def test_a_partition_without_a_known_console_has_no_link(partition: str) -> None:
    assert link("AWS::S3::Bucket", "shop", partition=partition) == ""
    assert report_link("s3://reports/x", "us-iso-east-1", partition) == ""


HOSTILE = "a b\n/../?x=1&y=2#z\"'<script>\u202e@evil.example/%2F"


@pytest.mark.parametrize("resource_type", TYPES)
def test_a_name_cannot_leave_its_place_in_a_link(resource_type: str) -> None:
    """A slash of a log group or of a path is part of the name; everything else that means something is encoded."""
    made = link(resource_type, HOSTILE, f"arn:aws:x:eu-west-1:111122223333:{HOSTILE}")
    assert re.fullmatch(r"https://eu-west-1\.console\.aws\.amazon\.com/[A-Za-z0-9/?=&#:;%$._~-]*", made) or made == ""
    assert "evil.example/" not in made
    assert "<" not in unquote(made) or "%3C" in made or "$253C" in made


@pytest.mark.parametrize("region", ["eu-west-1.evil.example/", "", "\u0661", "a b"])
def test_a_region_that_is_none_makes_no_link(region: str) -> None:
    assert link("AWS::S3::Bucket", "shop", region=region) == ""


@pytest.mark.parametrize("address", ["", "s3://", "s3://bucket", "s3://bucket/", "https://bucket/key", "report.json"])
def test_what_is_no_address_of_a_report_makes_no_link(address: str) -> None:
    assert report_link(address, WHERE) == ""


def test_words_for_numbers_and_names() -> None:
    assert counted_noun(1, "AWS::IAM::ManagedPolicy") == "1 IAM policy"
    assert counted_noun(3, "AWS::IAM::ManagedPolicy") == "3 IAM policies"
    assert counted_noun(2, "AWS::EC2::EIP") == "2 Elastic IP addresses"
    assert counted_noun(2, "AWS::KMS::Key") == "2 KMS keys"
    assert noun("AWS::GroundStation::MissionProfile") == "GroundStation mission profile"
    assert short_name("AWS::IAM::ManagedPolicy", "arn:aws:iam::111122223333:policy/teams/web") == "web"
    assert short_name("AWS::EC2::SecurityGroup", "sg-0a1") == "sg-0a1"
    assert short_name("AWS::CloudWatch::Alarm", "https://an.example/alarm") == "https://an.example/alarm"


@pytest.mark.parametrize(
    ("resource_type", "name", "shown"),
    [
        ("AWS::SNS::Topic", "arn:aws:sns:eu-west-1:111122223333:alerts", "alerts"),
        ("AWS::SNS::Subscription", "arn:aws:sns:eu-west-1:111122223333:alerts:0a1b", "alerts:0a1b"),
        (
            "AWS::ElasticLoadBalancingV2::Listener",
            "arn:aws:elasticloadbalancing:eu-west-1:111122223333:listener/app/shop/75dd/cc6a",
            "shop/cc6a",
        ),
        ("AWS::SQS::Queue", "https://sqs.eu-west-1.amazonaws.com/111122223333/bills", "bills"),
        ("AWS::ECS::Service", "shop/web", "shop/web"),
        ("AWS::::Target", "AWS::KMS::Key", "KMS keys"),
        ("AWS::Logs::LogGroup", "/aws/lambda/bills", "/aws/lambda/bills"),
    ],
)
def test_a_name_is_one_that_people_know(resource_type: str, name: str, shown: str) -> None:
    assert shown_name(resource_type, name) == shown


def test_a_queue_whose_id_is_its_url_has_a_link() -> None:
    url = "https://sqs.eu-west-1.amazonaws.com/111122223333/bills"
    assert link("AWS::SQS::Queue", url) == link("AWS::SQS::Queue", "bills")
