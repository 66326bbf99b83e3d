"""A bucket that is made from the properties of another one is configured as that one is."""

import json
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given, settings

from local.server import EmbeddedAws
from muster.bundle.cloudformation import stacks
from muster.bundle.contents import Contents, Imported
from muster.facets.tagging.tags import Tags
from muster.model.finding import Resource
from muster.model.readers import Describer
from muster.properties.conversion import Conversion, convert
from muster.readers.s3 import buckets as reading
from muster.sdk.session import Clients, open_session
from muster.snapshots.form import forms
from muster.snapshots.reading import read_snapshot
from muster.snapshots.snapshot import Snapshot
from tests.integration.properties import whole_buckets
from tests.integration.properties.drawn_buckets import (
    ACCOUNT,
    AWAY,
    COPIES,
    HOME,
    LOGS,
    NAME,
    Configuration,
    configurations,
)
from tests.unit.properties.linted import faults

BUCKET = Resource(reading.BUCKET, NAME, ACCOUNT, HOME, arn=f"arn:aws:s3:::{NAME}")
WHERE = {"CreateBucketConfiguration": {"LocationConstraint": HOME}}
FACETS = [
    each
    for each in vars(reading).values()
    if isinstance(each, Describer) and each.resource_type == reading.BUCKET and each.client == "s3"
]


@pytest.fixture
def aws(running: EmbeddedAws, monkeypatch: pytest.MonkeyPatch) -> EmbeddedAws:
    monkeypatch.setenv("AWS_ENDPOINT_URL", running.endpoint)
    return running


