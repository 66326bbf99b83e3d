"""The report bucket in memory: moto takes ten times as long for each object, and functions read and write hundreds.

`tests/benchmarks/test_fake_s3.py` compares it with moto's S3. Modules that need more of S3 than it knows, such as
versions, use `moto_clients`.
"""

from collections.abc import Iterator

import boto3
import pytest

from muster.sdk.session import Clients
from testing.fake_s3.in_process import s3_in_memory
from tests.integration.conftest import REGION


@pytest.fixture
def clients(aws: None) -> Iterator[Clients]:  # noqa: ARG001 - moto answers the other services
    with s3_in_memory():
        yield Clients(boto3.session.Session(region_name=REGION))


@pytest.fixture
def moto_clients(aws: None) -> Clients:  # noqa: ARG001 - moto is on while it is used
    return Clients(boto3.session.Session(region_name=REGION))
