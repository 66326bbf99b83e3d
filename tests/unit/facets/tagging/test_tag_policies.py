"""Tag policies, as organizations write them and as they are in force."""

import json
from typing import Any

import pytest

from muster.facets.tagging.tag_policies import EffectiveTagPolicy, RequiredTags, TagRule
from muster.model.finding import Unknown


def effective(content: Any) -> EffectiveTagPolicy:
    text = content if isinstance(content, str) else json.dumps(content)
    return EffectiveTagPolicy.parse({"EffectivePolicy": {"PolicyContent": text, "PolicyType": "TAG_POLICY"}})


@pytest.mark.parametrize(
    ("content", "rules"),
    [
        pytest.param({"tags": {}}, (), id="no keys"),
        pytest.param({}, (), id="nothing"),
        pytest.param(
            {"tags": {"costcenter": {"tag_key": "CostCenter", "tag_value": ["100", "200*"]}}},
            (TagRule("CostCenter", ("100", "200*")),),
            id="in force",
        ),
        pytest.param(
            {
                "tags": {
                    "costcenter": {
                        "tag_key": {"@@assign": "CostCenter"},
                        "tag_value": {"@@assign": ["100"]},
                        "enforced_for": {"@@assign": ["ec2:ALL_SUPPORTED"]},
                    }
                }
            },
            (TagRule("CostCenter", ("100",)),),
            id="as it is written",
        ),
        pytest.param({"tags": {"Owner": {}}}, (TagRule("owner", ()),), id="small letters unless it says otherwise"),
        pytest.param({"tags": {"owner": {"tag_value": []}}}, (TagRule("owner", ()),), id="any value"),
        pytest.param({"tags": {"owner": {"tag_value": "web"}}}, (TagRule("owner", ("web",)),), id="one value"),
        pytest.param(
            {"tags": {"a": {"tag_key": "A"}, "b": {"tag_key": "B=🦊"}}},
            (TagRule("A", ()), TagRule("B=🦊", ())),
            id="two",
        ),
        pytest.param(
            {"tags": {"@@operators_allowed_for_child_policies": ["@@none"], "a": {"tag_key": "A"}}},
            (TagRule("A", ()),),
            id="operators are no keys",
        ),
    ],
)
def test_an_effective_policy_is_parsed(content: Any, rules: tuple[TagRule, ...]) -> None:
    assert effective(content).rules == rules


@pytest.mark.parametrize("answer", [{}, {"EffectivePolicy": {}}, {"EffectivePolicy": None}])
def test_no_policy_has_no_rules(answer: dict[str, Any]) -> None:
    assert EffectiveTagPolicy.parse(answer).rules == ()


@pytest.mark.parametrize(
    "content",
    ["{", "[]", '"tags"', {"tags": ["CostCenter"]}, {"tags": {"a": "A"}}, {"tags": {"a": {"tag_value": [1]}}}],
)
def test_a_policy_of_another_shape_is_unknown_and_not_empty(content: Any) -> None:
    found = effective(content).rules
    assert isinstance(found, Unknown)
    assert "tag policy cannot be parsed" in found.reason


def test_required_tags_are_by_the_type_in_cloudformations_spelling() -> None:
    items = [
        {
            "ResourceType": "ec2:instance",
            "CloudFormationResourceTypes": ["AWS::EC2::Instance"],
            "ReportingTagKeys": ["Owner"],
        },
        {"ResourceType": "odd:thing", "ReportingTagKeys": ["Owner"]},
        {
            "ResourceType": "ec2:fleet",
            "CloudFormationResourceTypes": ["AWS::EC2::EC2Fleet", "AWS::EC2::Instance"],
            "ReportingTagKeys": ["Owner", "CostCenter"],
        },
        {"ResourceType": "sqs:queue", "CloudFormationResourceTypes": ["AWS::SQS::Queue"]},
    ]
    assert RequiredTags.parse({"RequiredTags": items}).by_type == {
        "AWS::EC2::Instance": ("Owner", "CostCenter"),
        "AWS::EC2::EC2Fleet": ("Owner", "CostCenter"),
        "AWS::SQS::Queue": (),
    }


@pytest.mark.parametrize("answer", [{}, {"RequiredTags": []}, {"RequiredTags": None}])
def test_where_nothing_is_required_there_is_nothing(answer: dict[str, Any]) -> None:
    assert RequiredTags.parse(answer) == RequiredTags()
