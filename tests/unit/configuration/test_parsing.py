"""muster.yaml: what it may say, what is said of its mistakes, and that nothing is lost on the way to the plan."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Self

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from muster.catalog.catalog import Catalog
from muster.configuration import Accounts, Configuration, Exclude, SuppressionRule, Tags, TypeTags, load, parse
from muster.configuration.schema import json_schema, schema_of, schema_text
from muster.errors import ConfigurationError
from muster.model.check import Check, check
from muster.model.finding import Severity, Suppression, Verdict, compliant
from muster.model.json_values import freeze, to_json
from muster.model.listing import Listed
from muster.model.readers import lists
from muster.model.shard import Shard


@dataclass(frozen=True, slots=True)
class Mark:
    """The facet that every check here reads."""

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:  # noqa: ARG003 - the protocol's parameter
        """Read nothing."""
        return cls()


@check(severity=Severity.LOW)
def old_enough(  # noqa: PLR0913 - a setting of each type
    mark: Mark,
    *,
    older_than_days: int = 90,
    names: tuple[str, ...] = (),
    strict: bool = False,
    name_pattern: str = "",
    limits: Mapping[str, int] = {},
) -> Verdict:
    """Things should be old enough.

    Why: a reason.
    Fix: a fix.
    """
    return compliant(f"{mark} {older_than_days} {names} {strict} {name_pattern} {limits}")


@check(severity=Severity.LOW)
def required_tags(mark: Mark, *, keys: tuple[str, ...] = (), values: Mapping[str, object] = {}) -> Verdict:  # noqa: ARG001
    """Resources should carry tags.

    Why: a reason.
    Fix: a fix.
    """
    return compliant("fine")


@lists("AWS::S3::Bucket", client="s3", permission="s3:ListAllMyBuckets", facets=(Mark,))
def buckets(client: object, shard: Shard) -> Iterator[Sequence[Listed]]:  # noqa: ARG001 - never called
    """Never called: the catalogue asks only what it would list."""
    yield ()


CHECKS: Mapping[str, Check] = {each.id: each for each in (old_enough, required_tags)}


@lists("AWS::SQS::Queue", client="sqs", permission="sqs:ListQueues")
def queues(client: object, shard: Shard) -> Iterator[Sequence[Listed]]:  # noqa: ARG001 - never called
    """A type that no check here can judge."""
    yield ()


CATALOG = Catalog(CHECKS, {each.resource_type: each for each in (buckets, queues)}, {})

FULL = r"""
packs: [s3-compliance, all]
checks: [required-tags]
exclude_checks: [old-enough]
settings:
  old-enough: {older_than_days: 30, names: [a, b], strict: true, name_pattern: 'x+', limits: {a: 1}}
tags:
  required: [Environment, Owner]
  values: {Environment: [production, staging], CostCenter: {pattern: 'CC-\d{4}'}}
  resource_types:
    AWS::S3::Bucket: {required: [Owner], values: {Owner: [me]}}
regions: [eu-west-1, us-gov-east-1]
exclude: {accounts: ['012345678901'], regions: [eu-west-2], arns: ['arn:aws:s3:::tmp-*'], tags: {Scanner: ignore}}
suppressions:
  - {check: old-enough, resource: 'arn:aws:s3:::x-*', reason: why, owner: who, ticket: T-1, expires: 2027-03-31}
  - {check: old-enough, tag: {Team: data}, reason: why, owner: who, expires: '2027-03-31'}
  - {check: old-enough, account: '111122223333', reason: why, owner: who, expires: '2027-03-31'}
