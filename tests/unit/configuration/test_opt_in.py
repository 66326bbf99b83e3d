"""Checks that no pack runs by itself: those of tags, of metrics, and those that judge nothing without a setting."""

import pytest

from muster.catalog.catalog import load
from muster.catalog.custom import extended
from muster.catalog.opt_in import CHARGED, OptIn, off, opt_in_of, reads_metrics
from muster.catalog.packs import DEFAULT
from muster.catalog.packs import load as packs_of
from muster.catalog.permissions import scanner_actions
from muster.configuration import parse
from muster.configuration.selection import Selection, every_rule, possible_rules, selection
from muster.errors import ConfigurationError

CATALOG = load()
TAGS = {
    "required-tags",
    "tagged",
    "tag-keys-spelled-alike",
    "tags-agree-with-parent",
    "tags-follow-organization-policy",
}
METRICS = {"dynamodb-table-not-throttled", "ec2-instance-not-idle", "ecs-service-right-sized"}
REQUIRED = "tags: {required: [Owner]}\n"
AGREEMENTS = "settings: {tag-values-agree: {agreements: {Environment=production: {Backup: [daily]}}}}\n"


def selected(text: str = "", **choice: object) -> Selection:
    return selection(CATALOG, parse(text, CATALOG), **choice)  # type: ignore[arg-type]


def of_kind(kind: OptIn) -> set[str]:
    return {name for name, check in CATALOG.checks.items() if opt_in_of(CATALOG, check) is kind}


def test_every_check_of_tags_and_of_metrics_is_opt_in() -> None:
    assert of_kind(OptIn.TAGS) == TAGS
    assert of_kind(OptIn.METRICS) == METRICS
    assert {name for name, check in CATALOG.checks.items() if check.opt_in} == of_kind(OptIn.SETTINGS)


def test_without_a_configuration_the_default_pack_runs_and_nothing_else() -> None:
    assert selected().checks == {entry.check for entry in packs_of(CATALOG)["foundational"].entries}
    assert DEFAULT == ("foundational",)


@pytest.mark.parametrize(
    "choice", [{}, {"packs": ["all"]}, {"packs": ["all", "finops"]}], ids=["default", "all", "two"]
)
def test_no_pack_runs_an_opt_in_check_by_itself(choice: dict[str, list[str]]) -> None:
    assert not selected(**choice).checks & {*TAGS, *METRICS, *of_kind(OptIn.SETTINGS)}


@pytest.mark.parametrize("pack", sorted({*packs_of(CATALOG)} - {"ec2-tag-compliance", "tagging"}))
def test_no_pack_calls_what_cloudwatch_charges_for(pack: str) -> None:
    assert not CHARGED & set(scanner_actions(CATALOG, selected(packs=[pack]).rules))
    assert not CHARGED & set(scanner_actions(CATALOG, selected(REQUIRED, packs=[pack]).rules))


def test_a_check_that_is_named_always_runs() -> None:
    names = ("required-tags", "ec2-instance-not-idle", "tag-values-agree")
    assert selected(checks=names).checks == set(names)
    assert selected(f"checks: [{', '.join(names)}]\n").checks == set(names)
    assert selected("packs: [s3-compliance]\nchecks: [tagged]\n").checks >= {"tagged", "s3-bucket-encrypted"}


@pytest.mark.parametrize(
    ("text", "choice", "added"),
    [
        pytest.param(REQUIRED, {}, TAGS, id="required tags"),
        pytest.param("tags: {values: {Environment: [prod]}}\n", {}, TAGS, id="allowed values"),
        pytest.param("settings: {required-tags: {keys: [Owner]}}\n", {}, TAGS, id="the same as settings"),
        pytest.param("settings: {tags-agree-with-parent: {keys: [Owner]}}\n", {}, {"tags-agree-with-parent"}, id="one"),
        pytest.param(AGREEMENTS, {}, {"tag-values-agree"}, id="agreements"),
        pytest.param("metrics: true\n", {}, METRICS, id="metrics"),
        pytest.param("", {"metrics": True}, METRICS, id="--metrics"),
        pytest.param("metrics: false\n", {}, set(), id="no metrics"),
    ],
)
@pytest.mark.parametrize("packs", [[], ["all"]], ids=["default", "all"])
def test_what_turns_them_on(text: str, choice: dict[str, bool], added: set[str], packs: list[str]) -> None:
    before, after = selected(packs=packs).checks, selected(text, packs=packs, **choice).checks
    assert after - before == added
    assert before <= after


