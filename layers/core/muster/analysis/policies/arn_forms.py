"""The parts of each service's ARNs that are never empty, from data/arn_forms.yaml."""

import functools
from collections.abc import Mapping
from typing import Any

from muster.analysis.policies.wildcards import ANY
from muster.data import package_data

_PARTS: Mapping[str, tuple[str, str]] = {
    "regional": (ANY, ANY),
    "global": ("", ANY),
    "unowned": (ANY, ""),
    "bare": ("", ""),
}
"""The region and the account of an ARN, by the form of a service's ARNs."""


@functools.cache
def services() -> Mapping[str, str]:
    """Return the form of each service's ARNs."""
    document: dict[str, Any] = package_data.read("arn_forms.yaml")
    return {service: form for form, named in document["forms"].items() for service in named}


def kinds(service: str) -> tuple[str, ...]:
    """Return the ARNs of all that a service has, with ANY for what is never empty; all forms where none is known."""
    form = services().get(service)
    return tuple(
        f"arn:{ANY}:{service}:{region}:{account}:{ANY}"
        for name, (region, account) in _PARTS.items()
        if form in (name, None)
    )
