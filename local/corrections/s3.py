"""What a bucket is set to from the beginning, and what moto forgets of policies and versioning.

A bucket has had encryption, a public access block and enforced ownership since April 2023.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/create-bucket-overview.html
"""

import json
import re
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from local import buckets
from local.corrections import caller, s3_replication
from local.corrections.existing import NAMESPACE, on_bucket
from local.corrections.request import Correction, Request
from local.front import Answer, error_body

_POLICY = "policy"
_MFA_DELETE = "MFA delete"
_NO_BLOCK = "no public access block"
_NO_OWNERSHIP = "no ownership controls"


def corrections() -> dict[str, Correction]:
    """Return what corrects S3, by operation."""
    blocks = _AccountBlocks()
    return {
        "s3:PutBucketPolicy": on_bucket(_put_policy),
        "s3:DeleteBucketPolicy": on_bucket(_delete_policy),
        "s3:GetBucketPolicy": on_bucket(_get_policy),
        "s3:GetBucketPolicyStatus": on_bucket(_get_policy_status),
        "s3:PutBucketVersioning": on_bucket(_put_versioning),
        "s3:GetBucketVersioning": on_bucket(_get_versioning),
        "s3:DeletePublicAccessBlock": on_bucket(_removes(_NO_BLOCK)),
        "s3:DeleteBucketOwnershipControls": on_bucket(_removes(_NO_OWNERSHIP)),
        "s3:GetPublicAccessBlock": on_bucket(_get_block),
        "s3:GetBucketOwnershipControls": on_bucket(_get_ownership),
        "s3control:PutPublicAccessBlock": blocks.put,
        "s3control:GetPublicAccessBlock": blocks.get,
        "s3control:DeletePublicAccessBlock": blocks.delete,
    }


def _put_versioning(request: Request, bucket: Any) -> Answer:
    """Remember MFA delete, which moto drops; it stays as it is where a request does not speak of it."""
    present = _needs_versions(bucket) if "<Status>Suspended</Status>" in request.body else ""
    if present:
        message = f"{present} is present on this bucket, so the versioning state cannot be changed."
        return request.refuse("InvalidBucketState", message, HTTPStatus.CONFLICT)
    answer = request.ask()
    match = re.search(r"<MfaDelete>(\w+)</MfaDelete>", request.body)
    if match and answer[0] == HTTPStatus.OK:
        buckets.kept(bucket)[_MFA_DELETE] = match[1]
    return answer


def _needs_versions(bucket: Any) -> str:
    """Return what of a bucket forbids to suspend its versioning, if anything does."""
    if s3_replication.KIND in buckets.kept(bucket):
        return "A replication configuration"
    return "An Object Lock configuration" if bucket.object_lock_enabled else ""


def _get_versioning(request: Request, bucket: Any) -> Answer:
    status, body = request.ask()
    protected = buckets.kept(bucket).get(_MFA_DELETE)
    return status, body.replace("</Status>", f"</Status><MfaDelete>{protected}</MfaDelete>") if protected else body


def _put_policy(request: Request, bucket: Any) -> Answer:
    """Keep every Deny with a condition from moto, which enforces it whatever the condition: nothing does here."""
    policy = request.body
    if not _is_policy(policy):
        return request.refuse("MalformedPolicy", "Policies must be valid JSON and the first byte must be '{'")
    statements = _enforceable(policy)
    if statements:
        answer = request.ask(json.dumps({**json.loads(policy), "Statement": statements}).encode())
        if answer[0] >= HTTPStatus.BAD_REQUEST:
            return answer
    else:
        bucket.policy = None
    buckets.kept(bucket)[_POLICY] = policy
    return HTTPStatus.NO_CONTENT, ""


def _is_policy(text: str) -> bool:
    try:
        return bool(json.loads(text)["Statement"])
    except (ValueError, TypeError, KeyError):
        return False


def _enforceable(policy: str) -> list[Any]:
    statements = json.loads(policy)["Statement"]
    statements = statements if isinstance(statements, list) else [statements]
    return [each for each in statements if each.get("Effect") != "Deny" or not each.get("Condition")]


def _delete_policy(request: Request, bucket: Any) -> Answer:
    buckets.kept(bucket).pop(_POLICY, None)
    return request.ask()


def _get_policy(_request: Request, bucket: Any) -> Answer | None:
    policy = buckets.kept(bucket).get(_POLICY)
    return (HTTPStatus.OK, policy) if policy else None


def _get_policy_status(_request: Request, bucket: Any) -> Answer | None:
    policy = buckets.kept(bucket).get(_POLICY)
    if policy is None or _enforceable(policy):
        return None
    return HTTPStatus.OK, f"<PolicyStatus {NAMESPACE}><IsPublic>false</IsPublic></PolicyStatus>"


def _removes(what: str) -> Any:
    def remove(request: Request, bucket: Any) -> Answer:
        buckets.kept(bucket)[what] = "yes"
        return request.ask()

    return remove


def _get_block(request: Request, bucket: Any) -> Answer | None:
    gone = _NO_BLOCK in buckets.kept(bucket)
    return None if gone else _or_default(request, "NoSuchPublicAccessBlock", _BLOCK)


def _get_ownership(request: Request, bucket: Any) -> Answer | None:
    gone = _NO_OWNERSHIP in buckets.kept(bucket)
    return None if gone else _or_default(request, "OwnershipControlsNotFound", _OWNERSHIP)


_BLOCK = (
    f"<PublicAccessBlockConfiguration {NAMESPACE}><BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>true"
    "</IgnorePublicAcls><BlockPublicPolicy>true</BlockPublicPolicy><RestrictPublicBuckets>true</RestrictPublicBuckets>"
    "</PublicAccessBlockConfiguration>"
)
_ENFORCED = "<Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule>"
_OWNERSHIP = f"<OwnershipControls {NAMESPACE}>{_ENFORCED}</OwnershipControls>"


def _or_default(request: Request, code: str, default: str) -> Answer:
    """Let moto answer; where it has nothing, answer what AWS gives a bucket since April 2023."""
    status, body = request.ask()
    return (HTTPStatus.OK, default) if status == HTTPStatus.NOT_FOUND and code in body else (status, body)


@dataclass(slots=True)
class _AccountBlocks:
    """The public access blocks of accounts, as they were put."""

    blocks: dict[str, str] = field(default_factory=dict)

    def put(self, request: Request) -> Answer:
        self.blocks[_account(request)] = request.body
        return HTTPStatus.OK, ""

    def get(self, request: Request) -> Answer:
        found = self.blocks.get(_account(request))
        if found:
            return HTTPStatus.OK, found
        return HTTPStatus.NOT_FOUND, error_body("s3", "NoSuchPublicAccessBlockConfiguration")

    def delete(self, request: Request) -> Answer:
        self.blocks.pop(_account(request), None)
        return HTTPStatus.NO_CONTENT, ""


def _account(request: Request) -> str:
    return str(request.parameters.get("AccountId") or caller.place(request)[0])
