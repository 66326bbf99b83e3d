"""The table of Lambda's runtimes, from the data of cfn-lint, for every runtime that the SDK knows.

cfn-lint follows https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html. What it does not have yet stands in
`_AHEAD`, with where it was read.
"""

import json
from collections.abc import Mapping
from importlib import metadata, resources
from typing import Any

import botocore.session

_HEADER = """\
# When AWS deprecates Lambda's runtimes, and from when on it refuses to create and to update functions that use them.
# `lambda-runtime-supported` reads it. `make generate` writes it: see tools/lambda_runtimes.py. The dates of AWS's page
# are forecasts until they are past. A runtime without dates is one that AWS lists as "Not scheduled".
page: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
"""
_AHEAD: Mapping[str, Mapping[str, str]] = {
    # Announced on 2026-07-31. Three copies of AWS's page, of 2026-08-15 and later, have this date; the dates of the
    # blocks were in none of them.
    "java8.al2023": {"deprecated": "2029-06-30", "successor": "java25"},
    "java11.al2023": {"deprecated": "2029-06-30", "successor": "java25"},
    "java17.al2023": {"deprecated": "2029-06-30", "successor": "java25"},
    # Public previews: the same copies have "Not scheduled".
    "nodejs26.x": {},
    "python3.15": {},
    # Its publisher sets the schedule: https://docs.aws.amazon.com/lambda/latest/dg/runtime-support-policy.html
    "custom": {"customer-managed": "true"},
}
_MEMBERS = ("deprecated", "create-block", "update-block", "successor", "customer-managed")


def generated(ahead: Mapping[str, Mapping[str, str]] = _AHEAD) -> str:
    """Return data/lambda_runtimes.yaml.

    Raises SystemExit where a runtime of the SDK is in neither table, or in both.
    """
    known = _maintained()
    wanted = _of_the_sdk()
    if missing := [name for name in wanted if name not in known and name not in ahead]:
        raise SystemExit(
            f"tools/lambda_runtimes.py: cfn-lint has no dates of {', '.join(missing)}: look them up, add to _AHEAD"
        )
    if twice := [name for name in ahead if name in known]:
        raise SystemExit(f"tools/lambda_runtimes.py: cfn-lint has {', '.join(twice)} now: delete it from _AHEAD")
    rows = "".join(_row(name, known.get(name) or ahead[name]) for name in sorted(wanted, key=_order))
    return f"{_HEADER}source: cfn-lint {metadata.version('cfn-lint')}\nruntimes:\n{rows}"


def _row(name: str, row: Mapping[str, str | None]) -> str:
    members = ", ".join(f"{key.replace('-', '_')}: {row[key]}" for key in _MEMBERS if row.get(key))
    return f"  {name}: {{{members}}}\n"


def _order(name: str) -> tuple[str, tuple[int, ...], str]:
    """Sort python3.9 before python3.10."""
    family = name.rstrip("0123456789.").partition(".")[0].rstrip("0123456789")
    numbers = name.removeprefix(family).split("-")[0].split(".")
    return family, tuple(int(part) for part in numbers if part.isdecimal()), name


def _maintained() -> dict[str, dict[str, str | None]]:
    path = resources.files("cfnlint").joinpath("data", "AdditionalSpecs", "LmbdRuntimeLifecycle.json")
    found: dict[str, dict[str, str | None]] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _of_the_sdk() -> list[str]:
    shape: Any = botocore.session.get_session().get_service_model("lambda").shape_for("Runtime")
    return list(shape.enum)
