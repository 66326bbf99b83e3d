"""From the resources of a bundle to resources of Terraform, by the tables. Pure."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from muster.bundle.contents import Contents, Imported, Refused, left_out
from muster.bundle.terraform import buckets, compute, identity, messaging, tables
from muster.bundle.terraform.hcl import Argument, Body
from muster.bundle.terraform.shapes import Ids, Inexpressible, Piece, Shape, Table
from muster.properties.conversion import TemplateResource

_TABLES: Mapping[str, Table] = MappingProxyType(
    {
        "AWS::S3::Bucket": buckets.BUCKET,
        "AWS::S3::BucketPolicy": buckets.POLICY,
        "AWS::DynamoDB::Table": tables.TABLE,
        "AWS::ApplicationAutoScaling::ScalableTarget": tables.SCALABLE_TARGET,
        "AWS::ApplicationAutoScaling::ScalingPolicy": tables.SCALING_POLICY,
        "AWS::SQS::Queue": messaging.QUEUE,
        "AWS::SQS::QueueInlinePolicy": messaging.QUEUE_POLICY,
        "AWS::SNS::Topic": messaging.TOPIC,
        "AWS::SNS::TopicInlinePolicy": messaging.TOPIC_POLICY,
        "AWS::Logs::LogGroup": messaging.LOG_GROUP,
        "AWS::KMS::Key": identity.KEY,
        "AWS::KMS::Alias": identity.ALIAS,
        "AWS::Lambda::Function": compute.FUNCTION,
        "AWS::EC2::SecurityGroup": compute.SECURITY_GROUP,
        "AWS::IAM::Role": identity.ROLE,
    }
)
_LABEL = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class TerraformResource:
    """A resource block to write: its type, its unique label, the id that it is imported by, and its arguments."""

    type: str
    label: str
    id: str
    body: Body
    ignore: tuple[str, ...] = ()


def refused(contents: Contents) -> Refused:
    """Return the resources that the tables cannot express, with the property and the reason."""
    found = {}
    for each in contents.imported:
        try:
            resources_of(each)
        except Inexpressible as error:
            found[each.resource.identity] = left_out(each.resource, f"Terraform: {error}")
    return found


def resources_of(imported: Imported) -> tuple[TerraformResource, ...]:
    """Return what a resource and its parts become.

    Raises:
        Inexpressible: a type has no table, or a property no rule.
    """
    return tuple(each for part in imported.parts for each in _resources(part, imported.resource.arn or ""))


def _resources(part: TemplateResource, arn: str) -> Iterator[TerraformResource]:
    table = _TABLES.get(part.type)
    if table is None:
        raise Inexpressible(part.type)
    ids = Ids(part.identifier, arn)
    properties = table.before(part.properties, ids)
    taken = {piece.of for piece in table.pieces}
    own = {name: value for name, value in properties.items() if name not in taken}
    yield _made(table.type, table.id(properties, ids), part.name, Shape(table.rules).body(own), table.ignore)
    for piece in table.pieces:
        if piece.of in properties and properties[piece.of] not in piece.unless:
            yield from _pieces(piece, properties, ids, part.name)


def _pieces(piece: Piece, properties: Mapping[str, Any], ids: Ids, name: str) -> Iterator[TerraformResource]:
    value = properties[piece.of]
    for item in value if piece.each else (value,):
        head = tuple(Argument(argument, of(properties, ids)) for argument, of in piece.head.items())
        try:
            rest = tuple(piece.rule(item))
        except Inexpressible as error:
            path = f"{piece.of}.{error.path}" if error.path else piece.of
            raise Inexpressible(path, error.reason) from error
        yield _made(piece.type, piece.id(properties, ids, item), name, (*head, *rest))


def _made(kind: str, identity: str, name: str, body: Body, ignore: tuple[str, ...] = ()) -> TerraformResource:
    """Name a resource after itself, and by a hash of its id: `a.b` and `a-b` have the same letters."""
    words = _LABEL.sub("_", name.lower()).strip("_")[:80] or "resource"
    label = f"{words}_{hashlib.sha256(identity.encode()).hexdigest()[:8]}"
    return TerraformResource(kind, label if label[0].isalpha() else f"r_{label}", identity, body, ignore)
