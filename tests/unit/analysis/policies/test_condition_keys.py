"""The table of condition keys, against AWS's pages and against what the package names."""

import ast
import re
from pathlib import Path

import pytest

import muster
from muster.analysis.policies.condition_keys import Key, find, table
from muster.analysis.policies.conditions import met
from muster.analysis.policies.document import Condition

PAGE = (
    "aws:PrincipalArn",
    "aws:PrincipalAccount",
    "aws:PrincipalOrgPaths",
    "aws:PrincipalOrgID",
    "aws:PrincipalTag/*",
    "aws:PrincipalIsAWSService",
    "aws:PrincipalServiceName",
    "aws:PrincipalServiceNamesList",
    "aws:PrincipalType",
    "aws:userid",
    "aws:username",
    "aws:AssumedRoot",
    "aws:FederatedProvider",
    "aws:TokenIssueTime",
    "aws:SignInSessionArn",
    "aws:MultiFactorAuthAge",
    "aws:MultiFactorAuthPresent",
    "aws:ChatbotSourceArn",
    "aws:Ec2InstanceSourceVpc",
    "aws:Ec2InstanceSourcePrivateIPv4",
    "aws:SourceIdentity",
    "ec2:RoleDelivery",
    "ec2:SourceInstanceArn",
    "glue:RoleAssumedBy",
    "glue:CredentialIssuingService",
    "codebuild:BuildArn",
    "codebuild:ProjectArn",
    "lambda:SourceFunctionArn",
    "ssm:SourceInstanceArn",
    "identitystore:UserId",
    "aws:SourceIp",
    "aws:SourceVpc",
    "aws:SourceVpcArn",
    "aws:SourceVpce",
    "aws:VpceAccount",
    "aws:VpceOrgID",
    "aws:VpceOrgPaths",
    "aws:VpcSourceIp",
    "aws:ResourceAccount",
    "aws:ResourceOrgID",
    "aws:ResourceOrgPaths",
    "aws:ResourceTag/*",
    "aws:CalledVia",
    "aws:CalledViaFirst",
    "aws:CalledViaLast",
    "aws:CalledViaAWSMCP",
    "aws:ViaAWSService",
    "aws:ViaAWSMCPService",
    "aws:CurrentTime",
    "aws:EpochTime",
    "aws:referer",
    "aws:RequestedRegion",
    "aws:RequestTag/*",
    "aws:TagKeys",
    "aws:SecureTransport",
    "aws:SourceAccount",
    "aws:SourceArn",
    "aws:SourceOrgID",
    "aws:SourceOrgPaths",
    "aws:UserAgent",
    "aws:IsMcpServiceAction",
)
"""The keys of IAM's page, in its order, as it was on 2026-11-28.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

MULTIVALUED = {
    "aws:CalledVia",
    "aws:PrincipalOrgPaths",
    "aws:PrincipalServiceNamesList",
    "aws:ResourceOrgPaths",
    "aws:SourceOrgPaths",
    "aws:TagKeys",
    "aws:VpceOrgPaths",
}
"""Those that the page calls multivalued."""

SENSITIVE = (
    "aws:PrincipalAccount",
    "aws:PrincipalOrgID",
    "aws:ResourceAccount",
    "aws:ResourceOrgID",
    "aws:SourceAccount",
    "aws:SourceOrgID",
    "aws:SourceVpc",
    "aws:SourceVpce",
    "aws:VpceAccount",
    "aws:VpceOrgID",
)
"""Those for which the page knows no use of a wildcard."""


def global_keys() -> dict[str, Key]:
    return {key.name: key for key in table().values() if not key.service and key.name != "aws:SourceOwner"}


def test_the_table_holds_the_keys_of_iams_page_and_no_others() -> None:
    assert tuple(global_keys()) == PAGE


def test_keys_with_several_values_are_those_of_the_page() -> None:
    assert {name for name, key in global_keys().items() if key.many} == MULTIVALUED


@pytest.mark.parametrize("name", SENSITIVE)
def test_sensitive_keys_hold_a_request_to_something_unless_they_are_the_resources_own(name: str) -> None:
    assert bool(find(name).holds) is not name.startswith("aws:Resource")


@pytest.mark.parametrize("key", table().values(), ids=lambda key: key.name)
def test_each_row_is_in_words_that_the_evaluation_knows(key: Key) -> None:
    assert key.type in ("String", "ARN", "Bool", "Numeric", "Date", "IPAddress")
    assert key.sent_by in ("everybody", "signed", "principals", "services")
    assert key.given in ("", "internet", "endpoint", "organization")
    assert key.holds in ("", "account", "organization", "path", "arn", "vpc", "id", "userid", "address", "endpoint")
    assert key.whom in ("caller", "source", "network", "access point", "receiver") or not key.holds


@pytest.mark.parametrize(
    ("name", "listed"),
    [
        pytest.param("AWS:principalorgid", "aws:PrincipalOrgID", id="in other letters"),
        pytest.param("aws:PrincipalTag/Team", "aws:PrincipalTag/*", id="a tag"),
        pytest.param("kms:EncryptionContext:Project", "kms:EncryptionContext:*", id="an encryption context"),
        pytest.param("kms:RecipientAttestation:PCR3", "kms:RecipientAttestation:*", id="an attestation"),
        pytest.param("sns:Endpoint", "sns:Endpoint", id="of one service"),
    ],
)
def test_a_key_is_found(name: str, listed: str) -> None:
    assert find(name).name == listed


def test_a_key_that_the_table_does_not_hold_is_anybodys() -> None:
    key = find("acme:Colour")
    assert (key.holds, key.sent_by, key.carried("sqs:sendmessage")) == ("", "everybody", True)


@pytest.mark.parametrize(
    ("name", "action", "carried"),
    [
        pytest.param("sns:Endpoint", "sns:subscribe", True, id="the action of the key"),
        pytest.param("sns:Endpoint", "sns:publish", False, id="another action"),
        pytest.param("sns:Endpoint", "sns:*", False, id="what else a pattern matches"),
        pytest.param("sns:Endpoint", "sqs:sendmessage", False, id="another service"),
        pytest.param("kms:CallerAccount", "kms:*", True, id="any action of the service"),
        pytest.param("kms:CallerAccount", "*", True, id="any action of any service"),
        pytest.param("kms:CallerAccount", "sqs:*", False, id="any action of another service"),
        pytest.param("lambda:FunctionUrlAuthType", "lambda:invokefunctionurl", True, id="a function's URL"),
        pytest.param("lambda:FunctionUrlAuthType", "lambda:invokefunction", False, id="a function without its URL"),
        pytest.param("lambda:SourceFunctionArn", "s3:getobject", True, id="a service's key that others carry"),
    ],
)
def test_which_requests_carry_a_key(name: str, action: str, carried: bool) -> None:
    assert find(name).carried(action) is carried


_DOING = re.compile(r"\w+:(\*|put|get|delete|list|create|assume|update|add|invoke|decrypt|generate)", re.IGNORECASE)


def named_keys() -> set[str]:
    """Return the condition keys that modules which read policies name, in their code or their texts."""
    found = set()
    root = Path(muster.__file__).parent
    for path in root.rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        compares = re.search(
            r"policies\.document import .*\bCondition\b|policies\.(strangers|conditions|role_trust)\b", source
        )
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found |= set(re.findall(r"\baws:[A-Z]\w+", node.value))
                if compares and re.fullmatch(r"(aws|kms|s3|sns|sqs|sts|lambda|dynamodb|ec2):[\w./-]+", node.value):
                    found.add(node.value)
    return {key for key in found if not _DOING.match(key)}


def test_every_key_that_a_module_names_is_in_the_table() -> None:
    named = named_keys()
    assert {"aws:sourceaccount", "sts:externalid", "aws:SecureTransport"} <= named
    assert {key for key in named if find(key).name.lower() not in table()} == set()


def a(operator: str, *values: str, if_exists: bool = False) -> Condition:
    return Condition(operator, "aws:a", values, if_exists)


@pytest.mark.parametrize(
    ("condition", "said", "is_met"),
    [
        pytest.param(a("stringequals", "x", "y"), ["y"], True, id="one of two"),
        pytest.param(a("stringequals", "x"), ["X"], False, id="other letters"),
        pytest.param(a("stringequals", "x"), None, False, id="no key"),
        pytest.param(a("stringequals", "x", if_exists=True), None, True, id="if it exists"),
        pytest.param(a("stringnotequals", "x", "y"), ["y"], False, id="neither"),
        pytest.param(a("stringnotequals", "x"), None, True, id="not, without key"),
        pytest.param(a("foranyvalue:stringnotequals", "x"), None, False, id="any"),
        pytest.param(a("forallvalues:stringequals", "x"), [], True, id="all"),
        pytest.param(a("forallvalues:stringequals", "x"), ["x", "y"], False, id="not all"),
        pytest.param(a("foranyvalue:stringequals", "x"), ["x", "y"], True, id="any of two"),
        pytest.param(
            Condition("stringequals", "aws:tagkeys", ("x",), if_exists=False), ["x"], None, id="no set operator"
        ),
        pytest.param(
            Condition("stringequals", "aws:tagkeys", ("x",), if_exists=False), ["y"], False, id="nothing alike"
        ),
        pytest.param(a("stringequals", "${aws:b}"), ["x"], None, id="a variable"),
        pytest.param(a("stringequals", "${*}"), ["*"], True, id="a star in letters"),
        pytest.param(a("stringequals"), ["x"], None, id="no value"),
        pytest.param(a("stringresembles", "x"), ["x"], None, id="no operator"),
        pytest.param(a("null", "true"), None, True, id="it must not be there"),
        pytest.param(a("null", "false"), ["x"], True, id="it must be there"),
        pytest.param(a("numericlessthan", "1.2"), ["1.1"], True, id="less"),
        pytest.param(a("numericgreaterthanequals", "9"), ["10"], True, id="number"),
        pytest.param(a("numericnotequals", "9"), ["9.0"], False, id="equal numbers"),
        pytest.param(
            a("datelessthan", "2026-01-01T00:00:00Z"),
            ["1700000000"],
            True,
            id="date",
        ),
        pytest.param(a("bool", "TRUE"), ["true"], True, id="a word for truth"),
        pytest.param(a("ipaddress", "10.0.0.0/8"), ["10.1.1.1"], True, id="inside"),
        pytest.param(a("notipaddress", "10.0.0.0/8"), ["::1"], True, id="outside"),
        pytest.param(a("ipaddress", "here"), ["10.1.1.1"], None, id="no address"),
        pytest.param(
            a("arnlike", "arn:aws:sns:*:1:t"),
            ["arn:aws:sns:a:1:t"],
            True,
            id="ARN",
        ),
        pytest.param(a("arnlike", "arn:aws:*:1:t"), ["arn:aws:sns:a:1:t"], True, id="short"),
        pytest.param(
            a("arnlike", "arn:*:sns:*:1:t:x"),
            ["arn:aws:x:sns:1:1:t:x"],
            False,
            id="no star crosses a colon",
        ),
    ],
)
def test_a_condition_is_met_as_iam_documents_it(
    condition: Condition, said: list[str] | None, is_met: bool | None
) -> None:
    assert met(condition, said) is is_met
