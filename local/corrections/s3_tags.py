"""The tags of buckets, whole sets by S3 and single keys by S3 Control.

moto takes what S3 refuses, and refuses the tags of AWS itself where S3 wants them sent unchanged.
https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketTagging.html
https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_TagResource.html
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from local import buckets
from local.corrections.existing import no_such_bucket, on_bucket
from local.corrections.request import Correction, Request
from local.front import Answer

ABAC = "abac"
"""Under which name a bucket keeps whether its tags control access."""

_MOST = 50
"""How many tags of one's own a bucket may have; those of AWS itself do not count."""
_LONGEST_KEY = 128
_LONGEST_VALUE = 256
_SIGNS = frozenset("_.:/=+-@")
"""What may stand in keys and values beside letters, numbers and spaces."""
_ARN = re.compile(r"arn:[^:]+:s3:::(?P<name>[^:/]+)")

_CONTROLLED = "This S3 general purpose bucket has attribute-based access control (ABAC) enabled."
_TO_ADD = "To add tags to this bucket, initiate a TagResource request."
_TO_DELETE = "To delete tags from this bucket, initiate an UntagResource request."

Tags = Sequence[Mapping[str, str]]


def corrections() -> dict[str, Correction]:
    """Return what corrects tags, by operation."""
    return {
        "s3:CreateBucket": _create,
        "s3:PutBucketTagging": on_bucket(_put),
        "s3:DeleteBucketTagging": on_bucket(_delete),
        "s3:PutBucketAbac": on_bucket(_put_abac),
        "s3:GetBucketAbac": on_bucket(_get_abac),
        "s3control:TagResource": _tag,
        "s3control:UntagResource": _untag,
        "s3control:ListTagsForResource": _list,
    }


def refusal(given: Tags) -> str:
    """Return S3's message about tags that it does not take whatever the bucket; nothing where it takes them."""
    return next(_refusals(given), "")


def _refusals(given: Tags) -> Iterator[str]:
    keys = [tag.get("Key", "") for tag in given]
    if len(set(keys)) < len(keys):
        yield "Cannot provide multiple Tags with the same key"
    for tag in given:
        key, value = tag.get("Key", ""), tag.get("Value", "")
        if not 1 <= len(key) <= _LONGEST_KEY or not _is_plain(key):
            yield "The TagKey you have provided is invalid"
        if len(value) > _LONGEST_VALUE or not _is_plain(value):
            yield "The TagValue you have provided is invalid"


def _is_plain(text: str) -> bool:
    return all(sign in _SIGNS or unicodedata.category(sign)[0] in "LNZ" for sign in text)


def _create(request: Request) -> Answer | None:
    """Give a new bucket the tags that were sent with it, which moto drops."""
    given: Tags = request.parameters.get("CreateBucketConfiguration", {}).get("Tags", [])
    message = refusal(given) or (_FORBIDDEN if _has_reserved(given) else "")
    if message:
        return request.refuse("InvalidTag", message)
    if len(given) > _MOST:
        return request.refuse("BadRequest", _TOO_MANY)
    if not given:
        return None
    status, body = request.ask()
    if status == HTTPStatus.OK:
        buckets.set_tags(buckets.find(request.bucket), {tag["Key"]: tag.get("Value", "") for tag in given})
    return status, body


def _put(request: Request, bucket: Any) -> Answer:
    """Replace all tags; those of AWS itself must be sent as they are."""
    if _is_controlled(bucket):
        return request.refuse("BadRequest", f"{_CONTROLLED} {_TO_ADD} {_TO_DELETE}")
    given: Tags = request.parameters.get("Tagging", {}).get("TagSet", [])
    wanted = {tag.get("Key", ""): tag.get("Value", "") for tag in given}
    message = refusal(given) or _changes_system_tags(buckets.tags(bucket), wanted)
    if message:
        return request.refuse("InvalidTag", message)
    if _own(wanted) > _MOST:
        return request.refuse("BadRequest", _TOO_MANY)
    if _own(wanted) == len(wanted) and all(wanted.values()):
        return request.ask()
    # moto refuses the tags of AWS, and loses values that are empty.
    buckets.set_tags(bucket, wanted)
    return HTTPStatus.NO_CONTENT, ""


