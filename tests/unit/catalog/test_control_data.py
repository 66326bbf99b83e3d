"""The data of Security Hub's controls: complete for FSBP, spelled as AWS spells it, what is retired marked."""

import re
from collections.abc import Mapping
from datetime import date
from importlib import resources
from typing import Any

import pytest

from muster.catalog.controls import FSBP, load
from muster.data import package_data
from muster.model.finding import Severity

FOLDER = ("controls", "security_hub")
FILES = package_data.names(*FOLDER)


def _text(file: str) -> str:
    return resources.files("muster").joinpath("data", *FOLDER, file).read_text(encoding="utf-8")


def _written() -> Mapping[str, Mapping[str, Any]]:
    return {name: said for file in FILES for name, said in package_data.read(*FOLDER, file).items()}


def test_no_control_stands_twice() -> None:
    """YAML keeps the last of two keys and says nothing."""
    names = [name for file in FILES for name in re.findall(r"^(\S+):", _text(file), re.MULTILINE)]
    assert len(names) == len(set(names)) == len(_written())


def test_a_control_stands_in_the_file_of_its_service() -> None:
    """AWS spells one id Autoscaling.5; two files whose names differ in case only would be one on some machines."""
    for file in FILES:
        service = file.removesuffix(".yaml").casefold()
        assert {name.partition(".")[0].casefold() for name in package_data.read(*FOLDER, file)} == {service}
    assert len({file.casefold() for file in FILES}) == len(FILES)


def test_a_file_has_its_controls_in_order() -> None:
    for file in FILES:
        numbers = [int(name.partition(".")[2]) for name in package_data.read(*FOLDER, file)]
        assert numbers == sorted(numbers), file


def test_each_control_is_whole() -> None:
    """A title, a severity of Security Hub's four, and types as CloudFormation spells them."""
    for name, said in _written().items():
        assert said["title"].strip() == said["title"] != "", name
        assert Severity(said["severity"]) in {Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW}, name
        kinds = said["resource_types"] + said.get("judged_as", [])
        assert said["resource_types"], name
        assert all(re.fullmatch(r"AWS::(?:\w+|)::\w+", kind) for kind in kinds), name
        assert len(set(kinds)) == len(kinds), name


def test_fsbp_is_whole() -> None:
    """367 controls on AWS's page, without three that AWS has retired but still lists: AppSync.1, AppSync.6, EKS.3."""
    assert len(load().frameworks[FSBP].controls) == 364


@pytest.mark.parametrize(
    ("framework", "controls"),
    [("cis-5.0.0", 40), ("cis-3.0.0", 37), ("cis-1.4.0", 39), ("cis-1.2.0", 42), ("pci-4.0.1", 141), ("pci-3.2.1", 44)],
)
def test_a_framework_is_as_long_as_the_list_of_aws(framework: str, controls: int) -> None:
    assert len(load().frameworks[framework].controls) == controls


def test_a_requirement_of_cis_stands_at_each_of_its_controls() -> None:
    """The table of AWS's page has a number for each."""
    for version in ("1.2.0", "1.4.0", "3.0.0", "5.0.0"):
        for name, requirements in load().frameworks[f"cis-{version}"].controls.items():
            assert requirements, name
            assert all(re.fullmatch(r"\d(?:\.\d+){1,2}", each) for each in requirements), name


@pytest.mark.parametrize(
    ("framework", "not_found"), [("pci-4.0.1", set()), ("pci-3.2.1", set()), ("nist-800-53", {"Redshift.16"})]
)
def test_each_control_of_a_framework_has_its_requirements(framework: str, not_found: set[str]) -> None:
    """AWS's page of Redshift, as it was read, gives no requirement of Redshift.16."""
    assert {name for name, found in load().frameworks[framework].controls.items() if not found} == not_found


