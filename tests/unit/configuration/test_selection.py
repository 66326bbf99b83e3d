"""From choice to rules: one per check and type, the strongest setting wins, and nothing is guessed."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Any, Self

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.catalog import packs as packs_
from muster.catalog.catalog import Catalog, load
from muster.catalog.packs import Entry, Pack
from muster.configuration import Configuration, Tags, TypeTags
from muster.configuration.selection import rules_from_json, rules_to_json, select
from muster.errors import ConfigurationError
from muster.model.check import check
from muster.model.finding import Severity, Verdict, compliant
from muster.model.readers import Lister, lists
from muster.model.rule import Rule

BUCKET, INSTANCE = "AWS::S3::Bucket", "AWS::EC2::Instance"


@dataclass(frozen=True, slots=True)
class Nothing:
    """A facet without a field."""

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:  # noqa: ARG003 - the protocol's parameter
        """Read nothing."""
        return cls()


class Age(Nothing):
    """What buckets have."""


class Marks(Nothing):
    """What buckets and instances have."""


@check(severity=Severity.HIGH)
def old(age: Age, *, days: int = 90, names: tuple[str, ...] = ()) -> Verdict:
    """Buckets should be old.

    Why: a reason.
    Fix: a fix.
    """
    return compliant(f"{age} {days} {names}")


@check(severity=Severity.LOW)
def plain(age: Age) -> Verdict:
    """Buckets should be plain.

    Why: a reason.
    Fix: a fix.
    """
    return compliant(f"{age}")


@check(severity=Severity.MEDIUM)
def required_tags(
    marks: Marks, *, keys: tuple[str, ...] = ("Owner",), values: Mapping[str, object] | None = None
) -> Verdict:
    """Resources should carry tags.

    Why: a reason.
    Fix: a fix.
    """
    return compliant(f"{marks} {keys} {values}")


def lister(resource_type: str, client: str, *facets: type) -> Lister:
    """Make a lister that is never called."""

    @lists(resource_type, client=client, permission=f"{client}:List", facets=facets)
    def never(client: object, shard: object) -> Iterator[Sequence[Any]]:  # noqa: ARG001 - never called
        yield ()

    return never


LISTERS = {BUCKET: lister(BUCKET, "s3", Age, Marks), INSTANCE: lister(INSTANCE, "ec2", Marks)}
CATALOG = Catalog({each.id: each for each in (old, plain, required_tags)}, LISTERS, {})
NOTHING = Configuration()
DEFAULT_KEYS = ("Environment", "Owner", "CostCenter", "Project")


def pack(name: str, *entries: Entry) -> Pack:
    """Make a pack."""
    return Pack(name, name, name, entries)


KNOWN = {
    "all": pack("all", *(Entry(name) for name in CATALOG.checks)),
    "foundational": pack("foundational", Entry("old"), Entry("required-tags")),
    "strict": pack("strict", Entry("old", settings={"days": 30})),
    "lenient": pack("lenient", Entry("old", settings={"days": 365})),
    "same": pack("same", Entry("old", settings={"days": 30})),
    "quarter": pack("quarter", Entry("old", settings={"days": 90}, variant="quarter")),
    "year": pack("year", Entry("old", settings={"days": 365}, variant="year")),
    "quarter-again": pack("quarter-again", Entry("old", settings={"days": 91}, variant="quarter")),
    "tags": pack("tags", Entry("required-tags", (INSTANCE,))),
    "bucket-tags": pack("bucket-tags", Entry("required-tags", (BUCKET,))),
    "wrong-check": pack("wrong-check", Entry("odl")),
    "wrong-setting": pack("wrong-setting", Entry("old", settings={"dyas": 1})),
    "wrong-type": pack("wrong-type", Entry("required-tags", ("AWS::EC2::Instnace",))),
}


def chosen(configuration: Configuration = NOTHING, **choice: Any) -> list[str]:
    """Spell the rules as `check type`."""
    rules = select(CATALOG, configuration, known=KNOWN, **choice)
    return [f"{rule.check.id} {rule.resource_type.split(':')[2]}" for rule in rules]


BOTH = {"packs": ("tags",), "checks": ("plain",)}
ALL = ["old S3", "plain S3", "required-tags EC2", "required-tags S3"]
DEFAULT = [ALL[0], *ALL[2:]]


@pytest.mark.parametrize(
    ("configuration", "choice", "rules"),
    [
        pytest.param({}, {}, DEFAULT, id="without a choice the default pack"),
        pytest.param({}, {"default": ["strict"]}, ["old S3"], id="the stack's own default"),
        pytest.param({"checks": ("plain",)}, {"default": ["strict"]}, ["plain S3"], id="a choice before the default"),
        pytest.param({"packs": ("strict",)}, {}, ["old S3"], id="the file's packs"),
        pytest.param({"checks": ("plain",)}, {}, ["plain S3"], id="the file's checks alone are no reason for all"),
        pytest.param(BOTH, {}, ["plain S3", "required-tags EC2"], id="both"),
        pytest.param(
            {"packs": ("tags",), "checks": ("plain",)}, {"packs": ["strict"]}, ["old S3"], id="--pack replaces"
        ),
        pytest.param(
            {"packs": ("tags",), "checks": ("plain",)}, {"checks": ["old"]}, ["old S3"], id="--check replaces"
        ),
        pytest.param(
            {}, {"packs": ["all"], "exclude_checks": ["old", "required-tags"]}, ["plain S3"], id="--exclude-check"
        ),
        pytest.param({"exclude_checks": ("old",)}, {"exclude_checks": ["plain"]}, ALL[2:], id="exclusions add up"),
        pytest.param({"exclude_checks": ("old",)}, {"checks": ["old"]}, ["old S3"], id="asked by name"),
        pytest.param({}, {"checks": ["old", "plain"], "exclude_checks": ["old"]}, ["plain S3"], id="both by name"),
        pytest.param({}, {"services": ["ec2"]}, ["required-tags EC2"], id="--service"),
        pytest.param({}, {"severity": Severity.MEDIUM}, ["old S3", *ALL[2:]], id="this severity and above"),
        pytest.param({}, {"packs": ["all", "all", "strict"]}, ALL, id="named twice"),
        pytest.param({}, {"packs": ["tags", "all"]}, ALL, id="all fills up the types that a pack leaves out"),
        pytest.param({}, {"packs": ["bucket-tags", "all"]}, ALL, id="a check's types stand in one order"),
    ],
)
def test_who_is_chosen(configuration: dict[str, Any], choice: dict[str, Any], rules: list[str]) -> None:
    """Configuration and command line together choose these."""
    assert chosen(Configuration(**configuration), **choice) == rules


@pytest.mark.parametrize(
    ("configuration", "choice", "said"),
    [
        pytest.param({}, {"packs": ["stritc"]}, "stritc is not a pack; did you mean strict?", id="pack"),
        pytest.param({}, {"checks": ["plian"]}, "plian is not a check; did you mean plain?", id="check"),
        pytest.param({}, {"exclude_checks": ["plian"]}, "did you mean plain?", id="excluded check"),
        pytest.param({}, {"services": ["ecs"]}, "ecs is not a service with checks; did you mean ec2?", id="service"),
        pytest.param({"packs": ("stritc",)}, {}, "did you mean strict?", id="the file's pack"),
        pytest.param({"settings": {"plian": {}}}, {}, "did you mean plain?", id="settings of nothing"),
        pytest.param(
            {"settings": {"old": {"dyas": 1}}}, {}, "is not a setting of old; did you mean days?", id="setting"
        ),
        pytest.param({}, {"packs": ["wrong-check"]}, "the pack wrong-check: odl is not a check; did", id="odl"),
        pytest.param({}, {"packs": ["wrong-setting"]}, "wrong-setting: dyas is not a setting of old", id="dyas"),
        pytest.param({}, {"packs": ["wrong-type"]}, f"by required-tags; did you mean {INSTANCE}?", id="type"),
        pytest.param(
            {},
            {"checks": ["plain"], "severity": Severity.CRITICAL, "services": ["s3"]},
            "no check is left of plain (services s3; severity CRITICAL and above)",
            id="too severe",
        ),
        pytest.param(
            {"packs": ("strict",), "exclude_checks": ("old",)},
            {},
            "no check is left of the pack strict (without old)",
            id="all excluded",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused(configuration: dict[str, Any], choice: dict[str, Any], said: str) -> None:
    """A scan of nothing would look like a clean estate."""
    with pytest.raises(ConfigurationError) as caught:
        chosen(Configuration(**configuration), **choice)
    assert said in str(caught.value)


def test_all_unknown_names_are_told_at_once() -> None:
    """Not one per attempt."""
    with pytest.raises(ConfigurationError) as caught:
        chosen(packs=["stritc"], checks=["plian"], services=["x"])
    assert len(str(caught.value).splitlines()) == len(("pack", "check", "service"))


def settings_of(configuration: Configuration, *packs: str) -> dict[tuple[str, str], Mapping[str, object]]:
    """Return the settings by resource type and variant, of packs with one check."""
    rules = select(CATALOG, configuration, packs=packs, known=KNOWN)
    return {(rule.resource_type, rule.variant): rule.settings for rule in rules}


def test_the_default_is_weaker_than_the_pack_and_the_pack_than_the_file() -> None:
    """Each layer changes only what it says."""
    file = Configuration(settings={"old": {"days": 7}})
    assert select(CATALOG, NOTHING, checks=["old"])[0].settings == {"days": 90, "names": ()}
    assert settings_of(NOTHING, "strict") == {(BUCKET, ""): {"days": 30, "names": ()}}
    assert settings_of(file, "strict") == {(BUCKET, ""): {"days": 7, "names": ()}}
    assert select(CATALOG, file, checks=["old"])[0].settings == {"days": 7, "names": ()}


def test_tags_are_settings_of_required_tags_and_may_differ_by_type() -> None:
    """What is said of a type is strongest; what is not said of it stays as it is for all."""
    values = {"Owner": ("me",)}
    tags = Tags(("A", "B"), values, {BUCKET: TypeTags(required=("C",))})
    rules = select(CATALOG, Configuration(tags=tags), checks=["required-tags"])
    assert {rule.resource_type: rule.settings for rule in rules} == {
        INSTANCE: {"keys": ("A", "B"), "values": values},
        BUCKET: {"keys": ("C",), "values": values},
    }


def test_accepted_spellings_are_settings_of_both_checks_of_keys() -> None:
    tags = Tags(("A",), spellings={"A": ("a",)})
    rules = select(load(), Configuration(tags=tags), checks=["required-tags", "tag-keys-spelled-alike"])
    assert {rule.check.id for rule in rules} == {"required-tags", "tag-keys-spelled-alike"}
    assert all(rule.settings["spellings"] == {"A": ("a",)} for rule in rules)


@pytest.mark.parametrize(
    ("tags", "settings", "buckets", "others"),
    [
        pytest.param(Tags(), {}, DEFAULT_KEYS, DEFAULT_KEYS, id="nothing is said"),
        pytest.param(Tags(("cost-center",)), {}, ("cost-center",), ("cost-center",), id="required of all"),
        pytest.param(
            Tags(("cost-center",), None, {BUCKET: TypeTags(required=("owner", "cost-center"))}),
            {},
            ("owner", "cost-center"),
            ("cost-center",),
            id="required of all, and more of a type",
        ),
        pytest.param(
            Tags(None, None, {BUCKET: TypeTags(required=("owner",))}),
            {},
            ("owner", *DEFAULT_KEYS),
            DEFAULT_KEYS,
            id="required of a type",
        ),
        pytest.param(Tags(("cost-center",)), {"keys": ("Team",)}, ("Team",), ("Team",), id="a setting of its own"),
    ],
)
def test_keys_are_to_be_spelled_as_they_are_required(
    tags: Tags, settings: dict[str, object], buckets: tuple[str, ...], others: tuple[str, ...]
) -> None:
    """A key that one check requires is never another spelling to the other."""
    configuration = Configuration(tags=tags, settings={"tag-keys-spelled-alike": settings} if settings else {})
    rules = select(load(), configuration, checks=["tag-keys-spelled-alike"])
    found = {rule.resource_type: rule.settings["keys"] for rule in rules}
    assert found.pop(BUCKET) == buckets
    assert set(found.values()) == {others}


def test_keys_that_a_pack_wants_spelled_alike_are_stronger_than_the_default_and_weaker_than_what_is_required() -> None:
    """The pack's own keys stand where nothing is required."""
    known = {"all": pack("all"), "teams": pack("teams", Entry("tag-keys-spelled-alike", settings={"keys": ("Team",)}))}

    def keys(tags: Tags) -> set[object]:
        rules = select(load(), Configuration(tags=tags), packs=["teams"], known=known)
        return {rule.settings["keys"] for rule in rules}

    assert keys(Tags()) == {("Team",)}
    assert keys(Tags(("Owner",))) == {("Owner",)}


