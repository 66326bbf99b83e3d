"""One bucket as S3 and S3 Control answer for it, with another writer who may come before any call."""

from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from muster.model.finding import Resource

ACCOUNT = "123456789012"
BUCKET = Resource("AWS::S3::Bucket", "shop-data", ACCOUNT, "eu-west-1", arn="arn:aws:s3:::shop-data")


def refusal(code: str, operation: str = "PutBucketTagging", message: str = "Access Denied") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, operation)


class FakeBucket:
    """Both clients of a bucket: its tags, the calls that were made, and what is refused.

    `before` is called with the name of each call before it takes effect: another writer may change `tags` there.
    """

    def __init__(
        self,
        tags: Mapping[str, str],
        denied: tuple[str, ...] = (),
        before: Callable[["FakeBucket", str], None] = lambda _bucket, _call: None,
        *,
        abac: bool = False,
    ) -> None:
        self.tags = dict(tags)
        self.calls: list[str] = []
        self._denied, self._before, self._abac = denied, before, abac

    def client_of(self, _service: str) -> "FakeBucket":
        return self

    @property
    def writes(self) -> list[str]:
        return [call for call in self.calls if not call.startswith(("List", "Get"))]

    def list_tags_for_resource(self, **_: Any) -> dict[str, Any]:
        self._called("ListTagsForResource")
        return {"Tags": [{"Key": key, "Value": value} for key, value in self.tags.items()]}

    def tag_resource(self, *, AccountId: str, ResourceArn: str, Tags: list[dict[str, str]]) -> None:  # noqa: N803
        assert (AccountId, ResourceArn) == (ACCOUNT, BUCKET.arn)
        self._called("TagResource")
        self.tags |= {tag["Key"]: tag["Value"] for tag in Tags}

    def untag_resource(self, *, AccountId: str, ResourceArn: str, TagKeys: list[str]) -> None:  # noqa: N803
        assert (AccountId, ResourceArn) == (ACCOUNT, BUCKET.arn)
        self._called("UntagResource")
        self.tags = {key: value for key, value in self.tags.items() if key not in TagKeys}

    def get_bucket_tagging(self, **_: Any) -> dict[str, Any]:
        self._called("GetBucketTagging")
        if not self.tags:
            raise refusal("NoSuchTagSet", "GetBucketTagging")
        return {"TagSet": [{"Key": key, "Value": value} for key, value in self.tags.items()]}

    def put_bucket_tagging(self, *, Tagging: Mapping[str, Any], **_: Any) -> None:  # noqa: N803
        self._called("PutBucketTagging")
        sent = {tag["Key"]: tag["Value"] for tag in Tagging["TagSet"]}
        if any(sent.get(key) != value for key, value in self.tags.items() if key.startswith("aws:")):
            raise refusal("InvalidTag", message="System tags cannot be removed by requester")
        if self._abac:
            raise refusal("MethodNotAllowed")
        self.tags = sent

    def delete_bucket_tagging(self, **_: Any) -> None:
        self._called("DeleteBucketTagging")
        self.tags = {}

    def get_bucket_abac(self, **_: Any) -> dict[str, Any]:
        self._called("GetBucketAbac")
        return {"AbacStatus": {"Status": "Enabled" if self._abac else "Disabled"}}

    def _called(self, call: str) -> None:
        self._before(self, call)
        self.calls.append(call)
        if call in self._denied:
            raise refusal("AccessDenied", call)
