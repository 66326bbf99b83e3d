"""Taking answers apart: what nobody takes becomes an obstacle."""

import re

from hypothesis import given
from hypothesis import strategies as st

from muster.model.finding import Resource, Unavailable
from muster.properties.consuming import Part, Sections, logical_id, own_tags, without
from muster.properties.conversion import Obstacle, TemplateResource
from muster.snapshots.snapshot import Snapshot

SITE = Resource("AWS::S3::Bucket", "site", "123456789012", "eu-west-1")
MADE = TemplateResource("AWS::S3::Bucket", "site", {})


def settings(part: Part) -> list[str]:
    return [each.setting for each in part.obstacles()]


def test_what_was_taken_dropped_or_copied_is_no_obstacle() -> None:
    part = Part("rule", {"ID": "a", "Status": "Enabled", "Owner": "me", "Days": 3})
    assert part.copy("Status", ID="Id", Prefix="Prefix") == {"Status": "Enabled", "Id": "a"}
    assert part.take("Days") == 3
    part.drop("Owner")
    assert settings(part) == []


def test_what_nobody_took_is_an_obstacle_with_its_path_however_deep() -> None:
    part = Part("lifecycle", {"Rules": [{"ID": "a"}, {"ID": "b", "Filter": {"Prefix": "x", "Newer": 1}}]})
    for rule in part.parts("Rules"):
        rule.copy("ID")
        rule.part("Filter").copy("Prefix")
    assert settings(part) == ["lifecycle.Rules[1].Filter.Newer"]


def test_an_empty_structure_or_false_that_nobody_took_is_an_obstacle_too() -> None:
    assert settings(Part("n", {"EventBridge": {}, "On": False, "Size": 0})) == ["n.EventBridge", "n.On", "n.Size"]


def test_members_without_a_value_are_no_obstacles() -> None:
    assert settings(Part("n", {"Rules": [], "Word": None})) == []


def test_a_refused_member_is_an_obstacle_only_where_it_is_set() -> None:
    part = Part("logging", {"TargetGrants": [], "Other": ["x"]})
    part.refuse("TargetGrants", "no property")
    part.refuse("Other", "no property")
    assert list(part.obstacles()) == [Obstacle("logging.Other", "no property")]


def test_a_section_that_was_not_read_is_an_obstacle_even_if_nobody_asks_for_it() -> None:
    snapshot = Snapshot(SITE, {"tags": Unavailable("s3:GetBucketTagging", "access denied"), "cors": None})
    conversion = Sections(snapshot).conversion(MADE)
    assert conversion.obstacles == (Obstacle("tags", "could not be read: access denied"),)
    assert conversion.resources == (MADE,)


def test_a_section_that_the_form_lacks_is_an_obstacle_once_asked_for() -> None:
    sections = Sections(Snapshot(SITE))
    assert not sections.part("tags")
    assert not sections.part("tags")
    assert [each.setting for each in sections.conversion(MADE).obstacles] == ["tags"]


def test_a_section_that_nobody_takes_is_an_obstacle() -> None:
    conversion = Sections(Snapshot(SITE, {"new": {"Setting": 1}})).conversion(MADE)
    assert [each.setting for each in conversion.obstacles] == ["new.Setting"]


def test_a_resource_that_does_not_exist_becomes_nothing() -> None:
    conversion = Sections(Snapshot(SITE, exists=False)).conversion(MADE)
    assert conversion.resources == ()
    assert [each.reason for each in conversion.obstacles] == ["the resource does not exist"]


def test_tags_of_aws_are_left_out_whatever_their_case() -> None:
    tags = [{"Key": "aws:cloudformation:stack-name", "Value": "s"}, {"Key": "AWS:x", "Value": ""}]
    assert own_tags([*tags, {"Key": "awsome", "Value": "1"}]) == [{"Key": "awsome", "Value": "1"}]
    assert own_tags([{"TagKey": "a", "TagValue": "b"}], "TagKey", "TagValue") == [{"Key": "a", "Value": "b"}]
    assert own_tags(None) == []


def test_unset_properties_are_left_out_and_false_and_zero_are_not() -> None:
    assert without({"a": None, "b": [], "c": {}, "d": False, "e": 0, "f": ""}) == {"d": False, "e": 0, "f": ""}


def test_names_with_the_same_letters_have_logical_ids_of_their_own() -> None:
    assert len({logical_id(name) for name in ("a.b", "a-b", "ab", "A.B", "a_b")}) == 5


@given(st.text(min_size=1))
def test_a_logical_id_has_letters_and_digits_only(name: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9]{1,255}", logical_id(name))
