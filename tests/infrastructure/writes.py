"""Finds in source code the calls of AWS that are not reads, by the names that botocore gives them.

A client's methods are found by their names alone: as attributes, as texts (of getattr, a paginator, a raw call), and
where a name is computed. An operation is a read where its verb is one of READS.
"""

import ast
import functools
import re
from collections.abc import Iterator

import botocore.loaders
import botocore.model
from botocore import xform_name

READS = ("BatchGet", "Describe", "Get", "Head", "List", "Lookup", "Query", "Scan", "Search", "Select", "Simulate")
"""The verbs of operations that only read."""
_TRANSFERS = ("copy", "upload_file", "upload_fileobj")
"""Methods that boto3 adds to the client of S3 and that write."""
_VERBS = frozenset({"DELETE", "PATCH", "POST", "PUT"})
"""Methods of HTTP with which a request that is made without a client may write."""
_RAW = frozenset({"_make_api_call", "_convert_to_request_dict"})
"""Methods of a client that take the operation as a text."""
_COMMON = frozenset({"copy", "invoke", "publish", "subscribe", "tag"})
"""Names that other objects have too: they count in a call with an argument that is named as AWS does, `Like=this`."""
_FIRST_WORDS = re.compile("CopySource|FunctionName|TopicArn|TargetArn|Resource.*|Tags")
"""The arguments that calls of these names have."""


@functools.cache
def write_methods() -> dict[str, str]:
    """Return the methods of all clients of the SDK that are not reads, with the operation of each."""
    loader = botocore.loaders.Loader()
    found = {}
    for service in loader.list_available_services("service-2"):
        model = botocore.model.ServiceModel(loader.load_service_model(service, "service-2"), service)
        for operation in model.operation_names:
            if not operation.startswith(READS):
                found.setdefault(xform_name(operation), operation)
    return found | {name: name for name in _TRANSFERS}


def writes_in(source: str, *, texts: bool = True) -> set[str]:
    """Return the methods by which a module may write, and `computed` where it computes the name of a method.

    Without `texts` they are no names of methods, as where Terraform's attributes are written; then no method may be
    found by a text at all.
    """
    nodes = list(ast.walk(ast.parse(source)))
    found = {name for node in nodes for name in _of(node) if texts or not isinstance(node, ast.Constant)}
    if not texts and any(_is_getattr(node) for node in nodes):
        found.add("computed")
    return found


def _is_getattr(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id in ("getattr", "attrgetter", "methodcaller")


def _of(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Attribute(attr=name) if _writes(name):
            yield name
        case ast.Constant(value=str(name)) if _writes(name) or name in _VERBS:
            yield name
        case ast.Call(func=ast.Attribute(attr=name)) if name in _RAW:
            yield "computed"
        case ast.Call(func=ast.Attribute(attr="resource"), args=[ast.Constant(value=str()), *_]):
            yield "computed"
        case ast.Call(func=ast.Attribute(attr=name), keywords=named) if name in _COMMON:
            yield from [name] if any(_FIRST_WORDS.fullmatch(each.arg or "") for each in named) else ()
        case ast.Call(func=ast.Name(id="getattr"), args=[_, ast.JoinedStr() | ast.BinOp(), *_]):
            yield "computed"


def _writes(name: str) -> bool:
    return name in write_methods() and name not in _COMMON
