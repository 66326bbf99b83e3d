"""The IAM policy of `muster import-bundle`: listing and reading the types of a bundle, and the stacks that own them."""

from collections.abc import Iterator
from typing import Any

from muster.bundle.kinds import TYPES
from muster.bundle.stacks import PERMISSIONS
from muster.catalog.catalog import Catalog
from muster.catalog.permissions import REGIONS, read_statements
from muster.snapshots.form import forms


def bundle_policy(catalog: Catalog, partition: str = "aws") -> dict[str, Any]:
    """Return the least policy document that a bundle of every type needs. Each action only reads."""
    needed = set(_grants(catalog))
    everywhere = {action for action, pattern in needed if pattern == "*"}
    grants = ((action, pattern) for action, pattern in needed if pattern == "*" or action not in everywhere)
    return {"Version": "2012-10-17", "Statement": read_statements(grants, partition)}


def _grants(catalog: Catalog) -> Iterator[tuple[str, str]]:
    yield from ((action, "*") for action in (*PERMISSIONS, *REGIONS))
    for each in TYPES:
        lister = catalog.listers[each]
        yield lister.permission, "*"
        yield from ((action, lister.on) for action in lister.permissions if action != lister.permission)
        if source := catalog.source(lister):
            yield from ((action, "*") for action in source.permissions)
        yield from forms()[each].permissions
