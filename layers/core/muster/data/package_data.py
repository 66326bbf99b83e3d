"""The package's own data: YAML under `data/`, read by libyaml where PyYAML was built with it."""

from importlib import resources
from typing import Any


def read(*path: str) -> Any:
    """Return what a file says, named by its folders and its name under `data/`."""
    import yaml  # noqa: PLC0415 - whoever reads the plan needs no YAML

    # Ten times quicker than the parser in Python, which every command would wait for.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = resources.files("muster").joinpath("data", *path).read_text(encoding="utf-8")
    return yaml.load(text, Loader=loader)  # noqa: S506 - both loaders are safe ones


def names(*folder: str) -> tuple[str, ...]:
    """Return the names of the YAML files in a folder of `data/`, sorted."""
    files = resources.files("muster").joinpath("data", *folder).iterdir()
    return tuple(sorted(file.name for file in files if file.name.endswith(".yaml")))