def test_the_stacks_parameter_is_weaker_than_the_files_settings() -> None:
    """The stack's required tags come in as `tags`, whatever the file says under `settings`."""
    configuration = Configuration(tags=Tags(required=("FromStack",)), settings={"required-tags": {"keys": ("Mine",)}})
    assert settings_of(configuration, "tags")[(INSTANCE, "")]["keys"] == ("Mine",)


def test_the_same_twice_is_one_rule() -> None:
    """Two packs that agree are no conflict."""
    assert len(select(CATALOG, NOTHING, packs=["strict", "same"], known=KNOWN)) == 1


def test_two_settings_for_one_type_are_refused_and_the_file_can_settle_it() -> None:
    """One finding id must not have two verdicts."""
    with pytest.raises(ConfigurationError, match="old would judge AWS::S3::Bucket with several settings"):
        settings_of(NOTHING, "strict", "lenient")
    assert settings_of(Configuration(settings={"old": {"days": 7}}), "strict", "lenient")[(BUCKET, "")]["days"] == 7


def test_variants_have_a_finding_each() -> None:
    """Each is named, so each has an id of its own."""
    settings = settings_of(NOTHING, "quarter", "year")
    assert {variant: said["days"] for (_, variant), said in settings.items()} == {"quarter": 90, "year": 365}


