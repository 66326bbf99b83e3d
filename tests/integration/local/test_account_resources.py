"""A stack makes roles, policies, functions and security groups with every property of the template."""

import json
from typing import Any

from local.server import ACCOUNT, EmbeddedAws
from tests.integration.local.stacking import HOME, aws, delete, resource, running, stack, system_tags

__all__ = ["aws", "running"]

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
READ = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::shop/*"}],
}
ROLE = resource("IAM::Role", {"RoleName": "worker", "AssumeRolePolicyDocument": TRUST})


def test_a_role_and_a_managed_policy_are_made_with_everything(aws: EmbeddedAws) -> None:
    policy = {
        "ManagedPolicyName": "read",
        "Path": "/shop/",
        "Description": "Reads.",
        "PolicyDocument": READ,
    }
    role = {
        "RoleName": "worker",
        "Path": "/shop/",
        "Description": "Works.",
        "MaxSessionDuration": "7200",
        "AssumeRolePolicyDocument": TRUST,
        "PermissionsBoundary": {"Ref": "Policy"},
        "ManagedPolicyArns": [{"Ref": "Policy"}],
        "Policies": [
            {"PolicyName": "inline", "PolicyDocument": READ},
            {"Ref": "AWS::NoValue"},
        ],
        "Tags": [{"Key": "stage", "Value": "prod"}],
    }
    ids = stack(aws, Role=resource("IAM::Role", role), Policy=resource("IAM::ManagedPolicy", policy))
    iam = aws.client("iam")
    made = iam.get_role(RoleName="worker")["Role"]
    assert ids == {"Role": "worker", "Policy": f"arn:aws:iam::{ACCOUNT}:policy/shop/read"}
    assert (made["Path"], made["Description"], made["MaxSessionDuration"]) == ("/shop/", "Works.", 7200)
    assert made["AssumeRolePolicyDocument"] == TRUST
    assert made["PermissionsBoundary"]["PermissionsBoundaryArn"] == ids["Policy"]
    assert {tag["Key"]: tag["Value"] for tag in made["Tags"]} == {"stage": "prod", "team": "a"}
    assert iam.get_role_policy(RoleName="worker", PolicyName="inline")["PolicyDocument"] == READ
    (attached,) = iam.list_attached_role_policies(RoleName="worker")["AttachedPolicies"]
    assert attached["PolicyArn"] == ids["Policy"]
    described = iam.get_policy(PolicyArn=ids["Policy"])["Policy"]
    assert (described["Path"], described["Description"]) == ("/shop/", "Reads.")
    delete(aws)
    assert iam.list_roles()["Roles"] == []
    assert iam.list_policies(Scope="Local")["Policies"] == []


def test_policies_of_their_own_are_put_on_their_roles(aws: EmbeddedAws) -> None:
    several = {"PolicyName": "several", "PolicyDocument": READ, "Roles": [{"Ref": "Role"}]}
    one = {"PolicyName": "one", "PolicyDocument": READ, "RoleName": {"Ref": "Role"}}
    stack(aws, Several=resource("IAM::Policy", several), One=resource("IAM::RolePolicy", one), Role=ROLE)
    assert aws.client("iam").list_role_policies(RoleName="worker")["PolicyNames"] == ["several", "one"]
    delete(aws)
    assert aws.client("iam").list_roles()["Roles"] == []


def test_a_role_may_have_a_policy_of_aws(aws: EmbeddedAws) -> None:
    arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    properties = {"AssumeRolePolicyDocument": TRUST, "ManagedPolicyArns": [arn]}
    ids = stack(aws, Role=resource("IAM::Role", properties))
    (attached,) = aws.client("iam").list_attached_role_policies(RoleName=ids["Role"])["AttachedPolicies"]
    assert attached == {"PolicyName": "AWSLambdaBasicExecutionRole", "PolicyArn": arn}
    version = aws.client("iam").get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    document = aws.client("iam").get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
    assert "logs:CreateLogStream" in json.dumps(document)


def test_a_function_is_made_with_everything(aws: EmbeddedAws) -> None:
    ec2 = aws.client("ec2")
    subnet = ec2.describe_subnets()["Subnets"][0]
    group = ec2.create_security_group(GroupName="f", Description="f", VpcId=subnet["VpcId"])["GroupId"]
    properties: dict[str, Any] = {
        "FunctionName": "work",
        "Runtime": "python3.13",
        "Handler": "index.handler",
        "Role": {"Fn::GetAtt": ["Role", "Arn"]},
        "Code": {"ZipFile": "def handler(event, context): return 1\n"},
        "Description": "Works.",
        "MemorySize": "512",
        "Timeout": 30,
        "Architectures": ["arm64"],
        "EphemeralStorage": {"Size": "1024"},
        "TracingConfig": {"Mode": "Active"},
        "DeadLetterConfig": {"TargetArn": {"Fn::GetAtt": ["Lost", "Arn"]}},
        "Environment": {"Variables": {"QUEUE": {"Ref": "Lost"}}},
        "LoggingConfig": {"LogFormat": "JSON", "LogGroup": "/shop/work", "ApplicationLogLevel": "WARN"},
        "ReservedConcurrentExecutions": 7,
        "VpcConfig": {"SubnetIds": [subnet["SubnetId"]], "SecurityGroupIds": [group]},
        "KmsKeyArn": {"Fn::GetAtt": ["Key", "Arn"]},
        "Layers": [{"Ref": "Layer"}],
        "Tags": [{"Key": "stage", "Value": "prod"}],
    }
    aws.client("s3").create_bucket(Bucket="code", CreateBucketConfiguration={"LocationConstraint": HOME})
    aws.client("s3").put_object(Bucket="code", Key="layer.zip", Body=b"PK\x05\x06" + bytes(18))
    layer = {"LayerName": "shared", "Content": {"S3Bucket": "code", "S3Key": "layer.zip"}}
    ids = stack(
        aws,
        Function=resource("Lambda::Function", properties),
        Role=ROLE,
        Lost=resource("SQS::Queue"),
        Key=resource("KMS::Key", {"KeyPolicy": {"Statement": []}}),
        Layer=resource("Lambda::LayerVersion", layer),
    )
    client = aws.client("lambda")
    configuration = client.get_function_configuration(FunctionName="work")
    whole = client.get_function(FunctionName="work")
    for made in (configuration, whole["Configuration"], client.list_functions()["Functions"][0]):
        for name in ("Runtime", "Handler", "Description", "Timeout", "Architectures"):
            assert made[name] == properties[name]
        assert (made["MemorySize"], made["EphemeralStorage"]) == (512, {"Size": 1024})
        assert made["TracingConfig"] == {"Mode": "Active"}
        assert made["DeadLetterConfig"]["TargetArn"].endswith(ids["Lost"].rpartition("/")[2])
        assert made["Environment"] == {"Variables": {"QUEUE": ids["Lost"]}}
        assert {key: made["LoggingConfig"][key] for key in properties["LoggingConfig"]} == properties["LoggingConfig"]
        assert made["VpcConfig"]["SubnetIds"] == [subnet["SubnetId"]]
        assert made["KMSKeyArn"].endswith(ids["Key"])
        assert [each["Arn"] for each in made["Layers"]] == [ids["Layer"]]
        assert not {"Tags", "Concurrency"} & made.keys()
    assert whole["Tags"] == {**system_tags(aws, "Function"), "stage": "prod"}
    assert whole["Concurrency"] == {"ReservedConcurrentExecutions": 7}
    delete(aws)
    assert client.list_functions()["Functions"] == []


def test_a_plain_function_has_the_settings_that_lambda_gives(aws: EmbeddedAws) -> None:
    properties = {
        "Runtime": "python3.13",
        "Handler": "index.handler",
        "Role": {"Fn::GetAtt": ["Role", "Arn"]},
        "Code": {"ZipFile": "x = 1\n"},
    }
    ids = stack(aws, Function=resource("Lambda::Function", properties), Role=ROLE)
    made = aws.client("lambda").get_function(FunctionName=ids["Function"])
    configuration = made["Configuration"]
    assert configuration["LoggingConfig"] == {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{ids['Function']}"}
    assert (configuration["Timeout"], configuration["MemorySize"]) == (3, 128)
    assert configuration["TracingConfig"] == {"Mode": "PassThrough"}
    assert not {"DeadLetterConfig", "KMSKeyArn"} & configuration.keys()
    assert "Concurrency" not in made


def group(aws: EmbeddedAws, name: str) -> dict[str, Any]:
    (found,) = aws.client("ec2").describe_security_groups(GroupIds=[name])["SecurityGroups"]
    made: dict[str, Any] = found
    return made


def test_a_security_group_has_exactly_the_rules_of_the_template(aws: EmbeddedAws) -> None:
    properties = {
        "GroupName": "web",
        "GroupDescription": "Web.",
        "SecurityGroupIngress": [
            {"IpProtocol": "tcp", "FromPort": "443", "ToPort": 443, "CidrIp": "10.0.0.0/8", "Description": "TLS."},
            {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIpv6": "::/0", "Description": "TLS, too."},
        ],
        "SecurityGroupEgress": [
            {"IpProtocol": "udp", "FromPort": 53, "ToPort": 53, "CidrIp": "10.0.0.2/32", "Description": "Names."}
        ],
        "Tags": [{"Key": "stage", "Value": "prod"}],
    }
    peer = {
        "GroupId": {"Fn::GetAtt": ["Group", "GroupId"]},
        "IpProtocol": -1,
        "SourceSecurityGroupId": {"Ref": "Group"},
        "Description": "Itself.",
    }
    out = {"GroupId": {"Ref": "Group"}, "IpProtocol": "tcp", "FromPort": 1, "ToPort": 2, "CidrIp": "10.1.0.0/16"}
    ids = stack(
        aws,
        Group=resource("EC2::SecurityGroup", properties),
        Peer=resource("EC2::SecurityGroupIngress", peer),
        Out=resource("EC2::SecurityGroupEgress", out),
    )
    made = group(aws, ids["Group"])
    assert (made["GroupName"], made["Description"]) == ("web", "Web.")
    ranges = {
        (each["IpProtocol"], each.get("FromPort"), entry[kind], entry.get("Description"))
        for each in made["IpPermissions"]
        for kind, entries in (("CidrIp", each["IpRanges"]), ("CidrIpv6", each["Ipv6Ranges"]))
        for entry in entries
    }
    assert ranges == {("tcp", 443, "10.0.0.0/8", "TLS."), ("tcp", 443, "::/0", "TLS, too.")}
    (pair,) = [entry for each in made["IpPermissions"] for entry in each["UserIdGroupPairs"]]
    assert (pair["GroupId"], pair["Description"]) == (ids["Group"], "Itself.")
    egress = {(each["IpProtocol"], each["IpRanges"][0]["CidrIp"]) for each in made["IpPermissionsEgress"]}
    assert egress == {("udp", "10.0.0.2/32"), ("tcp", "10.1.0.0/16")}
    assert ids["Peer"].startswith("sgr-")
    tags = {tag["Key"]: tag["Value"] for tag in made["Tags"]}
    assert tags == {**system_tags(aws, "Group"), "stage": "prod"}
    delete(aws)
    assert "web" not in {each["GroupName"] for each in aws.client("ec2").describe_security_groups()["SecurityGroups"]}


def test_a_security_group_without_egress_allows_all_traffic(aws: EmbeddedAws) -> None:
    for name, egress in (("absent", {}), ("empty", {"SecurityGroupEgress": []})):
        ids = stack(aws, name=name, Group=resource("EC2::SecurityGroup", {"GroupDescription": "Plain.", **egress}))
        (rule,) = group(aws, ids["Group"])["IpPermissionsEgress"]
        assert (rule["IpProtocol"], rule["IpRanges"]) == ("-1", [{"CidrIp": "0.0.0.0/0"}])
        assert group(aws, ids["Group"])["GroupName"].startswith(f"{name}-Group-")
