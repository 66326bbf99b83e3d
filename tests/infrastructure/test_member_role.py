"""The role of a member account: it reads what the checks read, and lets in whom it was told to."""

import ast
import re
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from cfnlint.api import lint_all
from moto import mock_aws
from samtranslator.yaml_helper import yaml_parse

from muster.catalog.catalog import load
from muster.catalog.permissions import ATTACHED, LARGEST, documents, scanner_actions, scanner_statements, size
from muster.configuration.selection import every_rule
from muster.tagging.permissions import tagging_statements
from muster.tagging.services import tag_apis
from tests.infrastructure import house
from tests.infrastructure.conftest import ROOT
from tests.infrastructure.reading import managed, role_statements
from tools import generate

Template = dict[str, Any]
Deploy = Callable[..., dict[str, Any]]
TEXT = (ROOT / "member-role.yaml").read_text(encoding="utf-8")
PLANNER = "arn:aws:iam::111122223333:role/muster-plan-scan-eu-west-1-dev"
SCANNER = "arn:aws:iam::111122223333:role/security/muster-scan-shards-eu-west-1-dev"
TAGGER = "arn:aws:iam::111122223333:role/muster-tag-resources-eu-west-1-dev"


def problems(template: str) -> list[str]:
    return [str(match) for match in lint_all(template) if not match.rule.id.startswith("I")]


@pytest.fixture
def member() -> Template:
    """The template as it is written; a test may break its copy."""
    return dict(yaml_parse(TEXT))


@pytest.fixture
def deploy() -> Iterator[Deploy]:
    """Deploys the template to moto and returns the role of a name, its inline and managed policies and the outputs.

    moto makes the managed policies and attaches none: that they are the role's is read from the template.
    """

    def deployed(*, of: str = "", **parameters: str) -> dict[str, Any]:
        given = {"TrustedRoleArns": f"{PLANNER},{SCANNER}", **parameters}
        cloudformation = boto3.client("cloudformation", "eu-west-1")
        cloudformation.create_stack(
            StackName="member",
            TemplateBody=TEXT,
            Capabilities=["CAPABILITY_NAMED_IAM"],
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in given.items()],
        )
        (stack,) = cloudformation.describe_stacks(StackName="member")["Stacks"]
        iam, name = boto3.client("iam"), of or parameters.get("RoleName", "MusterMemberRole")
        return {
            "role": iam.get_role(RoleName=name)["Role"],
            "inline": [
                spelled(iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"])
                for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]
            ],
            "managed": [
                spelled(iam.get_policy_version(PolicyArn=each["Arn"], VersionId="v1")["PolicyVersion"]["Document"])
                for each in sorted(iam.list_policies(Scope="Local")["Policies"], key=lambda each: each["PolicyName"])
            ],
            "outputs": {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]},
        }

    with mock_aws():
        yield deployed


def spelled(policy: Any) -> dict[str, Any]:
    """Return a policy; moto alone keeps one that CloudFormation made as Python spells it, not as JSON."""
    return dict(ast.literal_eval(policy) if isinstance(policy, str) else policy)


def trust(made: dict[str, Any]) -> list[dict[str, Any]]:
    return list(made["role"]["AssumeRolePolicyDocument"]["Statement"])


def test_cfn_lint_has_nothing_to_say() -> None:
    assert problems(TEXT) == []


def test_cfn_lint_is_asked_in_earnest() -> None:
    assert any("Rloe" in problem for problem in problems(TEXT.replace("AWS::IAM::Role\n", "AWS::IAM::Rloe\n")))


def test_what_is_generated_is_not_stale() -> None:
    assert generate.generated_member_role(TEXT) == TEXT


def test_another_permission_is_found() -> None:
    changed = TEXT.replace("- ec2:DescribeVolumes\n", "- ec2:DescribeVpcs\n")
    assert changed != TEXT
    assert generate.generated_member_role(changed) == TEXT


def test_a_section_that_was_lost_is_found() -> None:
    with pytest.raises(SystemExit, match=r"member-role\.yaml: there is no section '# generated: scanner-policies'"):
        generate.generated_member_role(TEXT.replace("# generated: scanner-policies\n", ""))