account_names: {'111122223333': production}
"""


def test_every_key_arrives_with_python_types() -> None:
    """Lists become tuples and an unquoted date a text; nothing is left out."""
    values = {"Environment": ("production", "staging"), "CostCenter": {"pattern": r"CC-\d{4}"}}
    accepted = Suppression(reason="why", owner="who", expires="2027-03-31")
    assert parse(FULL, CATALOG) == Configuration(
        packs=("s3-compliance", "all"),
        checks=("required-tags",),
        exclude_checks=("old-enough",),
        settings={
            "old-enough": {
                "older_than_days": 30,
                "names": ("a", "b"),
                "strict": True,
                "name_pattern": "x+",
                "limits": {"a": 1},
            }
        },
        tags=Tags(("Environment", "Owner"), values, {"AWS::S3::Bucket": TypeTags(("Owner",), {"Owner": ("me",)})}),
        regions=("eu-west-1", "us-gov-east-1"),
        exclude=Exclude(("012345678901",), ("eu-west-2",), ("arn:aws:s3:::tmp-*",), {"Scanner": "ignore"}),
        suppressions=(
            SuppressionRule("old-enough", replace(accepted, ticket="T-1"), "arn:aws:s3:::x-*"),
            SuppressionRule("old-enough", accepted, None, {"Team": "data"}),
            SuppressionRule("old-enough", accepted, account="111122223333"),
        ),
        account_names={"111122223333": "production"},
    )


@pytest.mark.parametrize("text", ["", b"", "\n\n", "# only a comment\n", "{}", "---\n", b"\xef\xbb\xbf"])
def test_an_empty_file_says_what_no_file_says(text: str | bytes) -> None:
    """Nothing said is the default configuration."""
    assert parse(text, CATALOG) == Configuration()


def test_all_regions_may_be_said_as_a_word() -> None:
    """`regions: all` and `regions: [all]` are the same."""
    assert parse("regions: all", CATALOG).regions == parse("regions: [all]", CATALOG).regions == ("all",)


def test_an_account_that_yaml_takes_for_a_text_needs_no_quotes() -> None:
    """A leading zero makes an octal number, unless a digit is above 7."""
    assert parse("exclude: {accounts: [089999999999]}", CATALOG).exclude.accounts == ("089999999999",)


def test_an_expired_suppression_is_no_mistake() -> None:
    """It stops suppressing on its own; a scan must not fail on the day after."""
    text = "suppressions: [{check: old-enough, resource: '*', reason: r, owner: o, expires: 2001-01-01}]"
    assert parse(text, CATALOG).suppressions[0].suppression.expires == "2001-01-01"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("pakcs: []", "1: pakcs is not a key; did you mean packs?", id="unknown key"),
        pytest.param(
            "\n\npacks:\n- s3-complianec", "4: packs[0]: s3-complianec is not a pack; did you mean", id="pack"
        ),
        pytest.param(
            "checks: [old-enuogh]", "1: checks[0]: old-enuogh is not a check; did you mean old-enough?", id="check"
        ),
        pytest.param(
            "settings:\n  old-enough:\n    older_than_dayz: 3",
            "3: settings.old-enough: older_than_dayz is not a setting; did you mean older_than_days?",
            id="setting",
        ),
        pytest.param(
            "settings:\n  old-enuogh: {}", "2: settings: old-enuogh is not a check; did you mean", id="settings of"
        ),
        pytest.param(
            "settings: {old-enough: {older_than_days: many}}",
            "1: settings.old-enough.older_than_days: a whole number is expected, not a text (many)",
            id="text for a number",
        ),
        pytest.param("settings: {old-enough: {older_than_days: 30.0}}", "a whole number is expected", id="fraction"),
        pytest.param(
            "settings: {old-enough: {older_than_days: true}}", "a whole number is expected", id="bool for int"
        ),
        pytest.param("settings: {old-enough: {older_than_days: -1}}", "-1 is less than 0", id="negative"),
        pytest.param(
            "settings: {old-enough: {older_than_days: 99999}}", "99999 is more than 36500", id="a date overflows"
        ),
        pytest.param(
            "settings: {old-enough: {strict: 1}}", "true or false is expected, not a number (1)", id="int for bool"
        ),
        pytest.param("settings: {old-enough: {names: a}}", "a list is expected, not a text (a)", id="text for list"),
        pytest.param(
            "settings: {old-enough: {name_pattern: '('}}", "'(' is not a regular expression: missing )", id="regex"
        ),
        pytest.param("packs:", "1: packs: a list is expected, not nothing", id="nothing said"),
        pytest.param("- a", "1: a mapping is expected, not a list", id="no mapping at all"),
        pytest.param(
            "packs: [all]\nregions: []\npacks: []",
            "3: packs stands here a second time; the first is in line 1",
            id="twice",
        ),
        pytest.param(
            "regions: [eu_west_1]", "1: regions[0]: 'eu_west_1' is not a region like eu-west-1 or all", id="region"
        ),
        pytest.param("exclude: {regions: [all]}", "'all' is not a region like eu-west-1", id="everything excluded"),
        pytest.param("exclude: {arns: [tmp-*]}", "'tmp-*' is not an ARN or a pattern of ARNs", id="a name is no ARN"),
        pytest.param(
            "exclude: {accounts: [012345670123]}",
            "012345670123 is a number to YAML, where an account id of 12 digits is expected; write it in quotes: '0123",
            id="octal account",
        ),
        pytest.param("exclude: {accounts: ['1234']}", "'1234' is not an account id of 12 digits", id="short account"),
        pytest.param('exclude: {accounts: ["111122223333\\n"]}', "is longer than 12", id="account and newline"),
        pytest.param(
            "account_names:\n  111122223333: x",
            "2: the key 111122223333 is a number to YAML; write it in quotes",
            id="key",
        ),
        pytest.param("account_names:\n  '12': x", "2: account_names.12: '12' is not an account id", id="short key"),
        pytest.param(
            "account_names: {'111122223333': 007}", "007 is a number to YAML, where a name is expected", id="raw text"
        ),
        pytest.param(
            "tags: {required: [yes]}", "yes is true or false to YAML, where a tag key", id="a word that YAML twists"
        ),
        pytest.param("tags: {required: []}", "tags.required: the list is empty", id="requires nothing"),
        pytest.param("tags: {values: {A: [1]}}", "tags.values.A[0]: 1 is a number to YAML, where a text", id="value"),
        pytest.param(
            "tags: {values: {A: {pattern: '['}}}",
            "tags.values.A.pattern: '[' is not a regular expression",
            id="bad pattern",
        ),
        pytest.param(
            "tags: {values: {A: {pattern: '(?!test).*'}}}",
            "1: tags.values.A.pattern: '(?!test).*' is not a regular expression: lookahead (?!…) is not available",
            id="a pattern that takes more than linear time",
        ),
        pytest.param("tags: {values: {A: {}}}", "tags.values.A: pattern is missing", id="no pattern"),
        pytest.param(
            "tags: {values: {A: b}}",
            "a list of allowed values or {pattern: …} is expected, not a text (b)",
            id="bare value",
        ),
        pytest.param(
            "settings: {required-tags: {values: {A: {pattern: '['}}}}",
            "settings.required-tags.values.A.pattern: '[' is not a regular expression",
            id="the same under settings",
        ),
        pytest.param(
            "tags: {resource_types: {AWS::SQS::Queue: {}}}",
            "AWS::SQS::Queue is not a resource type that is checked for tags",
            id="type without tags",
        ),
        pytest.param(
            "suppressions: [{check: old-enough, tag: {}, reason: r, owner: o, expires: 2027-01-01}]",
            "suppressions[0].tag: the mapping is empty",
            id="no tag would be every resource",
        ),
        pytest.param(
            "tags: {resource_types: {AWS::S3::Buckt: {}}}", "did you mean AWS::S3::Bucket?", id="resource type"
        ),
        pytest.param(
            "tags: {required: [A]}\nsettings:\n  required-tags: {keys: [B]}",
            "3: settings.required-tags.keys: tags.required says this already; say it once",
            id="said in both places",
        ),
        pytest.param(
            "tags:\n  required: [CostCenter]\n  spellings: {CostCentre: [costcenter]}",
            "3: tags.spellings.CostCentre: CostCentre is not a tag key of this file; did you mean CostCenter?",
            id="spellings of a key that is not required",
        ),
        pytest.param(
            "suppressions:\n- {check: old-enough, resource: '*'}",
            "2: suppressions[0]: reason and owner and expires are missing",
            id="bare",
        ),
        pytest.param(
            "suppressions: [{check: old-enough, reason: r, owner: o, expires: 2027-01-01}]",
            "suppressions[0]: resource, tag or account is missing",
            id="suppresses what?",
        ),
        pytest.param(
            "suppressions: [{check: old-enough, account: '1111', reason: r, owner: o, expires: 2027-01-01}]",
            "suppressions[0].account: '1111' is not an account id of 12 digits",
            id="no account id",
        ),
        pytest.param(
            "suppressions: [{check: old-enough, resource: '*', reason: '', owner: o, expires: 2027-01-01}]",
            "suppressions[0].reason: the text is empty",
            id="without a reason",
        ),
        pytest.param(
            "suppressions: [{check: old-enough, resource: '*', reason: r, owner: ' ', expires: 2027-01-01}]",
            "suppressions[0].owner: the text is empty",
            id="a blank for an owner",
        ),
        *(
            pytest.param(
                f"suppressions: [{{check: old-enough, resource: '*', reason: r, owner: o, expires: {written}}}]",
                f"suppressions[0].expires: {told} is not a date like 2027-03-31",
                id=f"expires {written}",
            )
            for written, told in [
                ("2027-02-30", "'2027-02-30'"),
                ("31.03.2027", "'31.03.2027'"),
                ("'20270331'", "'20270331'"),
                ("2027-03-31T10:00:00Z", "'2027-03-31T10:00:00Z'"),
                ("never", "'never'"),
            ]
        ),
        pytest.param("packs: [", "1: this is not YAML", id="syntax"),
        pytest.param("a: b\n\tc: d", "2: this is not YAML", id="tab"),
        pytest.param(
            "packs: []\n---\npacks: []", "2: this is not YAML: expected a single document", id="two documents"
        ),
        pytest.param(b"packs: []\n# \xe4\n", "2: byte 12 is not UTF-8; save the file as UTF-8", id="latin-1"),
        pytest.param(
            "packs: []\nchecks: [\x00]", "2: the character U+0000 may not stand in a YAML file", id="control character"
        ),
        pytest.param("packs: &a [*a]", "nested too deeply, or its aliases expand to too much", id="an alias of itself"),
        pytest.param("[" * 20_000, "nested too deeply", id="depth"),
        pytest.param(
            "checks: !!python/object/apply:os.getcwd []",
            "python/object/apply:os.getcwd is not understood",
            id="tag on a list",
        ),
        pytest.param(
            "checks: [!!python/name:os.getcwd x]",
            "this is not YAML: could not determine a constructor",
            id="tag on a text",
        ),
        pytest.param("<<: {packs: []}", "merge keys (<<) are not understood; write the keys out", id="merge key"),
        pytest.param("? [a, b]\n: c", "a key is a text, not a list or a mapping", id="a list as key"),
    ],
)
def test_a_mistake_names_its_line_its_place_and_the_fix(text: str | bytes, said: str) -> None:
    """Each row has one mistake; the message begins with file and line."""
    with pytest.raises(ConfigurationError) as caught:
        parse(text, CATALOG)
    assert said in str(caught.value)
    assert str(caught.value).startswith("muster.yaml:")


def test_all_mistakes_are_told_at_once_in_the_order_of_lines() -> None:
    """Whoever mends a file mends it once."""
    text = "packs: [nope]\nregions: [x]\npacks: []\nchecks: 3\nexclude: {accounts: [1], colour: red}"
    with pytest.raises(ConfigurationError) as caught:
        parse(text, CATALOG, source="s3://bucket/config/muster.yaml")
    lines = [line.split(":")[2] for line in str(caught.value).splitlines()]
    assert lines == ["1", "2", "3", "4", "5", "5"]


def test_a_mistake_is_told_once() -> None:
    """Three missing keys are one sentence."""
    with pytest.raises(ConfigurationError) as caught:
        parse("suppressions: [{check: old-enough, resource: '*'}]", CATALOG)
    assert str(caught.value) == "muster.yaml:1: suppressions[0]: reason and owner and expires are missing"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        pytest.param("", "a pack is expected, not nothing", id="nothing"),
        pytest.param("3", "3 is a number to YAML, where a pack is expected; write it in quotes: '3'", id="a number"),
    ],
)
def test_what_is_no_text_is_not_told_as_a_name_too(written: str, said: str) -> None:
    """Python's word for nothing is no pack that anybody wrote."""
    with pytest.raises(ConfigurationError) as caught:
        parse(f"packs:\n- {written}", CATALOG)
    assert str(caught.value) == f"muster.yaml:2: packs[0]: {said}"


