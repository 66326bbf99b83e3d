"""Redirects calls about a bucket of another region, as S3's regional endpoints do; moto answers from anywhere.

An SDK follows the redirect and calls again; S3 Control's does not.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/Redirects.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/ErrorCodeBilling.html
"""

from http import HTTPStatus

from local import buckets
from local.corrections import caller
from local.corrections.request import Request
from local.front import Answer

_ANYWHERE = frozenset({"s3:CreateBucket", "s3:GetBucketLocation"})
"""Operations on a bucket that every region answers: the first makes it, the second says which region to call."""
_OBJECT_ARN = "arn:aws:s3:::"


def redirected(request: Request) -> Answer | None:
    """Return the redirect to the bucket's region, nothing where the request is in it or about no bucket."""
    service = request.operation.partition(":")[0]
    if service not in ("s3", "s3control") or request.operation in _ANYWHERE:
        return None
    name = request.bucket if service == "s3" else _of_arn(str(request.parameters.get("ResourceArn", "")))
    bucket = buckets.find(name) if name else None
    signed_for = caller.place(request)[1] if bucket else ""
    if bucket is None or not signed_for or signed_for == bucket.region_name:
        return None
    request.headers["x-amz-bucket-region"] = bucket.region_name
    code = "PermanentRedirect" if service == "s3" else "PermanentRedirectControlError"
    message = "The bucket you are attempting to access must be addressed using the specified endpoint."
    return request.refuse(code, message, HTTPStatus.MOVED_PERMANENTLY)


def _of_arn(arn: str) -> str:
    return arn.removeprefix(_OBJECT_ARN) if arn.startswith(_OBJECT_ARN) else ""
