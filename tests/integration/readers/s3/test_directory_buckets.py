"""Reading directory buckets: the listing out of what was read of a region."""

import pytest

from muster.facets.s3.directory_buckets import DirectoryBuckets
from muster.model.finding import Resource
from muster.model.shard import Shard
from muster.readers.s3 import directory_buckets as reading

ACCOUNT_ID, HERE = "123456789012", "us-east-1"
NAME = "orders--use1-az4--x-s3"
ARN = f"arn:aws:s3express:{HERE}:{ACCOUNT_ID}:bucket/{NAME}"
BUCKET = Resource("AWS::S3Express::DirectoryBucket", NAME, ACCOUNT_ID, HERE, arn=ARN)


@pytest.mark.parametrize("arn", [pytest.param(ARN, id="with its ARN"), pytest.param("", id="without")])
def test_they_are_listed_out_of_what_was_read(arn: str) -> None:
    item = {"Name": NAME} | ({"BucketArn": arn} if arn else {})
    buckets = DirectoryBuckets.parse({"Buckets": [item]})
    shard = Shard(ACCOUNT_ID, HERE, "s3control", HERE, (HERE,))
    page = reading.listed_directory_buckets.function(None, shard, None, buckets)
    assert [each.resource for each in page.items] == [BUCKET]