def test_a_long_file_is_told_from_a_deep_one() -> None:
    """Whoever wrote a hundred thousand lines has no aliases to look for."""
    with pytest.raises(ConfigurationError, match="the file has more than 100,000 values"):
        parse(f"exclude: {{arns: [{'a,' * 100_001}]}}", CATALOG)


def test_regions_that_do_not_exist_are_told_by_line_where_the_regions_are_known() -> None:
    """The names only look right."""
    text = "regions:\n- eu-west-1\n- eu-wst-1\nexclude:\n  regions:\n  - eu-west-8\n"
    with pytest.raises(ConfigurationError) as caught:
        parse(text, CATALOG, regions=lambda: ("eu-west-1",))
    assert str(caught.value).splitlines() == [
        "muster.yaml:3: regions[1]: eu-wst-1 is not a region; did you mean eu-west-1?",
        "muster.yaml:6: exclude.regions[0]: eu-west-8 is not a region; did you mean eu-west-1?",
    ]
    assert parse(text, CATALOG).regions == ("eu-west-1", "eu-wst-1")


@pytest.mark.parametrize("text", ["regions: all", "regions: [all]", "packs: []"])
def test_regions_are_not_looked_up_for_a_file_that_names_none(text: str) -> None:
    """Whoever names none does not wait for the SDK to be imported."""
    assert parse(text, CATALOG, regions=lambda: pytest.fail("it was asked"))


