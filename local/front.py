"""What stands in front of moto: answers that it does not give as AWS documents them, refusals, and the record of calls."""

import fnmatch
import io
import json
import re
import threading
import urllib.parse
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from local.hooks.embedded_hooks import OPERATION, PARAMETERS

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
App = Callable[[Environ, StartResponse], Iterable[bytes]]
Answer = tuple[int, str]

_KEY = re.compile(r"Credential=([^/,\s]+)/")
_NAMESPACE = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'


@dataclass(frozen=True, slots=True)
class Call:
    """One call as it arrived: whose access key, which operation (`service:Operation`), with which parameters."""

    access_key: str
    operation: str
    parameters: dict[str, str]
    status: int


@dataclass(slots=True)
class Refusal:
    """Answers an operation with an error; `bucket` and `key` (a glob) narrow it, `times` bounds it."""

    operation: str
    code: str = "AccessDenied"
    status: int = 403
    bucket: str | None = None
    key: str = "*"
    times: int | None = None


@dataclass(slots=True)
class Front:
    """A WSGI application over another: records, refuses, corrects."""

    app: App
    corrections: "Callable[[Front, Environ], Answer | None]"
    calls: list[Call] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        operation = environ.get("HTTP_" + OPERATION.upper().replace("-", "_"), "")
        parameters = json.loads(environ.get("HTTP_" + PARAMETERS.upper().replace("-", "_"), "{}"))
        seen = {"status": 0}

        def started(status: str, headers: Any, exc_info: Any = None) -> Any:
            seen["status"] = int(status.split()[0])
            return start_response(status, headers, exc_info)

        try:
            answer = self._refused(operation, parameters) or self.corrections(self, environ)
            if answer is None:
                return self.app(environ, started)
            return _send(answer, started)
        finally:
            key = _KEY.search(environ.get("HTTP_AUTHORIZATION", ""))
            if operation:
                with self.lock:
                    self.calls.append(Call(key.group(1) if key else "", operation, parameters, seen["status"]))

    def _refused(self, operation: str, parameters: dict[str, str]) -> Answer | None:
        for refusal in self.refusals:
            if refusal.operation != operation or (refusal.bucket and parameters.get("Bucket") != refusal.bucket):
                continue
            if not fnmatch.fnmatchcase(parameters.get("Key", ""), refusal.key):
                continue
            with self.lock:
                if refusal.times == 0:
                    continue
                if refusal.times is not None:
                    refusal.times -= 1
            return refusal.status, _error(operation.partition(":")[0], refusal.code)
        return None

    def ask(self, environ: Environ) -> Answer:
        """Let the application behind answer, and return what it said."""
        said: dict[str, Any] = {}

        def started(status: str, _headers: Any, _exc_info: Any = None) -> Any:
            said["status"] = int(status.split()[0])

        body = b"".join(self.app(environ, started))
        return said["status"], body.decode()


