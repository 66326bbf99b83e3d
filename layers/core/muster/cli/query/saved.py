"""The saved queries: files of SQL in the package, each with a sentence about itself in its first line."""

from dataclasses import dataclass
from importlib import resources


@dataclass(frozen=True, slots=True)
class Saved:
    """A saved query: `description` is one sentence, `sql` is Athena's SQL."""

    name: str
    description: str
    sql: str


def saved() -> dict[str, Saved]:
    """Return the saved queries by name, sorted; a name has hyphens."""
    found = {}
    for file in resources.files("muster").joinpath("data", "queries").iterdir():
        if file.name.endswith(".sql"):
            comment, _, sql = file.read_text(encoding="utf-8").partition("\n")
            name = file.name.removesuffix(".sql").replace("_", "-")
            found[name] = Saved(name, comment.removeprefix("-- ").strip(), sql)
    return dict(sorted(found.items()))
