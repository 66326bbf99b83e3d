"""S3 Express One Zone: the directory buckets of a region, and their lifecycle configurations."""

from muster.facets import kinds
from muster.facets.fields import Parsed, facet, read
from muster.facets.s3.lifecycle import Rule


@facet
class DirectoryBucket(Parsed):
    """One item of ListDirectoryBuckets: the name, which ends with the zone and `--x-s3`, and the ARN where AWS has it.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/directory-bucket-naming-rules.html
    """

    name: str = read("Name", kinds.required)
    arn: str = read("BucketArn", kinds.text)


@facet
class DirectoryBuckets(Parsed):
    """The directory buckets of the account in a region."""

    items: tuple[DirectoryBucket, ...] = read("Buckets", kinds.many(DirectoryBucket.parse))


@facet
class DirectoryBucketLifecycle(Parsed):
    """GetBucketLifecycleConfiguration of a directory bucket: its rules expire objects or abort uploads, no more.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/directory-buckets-objects-lifecycle.html
    """

    rules: tuple[Rule, ...] = read("Rules", kinds.many(Rule.parse))