def corrections_for_moto() -> "Callable[[Front, Environ], Answer | None]":
    """Return what corrects moto where it answers otherwise than AWS documents; each has a contract test."""
    metrics: dict[tuple[str, str], str] = {}
    tokens: dict[str, int] = {}
    lifecycles: dict[str, str] = {}
    removed: set[tuple[str, str]] = set()
    account_block: list[str] = []
    policies: dict[str, str] = {}

    def correct(front: Front, environ: Environ) -> Answer | None:
        operation = environ.get("HTTP_" + OPERATION.upper().replace("-", "_"), "")
        query = dict(urllib.parse.parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
        parameters = json.loads(environ.get("HTTP_" + PARAMETERS.upper().replace("-", "_"), "{}"))
        bucket = parameters.get("Bucket", "")
        match operation:
            case "s3:ListBuckets":
                return _list_buckets(front, environ, query)
            case "s3:PutBucketMetricsConfiguration":
                metrics[bucket, query["id"]] = _body(environ)
                return 200, ""
            case "s3:DeleteBucketMetricsConfiguration":
                metrics.pop((bucket, query["id"]), None)
                return 204, ""
            case "s3:ListBucketMetricsConfigurations":
                return _list_metrics(metrics, bucket, query)
            case "s3:PutBucketLifecycleConfiguration":
                lifecycles[bucket] = _body(environ)
                return 200, ""
            case "s3:GetBucketLifecycleConfiguration" if bucket in lifecycles:
                return 200, lifecycles[bucket]
            case "s3:DeletePublicAccessBlock" | "s3:DeleteBucketOwnershipControls":
                removed.add((bucket, operation.removeprefix("s3:Delete")))
                return None
            case "s3:PutBucketPolicy":
                policies[bucket] = _body(environ)
                return _put_policy(front, environ, policies[bucket])
            case "s3:DeleteBucketPolicy":
                policies.pop(bucket, None)
                return None
            case "s3:GetBucketPolicy" if bucket in policies:
                return 200, policies[bucket]
            case "s3:GetBucketPolicyStatus" if bucket in policies and not _beyond_tls(policies[bucket]):
                return 200, f"<PolicyStatus {_NAMESPACE}><IsPublic>false</IsPublic></PolicyStatus>"
            case "s3control:PutPublicAccessBlock":
                account_block.append(_body(environ))
                return 200, ""
            case "s3control:DeletePublicAccessBlock":
                account_block.clear()
                return 204, ""
            case "s3control:GetPublicAccessBlock" if account_block:
                return 200, account_block[-1]
            case "s3control:GetPublicAccessBlock":
                return 404, _error("s3", "NoSuchPublicAccessBlockConfiguration")
            case "s3:GetBucketEncryption":
                return _or_default(front, environ, "", _ENCRYPTION)
            case "s3:GetPublicAccessBlock" if (bucket, "PublicAccessBlock") not in removed:
                return _or_default(front, environ, "NoSuchPublicAccessBlock", _BLOCK)
            case "s3:GetBucketOwnershipControls" if (bucket, "BucketOwnershipControls") not in removed:
                return _or_default(front, environ, "OwnershipControlsNotFound", _OWNERSHIP)
            case "ec2:DescribeInstances":
                return _describe_instances(front, environ, tokens)
        return None

    return correct


_ENCRYPTION = (
    f"<ServerSideEncryptionConfiguration {_NAMESPACE}><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256"
    "</SSEAlgorithm></ApplyServerSideEncryptionByDefault><BucketKeyEnabled>false</BucketKeyEnabled></Rule>"
    "</ServerSideEncryptionConfiguration>"
)
_BLOCK = (
    f"<PublicAccessBlockConfiguration {_NAMESPACE}><BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>true"
    "</IgnorePublicAcls><BlockPublicPolicy>true</BlockPublicPolicy><RestrictPublicBuckets>true</RestrictPublicBuckets>"
    "</PublicAccessBlockConfiguration>"
)
_OWNERSHIP = (
    f"<OwnershipControls {_NAMESPACE}><Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule></OwnershipControls>"
)


def _put_policy(front: Front, environ: Environ, policy: str) -> Answer:
    """Keep statements about TLS from moto, which enforces a Deny whatever its condition; loopback stands for TLS here."""
    statements = _beyond_tls(policy)
    if not statements:
        return 204, ""
    body = json.dumps({**json.loads(policy), "Statement": statements}).encode()
    kept = {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body)), "HTTP_CONTENT_ENCODING": ""}
    return front.ask({**environ, **kept})


def _beyond_tls(policy: str) -> list[Any]:
    statements = json.loads(policy)["Statement"]
    statements = statements if isinstance(statements, list) else [statements]
    return [each for each in statements if "aws:SecureTransport" not in json.dumps(each.get("Condition", {}))]


def _or_default(front: Front, environ: Environ, code: str, default: str) -> Answer:
    """Let moto answer; where it has nothing, answer what AWS gives a bucket since April 2023."""
    status, body = front.ask(environ)
    missing = status == 404 and "NoSuchBucket<" not in body and (not code or code in body)
    return (200, default) if missing else (status, body)


def _list_buckets(front: Front, environ: Environ, query: dict[str, str]) -> Answer:
    """Page as ListBuckets documents: max-buckets, continuation-token, prefix, bucket-region, BucketRegion in answers."""
    plain = {**environ, "QUERY_STRING": ""}
    status, body = front.ask(plain)
    if status != 200:
        return status, body
    found = re.findall(r"<Bucket>(.*?)</Bucket>", body, re.DOTALL)
    names = [re.search(r"<Name>(.*?)</Name>", item, re.DOTALL) for item in found]
    dates = [re.search(r"<CreationDate>(.*?)</CreationDate>", item, re.DOTALL) for item in found]
    buckets = sorted((name.group(1), date.group(1)) for name, date in zip(names, dates, strict=True) if name and date)
    regions = _regions_of_buckets()
    start = query.get("continuation-token", "")
    rows = [
        (name, date)
        for name, date in buckets
        if name > start
        and name.startswith(query.get("prefix", ""))
        and query.get("bucket-region", regions.get(name)) == regions.get(name)
    ]
    limit = int(query.get("max-buckets", "10000"))
    page, more = rows[:limit], len(rows) > limit
    told = bool({"max-buckets", "prefix", "continuation-token", "bucket-region"} & query.keys())
    items = "".join(
        f"<Bucket><Name>{escape(name)}</Name><CreationDate>{date}</CreationDate>"
        + (f"<BucketRegion>{regions.get(name, 'us-east-1')}</BucketRegion>" if told else "")
        + "</Bucket>"
        for name, date in page
    )
    token = f"<ContinuationToken>{escape(page[-1][0])}</ContinuationToken>" if more else ""
    owner = "<Owner><ID>owner</ID></Owner>"
    return 200, f"<ListAllMyBucketsResult {_NAMESPACE}><Buckets>{items}</Buckets>{owner}{token}</ListAllMyBucketsResult>"


