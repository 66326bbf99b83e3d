"""The tags of S3: one key at a time through S3 Control, or all at once where no policy allows that.

`PutBucketTagging` replaces all tags of a bucket, and S3 has no version of them to compare: what another writer sets
between our last read and our write is lost. docs/decisions/0043 says what is done about it.
https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_TagResource.html
https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketTagging.html
"""

from collections.abc import Callable, Mapping
from typing import Any

from muster.errors import MusterError
from muster.model.finding import Resource
from muster.sdk.errors import READ_ERRORS, Meaning, code_of, denial_of, meaning_of
from muster.tagging.api import ClientOf, TagApi, pair

ROUNDS = 5
"""How often Muster writes the whole set before it gives way to another writer, who writes again and again."""
_WHOLE_SET = (
    "written with PutBucketTagging, which replaces all tags, because {action} was denied; a tag that another writer "
    "set in the same moment may be lost: grant {action}"
)
ABAC = "ABAC is on for this bucket: policies may use this tag to grant or deny access"
Tags = Mapping[str, str]


class Overwritten(MusterError):  # noqa: N818 - it says what happened
    """Another writer replaced the tags of a bucket in every round."""


def changed(tags: Tags, key: str, value: str | None) -> dict[str, str]:
    """Return tags with one key set, or taken off where the value is None; the others keep their order and spelling."""
    if value is None:
        return {each: text for each, text in tags.items() if each != key}
    return {**tags, key: value}


def rewrite(
    read: Callable[[], Tags], replace: Callable[[Tags], object], key: str, value: str | None, rounds: int = ROUNDS
) -> None:
    """Change one key where only the whole set can be written; every other tag stays as it was read last.

    It reads, writes, and reads again. Where the key is not as it was written, another writer replaced the set: the key
    is changed in what that one wrote.

    Raises:
        Overwritten: the key was lost again in every round.
    """
    tags = read()
    for _ in range(rounds):
        if tags.get(key) == value:
            return
        replace(changed(tags, key, value))
        tags = read()
    if tags.get(key) != value:
        raise Overwritten(f"another writer replaced the tags in each of {rounds} rounds; run it again later")


def _read(client: ClientOf, resource: Resource) -> Tags:
    answer = client("s3control").list_tags_for_resource(AccountId=resource.account_id, ResourceArn=resource.arn)
    return _tags(answer.get("Tags"))


def _write(client: ClientOf, resource: Resource, key: str, value: str) -> str:
    client("s3control").tag_resource(AccountId=resource.account_id, ResourceArn=resource.arn, Tags=pair(key, value))
    return ""


def _erase(client: ClientOf, resource: Resource, key: str) -> str:
    client("s3control").untag_resource(AccountId=resource.account_id, ResourceArn=resource.arn, TagKeys=[key])
    return ""


def _read_bucket(client: ClientOf, bucket: Resource) -> Tags:
    try:
        return _read(client, bucket)
    except READ_ERRORS as error:
        if not _denied(error):
            raise
        try:
            return _read_whole(client, bucket)
        except READ_ERRORS:
            raise error from None


def _write_bucket(client: ClientOf, bucket: Resource, key: str, value: str) -> str:
    return _by_key_or_whole(client, bucket, lambda: _write(client, bucket, key, value), key, value)


def _erase_bucket(client: ClientOf, bucket: Resource, key: str) -> str:
    return _by_key_or_whole(client, bucket, lambda: _erase(client, bucket, key), key, None)


def _by_key_or_whole(client: ClientOf, bucket: Resource, by_key: Callable[[], str], key: str, value: str | None) -> str:
    """Change one key by its own call; where no policy allows that call and ABAC is not on, write the whole set."""
    try:
        return by_key()
    except READ_ERRORS as error:
        # An explicit Deny is meant, whichever call it names. With ABAC, S3 refuses PutBucketTagging.
        denial = denial_of(error)
        if denial is None or denial.explicit or _abac(client, bucket):
            raise
        try:
            rewrite(lambda: _read_whole(client, bucket), lambda tags: _replace(client, bucket, tags), key, value)
        except READ_ERRORS as second:
            raise error if _denied(second) else second from None
    return _WHOLE_SET.format(action="s3:UntagResource" if value is None else "s3:TagResource")


def _read_whole(client: ClientOf, bucket: Resource) -> Tags:
    try:
        return _tags(client("s3").get_bucket_tagging(Bucket=bucket.id).get("TagSet"))
    except READ_ERRORS as error:
        if code_of(error) == "NoSuchTagSet":
            return {}
        raise


def _replace(client: ClientOf, bucket: Resource, tags: Tags) -> None:
    """Write the whole set; tags of AWS itself are sent back unchanged, or S3 refuses the call."""
    if not tags:
        client("s3").delete_bucket_tagging(Bucket=bucket.id)
        return
    tag_set = [{"Key": key, "Value": value} for key, value in tags.items()]
    client("s3").put_bucket_tagging(Bucket=bucket.id, Tagging={"TagSet": tag_set})


def _caution(client: ClientOf, bucket: Resource) -> str:
    return ABAC if _abac(client, bucket) else ""


def _abac(client: ClientOf, bucket: Resource) -> bool:
    """Whether tags of the bucket steer access; False where that cannot be read.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/buckets-tagging-enable-abac.html
    """
    try:
        answer = client("s3").get_bucket_abac(Bucket=bucket.id)
    except READ_ERRORS:
        return False
    return str((answer.get("AbacStatus") or {}).get("Status")) == "Enabled"


def _denied(error: Exception) -> bool:
    return meaning_of(code_of(error)) is Meaning.DENIED


def _tags(pairs: Any) -> Tags:
    return {each["Key"]: each.get("Value") or "" for each in pairs or ()}


_BUCKETS = "arn:{partition}:s3:::*"
_POINTS = "arn:{partition}:s3:*:*:accesspoint/*"
BUCKET = TagApi(
    "AWS::S3::Bucket", _read_bucket, _write_bucket, _erase_bucket,
    (
        ("s3:ListTagsForResource", _BUCKETS), ("s3:TagResource", _BUCKETS), ("s3:UntagResource", _BUCKETS),
        ("s3:GetBucketAbac", _BUCKETS),
    ),
    caution=_caution,
)  # fmt: skip
"""Buckets. Their policy grants no PutBucketTagging: with it, TagResource is never denied for want of a grant."""
ACCESS_POINT = TagApi(
    "AWS::S3::AccessPoint", _read, _write, _erase,
    (("s3:ListTagsForResource", _POINTS), ("s3:TagResource", _POINTS), ("s3:UntagResource", _POINTS)),
)  # fmt: skip
