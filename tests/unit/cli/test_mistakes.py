"""Mistakes on the command line: what is wrong in one line, then what to do."""

import pytest

from muster.cli import main


@pytest.mark.parametrize(
    ("line", "lines"),
    [
        ("list nope", ["error: nope is not a command of muster list; known are", "  help: muster list --help"]),
        ("list chekcs", ["error: chekcs is not a command of muster list", "  did you mean: checks", "  help: "]),
        ("scan extra", ["error: too many arguments: extra", "  help: muster scan --help"]),
        ("scan --format", ["error: --format needs a value"]),
        ("scan --chek", ["error: there is no option --chek", "  did you mean: --check", "  help: muster scan --help"]),
        ("validate none.yaml", ["error: none.yaml: No such file or directory", "  write one: muster init"]),
    ],
)
def test_a_mistake_is_named_with_what_to_do(line: str, lines: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(line.split()) == 2
    out, err = capsys.readouterr()
    assert out == ""
    found = err.splitlines()
    assert len(found) == len(lines)
    assert all(text.startswith(expected) for text, expected in zip(found, lines, strict=True))
