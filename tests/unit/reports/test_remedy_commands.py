"""The fix of every check for every type that it judges: the AWS CLI understands each command."""

import json
import re
import shlex
from collections.abc import Iterator

import pytest

from muster.catalog.catalog import load
from muster.model.arn import Arn
from muster.model.finding import ACCOUNT, GLOBAL, REGION
from muster.reports.remedy import Step, Target, filled, folded
from tests.unit.reports.aws_cli import faults

CATALOG = load()
HERE, WHERE = "111122223333", "eu-west-1"
IDS = {
    "AWS::::TaggedResource": ("arn:aws:glue:eu-west-1:111122223333:job/nightly", "glue:R:A:job/nightly"),
    "AWS::AmazonMQ::Broker": (
        "b-0a1b2c3d-0000-4000-8000-000000000000",
        "mq:R:A:broker:orders:b-0a1b2c3d-0000-4000-8000-000000000000",
    ),
    "AWS::ApiGateway::Stage": ("a1b2/prod", "apigateway:R::/restapis/a1b2/stages/prod"),
    "AWS::ApiGatewayV2::Integration": ("a1b2/c3d4", "apigateway:R::/apis/a1b2/integrations/c3d4"),
    "AWS::ApiGatewayV2::Route": ("a1b2/e5f6", "apigateway:R::/apis/a1b2/routes/e5f6"),
    "AWS::ApiGatewayV2::Stage": ("a1b2/prod", "apigateway:R::/apis/a1b2/stages/prod"),
    "AWS::AutoScaling::AutoScalingGroup": (
        "web",
        "autoscaling:R:A:autoScalingGroup:0a1b2c3d-0000-4000-8000-000000000000:autoScalingGroupName/web",
    ),
    "AWS::AutoScaling::LaunchConfiguration": (
        "web",
        "autoscaling:R:A:launchConfiguration:0a1b2c3d-0000-4000-8000-000000000000:launchConfigurationName/web",
    ),
    "AWS::CloudFormation::Stack": ("shop", "cloudformation:R:A:stack/shop/0a1b2c3d-0000-4000-8000-000000000000"),
    "AWS::CloudWatch::Alarm": ("cpu", "cloudwatch:R:A:alarm:cpu"),
    "AWS::DAX::Cluster": ("cache", "dax:R:A:cache/cache"),
    "AWS::DataSync::Task": ("task-0a1b2c3d4e5f60718", "datasync:R:A:task/task-0a1b2c3d4e5f60718"),
    "AWS::DynamoDB::Table": ("orders", "dynamodb:R:A:table/orders"),
    "AWS::EC2::ClientVpnEndpoint": ("cvpn-endpoint-0a1", "ec2:R:A:client-vpn-endpoint/cvpn-endpoint-0a1"),
    "AWS::EC2::NetworkAcl": ("acl-0a1", "ec2:R:A:network-acl/acl-0a1"),
    "AWS::EC2::SpotFleet": ("sfr-0a1", "ec2:R:A:spot-fleet-request/sfr-0a1"),
    "AWS::EC2::Subnet": ("subnet-0a1", "ec2:R:A:subnet/subnet-0a1"),
    "AWS::EC2::TransitGateway": ("tgw-0a1", "ec2:R:A:transit-gateway/tgw-0a1"),
    "AWS::EC2::VPNConnection": ("vpn-0a1", "ec2:R:A:vpn-connection/vpn-0a1"),
    "AWS::EC2::TransitGatewayAttachment": ("tgw-attach-0a1", "ec2:R:A:transit-gateway-attachment/tgw-attach-0a1"),
    "AWS::EC2::TransitGatewayRouteTable": ("tgw-rtb-0a1", "ec2:R:A:transit-gateway-route-table/tgw-rtb-0a1"),
    "AWS::EC2::CustomerGateway": ("cgw-0a1", "ec2:R:A:customer-gateway/cgw-0a1"),
    "AWS::EC2::InternetGateway": ("igw-0a1", "ec2:R:A:internet-gateway/igw-0a1"),
    "AWS::EC2::NatGateway": ("nat-0a1", "ec2:R:A:natgateway/nat-0a1"),
    "AWS::EC2::RouteTable": ("rtb-0a1", "ec2:R:A:route-table/rtb-0a1"),
    "AWS::EC2::VPCEndpointService": ("vpce-svc-0a1", "ec2:R:A:vpc-endpoint-service/vpce-svc-0a1"),
    "AWS::EC2::FlowLog": ("fl-0a1", "ec2:R:A:vpc-flow-log/fl-0a1"),
    "AWS::EC2::VPCPeeringConnection": ("pcx-0a1", "ec2:R:A:vpc-peering-connection/pcx-0a1"),
    "AWS::EC2::VPNGateway": ("vgw-0a1", "ec2:R:A:vpn-gateway/vgw-0a1"),
    "AWS::EC2::DHCPOptions": ("dopt-0a1", "ec2:R:A:dhcp-options/dopt-0a1"),
    "AWS::EC2::PrefixList": ("pl-0a1", "ec2:R:A:prefix-list/pl-0a1"),
    "AWS::EC2::TrafficMirrorSession": ("tms-0a1", "ec2:R:A:traffic-mirror-session/tms-0a1"),
    "AWS::EC2::TrafficMirrorFilter": ("tmf-0a1", "ec2:R:A:traffic-mirror-filter/tmf-0a1"),
    "AWS::EC2::TrafficMirrorTarget": ("tmt-0a1", "ec2:R:A:traffic-mirror-target/tmt-0a1"),
    "AWS::EC2::EIP": ("eipalloc-0a1", "ec2:R:A:elastic-ip/eipalloc-0a1"),
    "AWS::EC2::Image": ("ami-0a1", "ec2:R::image/ami-0a1"),
    "AWS::EC2::Instance": ("i-0a1", "ec2:R:A:instance/i-0a1"),
    "AWS::EC2::LaunchTemplate": ("lt-0a1", "ec2:R:A:launch-template/lt-0a1"),
    "AWS::EC2::NetworkInterface": ("eni-0a1", "ec2:R:A:network-interface/eni-0a1"),
    "AWS::EC2::SecurityGroup": ("sg-0a1", "ec2:R:A:security-group/sg-0a1"),
    "AWS::EC2::Snapshot": ("snap-0a1", "ec2:R::snapshot/snap-0a1"),
    "AWS::EC2::VPC": ("vpc-0a1", "ec2:R:A:vpc/vpc-0a1"),
    "AWS::EC2::Volume": ("vol-0a1", "ec2:R:A:volume/vol-0a1"),
    "AWS::ECS::Cluster": ("shop", "ecs:R:A:cluster/shop"),
    "AWS::ECS::Service": ("shop/web", "ecs:R:A:service/shop/web"),
    "AWS::ECS::TaskDefinition": ("web:3", "ecs:R:A:task-definition/web:3"),
    "AWS::EKS::Nodegroup": ("shop/workers", "eks:R:A:nodegroup/shop/workers/0a1b2c3d-0000-4000-8000-000000000000"),
    "AWS::ElasticBeanstalk::Environment": ("shop-web", "elasticbeanstalk:R:A:environment/shop/shop-web"),
    "AWS::IAM::Group": ("admins", "iam::A:group/admins"),
    "AWS::IAM::ManagedPolicy": ("arn:aws:iam::111122223333:policy/all", "iam::A:policy/all"),
    "AWS::IAM::Role": ("deploy", "iam::A:role/deploy"),
    "AWS::IAM::ServerCertificate": ("shop", "iam::A:server-certificate/shop"),
    "AWS::IAM::User": ("ada", "iam::A:user/ada"),
    "AWS::KafkaConnect::Connector": (
        "orders",
        "kafkaconnect:R:A:connector/orders/0a1b2c3d-0000-4000-8000-000000000000-2",
    ),
    "AWS::MSK::Cluster": ("orders", "kafka:R:A:cluster/orders/0a1b2c3d-0000-4000-8000-000000000000-1"),
    "AWS::KMS::Key": ("0a1b2c3d-0000-4000-8000-000000000000", "kms:R:A:key/0a1b2c3d-0000-4000-8000-000000000000"),
    "AWS::Lambda::Function": ("bills", "lambda:R:A:function:bills"),
    "AWS::Logs::LogGroup": ("/aws/lambda/bills", "logs:R:A:log-group:/aws/lambda/bills"),
    "AWS::S3::AccessPoint": ("reads", "s3:R:A:accesspoint/reads"),
    "AWS::S3::Bucket": ("shop", "s3:::shop"),
    "AWS::SNS::Subscription": ("arn:aws:sns:eu-west-1:111122223333:alerts:0a1b", "sns:R:A:alerts:0a1b"),
    "AWS::SNS::Topic": ("arn:aws:sns:eu-west-1:111122223333:alerts", "sns:R:A:alerts"),
    "AWS::SecretsManager::Secret": ("shop/db", "secretsmanager:R:A:secret:shop/db-AbCdEf"),
    "AWS::FSx::FileSystem": ("fs-0a1b2c3d4e5f60718", "fsx:R:A:file-system/fs-0a1b2c3d4e5f60718"),
    "AWS::SQS::Queue": ("https://sqs.eu-west-1.amazonaws.com/111122223333/bills", "sqs:R:A:bills"),
    **{
        f"AWS::Transfer::{kind}": (f"{kind[0].lower()}-0a1b2c3d4e5f60718", f"transfer:R:A:{path}/0a1b")
        for kind, path in (("Connector", "connector"), ("Server", "server"))
    },
    **{
        f"AWS::WAFv2::{kind}": (
            "0a1b2c3d-0000-4000-8000-000000000000",
            f"wafv2:R:A:regional/{path}/web/0a1b2c3d-0000-4000-8000-000000000000",
        )
        for kind, path in (("RuleGroup", "rulegroup"), ("WebACL", "webacl"))
    },
    **{
        f"AWS::ElasticLoadBalancingV2::{kind}": (name, f"elasticloadbalancing:R:A:{path}")
        for kind, name, path in (
            (
                "Listener",
                "arn:aws:elasticloadbalancing:eu-west-1:111122223333:listener/app/w/1/2",
                "listener/app/w/1/2",
            ),
            ("LoadBalancer", "web", "loadbalancer/app/web/1"),
            ("TargetGroup", "web", "targetgroup/web/1"),
        )
    },
}
"""The id and the ARN of a resource of a type, where they do not follow from a name and the form of its ARNs."""
RULES = '[{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}]'
VALUES = {
    "SECONDS": "30",
    "NUMBER": "5",
    "RULE-NUMBER": "100",
    "DAYS": "365",
    "PORT": "22",
    "ANALYZER-TYPE": "ACCOUNT",
    "OLD-KEY-ID": "AKIAIOSFODNN7EXAMPLE",
    "KEY-ID": "AKIAIOSFODNN7EXAMPLE",
    "DEVICE-ARN": "arn:aws:iam::111122223333:mfa/ada",
    "ROLE-ARN": "arn:aws:iam::111122223333:role/data",
    "POLICY-ARN": "arn:aws:iam::aws:policy/ReadOnlyAccess",
    "JOB-ID": "0a1b2c3d-0000-4000-8000-000000000000",
    "MINIMUM": "100",
    "MAXIMUM": "200",
    "CIRCUIT-BREAKER": "true",
    "ROLLBACK": "true",
    "MODE": "GOVERNANCE",
    "VOLUME-TYPE": "gp3",
    "AUTHENTICATION-TYPE": "API_KEY",
    "BACKUP-ID": "backup-0a1b2c3d4e5f60718",
    "SUBNET-ID": "subnet-0a1b2c3d",
    "OTHER-SUBNET-ID": "subnet-0e1f2a3b",
    "LOG-GROUP-ARN": "arn:aws:logs:eu-west-1:111122223333:log-group:/copies",
    "STORAGE": "1024",
    "THROUGHPUT": "160",
    "USER-ID": "1000",
    "GROUP-ID": "1000",
    "WEB-ACL-ARN": "arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/web/0a1b2c3d-0000-4000-8000-000000000000",
    "MAPPING-UUID": "0a1b2c3d-0000-4000-8000-000000000000",
} | {"RULES": shlex.quote(RULES)}
"""What a reader puts in where the CLI takes no word."""
WORDS = re.compile(rf"(?<![\w-])(?:{'|'.join(VALUES)})(?![\w-])")
ELSEWHERE = {"AWS::S3::MultiRegionAccessPoint": "us-west-2"}
"""The region that answers for resources without a region of their own."""