def test_a_pack_without_checks_of_tags_stays_without_them() -> None:
    assert selected(REQUIRED, packs=["s3-compliance"]).checks == selected(packs=["s3-compliance"]).checks
    assert selected(REQUIRED, default=["s3-compliance"]).checks == selected(packs=["s3-compliance"]).checks


def test_tags_that_one_type_requires_are_checked_on_that_type_alone() -> None:
    rules = selected("tags: {resource_types: {AWS::S3::Bucket: {required: [Owner]}}}\n", packs=["all"]).rules
    assert {rule.resource_type for rule in rules if rule.check.id == "required-tags"} == {"AWS::S3::Bucket"}


def test_the_checks_that_a_pack_leaves_out_are_named_with_what_turns_them_on() -> None:
    found = selected(packs=["finops"])
    assert found.left_out == {
        "dynamodb-table-ttl-enabled": (
            "settings.dynamodb-table-ttl-enabled.names or settings.dynamodb-table-ttl-enabled.tagged"
        ),
        "ec2-instance-not-idle": "metrics: true",
        "ecs-service-right-sized": "metrics: true",
        "required-tags": "tags.required",
        "tag-keys-spelled-alike": "tags.required",
        "tags-agree-with-parent": "tags.required",
    }
    assert not found.checks & found.left_out.keys()
    assert "required-tags" not in selected(packs=["finops"], exclude_checks=["required-tags"]).left_out


def test_a_pack_of_which_nothing_is_on_is_refused_with_what_turns_it_on() -> None:
    with pytest.raises(ConfigurationError, match=r"ec2-tag-compliance; required-tags runs with tags.required"):
        selected(packs=["ec2-tag-compliance"])


def test_a_check_of_ones_own_that_reads_metrics_is_wanted() -> None:
    text = """custom_checks:
- id: instance-is-busy
  resource_type: AWS::EC2::Instance
  condition: instance_load.cpu > `1`
  severity: LOW
  title: Instances should be busy.
  why: A reason.
  fix: A fix.
"""
    assert {name for name, check in CATALOG.checks.items() if reads_metrics(CATALOG, check)} == METRICS
    configuration = parse(text, CATALOG)
    catalog = extended(CATALOG, configuration.custom_checks)
    assert reads_metrics(catalog, catalog.checks["instance-is-busy"])
    for packs in ([], ["all"]):
        assert "instance-is-busy" in selection(CATALOG, configuration, packs=packs).checks


def test_checks_that_are_off_are_counted_by_what_turns_them_on() -> None:
    everything = {rule.check.id for rule in every_rule(CATALOG)}
    assert off(CATALOG, everything) == {}
    assert off(CATALOG, everything - TAGS - {"ec2-instance-not-idle"}) == {"tags.required": 5, "metrics: true": 1}
    counts = off(CATALOG, selected().checks)
    assert list(counts) == ["packs: [all]", "tags.required", "metrics: true", "settings"]
    assert sum(counts.values()) == len(CATALOG.checks) - len(selected().checks)


def test_a_scan_may_have_any_rule_where_the_configuration_chooses_none() -> None:
    assert possible_rules(CATALOG, parse(REQUIRED, CATALOG)) == every_rule(CATALOG, parse(REQUIRED, CATALOG))
    named = parse("packs: [s3-compliance]\n", CATALOG)
    assert possible_rules(CATALOG, named) == selection(CATALOG, named).rules
