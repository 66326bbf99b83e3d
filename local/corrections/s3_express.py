"""The directory buckets of S3 Express One Zone, which moto does not have: what their regional endpoint serves.

They are in no list of ListBuckets, and hold no objects here. A client that asks for a session gets its own key back.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-express-differences.html
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

from local.corrections.caller import Place, key_of, place
from local.corrections.existing import no_such_bucket, with_ids
from local.corrections.request import Correction, Request
from local.front import Answer

PREFIX = "s3express:"
"""The prefix of the operations of a directory bucket here. It separates them from those of other buckets."""
_SECRET = "embedded"


def corrections() -> dict[str, Correction]:
    """Return the operations by name; what was made is remembered in them."""
    made = _DirectoryBuckets()
    return {
        "s3:ListDirectoryBuckets": made.list,
        **{
            f"{PREFIX}{name}": correct
            for name, correct in {
                "CreateBucket": made.create,
                "CreateSession": made.session,
                "DeleteBucket": made.delete,
                "PutBucketLifecycleConfiguration": made.put_lifecycle,
                "GetBucketLifecycleConfiguration": made.get_lifecycle,
                "DeleteBucketLifecycle": made.delete_lifecycle,
                "TagResource": made.tag,
                "UntagResource": made.untag,
                "ListTagsForResource": made.list_tags,
            }.items()
        },
    }


@dataclass(slots=True)
class _Bucket:
    made: datetime
    tags: dict[str, str]
    lifecycle: str = ""


@dataclass(slots=True)
class _DirectoryBuckets:
    buckets: dict[Place, dict[str, _Bucket]] = field(default_factory=dict)

    def list(self, request: Request) -> Answer:
        """List the directory buckets of a region, all at once."""
        account, region = place(request)
        items = [
            {
                "Name": name,
                "CreationDate": bucket.made,
                "BucketRegion": region,
                "BucketArn": f"arn:aws:s3express:{region}:{account}:bucket/{name}",
            }
            for name, bucket in sorted(self._here(request).items())
        ]
        return request.answer({"Buckets": items})

    def create(self, request: Request) -> Answer:
        """Make a directory bucket; the request has to say that it is one."""
        given = request.parameters.get("CreateBucketConfiguration", {})
        if given.get("Bucket", {}).get("Type") != "Directory":
            return request.refuse("InvalidRequest", "This bucket name is only valid for directory buckets.")
        if request.bucket in self._here(request):
            message = "Your previous request to create the named bucket succeeded and you already own it."
            return request.refuse("BucketAlreadyOwnedByYou", message, HTTPStatus.CONFLICT)
        self._here(request)[request.bucket] = _Bucket(_now(), _pairs(given.get("Tags", ())))
        return HTTPStatus.OK, ""

    def delete(self, request: Request) -> Answer:
        found = self._here(request).pop(request.bucket, None)
        return (HTTPStatus.NO_CONTENT, "") if found else no_such_bucket(request)

    def session(self, request: Request) -> Answer:
        """Return the caller's own key, so that what it may do stays the same."""
        if not self._found(request):
            return no_such_bucket(request)
        until = _now() + timedelta(minutes=5)
        key = {"AccessKeyId": key_of(request), "SecretAccessKey": _SECRET, "SessionToken": _SECRET, "Expiration": until}
        return request.answer({"Credentials": key})

    def put_lifecycle(self, request: Request) -> Answer:
        """Keep the rules to the letter; a directory bucket moves no objects to other classes."""
        bucket = self._found(request)
        if bucket is None:
            return no_such_bucket(request)
        if "Transition>" in request.body:
            return request.refuse("InvalidRequest", "Transition actions are not supported for directory buckets.")
        bucket.lifecycle = with_ids(request.body)
        return HTTPStatus.OK, ""

    def get_lifecycle(self, request: Request) -> Answer:
        bucket = self._found(request)
        if bucket is None:
            return no_such_bucket(request)
        if not bucket.lifecycle:
            message = "The lifecycle configuration does not exist"
            return request.refuse("NoSuchLifecycleConfiguration", message, HTTPStatus.NOT_FOUND)
        return HTTPStatus.OK, bucket.lifecycle

    def delete_lifecycle(self, request: Request) -> Answer:
        bucket = self._found(request)
        if bucket is None:
            return no_such_bucket(request)
        bucket.lifecycle = ""
        return HTTPStatus.NO_CONTENT, ""

    def tag(self, request: Request) -> Answer:
        return self._tagged(request, lambda tags: tags.update(_pairs(request.parameters.get("Tags", ()))))

    def untag(self, request: Request) -> Answer:
        return self._tagged(request, lambda tags: [tags.pop(key, None) for key in request.parameters["TagKeys"]])

    def list_tags(self, request: Request) -> Answer:
        bucket = self._found(request)
        if bucket is None:
            return no_such_bucket(request)
        return request.answer({"Tags": [{"Key": key, "Value": value} for key, value in bucket.tags.items()]})

    def _tagged(self, request: Request, change: Any) -> Answer:
        bucket = self._found(request)
        if bucket is None:
            return no_such_bucket(request)
        change(bucket.tags)
        return HTTPStatus.NO_CONTENT, ""

    def _here(self, request: Request) -> dict[str, _Bucket]:
        return self.buckets.setdefault(place(request), {})

    def _found(self, request: Request) -> _Bucket | None:
        """Return the directory bucket of a request's region that it names, by its name or its ARN."""
        arn = str(request.parameters.get("ResourceArn", ""))
        return self._here(request).get(request.bucket or arn.rpartition("/")[2])


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def _pairs(tags: Any) -> dict[str, str]:
    return {each["Key"]: each.get("Value", "") for each in tags}
