"""Where moto's S3 answers otherwise than AWS documents.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html and its neighbours say what AWS answers.
"""

import json
import re
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from xml.sax.saxutils import escape

from local import buckets
from local.corrections import s3_replication
from local.corrections.request import Correction, Request
from local.corrections.s3_lifecycle import refused
from local.front import Answer, error_body

_NAMESPACE = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
_METRICS_PAGE = 100


def corrections() -> dict[str, Correction]:
    """Return what corrects S3, by operation; what was put is remembered in it."""
    return _Corrections().by_operation()


@dataclass(slots=True)
class _Corrections:
    """What the corrections remember, and which operation each is for."""

    metrics: dict[tuple[str, str], str] = field(default_factory=dict)
    lifecycles: dict[str, str] = field(default_factory=dict)
    removed: set[tuple[str, str]] = field(default_factory=set)
    policies: dict[str, str] = field(default_factory=dict)
    encryptions: dict[str, str] = field(default_factory=dict)
    mfa_delete: dict[str, str] = field(default_factory=dict)
    account_block: str = ""

    def by_operation(self) -> dict[str, Correction]:
        return {
            "s3:ListBuckets": _list_buckets,
            "s3:PutBucketMetricsConfiguration": self._put_metrics,
            "s3:DeleteBucketMetricsConfiguration": self._delete_metrics,
            "s3:ListBucketMetricsConfigurations": self._list_metrics,
            "s3:PutBucketLifecycleConfiguration": self._put_lifecycle,
            "s3:GetBucketLifecycleConfiguration": self._get_lifecycle,
            "s3:PutBucketPolicy": self._put_policy,
            "s3:DeleteBucketPolicy": self._delete_policy,
            "s3:GetBucketPolicy": self._get_policy,
            "s3:GetBucketPolicyStatus": self._get_policy_status,
            "s3:PutBucketEncryption": self._put_encryption,
            "s3:DeleteBucketEncryption": self._delete_encryption,
            "s3:GetBucketEncryption": self._get_encryption,
            "s3:PutBucketVersioning": self._put_versioning,
            "s3:GetBucketVersioning": self._get_versioning,
            "s3:DeletePublicAccessBlock": lambda request: self._remove(request, "block"),
            "s3:DeleteBucketOwnershipControls": lambda request: self._remove(request, "ownership"),
            "s3:GetPublicAccessBlock": self._get_block,
            "s3:GetBucketOwnershipControls": self._get_ownership,
            "s3control:PutPublicAccessBlock": self._put_account_block,
            "s3control:GetPublicAccessBlock": self._get_account_block,
        }

    def _put_metrics(self, request: Request) -> Answer:
        self.metrics[request.bucket, request.query["id"]] = request.body
        return HTTPStatus.OK, ""

    def _delete_metrics(self, request: Request) -> Answer:
        self.metrics.pop((request.bucket, request.query["id"]), None)
        return HTTPStatus.NO_CONTENT, ""

    def _list_metrics(self, request: Request) -> Answer:
        """Page 100 at a time, as ListBucketMetricsConfigurations documents."""
        start = request.query.get("continuation-token", "")
        owned = sorted((name, body) for (owner, name), body in self.metrics.items() if owner == request.bucket)
        found = [(name, body) for name, body in owned if name > start]
        page, more = found[:_METRICS_PAGE], len(found) > _METRICS_PAGE
        items = "".join(re.sub(r"<\?xml.*?\?>", "", body) for _, body in page)
        token = f"<NextContinuationToken>{escape(page[-1][0])}</NextContinuationToken>" if more else ""
        inner = f"<IsTruncated>{str(more).lower()}</IsTruncated>{items}{token}"
        return HTTPStatus.OK, f"<ListMetricsConfigurationsResult {_NAMESPACE}>{inner}</ListMetricsConfigurationsResult>"

    def _put_lifecycle(self, request: Request) -> Answer:
        """Keep the rules to the letter: moto drops sizes and NewerNoncurrentVersions, and takes what S3 refuses."""
        if message := refused(request.body):
            return HTTPStatus.BAD_REQUEST, f"<Error><Code>InvalidRequest</Code><Message>{message}</Message></Error>"
        self.lifecycles[request.bucket] = request.body
        return HTTPStatus.OK, ""

    def _get_lifecycle(self, request: Request) -> Answer | None:
        kept = self.lifecycles.get(request.bucket)
        return (HTTPStatus.OK, kept) if kept else None

    def _put_encryption(self, request: Request) -> None:
        """Keep the rules to the letter: moto drops what they block."""
        self.encryptions[request.bucket] = request.body

    def _delete_encryption(self, request: Request) -> None:
        self.encryptions.pop(request.bucket, None)

    def _get_encryption(self, request: Request) -> Answer:
        kept = self.encryptions.get(request.bucket)
        return (HTTPStatus.OK, kept) if kept else _or_default(request, "", _ENCRYPTION)

    def _put_versioning(self, request: Request) -> Answer | None:
        """Remember MFA delete, which moto drops; it stays as it is where a request does not speak of it."""
        if (bucket := buckets.find(request.bucket)) and "<Status>Suspended</Status>" in request.body:
            present = _needs_versions(bucket)
            message = f"{present} is present on this bucket, so the versioning state cannot be changed."
            if present:
                return request.refuse("InvalidBucketState", message, HTTPStatus.CONFLICT)
        if match := re.search(r"<MfaDelete>(\w+)</MfaDelete>", request.body):
            self.mfa_delete[request.bucket] = match.group(1)
        return None

    def _get_versioning(self, request: Request) -> Answer:
        status, body = request.ask()
        if not (kept := self.mfa_delete.get(request.bucket)) or status != HTTPStatus.OK:
            return status, body
        return status, body.replace("</Status>", f"</Status><MfaDelete>{kept}</MfaDelete>")

    def _put_policy(self, request: Request) -> Answer:
        """Keep statements about TLS from moto, which enforces a Deny whatever its condition."""
        self.policies[request.bucket] = policy = request.body
        statements = _beyond_tls(policy)
        if not statements:
            return HTTPStatus.NO_CONTENT, ""
        return request.ask(json.dumps({**json.loads(policy), "Statement": statements}).encode())

    def _delete_policy(self, request: Request) -> None:
        self.policies.pop(request.bucket, None)

    def _get_policy(self, request: Request) -> Answer | None:
        kept = self.policies.get(request.bucket)
        return (HTTPStatus.OK, kept) if kept else None

    def _get_policy_status(self, request: Request) -> Answer | None:
        kept = self.policies.get(request.bucket)
        if kept is None or _beyond_tls(kept):
            return None
        return HTTPStatus.OK, f"<PolicyStatus {_NAMESPACE}><IsPublic>false</IsPublic></PolicyStatus>"

    def _remove(self, request: Request, what: str) -> None:
        self.removed.add((request.bucket, what))

    def _get_block(self, request: Request) -> Answer | None:
        gone = (request.bucket, "block") in self.removed
        return None if gone else _or_default(request, "NoSuchPublicAccessBlock", _BLOCK)

    def _get_ownership(self, request: Request) -> Answer | None:
        gone = (request.bucket, "ownership") in self.removed
        return None if gone else _or_default(request, "OwnershipControlsNotFound", _OWNERSHIP)

    def _put_account_block(self, request: Request) -> Answer:
        self.account_block = request.body
        return HTTPStatus.OK, ""

    def _get_account_block(self, _request: Request) -> Answer:
        if self.account_block:
            return HTTPStatus.OK, self.account_block
        return HTTPStatus.NOT_FOUND, error_body("s3", "NoSuchPublicAccessBlockConfiguration")


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
_ENFORCED = "<Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule>"
_OWNERSHIP = f"<OwnershipControls {_NAMESPACE}>{_ENFORCED}</OwnershipControls>"


