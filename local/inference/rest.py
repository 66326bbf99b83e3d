"""The routes of a REST service, compiled once: methods, paths, and what the query string or a header must have.

https://smithy.io/2.0/spec/http-bindings.html
"""

import re
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from local.inference.services import model_of
from local.inference.wire import Wire

RPC_PATH = re.compile(r"/service/(?P<service>[^/]+)/operation/(?P<operation>[^/]+)")
"""The path of the protocol Smithy RPC v2.

https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html
"""

_LABEL = re.compile(r"{([^}+]+)(\+?)}")


@dataclass(frozen=True, slots=True)
class Route:
    """How one operation is spelled; the names of labels stand for the groups of `pattern`, in order."""

    operation: str
    pattern: re.Pattern[str]
    labels: tuple[str, ...]
    query: tuple[tuple[str, str | None], ...]
    headers: tuple[str, ...]
    rank: tuple[int, int, bool, str]

    def takes(self, wire: Wire) -> bool:
        """Whether the query string and the headers have what the operation requires."""
        sent = wire.query_names
        return all(name in sent and value in (None, sent[name]) for name, value in self.query) and all(
            wire.header(name) is not None for name in self.headers
        )


@dataclass(frozen=True, slots=True)
class Routes:
    """The routes of a service by method, the most exact first."""

    by_method: Mapping[str, tuple[Route, ...]]

    def find(self, wire: Wire, path: str) -> tuple[str, Mapping[str, str]] | None:
        """Return the operation of a request and the values of the labels in its path."""
        for route in self.by_method.get(wire.method, ()):
            match = route.pattern.fullmatch(path)
            if match and route.takes(wire):
                values = (urllib.parse.unquote(value) for value in match.groups())
                return route.operation, dict(zip(route.labels, values, strict=True))
        return None


@cache
def routes(service: str) -> Routes:
    """Return the compiled routes of a service."""
    model = model_of(service)
    found: dict[str, list[Route]] = {}
    for name in model.operation_names:
        operation = model.operation_model(name)
        found.setdefault(operation.http_trait.method, []).append(_route(name, operation))
    return Routes({method: tuple(sorted(each, key=lambda route: route.rank)) for method, each in found.items()})


def _route(name: str, operation: Any) -> Route:
    # botocore takes the bucket out of the paths of the models that its clients share, and keeps them whole here.
    path = str(operation.http.get("authPath") or operation.http_trait.path)
    literal: dict[str, str | None] = {
        key: value or None for key, value in operation.http_trait.query_args.items() if key != "x-id"
    }
    shape = operation.input_shape
    required = dict.fromkeys(shape.required_query_args) if shape else {}
    headers = _required_headers(shape) if shape else ()
    query = {**required, **literal}
    # A label is the less exact part of a path; of equals, the one that requires more is meant if all of it is there.
    literals = len(_LABEL.sub("", path).rstrip("/"))
    rank = (-literals, -len(query) - len(headers), bool(operation.deprecated), name)
    labels = tuple(label for label, _ in _LABEL.findall(path))
    return Route(name, _pattern(path), labels, tuple(query.items()), headers, rank)


def _required_headers(shape: Any) -> tuple[str, ...]:
    """Return the headers that a request must have; what may stand in the host's name instead is none of them."""
    members = (shape.members[name].serialization for name in shape.required_members if name in shape.members)
    return tuple(each["name"] for each in members if each.get("location") == "header" and not each.get("hostLabel"))


def _pattern(path: str) -> re.Pattern[str]:
    """Compile a path; a slash at its end is optional, but belongs to the value of a greedy label."""
    parts, end = [], 0
    for match in _LABEL.finditer(path):
        parts += [re.escape(path[end : match.start()]), "(.+)" if match[2] else "([^/]+)"]
        end = match.end()
    rest = path[end:]
    optional = "" if parts and parts[-1] == "(.+)" and not rest else "/?"
    return re.compile("".join([*parts, re.escape(rest.rstrip("/")), optional]))