@pytest.mark.parametrize("packs", list(permutations(["quarter", "year"])))
def test_variants_stand_in_one_order(packs: tuple[str, str]) -> None:
    """Two runs that choose the same write the same plan."""
    assert [rule.variant for rule in select(CATALOG, NOTHING, packs=packs, known=KNOWN)] == ["quarter", "year"]


@pytest.mark.parametrize("packs", [("quarter", "strict"), ("quarter", "quarter-again")])
def test_variants_must_all_be_named_and_differ(packs: tuple[str, str]) -> None:
    """A variant beside a bare selection, or two variants of one name, are two settings all the same."""
    with pytest.raises(ConfigurationError, match="name each as a variant"):
        settings_of(NOTHING, *packs)


@pytest.mark.parametrize("packs", list(permutations(["all", "strict"])))
def test_a_pack_decides_the_settings_of_what_all_takes_too(packs: tuple[str, str]) -> None:
    """`all` asks for a check, not for its defaults; the order does not matter."""
    rules = select(CATALOG, NOTHING, packs=packs, known=KNOWN)
    assert [rule.settings["days"] for rule in rules if rule.check is old] == [30]
    rules = select(CATALOG, NOTHING, packs=["strict"], checks=["old"], known=KNOWN)
    assert [rule.settings["days"] for rule in rules] == [30]