def _regions_of_buckets() -> dict[str, str]:
    from moto.s3.models import s3_backends  # noqa: PLC0415 - moto takes seconds to import

    return {
        name: bucket.region_name
        for _, account in s3_backends.items()
        for backend in account.values()
        for name, bucket in backend.buckets.items()
    }


def _list_metrics(metrics: dict[tuple[str, str], str], bucket: str, query: dict[str, str]) -> Answer:
    """Page 100 at a time, as ListBucketMetricsConfigurations documents."""
    start = query.get("continuation-token", "")
    found = sorted((name, body) for (owner, name), body in metrics.items() if owner == bucket and name > start)
    page, more = found[:100], len(found) > 100
    items = "".join(re.sub(r"<\?xml.*?\?>", "", body) for _, body in page)
    token = f"<NextContinuationToken>{escape(page[-1][0])}</NextContinuationToken>" if more else ""
    truncated = f"<IsTruncated>{str(more).lower()}</IsTruncated>"
    return 200, f"<ListMetricsConfigurationsResult {_NAMESPACE}>{truncated}{items}{token}</ListMetricsConfigurationsResult>"


def _describe_instances(front: Front, environ: Environ, tokens: dict[str, int]) -> Answer | None:
    """Page by instance, where moto pages by reservation: MaxResults counts instances."""
    form = dict(urllib.parse.parse_qsl(_body(environ), keep_blank_values=True))
    if "MaxResults" not in form and "NextToken" not in form:
        return _again(environ, form)
    limit, start = int(form.pop("MaxResults", "1000")), tokens.get(form.pop("NextToken", ""), 0)
    status, body = front.ask(_with_form(environ, form))
    if status != 200:
        return status, body
    root = ElementTree.fromstring(body)
    space = root.tag.partition("}")[0] + "}"
    ElementTree.register_namespace("", space.strip("{}"))
    position = 0
    for reservation in root.iterfind(f"{space}reservationSet/{space}item"):
        instances = reservation.find(f"{space}instancesSet")
        for instance in list(instances if instances is not None else ()):
            if not start <= position < start + limit:
                instances.remove(instance)  # type: ignore[union-attr] - it is what we iterate over
            position += 1
    for old in root.findall(f"{space}nextToken"):
        root.remove(old)
    if position > start + limit:
        token = f"page-{start + limit}"
        tokens[token] = start + limit
        ElementTree.SubElement(root, f"{space}nextToken").text = token
    return status, ElementTree.tostring(root, encoding="unicode")


def _again(environ: Environ, form: dict[str, str]) -> None:
    environ.update(_with_form(environ, form))


def _with_form(environ: Environ, form: dict[str, str]) -> Environ:
    body = urllib.parse.urlencode(form).encode()
    return {**environ, "wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body)), "wsgi.input_terminated": True}


def _body(environ: Environ) -> str:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    raw: bytes = environ["wsgi.input"].read(length)
    if "aws-chunked" in environ.get("HTTP_CONTENT_ENCODING", ""):
        raw = re.sub(rb"^[0-9a-f]+(?:;[^\r\n]*)?\r\n|\r\n[0-9a-f]+(?:;[^\r\n]*)?\r\n(?:x-amz-[^\r\n]*\r\n)*\r?\n?$", b"", raw)
    return raw.decode()


def _error(service: str, code: str) -> str:
    if service in ("s3", "s3control"):
        return f"<Error><Code>{code}</Code><Message>refused by the embedded AWS</Message></Error>"
    if service == "ec2":
        inner = f"<Errors><Error><Code>{code}</Code><Message>refused by the embedded AWS</Message></Error></Errors>"
        return f"<Response>{inner}<RequestID>embedded</RequestID></Response>"
    return json.dumps({"__type": code, "message": "refused by the embedded AWS"})


def _send(answer: Answer, start_response: StartResponse) -> Iterable[bytes]:
    status, text = answer
    body = text.encode()
    kind = "application/x-amz-json-1.0" if text.startswith("{") else "application/xml"
    start_response(f"{status} Embedded", [("Content-Type", kind), ("Content-Length", str(len(body)))])
    return [body]
