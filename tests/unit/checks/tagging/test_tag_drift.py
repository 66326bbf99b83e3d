"""Tags that were meant well."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.catalog import catalog, controls
from muster.checks.tagging.tag_drift import tag_keys_spelled_alike, tag_values_agree, tagged, tags_agree_with_parent
from muster.checks.tagging.tags import required_tags
from muster.facets.tagging.tags import ParentTags, TagParents, Tags
from muster.model.check import Check
from muster.model.finding import Related, Status, Unavailable, UnknownField

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("tags", "status", "says"),
    [
        pytest.param({"Owner": "web"}, C, "The resource has 1 tag: Owner", id="one tag"),
        pytest.param(
            {f"k{n}": "" for n in range(7)}, C, "The resource has 7 tags: k0, k1, k2, k3, k4 and 2 more", id="many"
        ),
        pytest.param({}, N, "The resource has no tags", id="never tagged"),
        pytest.param(
            {"aws:cloudformation:stack-name": "x"},
            N,
            "The resource has no tags except those of AWS (aws:cloudformation:stack-name)",
            id="tags of AWS are nobody's",
        ),
        pytest.param({"Owner": ""}, C, "", id="a key without a value is a tag"),
    ],
)
def test_tagged(tags: Mapping[str, str], status: Status, says: str) -> None:
    verdict = tagged(Tags(tags))
    assert verdict.status is status
    assert says in ("", verdict.reason)


@pytest.mark.parametrize("check", [tagged, required_tags], ids=lambda check: check.id)
def test_every_control_of_tags_is_cited_whose_type_is_judged(check: Check) -> None:
    book = controls.load()
    judged = set(catalog.load().resource_types(check))
    wanted = {name for name in book.frameworks["tagging"].controls if book.by_id[name].resource_types & judged}
    assert {name for _, name in controls.cited(check)} == wanted


@pytest.mark.parametrize(
    ("tags", "status", "says"),
    [
        pytest.param(
            {"CostCenter": "1", "Owner": "web"},
            C,
            "No tag key is another spelling of Environment, Owner, CostCenter, Project",
            id="as it should be",
        ),
        pytest.param({}, C, "", id="no tags at all"),
        pytest.param({"costcenter": "1"}, N, "Tag key costcenter should be CostCenter", id="another case"),
        pytest.param({"Cost Center": "1"}, N, "", id="a blank"),
        pytest.param({"cost_center": "1"}, N, "", id="an underscore"),
        pytest.param({"cost-center": "1"}, N, "", id="a hyphen"),
        pytest.param(
            {"costcenter": "1", "CostCenter": "2"},
            N,
            "Tag key costcenter should be CostCenter (CostCenter also exists, with the value '2')",
            id="both",
        ),
        pytest.param({"OWNER": "a", "owner": "b"}, N, "", id="two"),
        pytest.param(
            {"CostCenters": "1"},
            C,
            "No tag key is another spelling of Environment, Owner, CostCenter, Project",
            id="another word",
        ),
        pytest.param({"aws:owner": "1"}, C, "", id="AWS's own keys are left alone"),
    ],
)
def test_keys_spelled_alike(tags: Mapping[str, str], status: Status, says: str) -> None:
    verdict = tag_keys_spelled_alike(Tags(tags))
    assert verdict.status is status
    assert verdict.reason.startswith(says)


def test_a_spelling_that_is_accepted_is_not_misspelled() -> None:
    tags = Tags({"cost-center": "x", "costcenter": "y"})
    verdict = tag_keys_spelled_alike(tags, keys=("CostCenter",), spellings={"CostCenter": ("cost-center",)})
    assert verdict.reason == "Tag key costcenter should be CostCenter"


def test_keys_that_differ_only_so_may_both_be_wanted() -> None:
    assert tag_keys_spelled_alike(Tags({"owner": "a", "Owner": "b"}), keys=("Owner", "owner")).status is C
    assert ("Tag key OWNER should be Owner") in tag_keys_spelled_alike(
        Tags({"OWNER": ""}), keys=("Owner", "owner")
    ).reason


AGREEMENTS = {"Environment=prod*": {"Backup": ("daily", "hourly"), "Owner": ("*",)}, "Public": {"Reviewed": ("20*",)}}


@pytest.mark.parametrize(
    ("tags", "status", "says"),
    [
        pytest.param(
            {"Environment": "dev"}, NA, "The resource has none of Environment=prod*, Public", id="nothing is asked"
        ),
        pytest.param(
            {"Environment": "production", "Backup": "daily", "Owner": "x"}, C, "Tag Environment=prod* agrees", id="so"
        ),
        pytest.param(
            {"Environment": "prod", "Backup": "never", "Owner": "x"},
            N,
            "With Environment=prod*, tag Backup must be daily or hourly, but it is 'never'",
            id="a value that does not fit",
        ),
        pytest.param(
            {"Environment": "prod", "Backup": "daily"},
            N,
            "With Environment=prod*, tag Owner must be *, but it is missing",
            id="a tag that is not there",
        ),
        pytest.param({"Public": "", "Reviewed": "2026"}, C, "Tag Public agrees with Reviewed", id="whatever the value"),
        pytest.param(
            {"Public": "yes", "Reviewed": "no"},
            N,
            "With Public, tag Reviewed must be 20*, but it is 'no'",
            id="the other one",
        ),
        pytest.param(
            {"Environment": "Prod", "Backup": "x"},
            NA,
            "The resource has none of Environment=prod*, Public",
            id="values are compared in exact case",
        ),
    ],
)
def test_values_agree(tags: Mapping[str, str], status: Status, says: str) -> None:
    verdict = tag_values_agree(Tags(tags), agreements=AGREEMENTS)
    assert verdict.status is status
    assert verdict.reason.startswith(says)


def test_nothing_is_asked_of_values_before_somebody_says_what() -> None:
    verdict = tag_values_agree(Tags({"Owner": "x"}))
    assert (verdict.status, "agreements" in verdict.reason) == (NA, True)


def agrees(tags: Mapping[str, str], **parents: Mapping[str, str] | Unavailable) -> tuple[Status, str]:
    named = {name.replace("_", "-"): values for name, values in parents.items()}
    related = Related({
        name: values if isinstance(values, Unavailable) else ParentTags(values) for name, values in named.items()
    })  # fmt: skip
    verdict = tags_agree_with_parent(Tags(tags), TagParents(tuple(named)), related)
    return verdict.status, verdict.reason


def test_a_child_has_the_owner_of_its_parent() -> None:
    assert agrees({"Owner": "web"}, i_1={"Owner": "web", "Project": "x"}) == (C, "The tags agree with i-1")
    assert agrees({"Owner": "data"}, i_1={"Owner": "web"}) == (N, "Tag Owner is 'data' (i-1 has 'web')")
    assert agrees({}, i_1={"Owner": "web", "CostCenter": "1"}) == (
        N,
        "Tag Owner is missing (i-1 has 'web'); tag CostCenter is missing (i-1 has '1')",
    )
    assert agrees({"Owner": "x"}) == (NA, "The resource has no parent")
    assert agrees({"Owner": "x"}, i_1={"Project": "y"}) == (NA, ("Parent i-1 has none of the tags Owner, CostCenter"))


def test_a_volume_of_several_instances_agrees_with_each() -> None:
    assert agrees({"Owner": "web"}, i_1={"Owner": "web"}, i_2={"Owner": "data"})[1] == (
        "Tag Owner is 'web' (i-2 has 'data')"
    )


def test_a_parent_that_cannot_be_read_leaves_it_unanswered() -> None:
    with pytest.raises(UnknownField):
        agrees({"Owner": "web"}, i_1={"Owner": "web"}, i_2=Unavailable("ec2:DescribeTags", "denied"))


@pytest.mark.parametrize(
    ("item", "ids"),
    [
        pytest.param({"VolumeId": "vol-1", "SnapshotId": "snap-1", "Attachments": []}, (), id="a volume on its own"),
        pytest.param(
            {"VolumeId": "vol-1", "Attachments": [{"InstanceId": "i-1"}, {"InstanceId": "i-2"}]},
            ("i-1", "i-2"),
            id="a volume of two instances",
        ),
        pytest.param({"VolumeId": "vol-1", "Attachments": [{"State": "attaching"}]}, (), id="of AWS's own"),
        pytest.param(
            {"SnapshotId": "snap-1", "VolumeId": "vol-1", "StartTime": "2026-11-21"}, ("vol-1",), id="a snapshot"
        ),
        pytest.param(
            {"SnapshotId": "snap-1", "VolumeId": "vol-ffffffff", "StartTime": "2026-11-21"}, (), id="a snapshot's copy"
        ),
        pytest.param({"NetworkInterfaceId": "eni-1", "Attachment": {"InstanceId": "i-1"}}, ("i-1",), id="an interface"),
        pytest.param({"NetworkInterfaceId": "eni-1", "Attachment": None}, (), id="an interface on its own"),
        pytest.param(
            {"NetworkInterfaceId": "eni-1", "Attachment": {"InstanceOwnerId": "amazon-aws"}},
            (),
            id="an interface of no instance",
        ),
        pytest.param({}, (), id="nothing"),
    ],
)
def test_what_a_thing_belongs_to(item: Mapping[str, object], ids: tuple[str, ...]) -> None:
    assert TagParents.parse(item) == TagParents(ids)


@pytest.mark.parametrize(
    ("owner", "holder", "found"),
    [
        pytest.param("123456789012", "123456789012", TagParents(("i-1",)), id="of the same account"),
        pytest.param("123456789012", "111122223333", TagParents((), ("i-1 of 111122223333",)), id="of another account"),
        pytest.param(None, "111122223333", TagParents(("i-1",)), id="of an account AWS did not say"),
        pytest.param("123456789012", None, TagParents(("i-1",)), id="attached to one of an account AWS did not say"),
    ],
)
def test_an_instance_of_another_account_is_told_apart(owner: str | None, holder: str | None, found: TagParents) -> None:
    attachment = {"InstanceId": "i-1", "InstanceOwnerId": holder}
    assert TagParents.parse({"OwnerId": owner, "Attachment": attachment}) == found


def test_what_belongs_to_another_account_is_not_said_to_belong_to_nothing() -> None:
    parents = TagParents((), ("i-1 of 111122223333",))
    verdict = tags_agree_with_parent(Tags({}), parents, Related({}))
    assert verdict.status is NA
    assert verdict.reason == ("Its parent is in another account, whose tags cannot be read: i-1 of 111122223333")


KEYS = st.text(st.sampled_from("aAbB _-"), min_size=1, max_size=4)


@given(st.dictionaries(KEYS, st.text(max_size=3), max_size=6), st.lists(KEYS, unique=True, max_size=3), st.randoms())
def test_the_order_of_tags_never_matters(tags: dict[str, str], keys: list[str], random: object) -> None:
    shuffled = list(tags.items())
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one = tag_keys_spelled_alike(Tags(tags), keys=tuple(keys))
    assert one == tag_keys_spelled_alike(Tags(dict(shuffled)), keys=tuple(keys))
