"""The controls: what checks cite exists, is in use, is about what they judge, and has been read by somebody."""

import json
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Any

import pytest

from muster.catalog import catalog
from muster.catalog.catalog import Catalog
from muster.catalog.controls import FSBP, SECURITY_HUB, Control, Controls, Framework, covered, load, mistakes, supported
from muster.configuration import Configuration
from muster.configuration.selection import rules_from_json, rules_to_json, select
from muster.data import package_data
from muster.facets.tagging.tags import Tags
from muster.model.check import Check, check
from muster.model.finding import Resource, Severity, Verdict, compliant
from muster.model.listing import Page
from muster.model.readers import Lister
from muster.model.rule import Rule
from muster.scanning.evaluate import evaluate

BUCKET, QUEUE = "AWS::S3::Bucket", "AWS::SQS::Queue"
AT = datetime(2026, 1, 2, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Lid:
    """A facet of buckets."""


@dataclass(frozen=True, slots=True)
class Label:
    """A facet of buckets and queues."""


def _lister(kind: str, *facets: type) -> Lister:
    return Lister(kind, "s3", "s3:List", ("s3:List",), facets, lambda *_: Page(()))


@check(severity=Severity.LOW)
def lid_is_shut(lid: Lid) -> Verdict:  # noqa: ARG001 - a facet makes the type
    """Lids should be shut.

    Why: Because.
    Fix: Shut it.
    """
    return compliant("it is shut")


@check(severity=Severity.LOW)
def has_label(label: Label) -> Verdict:  # noqa: ARG001 - a facet makes the types
    """Things should have labels.

    Why: Because.
    Fix: Write one.
    """
    return compliant("it has one")


def _catalog(*checks: Check) -> Catalog:
    listers = {BUCKET: _lister(BUCKET, Lid, Label), QUEUE: _lister(QUEUE, Label)}
    return Catalog({each.id: each for each in checks}, listers, {})


def _citing(*controls: str, check: Check = lid_is_shut) -> Check:
    return replace(check, controls=controls)


def _control(name: str, kind: str = BUCKET, **said: Any) -> Control:
    return Control(name, name, Severity.LOW, frozenset({kind}), **{"asks": "something", **said})


BOOK = Controls(
    ("S3",),
    {
        each.id: each
        for each in (
            _control("S3.1"),
            _control("S3.7"),
            _control("SQS.1", QUEUE),
            _control("S3.2", asks=""),
            _control("S3.4", retired=True),
            _control("S3.6", retired=True, retired_on=date(2026, 3, 4), replaced_by=("S3.1", "S3.7")),
        )
    },
    {FSBP: Framework(FSBP, "FSBP", "https://a", {"S3.1": (), "S3.2": (), "SQS.1": ()})},
)


class TestMistakes:
    def test_no_check_of_the_catalogue_has_one(self) -> None:
        """Whoever adds a check or a citation reads here what is wrong with it."""
        assert mistakes(catalog.load()) == ()

    @pytest.mark.parametrize(
        ("cited", "said"),
        [
            pytest.param("FSBP S3.1", None, id="in FSBP"),
            pytest.param("Security Hub S3.7", None, id="in another standard"),
            pytest.param("Security Hub S3.1", "S3.1 is in FSBP", id="in FSBP and not said so"),
            pytest.param("FSBP S3.7", "S3.7 is not in FSBP", id="not in FSBP"),
            pytest.param("FSBP S3.99", "there is no control S3.99", id="no such control"),
            pytest.param("CIS 2.1.4", "a control is cited as FSBP or Security Hub, not as CIS", id="another framework"),
            pytest.param("S3.1", "a control is cited as FSBP or Security Hub, not as S3.1", id="no prefix"),
            pytest.param("FSBP S3.4", "S3.4 was retired", id="retired"),
            pytest.param("FSBP S3.6", "S3.6 was retired on 2026-03-04; cite S3.1, S3.7", id="retired and replaced"),
            pytest.param("FSBP SQS.1", f"SQS.1 is about {QUEUE}, the check judges {BUCKET}", id="another type"),
            pytest.param("FSBP S3.2", "the requirement of S3.2 is not described", id="not read by anybody"),
        ],
    )
    def test_each_is_told(self, cited: str, said: str | None) -> None:
        found = mistakes(_catalog(_citing(cited)), BOOK)
        assert found == ((f"lid-is-shut: {said}",) if said else ())

    @pytest.mark.parametrize("gone", ["ECS.1", "S3.4", "SNS.2", "IAM.20"])
    def test_what_aws_retired_cannot_be_cited(self, gone: str) -> None:
        """Other scanners still map them."""
        (said,) = mistakes(_catalog(_citing(f"FSBP {gone}")))
        assert said.startswith(f"lid-is-shut: {gone} was retired")

    def test_the_day_and_the_heirs_of_ecs_1(self) -> None:
        control = load().by_id["ECS.1"]
        assert (control.retired_on, control.replaced_by) == (date(2026, 3, 4), ("ECS.17", "ECS.20", "ECS.21"))


class TestSupported:
    def test_a_control_of_another_type_is_left_out(self) -> None:
        found = _citing("FSBP S3.1", "FSBP SQS.1", check=has_label)
        assert supported(found, BUCKET, BOOK) == ("FSBP S3.1",)
        assert supported(found, QUEUE, BOOK) == ("FSBP SQS.1",)
        assert supported(found, "AWS::SNS::Topic", BOOK) == ()

    def test_a_control_that_does_not_exist_concerns_nothing(self) -> None:
        """The test of the catalogue tells it; a scan does not end for it."""
        assert supported(_citing("FSBP S3.99", "FSBP S3.1"), BUCKET, BOOK) == ("FSBP S3.1",)

    @pytest.mark.parametrize(
        ("name", "kind", "controls"),
        [
            pytest.param("tagged", "AWS::DynamoDB::Table", ("Security Hub DynamoDB.5",), id="a table"),
            pytest.param("tagged", BUCKET, (), id="a bucket has no control of tags"),
            pytest.param("required-tags", "AWS::EC2::Instance", ("Security Hub EC2.38",), id="an instance"),
            pytest.param("tagged", "AWS::EC2::NetworkInterface", ("Security Hub EC2.35",), id="an interface"),
            pytest.param(
                "iam-policy-no-kms-decrypt-on-all-keys", "AWS::IAM::ManagedPolicy", ("FSBP KMS.1",), id="managed"
            ),
            pytest.param("iam-policy-no-kms-decrypt-on-all-keys", "AWS::IAM::Role", ("FSBP KMS.2",), id="inline"),
            pytest.param("iam-policy-no-admin-access-statements", "AWS::IAM::Role", (), id="IAM.1 is of policies"),
            pytest.param("ec2-snapshot-not-public", "AWS::EC2::Snapshot", ("FSBP EC2.1",), id="judged as another type"),
        ],
    )
    def test_a_finding_carries_the_controls_of_its_type(self, name: str, kind: str, controls: tuple[str, ...]) -> None:
        """From the selection over the plan to the finding."""
        whole = catalog.load()
        rules = select(whole, Configuration(), checks=[name])
        again = rules_from_json(whole, json.loads(json.dumps(rules_to_json(rules))))
        assert [rule.controls for rule in again if rule.resource_type == kind] == [controls]

    def test_evaluation_takes_what_the_rule_says(self) -> None:
        resource = Resource(BUCKET, "b", "123456789012", "eu-west-1")
        cites = catalog.load().checks["tagged"]
        facets = {Tags: Tags(MappingProxyType({}))}
        some, every = Rule(cites, BUCKET, "s3", controls=("X 1",)), Rule(cites, BUCKET, "s3")
        assert evaluate(some, resource, facets, AT).controls == ("X 1",)
        assert evaluate(every, resource, facets, AT).controls == cites.controls

    def test_one_type_needs_no_reading(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Most checks judge one type; a scan by such checks does not read the controls."""
        monkeypatch.setattr(
            "muster.configuration.selection.supported", lambda *_: pytest.fail("the controls were read")
        )
        (rule,) = select(_catalog(_citing("FSBP S3.1")), Configuration(), known={}, checks=["lid-is-shut"])
        assert rule.controls == ("FSBP S3.1",)


class TestCovered:
    def test_checks_by_control(self) -> None:
        one = _citing("FSBP S3.1", "FSBP SQS.1", check=has_label)
        other = _citing("FSBP S3.1")
        assert covered(_catalog(one, other), BOOK) == {"S3.1": ("has-label", "lid-is-shut"), "SQS.1": ("has-label",)}

    def test_a_control_of_no_judged_type_is_not_covered(self) -> None:
        assert covered(_catalog(_citing("FSBP SQS.1")), BOOK) == {}

    def test_what_is_covered_is_what_is_cited(self) -> None:
        whole = catalog.load()
        cited = {citation.rpartition(" ")[2] for each in whole.checks.values() for citation in each.controls}
        assert set(covered(whole)) == cited


class TestData:
    def test_a_control_as_its_file_spells_it(self) -> None:
        written = {
            "title": "Buckets should be shut",
            "severity": "HIGH",
            "resource_types": ["AWS::::Account"],
            "judged_as": [BUCKET],
            "published": date(2020, 1, 2),
            "retired": True,
            "retired_on": date(2021, 1, 2),
            "replaced_by": ["S3.2"],
            "asks": "It is shut.",
            "differs": "Lids are not judged.",
        }
        assert Control.from_json("S3.1", written) == Control(
            "S3.1",
            "Buckets should be shut",
            Severity.HIGH,
            frozenset({"AWS::::Account", BUCKET}),
            published=date(2020, 1, 2),
            retired=True,
            retired_on=date(2021, 1, 2),
            replaced_by=("S3.2",),
            asks="It is shut.",
            differs="Lids are not judged.",
        )

    def test_what_differs_is_said_of_cited_controls(self) -> None:
        """Of a control that no check cites, there is nothing to say."""
        cited = covered(catalog.load())
        assert [name for name, control in load().by_id.items() if control.differs and name not in cited] == []

    def test_a_type_of_a_cited_control_that_no_check_judges_is_told(self) -> None:
        """Else a control that is half covered would count as supported."""
        whole = catalog.load()
        folder = ("controls", "security_hub")
        written = {
            name: document
            for file in package_data.names(*folder)
            for name, document in package_data.read(*folder, file).items()
        }
        silent = [
            name
            for name, checks in covered(whole).items()
            if not {"judged_as", "differs"} & set(written[name])
            and not set(written[name]["resource_types"])
            <= {each for check in checks for each in whole.resource_types(whole.checks[check])}
        ]
        assert silent == []

    def test_what_replaces_a_control_is_in_use(self) -> None:
        book = load()
        heirs = {name for control in book.by_id.values() for name in control.replaced_by}
        assert all(not book.by_id[name].retired for name in heirs)

    def test_frameworks_hold_controls_in_use(self) -> None:
        """Requirements of a control that is gone would be counted as lacking."""
        book = load()
        for framework in book.frameworks.values():
            assert framework.controls
            assert framework.source.startswith("https://docs.aws.amazon.com/securityhub/")
            assert all(not book.by_id[name].retired for name in framework.controls)

    def test_the_services_are_those_of_the_controls(self) -> None:
        book = load()
        assert {name.partition(".")[0].casefold() for name in book.by_id} == {name.casefold() for name in book.services}

    def test_all_controls_in_use_are_security_hubs(self) -> None:
        book = load()
        in_use = {name for name, control in book.by_id.items() if not control.retired}
        assert set(book.frameworks[SECURITY_HUB].controls) == in_use

    def test_every_framework_is_there(self) -> None:
        cis = {"cis-1.2.0", "cis-1.4.0", "cis-3.0.0", "cis-5.0.0"}
        assert set(load().frameworks) == {SECURITY_HUB, FSBP, *cis, "pci-3.2.1", "pci-4.0.1", "nist-800-53", "tagging"}

    @pytest.mark.parametrize(
        ("framework", "control", "requirements"),
        [
            ("cis-1.2.0", "EC2.13", ("4.1",)),
            ("cis-1.4.0", "S3.1", ("2.1.5",)),
            ("cis-3.0.0", "EC2.53", ("5.2",)),
            ("cis-5.0.0", "EC2.53", ("5.3",)),
            ("pci-3.2.1", "ELB.1", ("2.3", "4.1")),
            ("pci-4.0.1", "EC2.8", ("2.2.6",)),
            ("nist-800-53", "DynamoDB.7", ("AC-17", "SC-8", "SC-13", "SC-23")),
            (FSBP, "S3.5", ()),
        ],
    )
    def test_requirements_follow_from_the_control(
        self, framework: str, control: str, requirements: tuple[str, ...]
    ) -> None:
        assert load().frameworks[framework].controls[control] == requirements

    @pytest.mark.parametrize("control", ["S3.7", "EC2.13", "EC2.22", "ECS.17", "DynamoDB.5", "SNS.1", "KMS.4"])
    def test_what_is_not_in_fsbp(self, control: str) -> None:
        assert control not in load().frameworks[FSBP].controls

    @pytest.mark.parametrize("control", ["EC2.182", "ECS.20", "S3.19", "SQS.3", "SNS.4", "ELB.17"])
    def test_what_is_in_fsbp(self, control: str) -> None:
        assert control in load().frameworks[FSBP].controls
