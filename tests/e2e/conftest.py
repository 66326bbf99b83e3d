"""A deployed stack: on the embedded AWS, or a real one when MUSTER_STACK_NAME names it."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest

from local.deploy import Stack, deploy
from local.runtime import Runtime
from local.server import EmbeddedAws

REAL = os.environ.get("MUSTER_STACK_NAME")


@dataclass(frozen=True)
class RealAws:
    """A real account, through whatever credentials the environment has."""

    def client(self, service: str, region: str | None = None) -> Any:
        return boto3.session.Session(region_name=region or os.environ.get("AWS_REGION")).client(service)


@dataclass(frozen=True)
class Deployed:
    """Where the stack is, and what runs its functions there."""

    aws: Any
    stack: Stack
    runtime: Runtime | None


FEW = """\
packs: [ec2-tag-compliance, s3-compliance]
checks:
  - ec2-default-security-group-closed
  - ec2-ebs-encryption-by-default
  - ec2-instance-detailed-monitoring-enabled
  - ec2-instance-imdsv2-required
  - ec2-instance-no-public-ip
  - ec2-security-group-admin-ports-closed
  - ec2-volume-encrypted
  - s3-account-level-public-access-blocks
  - s3-bucket-logging-enabled
  - s3-bucket-ssl-requests-only
  - s3-default-encryption-kms
  - s3-lifecycle-noncurrent-versions-expire
"""
"""A configuration of EC2 and S3: what is tested here is the workflow; test_catalogue.py scans with everything."""

EVENT_ROLES = ("muster-handle-change", "muster-record-events", "muster-send-alert")
"""The roles whose grants a scan alone does not use."""
TAGGING_ROLE = "muster-tag-resources"
"""The role that nothing uses unless ComplianceTags is ENABLED."""
MIGRATION_ROLE = "muster-validate-migration"
"""The role that nothing uses without a migration file."""


def configure(aws: Any, stack: Stack, text: str = FEW) -> None:
    """Put the stack's configuration into its bucket."""
    bucket = stack.outputs["ReportBucketName"]
    aws.client("s3", stack.region).put_object(Bucket=bucket, Key="config/muster.yaml", Body=text.encode())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if REAL and "real" not in item.keywords:
            item.add_marker(pytest.mark.skip(reason="embedded only"))


@pytest.fixture
def embedded() -> Iterator[tuple[EmbeddedAws, Runtime]]:
    """A fresh embedded AWS with nothing deployed."""
    with EmbeddedAws() as aws, Runtime(aws) as runtime:
        yield aws, runtime


@pytest.fixture(scope="module")
def deployed() -> Iterator[Deployed]:
    """The stack, deployed once for a module."""
    if REAL:
        cloudformation = boto3.client("cloudformation")
        described = cloudformation.describe_stacks(StackName=REAL)["Stacks"][0]
        outputs = {output["OutputKey"]: output["OutputValue"] for output in described["Outputs"]}
        yield Deployed(RealAws(), Stack(REAL, cloudformation.meta.region_name, outputs, {}, {}, {}), None)
        return
    with EmbeddedAws() as aws, Runtime(aws) as runtime:
        stack = deploy(aws, {"AlertEmail": "platform@example.com"})
        runtime.folders.update(stack.functions)
        yield Deployed(aws, stack, runtime)