def _changes_system_tags(before: Mapping[str, str], wanted: Mapping[str, str]) -> str:
    if any(_is_reserved(key) and not key.startswith(buckets.SYSTEM) for key in wanted):
        return _RESERVED
    if any(key.startswith(buckets.SYSTEM) and before.get(key) != value for key, value in wanted.items()):
        return "System tags cannot be added/updated by requester"
    if any(key.startswith(buckets.SYSTEM) and key not in wanted for key in before):
        return "System tags cannot be removed by requester"
    return ""


_TOO_MANY = f"Bucket tag count cannot be greater than {_MOST}"
_FORBIDDEN = (
    'User-defined tag keys can\'t start with "aws:". This prefix is reserved for system tags. Remove "aws:" from your '
    "tag keys and try again."
)
_RESERVED = (
    'Invalid Tag. Tags cannot start with "aws:"(case insensitive) unless they are System Tags that start with '
    '"aws:"(case sensitive)'
)


def _delete(request: Request, bucket: Any) -> Answer:
    """Delete all tags but those of AWS itself."""
    if _is_controlled(bucket):
        return request.refuse("BadRequest", f"{_CONTROLLED} {_TO_DELETE}")
    left = {key: value for key, value in buckets.tags(bucket).items() if key.startswith(buckets.SYSTEM)}
    buckets.set_tags(bucket, left)
    return HTTPStatus.NO_CONTENT, ""


def _put_abac(request: Request, bucket: Any) -> Answer:
    status = request.parameters.get("AbacStatus", {}).get("Status")
    if status not in ("Enabled", "Disabled"):
        return request.refuse("MalformedXML", "The status of ABAC is Enabled or Disabled")
    buckets.kept(bucket)[ABAC] = status
    return HTTPStatus.OK, ""


def _get_abac(request: Request, bucket: Any) -> Answer:
    return request.answer({"AbacStatus": {"Status": buckets.kept(bucket).get(ABAC, "Disabled")}})


def _is_controlled(bucket: Any) -> bool:
    return buckets.kept(bucket).get(ABAC) == "Enabled"


def _tag(request: Request) -> Answer | None:
    found = _resource(request)
    if found is None or isinstance(found, tuple):
        return found
    given: Tags = request.parameters.get("Tags", [])
    message = refusal(given) or (_FORBIDDEN if _has_reserved(given) else "")
    if message:
        return request.refuse("InvalidTag", message)
    wanted = {**buckets.tags(found), **{tag["Key"]: tag.get("Value", "") for tag in given}}
    if _own(wanted) > _MOST:
        return request.refuse("TooManyTagsException", f"The number of tags exceeds the limit of {_MOST} tags")
    buckets.set_tags(found, wanted)
    return HTTPStatus.NO_CONTENT, ""


def _untag(request: Request) -> Answer | None:
    found = _resource(request)
    if found is None or isinstance(found, tuple):
        return found
    keys = set(request.parameters.get("TagKeys", []))
    if any(_is_reserved(key) for key in keys):
        return request.refuse("InvalidTag", "System tags cannot be removed by requester")
    buckets.set_tags(found, {key: value for key, value in buckets.tags(found).items() if key not in keys})
    return HTTPStatus.NO_CONTENT, ""


def _list(request: Request) -> Answer | None:
    found = _resource(request)
    if found is None or isinstance(found, tuple):
        return found
    return request.answer({"Tags": [{"Key": key, "Value": value} for key, value in buckets.tags(found).items()]})


def _resource(request: Request) -> Any:
    """Return the bucket of a request to S3 Control, an answer where there is none, None where it is no bucket's."""
    matched = _ARN.fullmatch(str(request.parameters.get("ResourceArn", "")))
    if matched is None:
        return None
    bucket = buckets.find(matched["name"])
    if bucket is None:
        return no_such_bucket(request)
    if bucket.account_id != request.parameters.get("AccountId"):
        return request.refuse("AccessDenied", "Access Denied", HTTPStatus.FORBIDDEN)
    return bucket


def _is_reserved(key: str) -> bool:
    return key.lower().startswith(buckets.SYSTEM)


def _has_reserved(given: Tags) -> bool:
    return any(_is_reserved(tag["Key"]) for tag in given)


def _own(tags: Mapping[str, str]) -> int:
    return sum(not key.startswith(buckets.SYSTEM) for key in tags)
