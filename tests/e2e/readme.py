"""The commands of README.md, as a person copies them."""

import re
from pathlib import Path

README = Path(__file__).parents[2] / "README.md"
_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SQL = re.compile(r"^```sql\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def commands(text: str) -> list[str]:
    """Return the commands of the console blocks, each with its continued lines."""
    found: list[str] = []
    for block in _BLOCK.findall(text):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append(line[2:])
            elif found and found[-1].endswith("\\"):
                found[-1] += f"\n{line}"
    return found


def queries(text: str) -> list[str]:
    """Return the statements of SQL."""
    return [block.strip() for block in _SQL.findall(text)]
