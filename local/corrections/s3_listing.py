"""The list of buckets, paged: moto cuts it off and says nothing of the rest.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html
"""

import re
from http import HTTPStatus
from xml.sax.saxutils import escape

from local.corrections.existing import NAMESPACE
from local.corrections.request import Correction, Request
from local.front import Answer


def corrections() -> dict[str, Correction]:
    """Return what corrects the list, by operation."""
    return {"s3:ListBuckets": _list_buckets}


def _list_buckets(request: Request) -> Answer:
    """Page as ListBuckets documents, with BucketRegion in the answer to any of its parameters."""
    query = request.query
    status, body = request.front.ask({**request.environ, "QUERY_STRING": ""})
    if status != HTTPStatus.OK:
        return status, body
    found = sorted(re.findall(r"<Name>([^<]*)</Name>.*?<CreationDate>([^<]*)</CreationDate>", body, re.DOTALL))
    regions = _regions_of_buckets()
    start, prefix = query.get("continuation-token", ""), query.get("prefix", "")
    rows = [
        (name, date, regions.get(name, "us-east-1"))
        for name, date in found
        if name > start and name.startswith(prefix) and query.get("bucket-region") in (None, regions.get(name))
    ]
    limit = int(query.get("max-buckets", "10000"))
    page, more = rows[:limit], len(rows) > limit
    filtered = bool({"max-buckets", "prefix", "continuation-token", "bucket-region"} & query.keys())
    items = "".join(
        f"<Bucket><Name>{escape(name)}</Name><CreationDate>{date}</CreationDate>"
        + (f"<BucketRegion>{region}</BucketRegion></Bucket>" if filtered else "</Bucket>")
        for name, date, region in page
    )
    token = f"<ContinuationToken>{escape(page[-1][0])}</ContinuationToken>" if more else ""
    inner = f"<Buckets>{items}</Buckets><Owner><ID>owner</ID></Owner>{token}"
    return HTTPStatus.OK, f"<ListAllMyBucketsResult {NAMESPACE}>{inner}</ListAllMyBucketsResult>"


def _regions_of_buckets() -> dict[str, str]:
    from moto.s3.models import s3_backends  # noqa: PLC0415 - moto takes seconds to import

    return {
        name: bucket.region_name
        for _, account in s3_backends.items()
        for backend in account.values()
        for name, bucket in backend.buckets.items()
    }
