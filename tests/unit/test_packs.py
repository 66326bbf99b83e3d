"""The package's packs: whatever they name exists."""

import pytest

from muster import catalog, packs
from muster.catalog import Catalog
from muster.model import Severity
from muster.packs import Entry, Pack
from muster.select import select
from muster.settings import Configuration

EMPTY = Catalog({}, {}, {})
NAMES = sorted(set(packs.load(EMPTY)) - {packs.ALL})


@pytest.mark.parametrize("name", NAMES)
def test_a_pack_selects_exactly_its_checks(name: str) -> None:
    """Its checks, types and settings are the catalogue's; none is unknown, none is lost."""
    pack = packs.load(catalog.load())[name]
    rules = select(catalog.load(), Configuration(), packs=[name])
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
    assert {rule.check.id for rule in select(whole, Configuration())} == set(whole.checks)
    assert all(rule.check.severity in Severity for rule in select(whole, Configuration()))


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