def _needs_versions(bucket: Any) -> str:
    """Return what of a bucket forbids to suspend its versioning, if anything does."""
    if s3_replication.KIND in buckets.kept(bucket):
        return "A replication configuration"
    return "An Object Lock configuration" if bucket.object_lock_enabled else ""


def _or_default(request: Request, code: str, default: str) -> Answer:
    """Let moto answer; where it has nothing, answer what AWS gives a bucket since April 2023."""
    status, body = request.front.ask(request.environ)
    missing = status == HTTPStatus.NOT_FOUND and "NoSuchBucket<" not in body and (not code or code in body)
    return (HTTPStatus.OK, default) if missing else (status, body)


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
    return HTTPStatus.OK, f"<ListAllMyBucketsResult {_NAMESPACE}>{inner}</ListAllMyBucketsResult>"


def _regions_of_buckets() -> dict[str, str]:
    from moto.s3.models import s3_backends  # noqa: PLC0415 - moto takes seconds to import

    return {
        name: bucket.region_name
        for _, account in s3_backends.items()
        for backend in account.values()
        for name, bucket in backend.buckets.items()
    }


def _beyond_tls(policy: str) -> list[Any]:
    statements = json.loads(policy)["Statement"]
    statements = statements if isinstance(statements, list) else [statements]
    return [each for each in statements if "aws:SecureTransport" not in json.dumps(each.get("Condition", {}))]
