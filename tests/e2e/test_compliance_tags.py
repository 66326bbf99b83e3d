"""The compliance tag on a deployed stack: set, taken off when a bucket is mended, and written once."""

import json
from collections.abc import Iterator

import pytest

from local import permissions, workflow
from local.deploy import Stack, deploy
from local.runtime import Runtime
from local.server import ACCOUNT, EmbeddedAws
from muster.configuration.compliance_tags import ComplianceTags
from muster.tagging.permissions import tagging_policy
from muster.tagging.services import tag_apis
from tests.e2e.conftest import TAGGING_ROLE, configure

REGION, KEY = "eu-west-1", "compliance-status"
MEMBER, TAGGER = "444455556666", "MusterTaggingRole"
CONFIGURATION = """\
checks: [s3-bucket-versioning-enabled]
exclude: {arns: ["arn:aws:s3:::excluded*", "arn:aws:s3:::packages-*"]}
suppressions:
  - {check: s3-bucket-versioning-enabled, resource: "arn:aws:s3:::accepted", reason: r, owner: o, expires: 2090-01-01}
"""
BUCKETS = {
    "good": {"Owner": "a"},
    "bad": {"Owner": "a", "Cost Center": "ünï/1"},
    "shop.example.com": {},
    "accepted": {KEY: "failed", "Owner": "b"},
    "excluded-1": {"Owner": "c"},
}
"""Buckets with their tags; only `good` is versioned."""
WRITES = ("s3control:TagResource", "s3control:UntagResource", "s3:PutBucketTagging", "s3:DeleteBucketTagging")

Tagged = tuple[EmbeddedAws, Stack]


@pytest.fixture(scope="module")
def tagged() -> Iterator[Tagged]:
    with EmbeddedAws() as aws, Runtime(aws) as runtime:
        members = {"Accounts": f"{ACCOUNT},{MEMBER}", "MemberRoleName": "MusterMemberRole"}
        stack = deploy(aws, {"ComplianceTags": "ENABLED", "MemberTaggingRoleName": TAGGER, **members})
        runtime.folders.update(stack.functions)
        member(aws)
        configure(aws, stack, CONFIGURATION)
        s3 = aws.client("s3", REGION)
        for name, tags in BUCKETS.items():
            s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
            tag_set = [{"Key": key, "Value": value} for key, value in tags.items()]
            if tag_set:
                s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": tag_set})
        version(aws, "good")
        yield aws, stack


def member(aws: EmbeddedAws) -> None:
    """Make a failing bucket in the member account, and the role that member-role.yaml makes there for tagging."""
    bucket = {"LocationConstraint": REGION}
    aws.client_in(MEMBER, "s3").create_bucket(Bucket="of-member", CreateBucketConfiguration=bucket)
    iam = aws.client_in(MEMBER, "iam")
    iam.create_role(RoleName=TAGGER, AssumeRolePolicyDocument="{}")
    policy = json.dumps(tagging_policy(ComplianceTags()))
    iam.put_role_policy(RoleName=TAGGER, PolicyName="tagging", PolicyDocument=policy)


def version(aws: EmbeddedAws, bucket: str) -> None:
    aws.client("s3", REGION).put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})


def tags(aws: EmbeddedAws) -> dict[str, dict[str, str]]:
    client, found = aws.client("s3control", REGION), {}
    for name in BUCKETS:
        answer = client.list_tags_for_resource(AccountId=ACCOUNT, ResourceArn=f"arn:aws:s3:::{name}")
        found[name] = {each["Key"]: each["Value"] for each in answer["Tags"]}
    s3 = aws.client_in(MEMBER, "s3")
    try:
        theirs = s3.get_bucket_tagging(Bucket="of-member")["TagSet"]
    except s3.exceptions.ClientError:  # there is no tag
        theirs = []
    return found | {"of-member": {each["Key"]: each["Value"] for each in theirs}}


def scanned(tagged: Tagged, **event: object) -> tuple[list[str], dict[str, int]]:
    """Scan, and return the writes of tags by role sessions, and the counts of the record."""
    aws, stack = tagged
    aws.front.calls.clear()
    execution = workflow.start(aws, stack, {"record": True, **event})
    assert execution.status == "SUCCEEDED", (execution.error, execution.cause)
    writes = [call.operation for call in aws.calls if call.operation in WRITES]
    key = f"scans/{execution.output['scan_id']}/tags.json"
    if key not in workflow.keys(aws, stack, "scans/"):
        return writes, {}
    record = workflow.read_json(aws, stack, key)
    assert (record["finished"], record["failed"]) == (True, [])
    return writes, record["counts"]