def test_the_check_fails_when_stale(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TEMPLATE", "SCHEMA", "MEMBER_ROLE"):
        copy = tmp_path / getattr(generate, name).name
        copy.write_text(getattr(generate, name).read_text(encoding="utf-8"), encoding="utf-8")
        monkeypatch.setattr(generate, name, copy)
    stale = tmp_path / "member-role.yaml"
    stale.write_text(TEXT.replace("- ec2:DescribeVolumes\n", ""), encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["generate", "--check"])
    with pytest.raises(SystemExit, match=r"stale: .*member-role\.yaml.*make generate"):
        generate.main()
    monkeypatch.setattr("sys.argv", ["generate"])
    generate.main()
    assert stale.read_text(encoding="utf-8") == TEXT


@pytest.mark.parametrize(
    "rule",
    [
        house.no_action_is_a_star,
        house.roles_are_explicit,
        house.nothing_is_retained,
        house.everything_taggable_is_tagged,
    ],
    ids=lambda rule: rule.__name__,
)
def test_the_template_keeps(rule: Callable[[Template], Any], member: Template) -> None:
    assert list(rule(member)) == []


def test_there_are_two_roles_and_nothing_else(member: Template) -> None:
    kinds = {resource["Type"] for resource in member["Resources"].values()}
    assert kinds == {"AWS::IAM::Role", "AWS::IAM::ManagedPolicy"}
    roles = {name: each for name, each in member["Resources"].items() if each["Type"] == "AWS::IAM::Role"}
    assert {name: role.get("Condition") for name, role in roles.items()} == {
        "MemberRole": None,
        "TaggingRole": "HasTagging",
    }


@pytest.mark.parametrize("parameters", [{}, {"TaggingRoleArn": TAGGER}], ids=["without tagging", "with tagging"])
def test_the_role_of_the_scanner_never_writes(parameters: dict[str, str], deploy: Deploy) -> None:
    made = deploy(**parameters)
    assert made["inline"] == []
    assert [each["Principal"] for each in trust(made)] == [{"AWS": [PLANNER, SCANNER]}]


def test_without_its_parameter_there_is_no_role_for_tagging(deploy: Deploy) -> None:
    with pytest.raises(ClientError, match="NoSuchEntity"):
        deploy(of="MusterTaggingRole")


def test_the_role_for_tagging_writes_one_tag_for_one_caller(deploy: Deploy, source: Template) -> None:
    made = deploy(of="MusterTaggingRole", TaggingRoleArn=TAGGER, ComplianceTagKey="state", ExternalId="our-own-id")
    (policy,) = made["inline"]
    assert policy["Statement"] == tagging_statements(tag_apis(), "state")
    (statement,) = trust(made)
    assert statement["Principal"] == {"AWS": TAGGER}
    assert statement["Condition"] == {"StringEquals": {"sts:ExternalId": "our-own-id"}}
    assert made["outputs"]["MemberTaggingRoleName"] == "MusterTaggingRole"
    assert re.fullmatch(source["Parameters"]["MemberTaggingRoleName"]["AllowedPattern"], "MusterTaggingRole")


def test_it_grants_what_all_checks_read_the_regions_and_no_more(deploy: Deploy) -> None:
    catalog = load()
    rules = every_rule(catalog)
    *reading, regions = [statement for policy in deploy()["managed"] for statement in policy["Statement"]]
    whole = documents([*scanner_statements(catalog, rules, "aws"), regions])
    assert [*reading, regions] == [statement for policy in whole for statement in policy["Statement"]]
    assert regions == {
        "Sid": "MusterFindsRegions",
        "Effect": "Allow",
        "Action": ["ec2:DescribeRegions"],
        "Resource": "*",
    }
    granted = {action for statement in reading for action in statement["Action"]}
    assert granted == set(scanner_actions(catalog, rules))


def test_it_covers_what_the_stack_itself_may_read(template: Template, member: Template) -> None:
    stack = {
        action
        for role, statement in role_statements(template)
        if role == "ScanShardsRole" and str(statement["Sid"]).startswith("MusterReads")
        for action in statement["Action"]
    }
    assert stack
    assert stack <= {action for _, statement in role_statements(member) for action in statement["Action"]}


def test_it_only_reads(deploy: Deploy) -> None:
    granted = [statement for policy in deploy()["managed"] for statement in policy["Statement"]]
    verbs = {action.partition(":")[2] for statement in granted for action in statement["Action"]}
    # GenerateCredentialReport makes what GetCredentialReport reads, and changes nothing else.
    verbs.discard("GenerateCredentialReport")
    assert [verb for verb in verbs if not verb.startswith(("Describe", "GET", "Get", "List", "BatchGet"))] == []
    assert "GetObject" not in verbs


def test_no_policy_of_aws_is_attached(member: Template) -> None:
    properties = member["Resources"]["MemberRole"]["Properties"]
    made = [each["Properties"] for each in member["Resources"].values() if each["Type"] == "AWS::IAM::ManagedPolicy"]
    assert len(properties["ManagedPolicyArns"]) == len(made)
    assert managed(member, properties) == made


def test_the_policies_fit_into_a_role(deploy: Deploy) -> None:
    policies = deploy()["managed"]
    assert 0 < len(policies) <= ATTACHED
    assert [policy for policy in policies if size(policy) > LARGEST] == []


def test_the_named_roles_and_nobody_else_may_assume_it(deploy: Deploy) -> None:
    assert trust(deploy()) == [
        {"Effect": "Allow", "Principal": {"AWS": [PLANNER, SCANNER]}, "Action": "sts:AssumeRole"}
    ]


def test_the_external_id_is_demanded(deploy: Deploy) -> None:
    (statement,) = trust(deploy(ExternalId="our-own-id"))
    assert statement["Condition"] == {"StringEquals": {"sts:ExternalId": "our-own-id"}}
    assert statement["Principal"] == {"AWS": [PLANNER, SCANNER]}


def test_a_session_lasts_as_long_as_a_role_gets_from_a_role(deploy: Deploy) -> None:
    assert deploy()["role"]["MaxSessionDuration"] == 3600


def test_a_boundary_is_set_when_named(deploy: Deploy) -> None:
    boundary = "arn:aws:iam::444455556666:policy/Boundary"
    assert deploy(PermissionsBoundaryArn=boundary)["role"]["PermissionsBoundary"]["PermissionsBoundaryArn"] == boundary


def test_no_boundary_is_set_when_none_is_named(deploy: Deploy) -> None:
    assert "PermissionsBoundary" not in deploy()["role"]


def test_the_outputs_are_what_the_stack_asks_for(deploy: Deploy, source: Template) -> None:
    made = deploy(RoleName="Reader", RolePath="/security/audit/")
    assert made["role"]["Path"] == "/security/audit/"
    assert made["outputs"]["RoleArn"] == made["role"]["Arn"]
    assert made["outputs"]["MemberRoleName"] == "security/audit/Reader"
    wanted = source["Parameters"]["MemberRoleName"]["AllowedPattern"]
    assert re.fullmatch(wanted, made["outputs"]["MemberRoleName"])


def test_the_stack_tells_who_is_to_be_trusted(source: Template, member: Template) -> None:
    told = re.findall(r"\w+RoleArn\b", member["Parameters"]["TrustedRoleArns"]["Description"])
    tagging = set(re.findall(r"\w+RoleArn\b", member["Parameters"]["TaggingRoleArn"]["Description"]))
    assert tagging == {"TaggingRoleArn"}
    assert set(told) == {name for name in source["Outputs"] if name.endswith("RoleArn")} - tagging


@pytest.mark.parametrize("name", ["ExternalId", "PermissionsBoundaryArn", "Environment", "ComplianceTagKey"])
def test_what_both_templates_ask_for_is_asked_alike(name: str, source: Template, member: Template) -> None:
    theirs = source["Parameters"]["MemberExternalId" if name == "ExternalId" else name]
    ours = member["Parameters"][name]
    assert [ours[key] for key in ("Default", "AllowedPattern")] == [
        theirs[key] for key in ("Default", "AllowedPattern")
    ]


@pytest.mark.parametrize(
    ("name", "value", "fits"),
    [
        ("TrustedRoleArns", PLANNER, True),
        ("TrustedRoleArns", SCANNER, True),
        ("TrustedRoleArns", "arn:aws-us-gov:iam::111122223333:role/muster", True),
        ("TrustedRoleArns", "*", False),
        ("TrustedRoleArns", "111122223333", False),
        ("TrustedRoleArns", "arn:aws:iam::111122223333:root", False),
        ("TrustedRoleArns", "arn:aws:iam::111122223333:role/*", False),
        ("TrustedRoleArns", "arn:aws:iam::111122223333:user/somebody", False),
        ("ExternalId", "", True),
        ("ExternalId", "x", False),
        ("ExternalId", "with space", False),
        ("RoleName", "a" * 65, False),
        ("RoleName", "security/Muster", False),
        ("RolePath", "/", True),
        ("RolePath", "/security/audit/", True),
        ("RolePath", "security/", False),
        ("RolePath", "/security", False),
    ],
)
def test_a_parameter_takes(name: str, value: str, fits: bool, member: Template) -> None:
    pattern = member["Parameters"][name]["AllowedPattern"]
    assert bool(re.fullmatch(pattern, value, re.ASCII)) is fits


def test_every_parameter_is_described_grouped_and_used(member: Template) -> None:
    grouped = member["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    assert {name for group in grouped for name in group["Parameters"]} == member["Parameters"].keys()
    for name, parameter in member["Parameters"].items():
        assert parameter.get("Description"), name
        assert parameter.get("ConstraintDescription"), name
        assert re.search(rf"!Ref {name}\b", TEXT), name


def test_only_who_is_trusted_has_no_default(member: Template) -> None:
    without = [name for name, parameter in member["Parameters"].items() if "Default" not in parameter]
    assert without == ["TrustedRoleArns"]


def test_no_account_region_or_partition_is_written_down() -> None:
    told = [line for line in TEXT.splitlines() if re.search(r"\b\d{12}\b|\b(us|eu|ap)-[a-z]+-\d\b|arn:aws:", line)]
    assert told == []
