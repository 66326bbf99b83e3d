"""What the pages of docs/ say of configuration, alarms, packs and costs is what the code says."""

import re
from pathlib import Path
from typing import Any

import pytest

from muster.catalog.catalog import load
from muster.cli import main
from muster.configuration import json_schema
from muster.configuration import load as load_configuration
from tests.e2e.pages import commands
from tests.infrastructure.conftest import ROOT
from tests.infrastructure.reading import resources, text

DOCS = ROOT / "docs"
_YAML = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CONFIGURED = ("alerts", "compliance-tags", "configuration", "custom-checks", "follow-up", "many-accounts")
"""The pages whose blocks of YAML are examples of muster.yaml."""


def page(name: str) -> str:
    return (DOCS / f"{name}.md").read_text("utf-8")


def first_cells(text: str, heading: str) -> list[str]:
    """Return the names in the first column of the table below a heading."""
    section = text.split(f"\n## {heading}\n")[1].split("\n## ", maxsplit=1)[0]
    return [
        name for row in re.findall(r"^\| (`.*?) \|", section, re.MULTILINE) for name in re.findall(r"`([^`]+)`", row)
    ]


@pytest.mark.parametrize(
    "example",
    [
        pytest.param(text, id=f"{name}-{number}")
        for name in CONFIGURED
        for number, text in enumerate(_YAML.findall(page(name)))
    ],
)
def test_an_example_of_the_configuration_is_valid(example: str, tmp_path: Path) -> None:
    path = tmp_path / "muster.yaml"
    path.write_text(example, encoding="utf-8")
    assert load_configuration(path, load())


def test_the_page_of_the_configuration_has_every_key() -> None:
    assert sorted(first_cells(page("configuration"), "Keys")) == sorted(json_schema(load())["properties"])


def test_the_page_of_operations_has_every_alarm(template: dict[str, Any]) -> None:
    alarms = {
        text(alarm["AlarmName"]).removesuffix("-${EnvironmentSuffix}")
        for _, alarm in resources(template, "AWS::CloudWatch::Alarm")
    }
    rows = re.findall(r"^\| `(muster-[a-z-]+)` \| (.+) \| (.+) \|$", page("operations"), re.MULTILINE)
    assert sorted(name for name, _, _ in rows) == sorted(alarms)
    assert [name for name, means, action in rows if not means.strip() or not action.strip()] == []


def test_the_costs_are_those_that_the_command_computes(capsys: pytest.CaptureFixture[str]) -> None:
    """Every line shown is printed, with these numbers; and every amount of the text is one of the lines'."""
    costs = page("costs")
    for command in commands("docs/costs.md", costs):
        assert main(command.text.replace("\\\n", " ").split()[1:]) == 0
        printed = {" ".join(line.split()) for line in capsys.readouterr().out.splitlines()}
        assert [line for line in command.shown if line and " ".join(line.split()) not in printed] == []
    assert command.shown
    example = costs.split("```")[2].split("\n## ")[0]
    amounts = re.findall(r"\b\d+\.\d\d\b", example)
    shown = " ".join(command.shown)
    rounded = {f"{float(number):.2f}" for number in re.findall(r"\d+\.\d+", shown)}
    assert amounts
    assert set(amounts) <= rounded