def fresh(aws: EmbeddedAws) -> None:
    """Empty the account but for what a bucket names: where its logs, copies and events go."""
    aws.reset()
    here, there = aws.client("s3", HOME), aws.client("s3", AWAY)
    here.create_bucket(Bucket=LOGS, **WHERE)
    delivers = {
        "Effect": "Allow",
        "Principal": {"Service": "logging.s3.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{LOGS}/*",
    }
    here.put_bucket_policy(Bucket=LOGS, Policy=json.dumps({"Version": "2012-10-17", "Statement": [delivers]}))
    there.create_bucket(Bucket=COPIES)
    there.put_bucket_versioning(Bucket=COPIES, VersioningConfiguration={"Status": "Enabled"})
    aws.client("sqs", HOME).create_queue(QueueName="arrivals")


def make(aws: EmbeddedAws, configuration: Configuration) -> None:
    """Make the bucket by S3's API."""
    s3 = aws.client("s3", HOME)
    s3.create_bucket(Bucket=NAME, **WHERE)
    for operation, parameters in configuration:
        getattr(s3, operation)(Bucket=NAME, **parameters)


def snapshot(aws: EmbeddedAws, bucket: Resource = BUCKET) -> Snapshot:
    """Read a bucket with clients whose own region is another one."""
    return read_snapshot(Clients(open_session(region=AWAY), endpoint_url=aws.endpoint), bucket, forms()[BUCKET.type])


def facets(aws: EmbeddedAws) -> dict[str, Any]:
    """Read what checks judge of the bucket, without the tags of AWS itself."""
    s3 = aws.client("s3", HOME)
    found = {each.facet.__name__: _facet(each, s3) for each in FACETS}
    tags = found[Tags.__name__].values if found[Tags.__name__] else {}
    return {**found, Tags.__name__: {key: value for key, value in tags.items() if not key.startswith("aws:")}}


def _facet(describer: Describer, s3: Any) -> Any:
    try:
        return describer.function(s3, BUCKET)
    except s3.exceptions.ClientError as error:
        code = error.response["Error"]["Code"]
        assert code in describer.absent
        return None


def deploy(aws: EmbeddedAws, conversion: Conversion) -> None:
    """Deploy the template that an import bundle has for a bucket, where there is no bucket."""
    contents = Contents(ACCOUNT, "aws", (Imported(BUCKET, conversion.resources, region=HOME),))
    (stack,) = stacks(contents)
    aws.client("cloudformation", HOME).create_stack(StackName="copy", TemplateBody=stack.template)


def compared(found: Snapshot) -> dict[str, Any]:
    """Return sections without what differs between two buckets that are configured alike.

    CloudFormation has its own tags and its own ids of notifications, sends a lifecycle rule's prefix in one form, and
    takes no filter that is empty, which says the same as an empty prefix.
    """
    sections: dict[str, Any] = deepcopy(dict(found.sections))
    tags = (sections["tags"] or {}).get("TagSet", [])
    own = {tag["Key"]: tag["Value"] for tag in tags if not tag["Key"].startswith("aws:")}
    sections["tags"] = own
    for entries in (sections["notification"] or {}).values():
        for entry in entries if isinstance(entries, list) else ():
            entry.pop("Id")
    for rule in (sections["lifecycle"] or {}).get("Rules", ()):
        if "Prefix" in rule:
            rule["Filter"] = {"Prefix": rule.pop("Prefix")}
    for rule in (sections["replication"] or {}).get("ReplicationConfiguration", {}).get("Rules", ()):
        if rule.get("Filter") == {}:
            rule["Filter"] = {"Prefix": ""}
    if sections["policy"]:
        sections["policy"] = json.loads(sections["policy"]["Policy"])
    return sections


def test_the_copy_of_a_bucket_is_configured_as_the_bucket(aws: EmbeddedAws) -> None:
    made: list[Conversion] = []

    @settings(max_examples=settings.default.max_examples * 3 // 8)
    @given(configuration=configurations())
    @example(configuration=[])
    @example(configuration=whole_buckets.NEW)
    @example(configuration=whole_buckets.OLD)
    def round_trip(configuration: Configuration) -> None:
        fresh(aws)
        make(aws, configuration)
        original, seen = snapshot(aws), facets(aws)
        conversion = convert(original)
        assert conversion.obstacles == ()
        made.append(conversion)
        fresh(aws)
        deploy(aws, conversion)
        assert compared(snapshot(aws)) == compared(original)
        assert facets(aws) == seen

    round_trip()
    assert faults(together(made)) == []


def together(conversions: Sequence[Conversion]) -> Conversion:
    """Return all resources as one conversion, each with a name of its own: cfn-lint takes long to begin."""
    resources = []
    for number, conversion in enumerate(conversions):
        for each in conversion.resources:
            named = {key: f"{name}.{number}" for key, name in each.identifier.items()}
            resources.append(replace(each, name=f"{each.name}.{number}", properties={**each.properties, **named}))
    return Conversion(tuple(resources))


def test_buckets_whose_names_differ_in_dots_alone_are_two_resources(aws: EmbeddedAws) -> None:
    fresh(aws)
    names = ("shop.data", "shop-data")
    for name in names:
        aws.client("s3", HOME).create_bucket(Bucket=name, **WHERE)
    whole = [resource for name in names for resource in convert(snapshot(aws, replace(BUCKET, id=name))).resources]
    fresh(aws)
    deploy(aws, Conversion(tuple(whole)))
    listed = aws.client("s3", HOME).list_buckets(BucketRegion=HOME)["Buckets"]
    assert {each["Name"] for each in listed} == {*names, LOGS}


def test_a_bucket_without_a_block_or_an_owner_is_copied_to_one_with_those_of_new_buckets(aws: EmbeddedAws) -> None:
    """CloudFormation has no property for the absence of either."""
    fresh(aws)
    make(aws, [("delete_public_access_block", {}), ("delete_bucket_ownership_controls", {})])
    conversion = convert(snapshot(aws))
    fresh(aws)
    deploy(aws, conversion)
    found = snapshot(aws)
    assert set(found.answer("public-access-block")["PublicAccessBlockConfiguration"].values()) == {True}
    assert found.answer("ownership")["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
