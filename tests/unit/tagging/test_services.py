"""The calls of each type: they exist, take what is sent, and every type that is scanned and can have tags has some."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from muster.catalog.catalog import load
from muster.configuration.compliance_tags import TAGGABLE, taggable
from muster.model.arn import Arn
from muster.model.finding import Resource
from muster.tagging.services import tag_apis

KEY = "compliance-status"


def resource_of(resource_type: str) -> Resource:
    """Return an example with an id that every call takes."""
    region = "" if resource_type.startswith(("AWS::IAM", "AWS::S3::Bucket")) else "eu-west-1"
    names = {
        "AWS::SQS::Queue": ("https://sqs.eu-west-1.amazonaws.com/1/n", "arn:aws:sqs:eu-west-1:123456789012:n"),
        "AWS::IAM::ManagedPolicy": ("arn:aws:iam::123456789012:policy/name-of-policy",) * 2,
        "AWS::DAX::Cluster": ("name", "arn:aws:dax:eu-west-1:123456789012:cache/name"),
    }  # fmt: skip
    name, arn = names.get(resource_type, ("name-1", f"arn:aws:service:{region}:123456789012:name/of-something"))
    return Resource(resource_type, name, "123456789012", "eu-west-1", arn=arn)


class Recorder:
    """Clients that validate what they are called with and answer with what a test says, without a network."""

    def __init__(self) -> None:
        self.called: list[tuple[str, dict[str, Any]]] = []
        self.answers: dict[str, dict[str, Any]] = {}

    def __call__(self, service: str) -> Any:
        session = boto3.session.Session("a", "b", region_name="eu-west-1")
        client = session.client(service)
        client.meta.events.register("provide-client-params", self._keep)
        client.meta.events.register("before-call", self._answer)
        return client

    def _keep(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        self.called.append((model.name, dict(params)))

    def _answer(self, model: Any, **_: Any) -> tuple[Any, dict[str, Any]]:
        class Answered:
            status_code = 200

        return Answered(), self.answers.get(model.name, {})


def texts(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from texts(inner)
    else:
        yield str(value)


@pytest.mark.parametrize("resource_type", sorted(tag_apis()))
def test_the_calls_exist_and_take_what_is_sent(resource_type: str) -> None:
    """Botocore validates every parameter before it calls."""
    api, recorder, resource = tag_apis()[resource_type], Recorder(), resource_of(resource_type)
    recorder.answers["DescribeTags"] = {"TagDescriptions": [{"ResourceArn": "a", "Tags": []}], "Tags": []}
    recorder.answers |= {name: {"Tags": []} for name in ("ListTagsForResource", "ListTags")}
    if resource_type in ("AWS::Logs::LogGroup", "AWS::Lambda::Function"):
        recorder.answers = {}
    assert dict(api.read(recorder, resource)) == {}
    assert api.write(recorder, resource, KEY, "failed") == ""
    assert api.erase(recorder, resource, KEY) == ""
    read, write, erase = recorder.called
    assert [read[0], write[0], erase[0]] == [action.partition(":")[2] for action, _ in api.actions[:3]]
    for _, parameters in recorder.called:
        assert {resource.id, resource.arn} & set(texts(parameters))
    assert {KEY, "failed"} <= set(texts(write[1]))
    assert KEY in set(texts(erase[1]))
    assert "failed" not in set(texts(erase[1]))


def test_every_type_that_can_have_the_compliance_tag_has_its_calls() -> None:
    assert frozenset(tag_apis()) == TAGGABLE
    assert taggable(load().listers) == sorted(TAGGABLE)


@pytest.mark.parametrize("resource_type", sorted(tag_apis()))
def test_writes_are_granted_on_the_type_alone(resource_type: str) -> None:
    for action, pattern in tag_apis()[resource_type].actions[1:3]:
        arn = Arn.of(pattern)
        assert arn.service == action.partition(":")[0]
        assert arn.resource != "*" or arn.service in ("s3", "sns", "sqs")
