"""The models that are cut down hold what a scan calls, and read it as the whole ones do."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import boto3
import botocore.exceptions
import botocore.loaders
import botocore.session
import pytest
from botocore.awsrequest import AWSResponse
from botocore.model import ServiceModel
from hypothesis import given
from hypothesis import strategies as st

from muster.catalog.catalog import load
from muster.sdk.session import reading
from muster.sdk.wire.service_models import FOLDER, PRUNED, loader
from tests.unit.sdk.wire.test_projection import Style, Writer
from tools.service_models import operations, pruned

HERE = "eu-west-1"
NAMESPACE = "http://ec2.amazonaws.com/doc/2016-11-15/"
OPERATIONS = sorted(operations(load(), "ec2"))


def whole(service: str) -> Any:
    return botocore.loaders.Loader().load_service_model(service, "service-2")


def cut(service: str) -> Any:
    return loader().load_service_model(service, "service-2")


def references(value: Any) -> Iterator[str]:
    """Yield the names of all shapes that something refers to: where a `shape` is a text, it is a name."""
    if isinstance(value, dict):
        if isinstance(value.get("shape"), str):
            yield value["shape"]
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def prose(value: Any, inside: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == "documentation" and isinstance(inner, str):
                yield inside
            yield from prose(inner, f"{inside}.{name}")


@pytest.mark.parametrize("service", PRUNED)
def test_every_permission_that_the_catalogue_names_is_an_operation_that_is_left(service: str) -> None:
    catalog = load()
    declared = {
        permission.partition(":")[2]
        for owner in (*catalog.listers.values(), *catalog.describers.values())
        for permission in (owner.permission, *getattr(owner, "permissions", ()))
        if permission.startswith(f"{service}:")
    }
    assert declared
    assert declared <= cut(service)["operations"].keys()
    assert declared <= operations(catalog, service)


@pytest.mark.parametrize("service", PRUNED)
def test_nothing_else_is_left(service: str) -> None:
    assert cut(service)["operations"].keys() == operations(load(), service)
    assert cut(service)["shapes"].keys() == set(reachable(whole(service), operations(load(), service)))


def reachable(model: Mapping[str, Any], names: frozenset[str]) -> set[str]:
    """Return the shapes that operations need, found anew."""
    found: set[str] = set()
    edge = {shape for name in names for shape in references(model["operations"][name])}
    while edge:
        found |= edge
        edge = {shape for name in edge for shape in references(model["shapes"][name])} - found
    return found


def test_the_regions_of_an_account_can_be_listed() -> None:
    assert "DescribeRegions" in OPERATIONS


@pytest.mark.parametrize("service", PRUNED)
def test_every_shape_that_something_refers_to_is_there(service: str) -> None:
    model = cut(service)
    assert set(references(model)) <= model["shapes"].keys()


@pytest.mark.parametrize("service", PRUNED)
def test_what_is_written_is_what_is_left_of_the_model_that_is_installed(service: str) -> None:
    assert cut(service) == json.loads(json.dumps(pruned(whole(service), operations(load(), service))))


@pytest.mark.parametrize("service", PRUNED)
def test_the_prose_is_gone_and_nothing_else(service: str) -> None:
    left, model = cut(service), whole(service)
    assert list(prose(left)) == []
    for kind in ("operations", "shapes"):
        for name, value in left[kind].items():
            assert value == without_prose(model[kind][name])
    assert dict(left["metadata"]) == dict(model["metadata"])


def without_prose(value: Any) -> Any:
    if isinstance(value, dict):
        kept = ((name, inner) for name, inner in value.items() if name != "documentation" or not isinstance(inner, str))
        return {name: without_prose(inner) for name, inner in kept}
    return [without_prose(inner) for inner in value] if isinstance(value, list) else value


@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_operation_has_the_same_members_all_the_way_down(operation: str) -> None:
    ours, theirs = (ServiceModel(model("ec2"), "ec2").operation_model(operation) for model in (cut, whole))
    assert described(ours.input_shape) == described(theirs.input_shape)
    assert described(ours.output_shape) == described(theirs.output_shape)
    assert (ours.http, ours.name, ours.wire_name) == (theirs.http, theirs.name, theirs.wire_name)


def described(shape: Any, above: tuple[str, ...] = ()) -> Any:
    """Return a shape as it matters to a serializer and a parser."""
    if shape is None or shape.name in above:
        return None
    said = (shape.name, shape.type_name, dict(shape.serialization))
    above = (*above, shape.name)
    if shape.type_name == "structure":
        return *said, shape.required_members, {name: described(it, above) for name, it in shape.members.items()}
    return (*said, described(shape.member, above)) if shape.type_name == "list" else said


def test_a_client_finds_ours_before_botocores_and_all_others_where_they_are() -> None:
    client = boto3.session.Session(botocore_session=reading(botocore.session.Session())).client("ec2", HERE)
    assert set(client.meta.service_model.operation_names) == set(OPERATIONS)
    assert cut("s3")["operations"].keys() == whole("s3")["operations"].keys()
    assert [path.name for path in FOLDER.iterdir() if path.is_dir()] == list(PRUNED)


@pytest.fixture(scope="module")
def clients() -> tuple[Any, Any]:
    """Return a client of the model that is cut down and one of the whole, with botocore's parser both."""
    short = botocore.session.Session()
    short.register_component("data_loader", loader())
    made = (
        boto3.session.Session("testing", "testing", botocore_session=session).client("ec2", HERE)
        for session in (short, botocore.session.Session())
    )
    first, second = made
    return first, second


