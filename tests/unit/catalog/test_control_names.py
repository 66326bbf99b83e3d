"""Frameworks and controls by the names that people type."""

import pytest

from muster.catalog.control_names import controls_named, framework_named, requirement_named
from muster.catalog.controls import load


@pytest.mark.parametrize(
    ("name", "found"),
    [
        pytest.param("fsbp", "fsbp", id="its name"),
        pytest.param("FSBP", "fsbp", id="in capitals"),
        pytest.param("cis", "cis-5.0.0", id="the newest version"),
        pytest.param("CIS 3.0.0", "cis-3.0.0", id="a version after a space"),
        pytest.param("pci", "pci-4.0.1", id="another family"),
        pytest.param("nist", "nist-800-53", id="a short name"),
        pytest.param("Security Hub", "security-hub", id="two words"),
    ],
)
def test_a_framework_is_found_by(name: str, found: str) -> None:
    assert framework_named(name, load()).name == found


def test_a_framework_that_does_not_exist() -> None:
    with pytest.raises(ValueError, match=r"pci-4\.0 is not a framework; did you mean pci-4\.0\.1\?"):
        framework_named("pci-4.0", load())


@pytest.mark.parametrize(
    ("text", "framework", "controls"),
    [
        pytest.param("S3.8", "security-hub", ("S3.8",), id="an id"),
        pytest.param("s3.8", "security-hub", ("S3.8",), id="in small letters"),
        pytest.param("FSBP S3.8", "fsbp", ("S3.8",), id="with its framework"),
        pytest.param("Security Hub S3.7", "security-hub", ("S3.7",), id="as checks cite it"),
        pytest.param("CIS 2.1.1", "cis-5.0.0", ("S3.5",), id="a requirement of the newest version"),
        pytest.param("CIS 2.1.4", "cis-5.0.0", ("S3.1", "S3.8"), id="a requirement that two controls meet"),
        pytest.param("cis-3.0.0 5.4", "cis-3.0.0", ("EC2.2",), id="of a version"),
        pytest.param("CIS 4.3", "cis-1.4.0", ("CloudWatch.1",), id="that only an old version has"),
        pytest.param("PCI 1.3.1", "pci-4.0.1", ("EC2.13",), id="of PCI DSS"),
    ],
)
def test_a_control_is_found_by(text: str, framework: str, controls: tuple[str, ...]) -> None:
    found = controls_named(text, load())
    assert {each.name for each, _ in found} == {framework}
    names = tuple(control.id for _, control in found)
    assert names[: len(controls)] == controls


@pytest.mark.parametrize("text", ["", "S3", "S3.999", "FSBP S3.999", "CIS", "x 2.1.1", "FSBP S3.7"])
def test_what_is_no_control(text: str) -> None:
    assert controls_named(text, load()) == ()


def test_every_control_of_every_framework_is_found_by_name() -> None:
    book = load()
    for framework in book.frameworks.values():
        for control, requirements in framework.controls.items():
            for name in (control, *requirements):
                assert (framework, book.by_id[control]) in controls_named(f"{framework.name} {name}", book)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param(
            "CIS 1.12", ("cis-5.0.0", "1.12"), id="the newest version, though an older has a control for 1.12"
        ),
        pytest.param("cis-5.0.0 5.6", ("cis-5.0.0", "5.6"), id="of a version"),
        pytest.param("CIS 1.13", None, id="a control meets it"),
        pytest.param("cis-3.0.0 1.12", None, id="a control meets it in this version"),
        pytest.param("CIS 9.9", None, id="no version has it"),
        pytest.param("S3.5", None, id="a control"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_a_requirement_without_a_control_is_found_by(text: str, found: tuple[str, str] | None) -> None:
    named = requirement_named(text, load())
    assert (named and (named[0].name, named[1])) == found
