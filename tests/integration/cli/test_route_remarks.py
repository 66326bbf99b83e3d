"""`muster validate` on routes: those that no finding can match are named, with their lines."""

from pathlib import Path

import pytest

from muster.cli import main

BASE = """packs: [s3-compliance]
accounts: {include: ["111122223333", "444455556666"], role: r}
exclude: {accounts: ["444455556666"]}
alerts:
  routes:
    - {name: fine, to: [topic]}
"""


def validated(route: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, folder: Path) -> str:
    """Return what is said of a file with one more route."""
    monkeypatch.chdir(folder)
    (folder / "muster.yaml").write_text(f"{BASE}    - {{name: one, {route}}}\n")
    status = main(["validate", "--strict"])
    out = capsys.readouterr().out
    assert status == int("alerts.routes" in out)
    return out


@pytest.mark.parametrize(
    ("route", "sentence"),
    [
        (
            "packs: [ec2-tag-compliance], to: [topic]",
            "nothing matches: the configuration selects no check of ec2-tag-compliance",
        ),
        (
            "packs: [ec2-tag-compliance, ecs-fargate], to: [topic]",
            "nothing matches: the configuration selects no check of ec2-tag-compliance, ecs-fargate",
        ),
        ("accounts: ['777788889999'], to: [topic]", "nothing matches: 777788889999 is not scanned"),
        ("accounts: ['444455556666'], to: [topic]", "nothing matches: 444455556666 is not scanned"),
        ("accounts: ['111122223333', '777788889999'], to: [topic]", "777788889999 is not scanned"),
        ("to: [{slack: 'ssm:/other/slack'}]", "the stack cannot read ssm:/other/slack: it may read ssm:/muster/… and"),
        ("to: [{teams: 'secretsmanager:teams'}]", "the stack cannot read secretsmanager:teams"),
    ],
)
def test_a_route_that_matches_nothing_is_named(
    route: str, sentence: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert f"muster.yaml:7: alerts.routes[1]: {sentence}" in validated(route, capsys, monkeypatch, tmp_path)


@pytest.mark.parametrize(
    "route",
    [
        "packs: [s3-compliance], severity: MEDIUM, to: [topic]",
        "packs: [all], to: [topic]",
        "accounts: ['111122223333'], units: [ou-ab12-cdef3456], owners: [x], to: [topic]",
        "to: [{slack: 'ssm:/muster/slack'}, {teams: 'secretsmanager:muster/teams'}]",
        "to: [{slack: 'secretsmanager:arn:aws:secretsmanager:eu-west-1:111122223333:secret:muster/slack-a1b2c3'}]",
    ],
)
def test_nothing_is_said_of_a_route_that_can_match(
    route: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    said = validated(route, capsys, monkeypatch, tmp_path)
    assert "alerts.routes" not in said
    assert "  routes        2 routes\n" in said


def test_a_severity_that_no_selected_check_has_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "muster.yaml").write_text(
        "checks: [s3-bucket-versioning-enabled]\nalerts: {routes: [{name: one, severity: CRITICAL, to: [topic]}]}\n"
    )
    assert main(["validate"]) == 0
    assert "nothing matches: no selected check has severity CRITICAL or above (route one)" in capsys.readouterr().out
