"""Streams: one that is encrypted and keeps records for a week, and one as AWS makes it."""

from local.server import EmbeddedAws


def seed(aws: EmbeddedAws, region: str) -> None:
    """Make the estate of one region."""
    kinesis = aws.client("kinesis", region)
    for name in ("orders", "clicks"):
        kinesis.create_stream(StreamName=name, ShardCount=1)
    kinesis.start_stream_encryption(StreamName="orders", EncryptionType="KMS", KeyId="alias/aws/kinesis")
    kinesis.increase_stream_retention_period(StreamName="orders", RetentionPeriodHours=168)
    kinesis.add_tags_to_stream(StreamName="orders", Tags={"Owner": "shop"})
