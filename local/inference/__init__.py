"""Infers the operation and the parameters of a request from the request alone, with botocore's service models.

Any AWS client can call the embedded AWS: nothing of a client is changed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from local.inference import hosts, parameters, rest
from local.inference.services import Model, candidates, model_of, of_target
from local.inference.wire import Environ, Wire


@dataclass(frozen=True, slots=True)
class Inferred:
    """An operation (`service:Operation`, with botocore's name of the service; empty if unknown) and its parameters.

    `parameters` has the SDK's names and types. A body that is a blob, such as an object of S3, is left out.
    """

    operation: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)


def infer(environ: Environ) -> Inferred:
    """Return the operation and the parameters of a request; its body stays readable."""
    wire = Wire(environ)
    found = _operation(wire)
    if found is None:
        return Inferred()
    service, name, labels = found
    given = parameters.parse(model_of(service).operation_model(name), wire, labels)
    return Inferred(f"{service}:{name}", given)


_OF_DIRECTORY_BUCKETS = {"ListBuckets": "ListDirectoryBuckets"}
"""Operations that are sent alike, by what they are where the request is signed for S3 Express One Zone."""


Found = tuple[str, str, Mapping[str, str]]
"""The service, the operation, and the values of the labels in the path and the host."""


def _operation(wire: Wire) -> Found | None:
    if wire.target:
        return _of_target(wire)
    if match := rest.RPC_PATH.fullmatch(wire.path):
        service = of_target(match["service"], wire.service)
        return _named(service, match["operation"])
    if action := wire.action:
        return _of_action(wire, action)
    return _of_path(wire)


def _of_target(wire: Wire) -> Found | None:
    """The JSON protocols name the operation in a header: `X-Amz-Target: PREFIX.OPERATION`."""
    prefix, _, name = wire.target.rpartition(".")
    return _named(of_target(prefix, wire.service), name)


def _of_action(wire: Wire, action: str) -> Found | None:
    """The query protocols name the operation in the form, and the version of the API beside it."""
    known = [each for each in candidates(wire.service, wire.form.get("Action", "")) if _has(model_of(each), action)]
    version = wire.form.get("Version")
    dated = [each for each in known if model_of(each).api_version == version]
    return _named(next(iter([*dated, *known]), ""), action)


def _of_path(wire: Wire) -> Found | None:
    """The REST protocols spell the operation as a method, a path, and sometimes the query string and headers."""
    service = hosts.rest_service(wire)
    if not service or "rest" not in model_of(service).protocol:
        return None
    path, labels = hosts.placed(service, wire)
    route = rest.routes(service).find(wire, path)
    if route is None:
        return None
    name = _OF_DIRECTORY_BUCKETS.get(route[0], route[0]) if wire.service == "s3express" else route[0]
    return service, name, {**route[1], **labels}


def _named(service: str, name: str) -> Found | None:
    return (service, name, {}) if service and _has(model_of(service), name) else None


def _has(model: Model, name: str) -> bool:
    return name in model.operation_names
