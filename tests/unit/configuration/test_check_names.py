"""Names of checks with `*` and `?`, on the command line and in muster.yaml, and checks by framework."""

import pytest

from muster.catalog import controls
from muster.catalog.catalog import load
from muster.catalog.control_names import labels
from muster.configuration import Configuration, parse
from muster.configuration.check_names import expanded
from muster.configuration.selection import select
from muster.errors import ConfigurationError

CATALOG = load()
KNOWN = ("ec2-volume-inuse", "s3-bucket-acl-prohibited", "s3-bucket-public-access-prohibited", "tagged")
METRICS = "ec2-instance-not-idle"


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["tagged"], ["tagged"]),
        (["s3-*"], ["s3-bucket-acl-prohibited", "s3-bucket-public-access-prohibited"]),
        (["*-in?se", "tagged"], ["ec2-volume-inuse", "tagged"]),
        (["s3-*", "*acl*"], ["s3-bucket-acl-prohibited", "s3-bucket-public-access-prohibited"]),
        (["unknown"], ["unknown"]),
        ([], []),
    ],
)
def test_a_pattern_stands_for_the_checks_that_it_matches(names: list[str], found: list[str]) -> None:
    assert list(expanded(names, KNOWN)) == found


@pytest.mark.parametrize(
    ("pattern", "hint"),
    [
        ("s3-bucket-publik*", "did you mean: s3-bucket-public-access-prohibited"),
        ("zzz*", "all checks: muster list checks"),
    ],
)
def test_a_pattern_that_matches_nothing_is_refused_with_what_is_near(pattern: str, hint: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        expanded([pattern], KNOWN)
    assert str(refused.value) == f'no check matches "{pattern}"\n  {hint}'


def _checks(**chosen: object) -> set[str]:
    configuration = chosen.pop("configuration", Configuration())
    return {rule.check.id for rule in select(CATALOG, configuration, **chosen)}  # type: ignore[arg-type]


def test_patterns_choose_and_leave_out_checks() -> None:
    found = _checks(checks=["s3-*"], exclude_checks=["*-acl-*"])
    assert found
    assert all(name.startswith("s3-") and "-acl-" not in name for name in found)
    # Without the settings that they need, these do not run.
    left_out = {name for name in CATALOG.checks if name.startswith("s3-") and "-acl-" not in name} - found
    assert left_out == {name for name in CATALOG.checks if name.startswith("s3-") and CATALOG.checks[name].opt_in}
    assert "s3-bucket-mfa-delete-enabled" in left_out


def test_a_pattern_does_not_turn_on_what_costs_money_and_a_name_does() -> None:
    assert METRICS not in _checks(checks=["ec2-*"])
    assert METRICS in _checks(checks=["ec2-*"], metrics=True)
    assert METRICS in _checks(checks=["ec2-*", METRICS])


def test_patterns_of_the_configuration() -> None:
    configuration = parse("checks: ['s3-*']\nexclude_checks: ['*-acl-*']\n", CATALOG)
    assert _checks(configuration=configuration) == _checks(checks=["s3-*"], exclude_checks=["*-acl-*"])


def test_a_name_on_the_command_line_is_stronger_than_an_excluding_pattern_and_a_pattern_is_not() -> None:
    configuration = parse("exclude_checks: ['s3-*']\n", CATALOG)
    assert _checks(configuration=configuration, checks=["s3-bucket-acl-prohibited", "s3-bucket-pub*", "ec2-*"]) >= {
        "s3-bucket-acl-prohibited"
    }
    assert "s3-bucket-public-access-prohibited" not in _checks(
        configuration=configuration, checks=["s3-bucket-pub*", "ec2-*"]
    )


def test_a_pattern_of_the_configuration_that_matches_nothing_is_named_with_its_line() -> None:
    with pytest.raises(ConfigurationError) as refused:
        parse("packs: [foundational]\nchecks: [s3-bucket-publik*]\n", CATALOG)
    assert str(refused.value).startswith('muster.yaml:2: checks[0]: no check matches "s3-bucket-publik*"; did you mean')


@pytest.mark.parametrize(("name", "control"), [("fsbp", "S3.5"), ("cis", "S3.5"), ("pci", "S3.5"), ("nist", "S3.5")])
def test_a_framework_takes_the_checks_of_its_controls_alone(name: str, control: str) -> None:
    found = _checks(frameworks=[name])
    assert "s3-bucket-ssl-requests-only" in found
    assert control in controls.load().by_id
    assert "s3-bucket-request-metrics-configured" not in found


def test_a_framework_takes_of_packs_and_checks_what_it_holds() -> None:
    everything, some = _checks(frameworks=["fsbp"]), _checks(frameworks=["fsbp"], checks=["s3-*"])
    assert some == {name for name in everything if name.startswith("s3-")}


def test_two_frameworks_take_the_checks_of_both() -> None:
    both = _checks(frameworks=["fsbp", "cis"])
    assert both == _checks(frameworks=["fsbp"]) | _checks(frameworks=["cis"])


def test_a_framework_that_there_is_not_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="fsb is not a framework; did you mean fsbp"):
        _checks(frameworks=["fsb"])


def test_a_check_has_the_requirements_of_the_framework() -> None:
    book = controls.load()
    assert labels(CATALOG, ["fsbp"], book)["s3-bucket-ssl-requests-only"] == "S3.5"
    assert labels(CATALOG, ["cis"], book)["s3-bucket-ssl-requests-only"] == "2.1.1"
