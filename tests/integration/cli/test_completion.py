"""`muster completion`: the scripts, and the values that they complete without a call of AWS."""

import subprocess
from pathlib import Path
from shutil import which

import pytest

from muster.cli import cli, main
from muster.cli.completing import attach

# ruff: noqa: S603 - the commands are ours


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("_MUSTER_COMPLETE", "bash_complete")
    Path("config").write_text("[profile shop-prod]\nregion = eu-west-1\n[profile shop-test]\n", encoding="utf-8")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    Path("muster.yaml").write_text(
        "accounts: {include: ['111122223333'], role: MusterMember}\naccount_names: {'444455556666': data-platform}\n"
        "custom_checks:\n  - {id: ec2-volume-is-small, title: Volumes should be small}\n",
        encoding="utf-8",
    )


def completed(line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Return what bash would offer for a line whose last word is not complete."""
    monkeypatch.setenv("COMP_WORDS", line)
    monkeypatch.setenv("COMP_CWORD", str(len(line.split(" ")) - 1))
    with pytest.raises(SystemExit):  # as click ends once the values are printed
        cli.main([], "muster", standalone_mode=False)
    out, err = capsys.readouterr()
    assert err == ""
    return [item.partition(",")[2] for item in out.splitlines() if item]


@pytest.mark.parametrize(
    ("line", "values"),
    [
        pytest.param("muster scan --check s3-bucket-vers", ["s3-bucket-versioning-enabled"], id="a check"),
        pytest.param("muster scan --check ec2-volume-is", ["ec2-volume-is-small"], id="a check of muster.yaml"),
        pytest.param("muster scan --pack s3-c", ["s3-compliance"], id="a pack"),
        pytest.param("muster scan --region eu-west-", ["eu-west-1", "eu-west-2", "eu-west-3"], id="a region"),
        pytest.param("muster scan --profile shop-", ["shop-prod", "shop-test"], id="a profile"),
        pytest.param("muster doctor --service lam", ["lambda"], id="a service"),
        pytest.param("muster list controls --framework fs", ["fsbp"], id="a framework"),
        pytest.param("muster scan --account 1", ["111122223333"], id="an account"),
        pytest.param("muster scan --account data", ["444455556666"], id="an account by its name"),
        pytest.param("muster scan --role ", ["MusterMember"], id="the role of muster.yaml"),
        pytest.param("muster query worst-", ["worst-accounts", "worst-owners"], id="a saved query"),
        pytest.param("muster explain S3.8", ["S3.8"], id="a control"),
        pytest.param("muster list facets AWS::S3::B", ["AWS::S3::Bucket"], id="a resource type"),
        pytest.param("muster list checks kms-key-rot", ["kms-key-rotation-enabled"], id="a name in a list"),
        pytest.param("muster doc", ["doctor"], id="a command"),
        pytest.param("muster scan --pack nothing", [], id="nothing"),
    ],
)
def test_a_value_is_completed(
    line: str, values: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert completed(line, monkeypatch, capsys) == values


def test_a_broken_configuration_writes_nothing_into_the_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("muster.yaml").write_text("a: [", encoding="utf-8")
    assert completed("muster scan --account 1", monkeypatch, capsys) == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_script_says_how_it_is_used(
    shell: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.delenv("_MUSTER_COMPLETE")
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert f"muster completion {shell}" in script.partition("_muster_completion")[0]
    assert f"_MUSTER_COMPLETE={shell}_complete" in script
    if (program := which(shell)) is not None:
        (tmp_path / "script").write_text(script, encoding="utf-8")
        subprocess.run([program, "-n", str(tmp_path / "script")], check=True)
    monkeypatch.setenv("SHELL", f"/usr/bin/{shell}")
    assert main(["completion"]) == 0
    assert capsys.readouterr().out == script


def test_a_shell_that_is_not_known(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("_MUSTER_COMPLETE")
    monkeypatch.setenv("SHELL", "/bin/tcsh")
    assert main(["completion"]) == 2
    assert "name your shell: muster completion bash|zsh|fish" in capsys.readouterr().err


def test_every_option_for_checks_packs_and_places_has_values() -> None:
    named = {
        "packs",
        "checks",
        "exclude_checks",
        "services",
        "regions",
        "exclude_regions",
        "region",
        "profile",
        "accounts",
    }
    for name in cli.list_commands(None):  # type: ignore[arg-type, attr-defined]
        command = cli.get_command(None, name)  # type: ignore[arg-type]
        assert command is not None
        attach(command)
        for parameter in command.params:
            if parameter.name in named:
                assert parameter._custom_shell_complete is not None, f"{name} {parameter.name}"