def target(resource_type: str) -> Target:
    if resource_type == ACCOUNT:
        return Target(ACCOUNT, HERE, "", HERE, GLOBAL)
    if resource_type == REGION:
        return Target(REGION, WHERE, "", HERE, WHERE)
    name, path = IDS.get(resource_type) or ("name-0a1", "")
    form = CATALOG.listers[resource_type].arn
    arn = "arn:aws:" + path.replace(":R:", f":{WHERE}:").replace(":A:", f":{HERE}:")
    if not path and form:
        arn = form.arn("aws", WHERE, HERE, name)
    lister = CATALOG.listers[resource_type]
    everywhere = resource_type != "AWS::S3::Bucket" and lister.once_per_account and not Arn.of(arn).region
    return Target(resource_type, name, arn, HERE, GLOBAL if everywhere else WHERE)


def commands() -> Iterator[tuple[str, str, tuple[Step, ...]]]:
    for name, check in CATALOG.checks.items():
        for resource_type in CATALOG.resource_types(check):
            yield name, resource_type, filled(check.fix, target(resource_type))


def test_every_command_of_every_fix_is_one_that_the_cli_understands() -> None:
    found = {
        step.text: (name, problems)
        for name, _, steps in commands()
        for step in steps
        if step.command and (problems := faults(WORDS.sub(lambda word: VALUES[word[0]], step.text)))
    }
    assert found == {}