@pytest.mark.parametrize("text", ["\ufeffregions: [all]", b"\xef\xbb\xbfregions: [all]"])
def test_a_byte_order_mark_is_passed_over(text: str | bytes) -> None:
    """Some editors write one."""
    assert parse(text, CATALOG).regions == ("all",)


def test_aliases_that_explode_are_refused_quickly() -> None:
    """A few hundred bytes may not take the memory of the function."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    with pytest.raises(ConfigurationError, match="expand to too much"):
        parse("\n".join(lines), CATALOG)


def test_a_file_that_is_not_there_is_said_with_its_name(tmp_path: Path) -> None:
    """The message names the file, and a file that is there is read."""
    path = tmp_path / "my.yaml"
    with pytest.raises(ConfigurationError, match=r"my\.yaml: No such file"):
        load(path, CATALOG)
    path.write_text("regions: [x]", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"my\.yaml:1: regions\[0\]"):
        load(path, CATALOG)


TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=8).filter(str.strip)
ACCOUNTS = st.from_regex(r"[0-9]{12}", fullmatch=True)
REGIONS = st.sampled_from(["eu-west-1", "us-gov-west-1", "cn-north-1", "eusc-de-east-1", "us-isob-east-1"])
TAG_VALUES = st.dictionaries(
    TEXTS, st.lists(TEXTS, min_size=1).map(tuple) | st.fixed_dictionaries({"pattern": st.just("a+|b")}), max_size=2
)
TYPE_TAGS = st.builds(
    TypeTags, required=st.none() | st.lists(TEXTS, min_size=1).map(tuple), values=st.none() | TAG_VALUES
)
OTHERS = st.lists(TEXTS, min_size=1, max_size=2).map(tuple)


def _with_spellings(tags: Tags) -> st.SearchStrategy[Tags]:
    """Accept other spellings of keys that are required, where any are."""
    if not tags.required:
        return st.just(tags)
    spellings = st.dictionaries(st.sampled_from(tags.required), OTHERS, max_size=2)
    return spellings.map(lambda found: replace(tags, spellings=found))


SUPPRESSIONS = st.builds(
    Suppression, TEXTS, TEXTS, st.dates(date(1000, 1, 1)).map(date.isoformat), ticket=TEXTS | st.just("")
)
RULES = st.builds(
    SuppressionRule,
    check=st.sampled_from(sorted(CHECKS)),
    suppression=SUPPRESSIONS,
    resource=TEXTS.map("arn:{}".format),
    tag=st.dictionaries(TEXTS, TEXTS, max_size=2),
    account=st.none() | ACCOUNTS,
)
CONFIGURATIONS = st.builds(
    Configuration,
    packs=st.lists(st.sampled_from(["all", "s3-compliance"])).map(tuple),
    checks=st.lists(st.sampled_from(sorted(CHECKS))).map(tuple),
    exclude_checks=st.lists(st.sampled_from(sorted(CHECKS))).map(tuple),
    settings=st.fixed_dictionaries(
        {},
        optional={
            "old-enough": st.fixed_dictionaries(
                {},
                optional={
                    "older_than_days": st.integers(0, 36_500),
                    "names": st.lists(TEXTS).map(tuple),
                    "strict": st.booleans(),
                    "limits": st.dictionaries(TEXTS, st.integers(0)),
                },
            )
        },
    ),
    tags=st.builds(
        Tags,
        required=st.none() | st.lists(TEXTS, min_size=1).map(tuple),
        values=st.none() | TAG_VALUES,
        resource_types=st.dictionaries(st.just("AWS::S3::Bucket"), TYPE_TAGS),
    ).flatmap(_with_spellings),
    regions=st.lists(REGIONS | st.just("all")).map(tuple),
    exclude=st.builds(
        Exclude,
        accounts=st.lists(ACCOUNTS).map(tuple),
        regions=st.lists(REGIONS).map(tuple),
        arns=st.lists(TEXTS.map("arn:{}".format)).map(tuple),
        tags=st.dictionaries(TEXTS, TEXTS),
    ),
    suppressions=st.lists(RULES, max_size=2).map(tuple),
    account_names=st.dictionaries(ACCOUNTS, TEXTS),
    accounts=st.builds(
        Accounts,
        include=st.lists(ACCOUNTS | st.sampled_from(["all", "ou-ab12-cdef3456", "r-ab12"])).map(tuple),
        tags=st.dictionaries(TEXTS, TEXTS),
        role=st.sampled_from(["", "MusterMemberRole", "security/Muster"]),
        external_id=st.sampled_from(["", "an-id"]),
    ),
)


@given(CONFIGURATIONS)
def test_a_configuration_survives_the_plan(configuration: Configuration) -> None:
    """What the planner resolved is what the shards read."""
    assert Configuration.from_json(json.loads(json.dumps(configuration.to_json()))) == configuration


@given(CONFIGURATIONS)
def test_what_is_written_as_yaml_is_read_back(configuration: Configuration) -> None:
    """`to_json` has the shape of the file, so its YAML is a valid muster.yaml that says the same."""
    assert parse(yaml.safe_dump(configuration.to_json(), allow_unicode=True), CATALOG) == configuration


@given(
    st.recursive(st.integers() | TEXTS | st.booleans(), lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner))
)
def test_freezing_loses_nothing(value: object) -> None:
    """`plain` undoes `frozen`, and freezing twice is freezing once."""
    assert to_json(freeze(value)) == value
    assert freeze(freeze(value)) == freeze(value)


def test_freezing_goes_all_the_way_down() -> None:
    """A check never meets a list."""
    assert freeze({"a": [["b"], {"c": ["d"]}]}) == {"a": (("b",), {"c": ("d",)})}


def test_who_reads_the_plan_needs_no_yaml_and_no_schema() -> None:
    """The functions that scan start faster for it; an absent file costs the planner nothing either."""
    code = (
        "import sys; sys.modules.update(yaml=None, jsonschema=None)\n"
        "from muster.configuration import selection, suppression\n"
        "from muster.catalog.catalog import Catalog\n"
        "from muster.configuration import Configuration, parse\n"
        "empty = Catalog({}, {}, {})\n"
        "same = Configuration.from_json(parse(b'', empty).to_json()) == Configuration()\n"
        "print(same, selection.rules_from_json(empty, []))"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout  # noqa: S603
    assert answer.strip() == "True ()"


@given(st.binary(max_size=60) | st.text(max_size=60))
def test_no_text_breaks_the_reader(text: bytes | str) -> None:
    """Whatever stands in the file, the answer is a configuration or a ConfigurationError."""
    try:
        found: object = parse(text, CATALOG)
    except ConfigurationError as error:
        found = error
    assert isinstance(found, Configuration | ConfigurationError)


@given(
    st.recursive(
        st.none()
        | st.integers()
        | st.floats()
        | st.booleans()
        | st.dates()
        | st.sampled_from(["all", "old-enough", "x"]),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["packs", "tags", "values", "settings", "required-tags", "exclude", "suppressions", "check"]
                ),
                inner,
                max_size=3,
            )
        ),
        max_leaves=8,
    )
)
def test_no_value_of_yaml_breaks_the_validation(value: object) -> None:
    """Wrong types in any place are mistakes with a sentence, not exceptions of another kind."""
    try:
        found: object = parse(yaml.safe_dump(value), CATALOG)
    except ConfigurationError as error:
        found = error
    assert isinstance(found, Configuration | ConfigurationError)


@pytest.mark.parametrize(
    ("hint", "schema"),
    [
        (int, {"type": "integer", "minimum": 0}),
        (tuple[str, ...], {"type": "array", "items": {"type": "string"}}),
        (Mapping[str, bool], {"type": "object", "additionalProperties": {"type": "boolean"}}),
        (int | None, {"type": ["integer", "null"], "minimum": 0}),
        (
            Mapping[str, tuple[str, ...] | str],
            {"type": "object", "additionalProperties": {"type": ["array", "string"], "items": {"type": "string"}}},
        ),
        (object, {}),
    ],
)
def test_a_settings_annotation_is_its_schema(hint: object, schema: object) -> None:
    """What a check declares is what the file may say."""
    assert schema_of(hint) == schema


@pytest.mark.parametrize("hint", [set[str], tuple[str, int], bytes, Mapping[int, str]])
def test_an_annotation_that_yaml_cannot_hold_is_refused(hint: object) -> None:
    """A check with such a setting could never be configured."""
    with pytest.raises(TypeError, match="a setting is an int"):
        schema_of(hint)


def test_the_schema_completes_what_the_catalogue_has() -> None:
    """Editors offer packs, checks and settings with their defaults."""
    schema = json_schema(CATALOG)
    assert schema["$defs"]["check"]["enum"] == ["old-enough", "required-tags"]
    assert "s3-compliance" in schema["$defs"]["pack"]["enum"]
    assert (
        schema["properties"]["settings"]["properties"]["old-enough"]["properties"]["older_than_days"]["default"] == 90
    )
    assert json.loads(schema_text(CATALOG)) == schema