@pytest.mark.parametrize(
    ("framework", "control", "requirements"),
    [
        ("pci-4.0.1", "RDS.24", ("2.2.2",)),
        ("pci-4.0.1", "EKS.2", ("12.3.4",)),
        ("pci-4.0.1", "SSM.2", ("2.2.1", "6.3.3")),
        ("pci-4.0.1", "SecretsManager.1", ("8.3.9", "8.6.3")),
        ("nist-800-53", "Macie.1", ("CA-7", "CA-9(1)", "RA-5", "SA-8(19)", "SI-4")),
        ("nist-800-53", "EFS.6", ("SC-7",)),
        ("cis-5.0.0", "RDS.15", ("2.2.4",)),
        ("cis-1.4.0", "CloudTrail.7", ("3.6",)),
    ],
)
def test_requirements_of_the_pages_of_services(framework: str, control: str, requirements: tuple[str, ...]) -> None:
    assert load().frameworks[framework].controls[control] == requirements


@pytest.mark.parametrize(
    ("framework", "form"),
    [
        ("nist-800-53", r"[A-Z]{2}-\d+(?:\(\d+\))?"),
        ("pci-4.0.1", r"\d+(?:\.\d+){1,3}"),
        ("pci-3.2.1", r"\d+(?:\.\d+){1,2}"),
    ],
)
def test_a_requirement_is_spelled_as_its_framework_spells_it(framework: str, form: str) -> None:
    found = {each for requirements in load().frameworks[framework].controls.values() for each in requirements}
    assert [each for each in found if not re.fullmatch(form, each)] == []


@pytest.mark.parametrize(
    ("control", "on"),
    [
        ("AppSync.1", date(2026, 3, 9)),
        ("AppSync.6", date(2026, 3, 9)),
        ("MQ.3", date(2026, 1, 12)),
        ("RDS.18", date(2026, 6, 5)),
        ("Redshift.9", date(2025, 9, 24)),
        ("SNS.2", date(2024, 4, 10)),
        ("IAM.20", date(2024, 4, 10)),
        pytest.param("EKS.3", None, id="EKS.3, after 2026-08-10: AWS gives no day"),
        pytest.param("IoTEvents.1", None, id="IoTEvents.1, after 2026-07-07"),
    ],
)
def test_what_aws_retired(control: str, on: date | None) -> None:
    found = load().by_id[control]
    assert (found.retired, found.retired_on) == (True, on)
    assert [name for name, each in load().frameworks.items() if control in each.controls] == []


@pytest.mark.parametrize("control", ["EFS.6", "RDS.26", "RDS.38", "RDS.39", "Cognito.1", "CloudTrail.3", "WAF.11"])
def test_what_is_in_use_and_not_in_fsbp(control: str) -> None:
    assert not load().by_id[control].retired
    assert control not in load().frameworks[FSBP].controls


@pytest.mark.parametrize(
    ("control", "severity"),
    [
        pytest.param("CloudFront.7", "LOW", id="MEDIUM until 2025-11-13"),
        pytest.param("CloudTrail.5", "MEDIUM", id="LOW until 2025-11-13"),
        pytest.param("GuardDuty.7", "HIGH", id="MEDIUM until 2025-11-13"),
        pytest.param("Opensearch.10", "MEDIUM", id="LOW until 2025-11-13"),
        pytest.param("RDS.7", "MEDIUM", id="LOW until 2025-11-13 "),
        pytest.param("ServiceCatalog.1", "MEDIUM", id="HIGH until 2025-11-13"),
        pytest.param("Config.1", "CRITICAL", id="MEDIUM until 2024-11-20"),
        pytest.param("SNS.4", "CRITICAL", id="HIGH until 2025-11-13 (SNS)"),
        pytest.param("SQS.3", "CRITICAL", id="HIGH until 2025-11-13 (SQS)"),
    ],
)
def test_a_severity_that_aws_changed(control: str, severity: str) -> None:
    assert load().by_id[control].severity.value == severity
