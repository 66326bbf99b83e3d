"""The buckets of the embedded AWS as moto has them, and what the corrections keep of each.

What is kept hangs on moto's own bucket, so that it is gone with the bucket.
"""

from collections.abc import Mapping
from typing import Any

SYSTEM = "aws:"
"""How the keys of tags begin that only AWS itself may set."""


def find(name: str) -> Any | None:
    """Return moto's bucket of a name, whichever account owns it."""
    from moto.s3.models import s3_backends  # noqa: PLC0415 - moto takes seconds to import

    partition, account = s3_backends.bucket_accounts.get(name, ("aws", ""))
    return s3_backends[account][partition].buckets.get(name) if account else None


def kept(bucket: Any) -> dict[str, str]:
    """Return what the corrections keep of a bucket, to be read and changed."""
    found: dict[str, str] = bucket.__dict__.setdefault("embedded", {})
    return found


def tags(bucket: Any) -> dict[str, str]:
    """Return the tags of a bucket, those of AWS itself among them."""
    found = _tagger(bucket).list_tags_for_resource(bucket.arn)["Tags"]
    return {tag["Key"]: tag["Value"] for tag in found}


def set_tags(bucket: Any, wanted: Mapping[str, str]) -> None:
    """Replace all tags of a bucket."""
    tagger = _tagger(bucket)
    tagger.delete_all_tags_for_resource(bucket.arn)
    if wanted:
        tagger.tag_resource(bucket.arn, [{"Key": key, "Value": value} for key, value in wanted.items()])


def is_versioned(bucket: Any) -> bool:
    """Whether the bucket makes versions now; one whose versioning is suspended does not."""
    return bool(bucket.versioning_status == "Enabled")


def _tagger(bucket: Any) -> Any:
    from moto.s3.models import s3_backends  # noqa: PLC0415 - moto takes seconds to import

    partition = bucket.arn.split(":")[1]
    return s3_backends[bucket.account_id][partition].tagger
