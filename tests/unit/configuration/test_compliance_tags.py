"""muster.yaml: the key `compliance_tags`, what it becomes, and what is said of its mistakes."""

import pytest

from muster.catalog import catalog
from muster.configuration import Configuration, parse
from muster.configuration.compliance_tags import ComplianceTags, taggable
from muster.errors import ConfigurationError
from muster.model.finding import Severity

CATALOG = catalog.load()
EVERYTHING = """
compliance_tags:
  key: audit:state
  failed: "no"
  passed: "yes"
  types: [AWS::S3::Bucket, AWS::EC2::Instance]
  checks: [ec2-instance-imdsv2-required]
  packs: [s3-compliance]
  severity: MEDIUM
"""


def refused(text: str) -> str:
    with pytest.raises(ConfigurationError) as raised:
        parse(text, CATALOG)
    return str(raised.value)


def test_an_empty_file_has_the_default() -> None:
    assert parse("", CATALOG).compliance_tags == ComplianceTags(
        key="compliance-status", failed="failed", passed="", types=("AWS::S3::Bucket",), checks=(), packs=()
    )


def test_everything_that_can_be_written() -> None:
    assert parse(EVERYTHING, CATALOG).compliance_tags == ComplianceTags(
        "audit:state", "no", "yes", ("AWS::S3::Bucket", "AWS::EC2::Instance"), ("ec2-instance-imdsv2-required",),
        ("s3-compliance",), Severity.MEDIUM,
    )  # fmt: skip


@pytest.mark.parametrize("text", ["", EVERYTHING, "compliance_tags: {passed: remove}"])
def test_it_survives_the_way_through_the_plan(text: str) -> None:
    read = parse(text, CATALOG)
    assert Configuration.from_json(read.to_json()) == read


def test_remove_takes_the_tag_off() -> None:
    assert parse("compliance_tags: {passed: remove}", CATALOG).compliance_tags.passed == ""


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("compliance_tags: {key: aws:x}", "does not begin with aws:", id="AWS's own key"),
        pytest.param("compliance_tags: {key: AWS:x}", "does not begin with aws:", id="in capitals too"),
        pytest.param("compliance_tags: {key: 'a*b'}", "'a*b' is not a tag key", id="a character that no tag has"),
        pytest.param("compliance_tags: {key: ''}", "is not a tag key", id="no key"),
        pytest.param(f"compliance_tags: {{key: {'k' * 129}}}", "is longer than 128 characters", id="a long key"),
        pytest.param(f"compliance_tags: {{failed: {'v' * 257}}}", "is longer than 256 characters", id="a long value"),
        pytest.param("compliance_tags: {failed: no}", "write it in quotes: 'no'", id="no text to YAML"),
        pytest.param("compliance_tags: {types: []}", "types: the list is empty", id="no type"),
        pytest.param("compliance_tags: {types: [AWS::S3::Buckt]}", "did you mean AWS::S3::Bucket?", id="a slip"),
        pytest.param("compliance_tags: {types: [AWS::IAM::Group]}", "type that can have the compliance tag",
                     id="a type without tags"),
        pytest.param("compliance_tags: {checks: [nope]}", "nope is not a check", id="no such check"),
        pytest.param("compliance_tags: {packs: [nope]}", "nope is not a pack", id="no such pack"),
        pytest.param("compliance_tags: {severity: HUGE}", "HUGE is not a severity", id="no such severity"),
        pytest.param("compliance_tags: {value: x}", "value is not a key", id="no such key"),
        pytest.param("compliance_tags: {failed: x, passed: x}", "failed and passed are both 'x'", id="one value"),
        pytest.param("compliance_tags: {passed: failed}", "failed and passed are both 'failed'", id="the default's"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_line(text: str, says: str) -> None:
    said = refused(f"\n\n{text}")
    assert said.startswith("muster.yaml:3: compliance_tags")
    assert says in said


def test_groups_and_subscriptions_have_no_tags() -> None:
    types = taggable(CATALOG.listers)
    assert "AWS::S3::Bucket" in types
    assert not {"AWS::IAM::Group", "AWS::SNS::Subscription"} & set(types)
