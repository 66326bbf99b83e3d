"""Cut service models down to the operations that Muster may make, and the shapes that these need."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from muster.catalog.catalog import Catalog
from muster.catalog.permissions import REGIONS
from muster.snapshots.form import forms
from muster.tagging.services import tag_apis

Model = Mapping[str, Any]


def operations(catalog: Catalog, service: str) -> frozenset[str]:
    """Return the operations of a service that a scan, a snapshot or a tag may make.

    EC2's permissions are called as its operations.
    """
    scanned = (permission for reader in catalog.readers() for permission in reader.permissions)
    read_whole = (permission for form in forms().values() for permission, _ in form.permissions)
    tagged = (action for api in tag_apis().values() for action, _ in api.actions)
    permissions = {*REGIONS, *scanned, *read_whole, *tagged}
    return frozenset(
        operation
        for owner, _, operation in (permission.partition(":") for permission in permissions)
        if owner == service
    )


def pruned(model: Model, wanted: Iterable[str]) -> dict[str, Any]:
    """Return a service model with some of its operations and the shapes that these need, without its prose."""
    kept = {name: model["operations"][name] for name in sorted(wanted)}
    shapes: dict[str, Any] = {}
    waiting = [name for operation in kept.values() for name in _shapes_of(operation)]
    while waiting:
        name = waiting.pop()
        if name not in shapes:
            shapes[name] = _without_prose(model["shapes"][name])
            waiting.extend(_shapes_of(model["shapes"][name]))
    return {
        "version": model["version"],
        "metadata": model["metadata"],
        "operations": {name: _without_prose(operation) for name, operation in kept.items()},
        "shapes": dict(sorted(shapes.items())),
    }


def _shapes_of(value: Any) -> Iterator[str]:
    """Yield the names of the shapes that an operation or a shape refers to."""
    if isinstance(value, Mapping):
        if isinstance(value.get("shape"), str):
            yield value["shape"]
        for inner in value.values():
            yield from _shapes_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _shapes_of(inner)


def _without_prose(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return [_without_prose(inner) for inner in value] if isinstance(value, list) else value
    # `documentation` is prose where it is a text; a member of a structure may be called so too.
    return {
        key: _without_prose(inner)
        for key, inner in value.items()
        if not (key == "documentation" and isinstance(inner, str))
    }
