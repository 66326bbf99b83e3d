"""Promises about every check that exists: they fail for the one somebody forgot."""

import inspect
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from muster import packs
from muster.catalog import Catalog, load
from muster.check import Check, check
from muster.checks.tags import required_tags
from muster.facets.ec2 import Instance, Volume
from muster.facets.tags import Tags
from muster.model import ACCOUNT, REGION, ObservedAt, Resource, Severity, Status, Verdict, compliant
from muster.reading import Describer

CATALOG = load()
TESTS = Path(__file__).parent / "checks"
CHECKS = [pytest.param(found, id=found.id) for found in CATALOG.checks.values()]


@pytest.mark.parametrize("found", CHECKS)
def test_every_check_has_a_title_a_why_and_a_fix(found: Check) -> None:
    assert found.title
    assert found.why
    assert found.fix


@pytest.mark.parametrize("found", CHECKS)
def test_every_facet_of_a_check_can_be_read(found: Check) -> None:
    for resource_type in CATALOG.resource_types(found):
        listed = CATALOG.listers[resource_type].facets if resource_type in CATALOG.listers else ()
        described = {describer.facet for describer in CATALOG.describers_for(found, resource_type)}
        assert set(found.facets.values()) - {ObservedAt, Resource} <= described | set(listed)


def test_every_listed_type_that_can_be_tagged_is_judged_by_its_tags_the_never_tagged_too() -> None:
    cannot_be_tagged = {"AWS::IAM::Group", "AWS::SNS::Subscription"}
    wanted = set(CATALOG.listers) - cannot_be_tagged
    for name in ("required-tags", "tagged", "tag-keys-spelled-alike", "tags-follow-organization-policy"):
        assert set(CATALOG.resource_types(CATALOG.checks[name])) == wanted
    # Nothing but the resource's own tags is asked, so that no inventory of what is tagged decides who is judged.
    assert set(CATALOG.checks["required-tags"].facets.values()) == {Tags}
    assert required_tags(Tags.parse({})).status is Status.NON_COMPLIANT


def test_every_check_is_exampled_both_ways(tmp_path: Path) -> None:
    """Runs the checks' own tests in a process that notes every answer."""
    notes = tmp_path / "verdicts.json"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", str(TESTS)]
    environment = {**os.environ, "MUSTER_NOTED_VERDICTS": str(notes)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - our own
    assert done.returncode == 0, done.stdout[-2000:]
    noted = {tuple(each) for each in json.loads(notes.read_text(encoding="utf-8"))}
    wanted = {(name, status.value) for name in CATALOG.checks for status in (Status.COMPLIANT, Status.NON_COMPLIANT)}
    assert wanted - noted == set()


@pytest.mark.parametrize("found", CHECKS)
def test_a_check_has_no_client_no_clock_and_no_try(found: Check) -> None:
    source = inspect.getsource(found.function)
    assert not re.search(r"\btry:|\.now\(|utcnow|boto|\bopen\(|print\(", source)


def test_every_permission_is_spelled_as_iam_spells_them() -> None:
    for declared in (*CATALOG.listers.values(), *CATALOG.describers.values()):
        for permission in declared.permissions:
            assert re.fullmatch(r"[a-z0-9-]+:[A-Z][A-Za-z0-9]+", permission)


def test_shared_facets_belong_to_the_account_or_region() -> None:
    shared = [each for (owner, _), each in CATALOG.describers.items() if owner in (ACCOUNT, REGION)]
    assert shared
    assert all(isinstance(each, Describer) and not each.related for each in shared)
    owners = {each.facet: each.resource_type for each in shared}
    assert {owners[each.of] for each in shared if each.of} == {ACCOUNT}, "what all regions share decides for each"


def test_every_pack_names_checks_that_exist() -> None:
    for pack in packs.load(CATALOG).values():
        assert {entry.check for entry in pack.entries} <= set(CATALOG.checks)


@check(severity=Severity.LOW)
def mixed(instance: Instance, volume: Volume) -> Verdict:
    """Instances and volumes should not be judged at once.

    Why: so.
    Fix: so.
    """
    return compliant(f"{instance} {volume}")


def test_a_check_of_two_resource_types_judges_none() -> None:
    both = Catalog({mixed.id: mixed}, CATALOG.listers, CATALOG.describers)
    assert both.resource_types(mixed) == ()
