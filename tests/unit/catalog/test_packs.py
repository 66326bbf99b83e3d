"""The package's packs: whatever they name exists."""

import pytest

from muster.catalog import catalog, packs
from muster.catalog.catalog import Catalog
from muster.catalog.controls import supported
from muster.catalog.packs import Entry, Pack
from muster.configuration import Configuration, Tags
from muster.configuration.selection import every_rule, select

EMPTY = Catalog({}, {}, {})
EVERYTHING = Configuration(
    tags=Tags(required=("Owner",)), metrics=True, settings={"dynamodb-table-ttl-enabled": {"names": ("*",)}}
)
"""What turns on every check of the packs but `all`."""
NAMES = sorted(set(packs.load(EMPTY)) - {packs.ALL})


@pytest.mark.parametrize("name", NAMES)
def test_a_pack_selects_exactly_its_checks(name: str) -> None:
    """Its checks, types and settings are the catalogue's; none is unknown, none is lost."""
    pack = packs.load(catalog.load())[name]
    rules = select(catalog.load(), EVERYTHING, packs=[name])
    assert {rule.check.id for rule in rules} == {entry.check for entry in pack.entries}


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


def test_foundational_is_what_supports_fsbp() -> None:
    """A check that cites a control of FSBP has a line in it, for the types of the control and no others."""
    whole = catalog.load()
    wanted = {
        (check.id, kind)
        for check in whole.checks.values()
        for kind in whole.resource_types(check)
        if any(citation.startswith("FSBP ") for citation in supported(check, kind))
    }
    rules = select(whole, Configuration(), packs=["foundational"])
    assert {(rule.check.id, rule.resource_type) for rule in rules} == wanted


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