@given(st.lists(st.sampled_from(["all", "strict", "same", "tags"]), min_size=1), st.data())
def test_order_and_repetition_change_nothing(names: list[str], data: st.DataObject) -> None:
    """A selection is a set: the same rules, sorted, without two of one check, type and variant."""
    rules = select(CATALOG, NOTHING, packs=names, known=KNOWN)
    assert select(CATALOG, NOTHING, packs=data.draw(st.permutations([*names, *names])), known=KNOWN) == rules
    keys = [(rule.check.id, rule.resource_type, rule.variant) for rule in rules]
    assert keys == sorted(set(keys))


JSON_TEXT = st.text(max_size=5)
SETTINGS = st.fixed_dictionaries(
    {
        "days": st.integers(),
        "names": st.lists(JSON_TEXT).map(tuple),
        "values": st.dictionaries(JSON_TEXT, st.lists(JSON_TEXT).map(tuple) | JSON_TEXT),
    }
)
RULES = st.builds(
    Rule,
    st.sampled_from([old, plain]),
    st.sampled_from([BUCKET, INSTANCE]),
    st.just("s3"),
    SETTINGS,
    JSON_TEXT,
    st.none() | st.lists(JSON_TEXT).map(tuple),
)


@given(st.lists(RULES))
def test_rules_survive_the_plan(rules: list[Rule]) -> None:
    """What was selected is what every shard judges by, with Python's types."""
    assert rules_from_json(CATALOG, json.loads(json.dumps(rules_to_json(rules)))) == tuple(rules)


def test_a_plan_of_another_version_is_refused() -> None:
    """A check that this version does not have cannot be left out in silence."""
    data = [{**rules_to_json(select(CATALOG, NOTHING, known=KNOWN))[0], "check": "gone"}]
    with pytest.raises(ConfigurationError, match="gone is not a check of this version of Muster"):
        rules_from_json(CATALOG, data)


def test_the_packages_packs_are_there_without_naming_them() -> None:
    """Without `known`, the packs are the package's own, and `all` has the checks of the catalogue."""
    assert select(CATALOG, NOTHING, packs=["all"]) == select(CATALOG, NOTHING, packs=["all"], known=KNOWN)
    assert {"all", "s3-compliance", "ec2-tag-compliance"} <= set(packs_.load(CATALOG))
