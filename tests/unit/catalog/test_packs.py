"""The package's packs: whatever they name exists."""

import pytest

from muster.catalog import catalog, controls, packs
from muster.catalog.catalog import Catalog
from muster.catalog.controls import supported
from muster.catalog.packs import Entry, Pack
from muster.configuration import Configuration, Tags
from muster.configuration.selection import every_rule, select, selection
from muster.model.finding import Severity

EMPTY = Catalog({}, {}, {})
EVERYTHING = Configuration(
    tags=Tags(required=("Owner",)), metrics=True, settings={"dynamodb-table-ttl-enabled": {"names": ("*",)}}
)
"""What turns on every check of the packs but `all`."""
NAMES = sorted(set(packs.load(EMPTY)) - {packs.ALL})
_NOISY = {
    "CloudFront.17", "Kinesis.3", "CloudFormation.3", "CloudFormation.4", "AutoScaling.6", "RDS.14", "RDS.23",
    "APIGateway.2", "APIGateway.11", "NetworkFirewall.9", "NetworkFirewall.10", "Account.1",
}  # fmt: skip
"""Controls of FSBP that most accounts fail, and that do not matter on the first day."""


@pytest.mark.parametrize("name", NAMES)
def test_a_pack_selects_exactly_its_checks(name: str) -> None:
    """Its checks, types and settings are the catalogue's; none is unknown, none is lost."""
    pack = packs.load(catalog.load())[name]
    found = selection(catalog.load(), EVERYTHING, packs=[name])
    # What needs a setting first is told, whatever framework asks for it.
    assert {*found.checks, *found.left_out} == {entry.check for entry in pack.entries}
    assert all(catalog.load().checks[name].opt_in for name in found.left_out)


@pytest.mark.parametrize("name", NAMES)
def test_a_pack_says_what_it_is(name: str) -> None:
    """People read title and description in the list of packs."""
    pack = packs.load(EMPTY)[name]
    assert pack.name == name
    assert pack.title
    assert pack.description.endswith(".")
    assert len(pack.entries) == len({(entry.check, entry.variant) for entry in pack.entries})


def test_all_is_every_check_of_the_catalogue() -> None:
    """A new check is in it by being there."""
    whole = catalog.load()
    assert {entry.check for entry in packs.load(whole)["all"].entries} == set(whole.checks)
    assert {rule.check.id for rule in every_rule(whole)} == set(whole.checks)


def test_the_five_requirements_of_buckets() -> None:
    """Versioning, encryption, lifecycle beyond 90 days, no public access, request metrics."""
    entries = packs.load(EMPTY)["s3-compliance"].entries
    assert [entry.check for entry in entries] == [
        "s3-bucket-versioning-enabled",
        "s3-bucket-encrypted",
        "s3-bucket-lifecycle-covers-old-objects",
        "s3-bucket-public-access-prohibited",
        "s3-bucket-request-metrics-configured",
    ]
    assert entries[2].settings == {"older_than_days": 90}


def test_the_tags_of_instances() -> None:
    """The pack narrows a check of many types to one."""
    assert packs.load(EMPTY)["ec2-tag-compliance"].entries == (Entry("required-tags", ("AWS::EC2::Instance",)),)


def test_a_pack_keeps_the_types_of_python() -> None:
    """Settings come from YAML with lists, checks take tuples."""
    entry = {"check": "x", "resource_types": ["T"], "settings": {"names": ["a"]}, "variant": "v"}
    pack = Pack.from_json({"name": "p", "title": "t", "description": "d.", "checks": [entry]})
    assert pack.entries == (Entry("x", ("T",), {"names": ("a",)}, "v"),)


def _supporting(framework: str) -> set[tuple[str, str]]:
    """Return the checks that support a control of a framework, with the types that the control is about."""
    whole, asked = catalog.load(), controls.load().frameworks[framework]
    held = {*asked.controls, *(name for each in asked.beyond.values() for name in each.controls)}
    named = {name for each in asked.beyond.values() for name in each.checks}
    return {
        (check.id, kind)
        for check in whole.checks.values()
        for kind in whole.resource_types(check)
        if check.id in named or {citation.rpartition(" ")[2] for citation in supported(check, kind)} & held
    }