def asking(client: Any, body: bytes, status: int = 200, **parameters: Any) -> tuple[Any, Any]:
    """Return what a client sends and what it makes of the answer."""
    sent: list[Any] = []

    def answer(request: Any, **_: object) -> AWSResponse:
        sent.append(request)
        return AWSResponse(request.url, status, {}, _Raw(body))

    client.meta.events.register_first("before-send.ec2", answer, unique_id="answer")
    try:
        answered = client.describe_instances(**parameters)
    except botocore.exceptions.ClientError as error:
        answered = error.response
    finally:
        client.meta.events.unregister("before-send.ec2", unique_id="answer")
    return [(request.method, request.url, request.body) for request in sent], answered


class _Raw:
    def __init__(self, body: bytes) -> None:
        self.body = body

    def stream(self, **_: object) -> Iterator[bytes]:
        yield self.body


@pytest.mark.parametrize("seed", range(10))
def test_instances_are_asked_for_and_read_the_same(clients: tuple[Any, Any], seed: int) -> None:
    shape = clients[1].meta.service_model.operation_model("DescribeInstances").output_shape
    style = Style(seed, 1 - seed / 12, NAMESPACE, strangers=seed % 2 == 1, required=frozenset({"Reservations"}))
    body = Writer(style).body("DescribeInstancesResponse", shape)
    ours, theirs = (asking(client, body, MaxResults=1000, NextToken="a+b/c=") for client in clients)
    assert ours == theirs
    assert "Reservations" in ours[1]


def test_an_error_is_read_the_same(clients: tuple[Any, Any]) -> None:
    body = (
        b"<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>no</Message></Error></Errors></Response>"
    )
    ours, theirs = (asking(client, body, 403) for client in clients)
    assert ours == theirs
    assert ours[1]["Error"]["Code"] == "UnauthorizedOperation"


def test_a_parameter_is_checked_the_same(clients: tuple[Any, Any]) -> None:
    for client in clients:
        with pytest.raises(botocore.exceptions.ParamValidationError):
            client.describe_instances(MaxResults="many")


MODEL = {
    "version": "2.0",
    "metadata": {"serviceId": "Box"},
    "documentation": "Boxes.",
    "operations": {
        "List": {"name": "List", "input": {"shape": "In"}, "output": {"shape": "Out"}, "documentation": "Lists."},
        "Delete": {"name": "Delete", "input": {"shape": "Gone"}, "errors": [{"shape": "Late"}]},
    },
    "shapes": {
        "In": {"type": "structure", "members": {"documentation": {"shape": "Text", "documentation": "What it is."}}},
        "Out": {"type": "structure", "members": {"boxes": {"shape": "Boxes"}}},
        "Boxes": {"type": "list", "member": {"shape": "Box"}},
        "Box": {"type": "structure", "members": {"inner": {"shape": "Boxes"}, "labels": {"shape": "Labels"}}},
        "Labels": {"type": "map", "key": {"shape": "Text"}, "value": {"shape": "Number"}},
        "Text": {"type": "string", "documentation": "A text.", "enum": ["documentation"]},
        "Number": {"type": "integer"},
        "Gone": {"type": "structure", "members": {}},
        "Late": {"type": "structure", "members": {}, "exception": True},
    },
}


def test_lists_maps_and_shapes_within_themselves_are_followed() -> None:
    left = pruned(MODEL, ["List"])
    assert left["operations"].keys() == {"List"}
    assert left["shapes"].keys() == {"In", "Out", "Boxes", "Box", "Labels", "Text", "Number"}


def test_errors_of_an_operation_are_kept() -> None:
    assert pruned(MODEL, ["Delete"])["shapes"].keys() == {"Gone", "Late"}


def test_a_member_that_is_called_documentation_is_no_prose() -> None:
    left = pruned(MODEL, ["List"])
    assert left["shapes"]["In"]["members"] == {"documentation": {"shape": "Text"}}
    assert left["shapes"]["Text"] == {"type": "string", "enum": ["documentation"]}
    assert list(prose(left)) == []


def test_an_operation_that_the_service_does_not_have_is_said() -> None:
    with pytest.raises(KeyError, match="Paint"):
        pruned(MODEL, ["Paint"])


@given(st.sets(st.sampled_from(sorted(MODEL["operations"]))))
def test_what_is_left_is_closed_whatever_is_wanted(wanted: set[str]) -> None:
    left = pruned(MODEL, wanted)
    assert left["operations"].keys() == wanted
    assert set(references(left)) == left["shapes"].keys()
