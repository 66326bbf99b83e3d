"""What an organization's tag policy asks of a resource."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.checks.tagging.tag_policy import tags_follow_organization_policy
from muster.facets.tagging.tag_policies import EffectiveTagPolicy, RequiredTags, TagRule
from muster.facets.tagging.tags import Tags
from muster.model.finding import Resource, Status, Unknown, UnknownField

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
QUEUE = Resource("AWS::SQS::Queue", "orders", "123456789012", "eu-west-1")
COST = TagRule("CostCenter", ("100", "2*"))
OWNER = TagRule("Owner", ())
NONE = RequiredTags()
NEEDED = RequiredTags({"AWS::SQS::Queue": ("CostCenter",), "AWS::EC2::Instance": ("Owner", "CostCenter")})


@pytest.mark.parametrize(
    ("own", "rules", "required", "status", "reason"),
    [
        pytest.param({}, (), NONE, NA, "The account has no effective tag policy", id="no policy"),
        pytest.param({}, (COST,), NONE, C, "The resource has no tag that the policy names", id="never tagged"),
        pytest.param({"Team": "x"}, (COST,), NONE, C, "", id="other keys"),
        pytest.param({"CostCenter": "100"}, (COST,), NONE, C, "Follows the tag policy: CostCenter", id="a value of it"),
        pytest.param({"CostCenter": "250"}, (COST,), NONE, C, "", id="a value by its wildcard"),
        pytest.param({"CostCenter": "2"}, (COST,), NONE, C, "", id="a wildcard may stand for nothing"),
        pytest.param(
            {"CostCenter": "300"},
            (COST,),
            NONE,
            N,
            "Tag CostCenter is '300'; the tag policy allows 100 or 2*",
            id="another value",
        ),
        pytest.param({"CostCenter": "1000"}, (COST,), NONE, N, "", id="a value that begins like one"),
        pytest.param({"CostCenter": ""}, (COST,), NONE, N, "", id="an empty value"),
        pytest.param({"Owner": ""}, (OWNER,), NONE, C, "", id="an empty value where any is allowed"),
        pytest.param({"Stage": "Live"}, (TagRule("Stage", ("live",)),), NONE, N, "", id="values are in exact case"),
        pytest.param({"Host": "a.c"}, (TagRule("Host", ("a.c",)),), NONE, C, "", id="a dot is a dot"),
        pytest.param({"Host": "abc"}, (TagRule("Host", ("a.c",)),), NONE, N, "", id="and nothing else"),
        pytest.param({"Host": "db-eu-1"}, (TagRule("Host", ("db-*-1",)),), NONE, C, "", id="a wildcard inside"),
        pytest.param(
            {"costcenter": "100"},
            (COST,),
            NONE,
            N,
            "Tag key costcenter is spelled CostCenter in the tag policy",
            id="another capitalisation",
        ),
        pytest.param(
            {"COSTCENTER": "9", "CostCenter": "100"},
            (COST,),
            NONE,
            N,
            "Tag key COSTCENTER is spelled CostCenter in the tag policy; tag COSTCENTER is '9'; the "
            "tag policy allows 100 or 2*",
            id="both spellings",
        ),
        pytest.param({"aws:costcenter": "9"}, (TagRule("aws:CostCenter", ()),), NONE, C, "", id="AWS's own keys"),
        pytest.param(
            {},
            (),
            NEEDED,
            N,
            "Tag CostCenter is missing; the tag policy requires it for AWS::SQS::Queue",
            id="a required key is missing",
        ),
        pytest.param({"CostCenter": "7"}, (), NEEDED, C, "", id="it is there"),
        pytest.param({"costcenter": "7"}, (), NEEDED, N, "", id="in other letters it is not"),
        pytest.param({"aws:CostCenter": "7"}, (), NEEDED, N, "", id="AWS's is not"),
        pytest.param(
            {},
            (COST,),
            RequiredTags({"AWS::EC2::Instance": ("CostCenter",)}),
            C,
            "",
            id="required of another type only",
        ),
        pytest.param(
            {},
            (),
            RequiredTags({"AWS::EC2::Instance": ("CostCenter",)}),
            NA,
            "",
            id="a policy that says nothing of this type",
        ),
        pytest.param(
            {"CostCenter": "9"},
            (COST, OWNER),
            RequiredTags({"AWS::SQS::Queue": ("Owner",)}),
            N,
            "",
            id="all that is wrong",
        ),
    ],
)
def test_tags_follow_organization_policy(
    own: dict[str, str], rules: tuple[TagRule, ...], required: RequiredTags, status: Status, reason: str
) -> None:
    verdict = tags_follow_organization_policy(QUEUE, Tags(own), EffectiveTagPolicy(rules), required)
    assert verdict.status is status
    assert reason in ("", verdict.reason)


def test_a_policy_that_cannot_be_understood_is_no_verdict() -> None:
    with pytest.raises(UnknownField, match="no JSON"):
        tags_follow_organization_policy(QUEUE, Tags(), EffectiveTagPolicy(Unknown("no JSON")), NONE)


texts = st.text(alphabet="abAB1", max_size=3)
tagged = st.dictionaries(texts, texts, max_size=4)
ruled = st.lists(st.builds(TagRule, texts, st.lists(texts, max_size=2).map(tuple)), max_size=3)


@given(tagged, ruled, st.builds(TagRule, texts, st.lists(texts, max_size=2).map(tuple)))
def test_a_further_rule_never_excuses(own: dict[str, str], rules: list[TagRule], more: TagRule) -> None:
    was, now = (
        tags_follow_organization_policy(QUEUE, Tags(own), EffectiveTagPolicy(tuple(each)), NONE).status
        for each in (rules, [*rules, more])
    )
    assert not (was is N and now is not N)