def test_no_word_in_capitals_is_left_that_the_resource_could_fill_in() -> None:
    left = {
        (name, resource_type, word)
        for name, resource_type, steps in commands()
        for step in steps
        if step.command
        for word in re.findall(r"(?<![\w-])(?:NAME|ID|ARN|ACCOUNT|PARTITION|REGION|CLUSTER|URL)(?![\w-])", step.text)
    }
    assert left == set()


def test_every_command_names_the_resource_or_something_of_it_that_only_the_reader_knows() -> None:
    for name, resource_type, steps in commands():
        one = target(resource_type)
        names = (one.id, one.arn, one.id.rpartition("/")[2], one.region, one.account_id)
        for step in steps:
            if step.command:
                known = any(each and each in step.text for each in names)
                # A command about the account itself acts on that of the credentials.
                assert known or resource_type == ACCOUNT or re.search(r"\b[A-Z]+(-[A-Z]+)+\b", step.text), (
                    name,
                    step.text,
                )


def test_every_command_of_a_regional_resource_has_its_region() -> None:
    for name, resource_type, steps in commands():
        for step in steps:
            if step.command and target(resource_type).region != GLOBAL:
                words = shlex.split(step.text)
                assert words[words.index("--region") + 1] == WHERE, name


@pytest.mark.parametrize(("resource_type", "region"), ELSEWHERE.items())
def test_a_command_goes_to_the_region_that_answers_for_all_regions(resource_type: str, region: str) -> None:
    texts = [step.text for _, found, steps in commands() if found == resource_type for step in steps if step.command]
    assert texts
    for words in map(shlex.split, texts):
        assert words[words.index("--region") + 1] == region


