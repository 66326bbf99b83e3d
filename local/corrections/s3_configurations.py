"""The configurations of which a bucket has many, by name: analytics, intelligent tiering, inventories, metrics.

moto knows only inventories, and loses members of them.
"""

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from xml.sax.saxutils import escape

from local import buckets
from local.corrections.existing import NAMESPACE, malformed, on_bucket
from local.corrections.request import Correction, Request
from local.front import Answer

_PAGE = 100
"""How many of them a list has at most.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBucketMetricsConfigurations.html
"""
_DECLARATION = re.compile(r"<\?xml.*?\?>")


@dataclass(frozen=True, slots=True)
class _Kind:
    """One kind: `word` stands in the operations and in the configuration's element, `listed` is the list's element."""

    word: str
    listed: str

    def by_operation(self) -> dict[str, Correction]:
        return {
            f"s3:PutBucket{self.word}Configuration": on_bucket(self._put),
            f"s3:GetBucket{self.word}Configuration": on_bucket(self._get),
            f"s3:DeleteBucket{self.word}Configuration": on_bucket(self._delete),
            f"s3:ListBucket{self.word}Configurations": on_bucket(self._list),
        }

    def _key(self, request: Request) -> str:
        return f"{self.word}/{request.parameters.get('Id') or request.query.get('id', '')}"

    def _put(self, request: Request, bucket: Any) -> Answer:
        given = request.parameters.get(f"{self.word}Configuration", {})
        if given.get("Id") != request.query.get("id"):
            return malformed(request)
        buckets.kept(bucket)[self._key(request)] = _DECLARATION.sub("", request.body)
        return HTTPStatus.OK, ""

    def _get(self, request: Request, bucket: Any) -> Answer:
        found = buckets.kept(bucket).get(self._key(request))
        return (HTTPStatus.OK, found) if found else _no_such_configuration(request)

    def _delete(self, request: Request, bucket: Any) -> Answer:
        found = buckets.kept(bucket).pop(self._key(request), None)
        return (HTTPStatus.NO_CONTENT, "") if found else _no_such_configuration(request)

    def _list(self, request: Request, bucket: Any) -> Answer:
        start = f"{self.word}/{request.query.get('continuation-token', '')}"
        owned = sorted(item for item in buckets.kept(bucket).items() if item[0].startswith(f"{self.word}/"))
        found = [(key, body) for key, body in owned if key > start]
        page, more = found[:_PAGE], len(found) > _PAGE
        last = page[-1][0].partition("/")[2] if more else ""
        token = f"<NextContinuationToken>{escape(last)}</NextContinuationToken>" if more else ""
        items = "".join(body for _, body in page)
        inner = f"<IsTruncated>{str(more).lower()}</IsTruncated>{items}{token}"
        return HTTPStatus.OK, f"<{self.listed} {NAMESPACE}>{inner}</{self.listed}>"


def corrections() -> dict[str, Correction]:
    """Return what corrects configurations, by operation."""
    kinds = (
        _Kind("Analytics", "ListBucketAnalyticsConfigurationResult"),
        _Kind("IntelligentTiering", "ListBucketIntelligentTieringConfigurationsOutput"),
        _Kind("Inventory", "ListInventoryConfigurationsResult"),
        _Kind("Metrics", "ListMetricsConfigurationsResult"),
    )
    made = {operation: correct for kind in kinds for operation, correct in kind.by_operation().items()}
    return {**made, "s3:GetBucketMetadataConfiguration": on_bucket(_no_metadata)}


def _no_such_configuration(request: Request) -> Answer:
    return request.refuse("NoSuchConfiguration", "The specified configuration does not exist.", HTTPStatus.NOT_FOUND)


def _no_metadata(request: Request, _bucket: Any) -> Answer:
    """Say that a bucket has no metadata tables: they are S3 Tables' business, which moto does not have."""
    return request.refuse(
        "MetadataConfigurationNotFound", "The metadata configuration was not found", HTTPStatus.NOT_FOUND
    )
