"""Which operation a request asks for, what it waits, and how often each was called."""

import json
import time
from collections import Counter
from collections.abc import Callable

from testing.fake_s3 import answers
from testing.fake_s3.http import Reply, Request
from testing.fake_s3.neighbours import Neighbours
from testing.fake_s3.store import StoredBucket

CONTROL = "/_control"
_JSON = {"Content-Type": "application/json"}
_SUBRESOURCES = frozenset({"uploads", "uploadId", "partNumber", "list-type"})
_PLAIN = frozenset(
    {"prefix", "delimiter", "max-keys", "continuation-token", "start-after", "encoding-type", "x-id", "fetch-owner"}
)


class Server:
    """Answers S3, and the neighbours that a function of the stack calls; `latency` seconds pass before each answer."""

    def __init__(
        self, neighbours: Neighbours, latency: float = 0.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Begin without buckets."""
        self._neighbours, self._latency, self._clock = neighbours, latency, clock
        self._buckets: dict[str, StoredBucket] = {}
        self._calls: Counter[str] = Counter()

    def answer(self, request: Request) -> Reply:
        """Answer one request, and count it."""
        if request.path == CONTROL:
            return self._controlled(request)
        began = self._clock()
        reply = self._s3(request) if request.service in ("s3", "") else self._neighbour(request)
        left = max(0.0, self._latency - (self._clock() - began))
        return Reply(reply.status, reply.body, reply.headers, reply.length, left)

    def _controlled(self, request: Request) -> Reply:
        change = json.loads(request.body or b"{}")
        self._latency = float(change.get("latency_ms", self._latency * 1000)) / 1000
        if change.get("forget"):
            self._calls.clear()
        for prefix in change.get("delete", ()):
            for bucket in self._buckets.values():
                for key in [key for key in bucket.objects if key.startswith(prefix)]:
                    bucket.delete(key)
        objects = sum(len(bucket.objects) for bucket in self._buckets.values())
        size = sum(len(each.body) for bucket in self._buckets.values() for each in bucket.objects.values())
        status = {"calls": dict(self._calls), "objects": objects, "bytes": size, "latency_ms": self._latency * 1000}
        return Reply(200, json.dumps(status).encode(), _JSON)

    def _neighbour(self, request: Request) -> Reply:
        operation, reply = self._neighbours.answer(request)
        self._calls[f"{request.service}:{operation}"] += 1
        return reply

    def _s3(self, request: Request) -> Reply:
        name, _, key = request.path.lstrip("/").partition("/")
        try:
            operation, answering = self._operation(request, name, key)
            self._calls[f"s3:{operation}"] += 1
            return answering()
        except answers.S3Error as error:
            return error.reply(bodiless=request.method == "HEAD")

    def _operation(self, request: Request, name: str, key: str) -> tuple[str, Callable[[], Reply]]:
        if unknown := request.query.keys() - _SUBRESOURCES - _PLAIN:
            raise answers.S3Error(501, "NotImplemented", f"this S3 does not know {', '.join(sorted(unknown))}")
        if "x-amz-copy-source" in request.headers or "x-amz-decoded-content-length" in request.headers:
            raise answers.not_implemented()
        method, query = request.method, request.query
        if not key:
            return self._of_bucket(request, name)
        uploading = "uploadId" in query
        operations: dict[tuple[str, bool], tuple[str, Callable[[], Reply]]] = {
            ("GET", False): ("GetObject", lambda: answers.get_object(self._bucket(name), key, request)),
            ("HEAD", False): ("HeadObject", lambda: answers.get_object(self._bucket(name), key, request)),
            ("PUT", False): ("PutObject", lambda: answers.put_object(self._bucket(name), key, request)),
            ("DELETE", False): ("DeleteObject", lambda: answers.delete_object(self._bucket(name), key)),
            ("PUT", True): ("UploadPart", lambda: answers.upload_part(self._bucket(name), key, request)),
            ("DELETE", True): ("AbortMultipartUpload", lambda: answers.abort_upload(self._bucket(name), key, request)),
            ("POST", True): (
                "CompleteMultipartUpload",
                lambda: answers.complete_upload(self._bucket(name), name, key, request),
            ),
        }
        if method == "POST" and "uploads" in query:
            return "CreateMultipartUpload", lambda: answers.create_upload(self._bucket(name), name, key, request)
        if (method, uploading) not in operations:
            raise answers.not_implemented()
        return operations[method, uploading]

    def _of_bucket(self, request: Request, name: str) -> tuple[str, Callable[[], Reply]]:
        if request.method == "GET" and request.query.get("list-type") == "2":
            return "ListObjectsV2", lambda: answers.list_objects(self._bucket(name), name, request.query)
        if request.method == "PUT" and name and not request.query:
            self._buckets.setdefault(name, StoredBucket())
            return "CreateBucket", lambda: Reply(200, b"", {"Location": f"/{name}"})
        raise answers.not_implemented()

    def _bucket(self, name: str) -> StoredBucket:
        if name not in self._buckets:
            raise answers.S3Error(404, "NoSuchBucket", "The specified bucket does not exist")
        return self._buckets[name]
