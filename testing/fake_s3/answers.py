"""What S3 answers, by operation: https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html."""

import email.utils
import re
import urllib.parse
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from xml.sax.saxutils import escape

from testing.fake_s3.http import Reply, Request
from testing.fake_s3.store import StoredBucket, StoredObject, Upload, etag_of

_NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
_XML = {"Content-Type": "application/xml", "Server": "AmazonS3"}
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
_PART = re.compile(
    r"<Part>(?=.*?<PartNumber>(\d+)</PartNumber>)(?=.*?<ETag>(?:&quot;|\")?([0-9a-f]+)(?:&quot;|\")?</ETag>).*?</Part>",
    re.DOTALL,
)
_PAGE = 1_000
_SMALLEST_PART = 5 * 1024 * 1024
"""Bytes of every part of an upload but the last: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html."""


class S3Error(Exception):
    """An error as S3 answers it."""

    def __init__(self, status: int, code: str, message: str) -> None:
        """Keep what the client is told."""
        super().__init__(message)
        self.status, self.code, self.message = status, code, message

    def reply(self, *, bodiless: bool) -> Reply:
        """Return the answer; one to HEAD has no body."""
        text = f"<Error><Code>{self.code}</Code><Message>{escape(self.message)}</Message></Error>"
        body = _document(text)
        return Reply(self.status, b"" if bodiless else body, _XML, len(body) if bodiless else None)


def not_implemented() -> S3Error:
    """Return the error of what this S3 does not do."""
    return S3Error(501, "NotImplemented", "A header you provided implies functionality that is not implemented")


def get_object(bucket: StoredBucket, key: str, request: Request) -> Reply:
    """Answer GetObject and HeadObject: the whole object or a range, and the conditions of a reader."""
    found = bucket.objects.get(key)
    if found is None:
        raise S3Error(404, "NoSuchKey", "The specified key does not exist.")
    wanted, known = request.headers.get("if-match"), request.headers.get("if-none-match")
    if wanted is not None and not _matches(wanted, found):
        raise _failed("If-Match")
    headers = {
        "ETag": found.etag,
        "Content-Type": found.kind,
        "Last-Modified": email.utils.formatdate(found.written, usegmt=True),
        "Accept-Ranges": "bytes",
        "Server": "AmazonS3",
    }
    if known is not None and _matches(known, found):
        return Reply(304, b"", headers)
    body: bytes | memoryview = found.body
    status = 200
    if text := request.headers.get("range"):
        first, last = _bounds(text, len(found.body))
        status, body = 206, memoryview(found.body)[first : last + 1]
        headers["Content-Range"] = f"bytes {first}-{last}/{len(found.body)}"
    if request.method == "HEAD":
        return Reply(status, b"", headers, len(body))
    return Reply(status, body, headers)


def put_object(bucket: StoredBucket, key: str, request: Request) -> Reply:
    """Answer PutObject, with the conditions of a writer."""
    _refuse_condition(bucket, key, request.headers)
    made = bucket.put(key, request.body, request.headers.get("content-type", "binary/octet-stream"))
    return Reply(200, b"", {"ETag": made.etag, "Server": "AmazonS3"})


def delete_object(bucket: StoredBucket, key: str) -> Reply:
    """Answer DeleteObject, which succeeds whether or not there is such an object."""
    bucket.delete(key)
    return Reply(204, b"", {"Server": "AmazonS3"})


def list_objects(bucket: StoredBucket, name: str, query: Mapping[str, str]) -> Reply:
    """Answer ListObjectsV2: a page of keys; with a delimiter, what is below one counts as one common prefix."""
    prefix, delimiter = query.get("prefix", ""), query.get("delimiter", "")
    size = min(int(query.get("max-keys", _PAGE)), _PAGE)
    token = query.get("continuation-token", "")
    after = urllib.parse.unquote(token) or query.get("start-after", "")
    rows: list[str] = []
    last, more, count = after, True, 0
    while more and count < size:
        keys, more = bucket.page(prefix, last, 1 if delimiter else size - count)
        if not keys:
            break
        for key in keys:
            below, cut, _ = key[len(prefix) :].partition(delimiter) if delimiter else (key, "", "")
            count += 1
            if cut:
                rows.append(_common(prefix + below + cut, query))
                last = prefix + below + cut + "\U0010ffff"
            else:
                rows.append(_listed(key, bucket.objects[key], query))
                last = key
        if delimiter:
            more = bool(bucket.page(prefix, last, 1)[0])
    texts = [
        f"<Name>{escape(name)}</Name><Prefix>{_shown(prefix, query)}</Prefix><KeyCount>{count}</KeyCount>",
        f"<MaxKeys>{size}</MaxKeys><IsTruncated>{str(more and size > 0).lower()}</IsTruncated>",
    ]
    if delimiter:
        texts.append(f"<Delimiter>{_shown(delimiter, query)}</Delimiter>")
    if "encoding-type" in query:
        texts.append("<EncodingType>url</EncodingType>")
    if token:
        texts.append(f"<ContinuationToken>{escape(token)}</ContinuationToken>")
    if more and size > 0:
        texts.append(f"<NextContinuationToken>{urllib.parse.quote(last, safe='')}</NextContinuationToken>")
    body = f'<ListBucketResult xmlns="{_NAMESPACE}">{"".join(texts)}{"".join(rows)}</ListBucketResult>'
    return Reply(200, _document(body), _XML)


