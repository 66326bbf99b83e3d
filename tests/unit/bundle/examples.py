"""Contents of bundles as plain values."""

from collections.abc import Mapping
from typing import Any

from muster.bundle.contents import Contents, Imported
from muster.model.finding import Resource
from muster.properties.conversion import TemplateResource

ACCOUNT, HOME = "123456789012", "eu-west-1"
ARN = {
    "AWS::DynamoDB::Table": f"arn:aws:dynamodb:{HOME}:{ACCOUNT}:table/orders",
    "AWS::EC2::SecurityGroup": f"arn:aws:ec2:{HOME}:{ACCOUNT}:security-group/sg-1",
}


def imported(
    kind: str,
    properties: Mapping[str, Any],
    identifier: Mapping[str, str],
    *parts: TemplateResource,
    region: str = HOME,
) -> Imported:
    name = next(iter(identifier.values()))
    arn = ARN.get(kind, f"arn:aws:{kind.split('::')[1].lower()}:::{name}")
    resource = Resource(kind, name, ACCOUNT, region, arn=arn)
    return Imported(resource, (TemplateResource(kind, name, properties, identifier), *parts), region=region)


def bucket(name: str, region: str = HOME, **properties: Any) -> Imported:
    return imported("AWS::S3::Bucket", {"BucketName": name, **properties}, {"BucketName": name}, region=region)


def contents(*resources: Imported) -> Contents:
    return Contents(ACCOUNT, "aws", resources)