def _judged(pack: Pack) -> set[tuple[str, str]]:
    whole = catalog.load()
    return {
        (entry.check, kind)
        for entry in pack.entries
        for kind in entry.resource_types or whole.resource_types(whole.checks[entry.check])
    }


@pytest.mark.parametrize("framework", sorted(set(controls.load().frameworks) - {controls.SECURITY_HUB}))
def test_the_pack_of_a_framework_is_what_supports_it(framework: str) -> None:
    """A check that cites a control of it is in, for the types of the control and no others."""
    pack = packs.load(catalog.load())[framework]
    assert pack.computed
    assert _judged(pack) == _supporting(framework)


def test_foundational_is_the_part_of_fsbp_that_matters_most() -> None:
    """Nothing else is in it, and nothing of high severity is missing: a new check is in it by citing the control."""
    whole = catalog.load()
    judged, fsbp = _judged(packs.load(whole)["foundational"]), _supporting("fsbp")
    grave = {each for each in fsbp if whole.checks[each[0]].severity.rank >= Severity.HIGH.rank}
    assert grave <= judged <= fsbp


@pytest.mark.parametrize("control", sorted(_NOISY))
def test_what_fails_almost_everywhere_is_not_in_foundational(control: str) -> None:
    """A first scan that reports hundreds of these is not read."""
    whole = catalog.load()
    checks = {each.id for each in whole.checks.values() if f"FSBP {control}" in each.controls}
    assert checks.isdisjoint(entry.check for entry in packs.load(whole)["foundational"].entries)


def test_a_pack_of_a_framework_leaves_settings_to_packs_of_a_purpose() -> None:
    """Else two packs would ask for two retentions of one log group."""
    rules = select(catalog.load(), Configuration(), packs=["nist-800-53", "finops"])
    kept = [rule for rule in rules if rule.check.id == "cloudwatch-log-group-retention-set"]
    assert [rule.variant for rule in kept] == ["cost"]


def test_a_pack_that_nobody_knows() -> None:
    found = packs.load(EMPTY)
    assert "pci" not in found
    assert found.get("pci") is None
    assert len(found) == len(list(found)) == len(found.values())


def test_all_packs_go_together() -> None:
    """Nobody has to choose between two of them because they want one check with two settings."""
    rules = select(catalog.load(), Configuration(), packs=NAMES)
    kept = [rule for rule in rules if rule.check.id == "cloudwatch-log-group-retention-set"]
    assert [(rule.variant, rule.settings["min_days"]) for rule in kept] == [("cost", 1), ("kept", 365)]


@pytest.mark.parametrize("name", sorted(set(NAMES) - {"ec2-tag-compliance", "s3-compliance"}))
def test_a_pack_says_for_whom_it_is(name: str) -> None:
    """The packs of a purpose begin with who wants them."""
    assert packs.load(EMPTY)[name].description.startswith("For ")


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        pytest.param("ecs-fargate", {"ecs-images-pinned-by-digest", "elb-listener-rules-not-redundant"}, id="ecs"),
        pytest.param("event-pipeline", {"dynamodb-pitr-enabled", "sqs-queue-dlq-configured"}, id="events"),
        pytest.param("finops", {"ec2-instance-not-idle", "required-tags"}, id="cost"),
        pytest.param(
            "operational-readiness", {"cloudwatch-alarm-action-targets-live", "ec2-volume-backed-up"}, id="operations"
        ),
    ],
)
def test_a_pack_is_about_what_it_says(name: str, asked: set[str]) -> None:
    assert asked <= {entry.check for entry in packs.load(EMPTY)[name].entries}


def test_the_pipelines_streams_carry_both_images() -> None:
    """An audit of changes needs what was and what is."""
    entries = {entry.check: entry for entry in packs.load(EMPTY)["event-pipeline"].entries}
    assert entries["dynamodb-table-stream-enabled"].settings == {"allowed": ("NEW_AND_OLD_IMAGES",)}