def create_upload(bucket: StoredBucket, name: str, key: str, request: Request) -> Reply:
    """Answer CreateMultipartUpload."""
    made = uuid.uuid4().hex
    bucket.uploads[made] = Upload(key, request.headers.get("content-type", "binary/octet-stream"))
    return _answer(
        "InitiateMultipartUploadResult",
        f"<Bucket>{escape(name)}</Bucket><Key>{escape(key)}</Key><UploadId>{made}</UploadId>",
    )


def upload_part(bucket: StoredBucket, key: str, request: Request) -> Reply:
    """Answer UploadPart."""
    upload = _upload(bucket, key, request)
    etag = etag_of(request.body)
    upload.parts[int(request.query["partNumber"])] = StoredObject(request.body, etag)
    return Reply(200, b"", {"ETag": etag, "Server": "AmazonS3"})


def complete_upload(bucket: StoredBucket, name: str, key: str, request: Request) -> Reply:
    """Answer CompleteMultipartUpload."""
    upload = _upload(bucket, key, request)
    named = [(int(number), etag) for number, etag in _PART.findall(request.body.decode())]
    if not named:
        raise S3Error(400, "MalformedXML", "The XML you provided was not well-formed")
    if any(number not in upload.parts or upload.parts[number].etag != f'"{etag}"' for number, etag in named):
        raise S3Error(400, "InvalidPart", "One or more of the specified parts could not be found.")
    numbers = [number for number, _ in named]
    if numbers != sorted(set(numbers)):
        raise S3Error(400, "InvalidPartOrder", "The list of parts was not in ascending order.")
    if any(len(upload.parts[number].body) < _SMALLEST_PART for number in numbers[:-1]):
        raise S3Error(400, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size")
    _refuse_condition(bucket, key, request.headers)
    made = bucket.assembled(upload, numbers)
    del bucket.uploads[request.query["uploadId"]]
    return _answer(
        "CompleteMultipartUploadResult",
        f"<Bucket>{escape(name)}</Bucket><Key>{escape(key)}</Key><ETag>{escape(made.etag)}</ETag>",
    )


def abort_upload(bucket: StoredBucket, key: str, request: Request) -> Reply:
    """Answer AbortMultipartUpload."""
    _upload(bucket, key, request)
    del bucket.uploads[request.query["uploadId"]]
    return Reply(204, b"", {"Server": "AmazonS3"})


def _upload(bucket: StoredBucket, key: str, request: Request) -> Upload:
    upload = bucket.uploads.get(request.query.get("uploadId", ""))
    if upload is None or upload.key != key:
        raise S3Error(404, "NoSuchUpload", "The specified upload does not exist.")
    return upload


def _refuse_condition(bucket: StoredBucket, key: str, headers: Mapping[str, str]) -> None:
    """Refuse a write whose condition does not hold.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
    """
    found = bucket.objects.get(key)
    absent, wanted = headers.get("if-none-match"), headers.get("if-match")
    if absent is not None:
        if absent != "*":
            raise not_implemented()
        if found is not None:
            raise _failed("If-None-Match")
    if wanted is not None:
        if found is None:
            raise S3Error(404, "NoSuchKey", "The specified key does not exist.")
        if not _matches(wanted, found):
            raise _failed("If-Match")


def _failed(condition: str) -> S3Error:
    message = f"At least one of the pre-conditions you specified did not hold ({condition})"
    return S3Error(412, "PreconditionFailed", message)


def _matches(wanted: str, found: StoredObject) -> bool:
    return wanted == "*" or wanted.strip('"') == found.etag.strip('"')


def _bounds(text: str, length: int) -> tuple[int, int]:
    """Return the first and the last byte of a range; https://www.rfc-editor.org/rfc/rfc9110#section-14.1.2."""
    found = _RANGE.fullmatch(text)
    if not found or found.groups() == ("", ""):
        raise not_implemented()
    first, last = found.groups()
    start = int(first) if first else max(0, length - int(last))
    end = min(int(last), length - 1) if first and last else length - 1
    if start > end or (not first and last == "0"):
        raise S3Error(416, "InvalidRange", "The requested range is not satisfiable")
    return start, end


def _listed(key: str, found: StoredObject, query: Mapping[str, str]) -> str:
    when = f"{datetime.fromtimestamp(found.written, UTC):%Y-%m-%dT%H:%M:%S.000Z}"
    return (
        f"<Contents><Key>{_shown(key, query)}</Key><LastModified>{when}</LastModified><ETag>{escape(found.etag)}</ETag>"
        f"<Size>{len(found.body)}</Size><StorageClass>STANDARD</StorageClass></Contents>"
    )


def _common(prefix: str, query: Mapping[str, str]) -> str:
    return f"<CommonPrefixes><Prefix>{_shown(prefix, query)}</Prefix></CommonPrefixes>"


def _shown(text: str, query: Mapping[str, str]) -> str:
    return urllib.parse.quote(text) if query.get("encoding-type") == "url" else escape(text)


def _answer(name: str, content: str) -> Reply:
    return Reply(200, _document(f'<{name} xmlns="{_NAMESPACE}">{content}</{name}>'), _XML)


def _document(content: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{content}'.encode()