def test_a_redrive_policy_reaches_sqs_as_json() -> None:
    (_, command) = filled(CATALOG.checks["sqs-queue-dlq-configured"].fix, target("AWS::SQS::Queue"))
    (attributes,) = [word for word in shlex.split(command.text) if word.startswith("RedrivePolicy=")]
    assert json.loads(attributes.removeprefix("RedrivePolicy=").strip("'")) == {
        "deadLetterTargetArn": "QUEUE-ARN",
        "maxReceiveCount": "5",
    }


def test_commands_are_not_hidden_in_sentences() -> None:
    """A reader pastes what stands between backticks; a sentence names an operation at most."""
    for check in CATALOG.checks.values():
        sentences = "".join(check.fix.split("`")[::2])
        assert "aws " not in sentences, check.id
        assert check.fix.count("`") % 2 == 0, check.id


def test_every_fix_that_is_for_many_resources_covers_them_or_says_for_how_many_it_is() -> None:
    for check in CATALOG.checks.values():
        for resource_type in CATALOG.resource_types(check):
            one = target(resource_type)
            steps, covered = folded(check.fix, [one])
            assert steps == filled(check.fix, one)
            assert covered == 1


def test_every_problem_is_short_enough_for_a_subject() -> None:
    for check in CATALOG.checks.values():
        assert 0 < len(check.problem) <= 40, check.id
        assert check.problem.isascii(), check.id
        assert not check.problem.endswith("."), check.id


@pytest.mark.parametrize(
    "resource_type", sorted({t for c in CATALOG.checks.values() for t in CATALOG.resource_types(c)})
)
def test_the_examples_have_every_type_that_is_judged(resource_type: str) -> None:
    one = target(resource_type)
    assert one.type == resource_type
    assert one.arn or resource_type in (ACCOUNT, REGION)


@pytest.mark.parametrize(
    ("command", "fault"),
    [
        ("aws s4api put-bucket-versioning", "no service"),
        ("aws s3api put-bucket-version", "no operation"),
        ("aws s3api put-bucket-versioning --buckets x", "no option buckets"),
        ("aws s3api put-bucket-versioning --bucket x --versioning-configuration Status=On", "'On' is none of"),
        ("aws s3api put-bucket-versioning --bucket x --versioning-configuration Stats=Enabled", "Stats"),
        ("aws s3api put-bucket-versioning --bucket x", "SystemExit"),
    ],
)
def test_a_command_that_the_cli_does_not_understand_is_found(command: str, fault: str) -> None:
    assert any(fault in each for each in faults(command))
