"""Which patterns of ARNs can name a resource of a type."""

import re
from pathlib import Path

import pytest

from muster.analysis.patterns.globs import matches
from muster.catalog.catalog import load
from muster.catalog.resource_arns import can_name, form_of
from muster.model.finding import ACCOUNT, REGION, TAGGED, TARGET

STORED = Path(__file__).parents[2] / "golden" / "stored" / "command" / "scan.txt"
VOLUME, BUCKET, QUEUE, ROLE = "AWS::EC2::Volume", "AWS::S3::Bucket", "AWS::SQS::Queue", "AWS::IAM::Role"

ALIKE = {
    "AWS::ApiGateway::RestApi",
    "AWS::ApiGatewayV2::Api",
    "AWS::ElasticLoadBalancing::LoadBalancer",
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "AWS::Elasticsearch::Domain",
    "AWS::OpenSearchService::Domain",
    "AWS::SNS::Subscription",
    "AWS::SNS::Topic",
}
"""Types whose forms, as patterns, match the ARNs of other types too."""


def test_every_resource_type_has_a_form() -> None:
    assert [name for name in load().listers if form_of(name) is None] == []


def test_the_arn_of_every_resource_of_a_scan_has_the_form_of_its_type() -> None:
    resource = re.compile(r'"resource": {"type": "([^"]+)", "arn": "([^"]+)", "id": "[^"]+", "account_id": "(\d+)"')
    resources = set(resource.findall(STORED.read_text("utf-8")))
    assert {kind for kind, _, _ in resources} == set(load().listers)
    others = load().listers.keys() - {TAGGED}
    for kind, arn, account in resources:
        assert matches(form_of(kind) or "", arn), arn
        assert can_name(arn, kind, account), arn
        assert {each for each in others if matches(form_of(each) or "", arn) and each != kind} <= ALIKE


@pytest.mark.parametrize(
    ("pattern", "kind", "possible"),
    [
        ("*", VOLUME, True),
        ("arn:aws:ec2:*:*:volume/*", VOLUME, True),
        ("arn:*:ec2:eu-west-1:111122223333:volume/vol-1", VOLUME, True),
        ("arn:aws:ec2:*", VOLUME, True),
        ("arn:aws:ec2:*:*:instance/*", VOLUME, False),
        ("arn:aws:s3:::logs-*", VOLUME, False),
        ("arn:*:s3:::logs-*", QUEUE, False),
        ("arn:aws:s3:::logs-*", BUCKET, True),
        ("arn:aws:s3:eu-west-1:111122223333:logs", BUCKET, False),
        ("arn:aws:s3:::*", "AWS::S3::AccessPoint", False),
        ("arn:aws:sqs:*:orders", QUEUE, True),
        ("arn:aws:sqs:eu-west-1:111122223333:orders-?", QUEUE, True),
        ("arn:aws:iam::*:role/service-role/*", ROLE, True),
        ("arn:aws:iam:eu-west-1:111122223333:role/x", ROLE, False),
        ("aws:account", ACCOUNT, True),
        ("aws:region", ACCOUNT, False),
        ("*", REGION, True),
        ("arn:aws:anything", TARGET, True),
        ("arn:aws:s4:*", BUCKET, False),
        ("arn:*", BUCKET, True),
        ("arn:aws:lambda:*:*:my-function", "AWS::Lambda::Function", True),
        ("arn:aws:lambda:*:*:function:my-function:*", "AWS::Lambda::Function", True),
        ("arn:aws:lambda:eu-west-1:111122223333:layer:x", "AWS::Lambda::Function", False),
        ("arn:aws:ec2:*:volume/vol-1", VOLUME, True),
        ("arn:aws:ec2:eu-west-1:*:snapshot/*", VOLUME, False),
        ("arn:aws:ec2:eu-west-1::snapshot/*", "AWS::EC2::Snapshot", True),
    ],
)
def test_a_pattern_is_possible_or_not(pattern: str, kind: str, possible: bool) -> None:
    assert can_name(pattern, kind) is possible


def test_an_account_narrows_types_that_have_it_in_their_arns() -> None:
    pattern = "arn:aws:sqs:*:111122223333:*"
    assert can_name(pattern, QUEUE, "111122223333")
    assert not can_name(pattern, QUEUE, "444455556666")
    assert can_name("arn:aws:s3:::*", BUCKET, "444455556666")