def log_messages(tagged: Tagged) -> set[str]:
    """Return the messages in the log of the function."""
    aws, stack = tagged
    group = f"/aws/lambda/{stack.outputs['TagResourcesFunctionName']}"
    pages = aws.client("logs", REGION).get_paginator("filter_log_events").paginate(logGroupName=group)
    lines = [event["message"] for page in pages for event in page["events"] if event["message"].startswith("{")]
    return {str(json.loads(line).get("message")) for line in lines}


def used_by_tagging(tagged: Tagged) -> bool:
    """Whether the role for tagging was denied nothing, and used all that it is granted but for other types."""
    aws, stack = tagged
    assert [said for said in permissions.denied(aws, stack) if said.startswith(TAGGING_ROLE)] == []
    others = {action for kind, api in tag_apis().items() if kind != "AWS::S3::Bucket" for action, _ in api.actions}
    others |= {"s3:TagResource"}  # the last scan set nothing
    unused = [said.split()[3] for said in permissions.unused(aws, stack) if said.startswith(TAGGING_ROLE)]
    return set(unused) <= others


def test_the_life_of_the_tag(tagged: Tagged) -> None:
    """One test, as each scan begins where the last one ended. The stack's own bucket is versioned and passes."""
    aws, _ = tagged
    writes, counts = scanned(tagged, record=False)
    assert (writes, counts) == ([], {})
    assert tags(aws) == BUCKETS | {"of-member": {}}

    writes, counts = scanned(tagged)
    after = {
        "good": BUCKETS["good"],
        "bad": {**BUCKETS["bad"], KEY: "failed"},
        "shop.example.com": {KEY: "failed"},
        "accepted": {"Owner": "b"},
        "excluded-1": BUCKETS["excluded-1"],
        "of-member": {KEY: "failed"},
    }
    assert tags(aws) == after
    assert sorted(writes) == [*["s3control:TagResource"] * 3, "s3control:UntagResource"]
    assert counts == {"set": 3, "removed": 1, "unchanged": 2}
    assert {"tag set", "tag removed", "tagged"} <= log_messages(tagged)

    writes, counts = scanned(tagged)
    assert (writes, counts) == ([], {"unchanged": 6})
    assert tags(aws) == after

    version(aws, "bad")
    writes, counts = scanned(tagged)
    assert (writes, counts) == (["s3control:UntagResource"], {"removed": 1, "unchanged": 5})
    assert tags(aws) == {**after, "bad": BUCKETS["bad"]}

    assert used_by_tagging(tagged)

    writes, counts = scanned(tagged, checks=["s3-bucket-versioning-enabled"])
    assert (writes, counts) == ([], {"unchanged": 2, "kept": 4})


def test_a_key_that_the_role_may_not_write_is_refused_and_the_scan_ends_well(tagged: Tagged) -> None:
    """The key of muster.yaml is another one than the stack's parameter."""
    aws, stack = tagged
    before = tags(aws)
    configure(aws, stack, f"{CONFIGURATION}compliance_tags: {{key: another}}\n")
    execution = workflow.start(aws, stack, {"record": True})
    assert execution.status == "SUCCEEDED"
    record = workflow.read_json(aws, stack, f"scans/{execution.output['scan_id']}/tags.json")
    assert record["counts"] == {"unchanged": 4, "refused": 2}
    assert "s3:TagResource" in record["failed"][0]["reason"]
    assert tags(aws) == before


def test_without_its_parameter_no_scan_tags_and_no_role_may(
    embedded: tuple[EmbeddedAws, Runtime],
) -> None:
    aws, runtime = embedded
    stack = deploy(aws, {})
    runtime.folders.update(stack.functions)
    configure(aws, stack, CONFIGURATION)
    bucket = {"LocationConstraint": REGION}
    aws.client("s3", REGION).create_bucket(Bucket="bad", CreateBucketConfiguration=bucket)
    assert scanned((aws, stack)) == ([], {})
    role = stack.outputs["TaggingRoleArn"].rpartition("/")[2]
    assert aws.client("iam").list_role_policies(RoleName=role)["PolicyNames"] == ["tag-resources"]
