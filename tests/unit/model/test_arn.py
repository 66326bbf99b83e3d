"""One parser for ARNs: their parts, the names in their resources, and nothing for what is not an ARN."""

import ast
import re
from pathlib import Path

import pytest

import muster
from muster.model.arn import Arn, ArnForm, account_of, parts

PACKAGE = Path(muster.__file__).parent


@pytest.mark.parametrize(
    ("text", "arn", "path"),
    [
        pytest.param(
            "arn:aws:sns:eu-west-1:111122223333:alerts",
            Arn("aws", "sns", "eu-west-1", "111122223333", "alerts"),
            ("alerts",),
            id="no type in the resource",
        ),
        pytest.param(
            "arn:aws-cn:s3:::bucket/folder/key:1",
            Arn("aws-cn", "s3", "", "", "bucket/folder/key:1"),
            ("bucket", "folder", "key", "1"),
            id="no account, a colon in a key, another partition",
        ),
        pytest.param(
            "arn:aws:iam::111122223333:role/service-role/scan",
            Arn("aws", "iam", "", "111122223333", "role/service-role/scan"),
            ("role", "service-role", "scan"),
            id="slashes",
        ),
        pytest.param(
            "arn:aws-us-gov:lambda:us-gov-west-1:111122223333:function:resize:7",
            Arn("aws-us-gov", "lambda", "us-gov-west-1", "111122223333", "function:resize:7"),
            ("function", "resize", "7"),
            id="colons",
        ),
        pytest.param("arn:*:s3:::*", Arn("*", "s3", "", "", "*"), ("*",), id="a pattern of ARNs"),
    ],
)
def test_an_arn_has_five_parts_and_a_path(text: str, arn: Arn, path: tuple[str, ...]) -> None:
    assert Arn.parse(text) == Arn.of(text) == arn
    assert arn.path == path
    assert arn.name == path[-1]
    assert account_of(text) == arn.account


@pytest.mark.parametrize(
    "text", ["", "*", "bucket", "arn:aws:s3", "arn:aws:s3::", "1:2:3:4:5:6", "PendingConfirmation"]
)
def test_any_other_text_is_not_an_arn(text: str) -> None:
    assert Arn.parse(text) is None
    assert account_of(text) == ""
    with pytest.raises(ValueError, match="is not an ARN"):
        Arn.of(text)


def test_a_pattern_may_have_fewer_parts_than_an_arn() -> None:
    assert parts("arn:aws:s3*") == ["arn", "aws", "s3*"]


def test_no_other_module_takes_arns_apart() -> None:
    def splits(node: ast.AST) -> bool:
        return (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in ("split", "rsplit")
            and [each.value for each in node.args[:1] if isinstance(each, ast.Constant)] == [":"]
        )

    def matches(node: ast.AST) -> bool:
        return (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and bool(re.match(r".*arn:\S*[\[(]", node.value))
        )

    # A shape that a file or an event must have, and ARNs looked for within longer texts.
    others = {
        "configuration/schema.py",
        "configuration/alert_schema.py",
        "stack/documents/events.py",
        "sdk/denial.py",
        "analysis/secrets/detection.py",
        "migration/translating.py",
        "migration/template/moving.py",
    }
    found = {
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        if any(splits(node) or matches(node) for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    }
    assert found - others == {"model/arn.py"}


def test_an_id_of_two_parts_is_the_parent_and_the_name() -> None:
    form = ArnForm("apigateway:{region}::/restapis/{parent}/stages/{id}")
    arn = "arn:aws:apigateway:eu-west-1::/restapis/a1b2/stages/$default"
    assert form.arn("aws", "eu-west-1", "111122223333", "a1b2/$default") == arn
    named = form.named("AWS::ApiGateway::Stage", arn)
    assert named is not None
    assert (named.id, named.region, named.account_id) == ("a1b2/$default", "eu-west-1", "")
    assert form.shape("aws") == "arn:aws:apigateway:REGION::/restapis/PARENT-ID/stages/ID"
    assert form.named("AWS::ApiGateway::Stage", "arn:aws:apigateway:eu-west-1::/restapis/a1b2") is None
