"""Delivery streams: one that is encrypted, one that is not, and one that reads a Kinesis stream."""

from typing import Any

from local.server import ACCOUNT, EmbeddedAws


def seed(aws: EmbeddedAws, region: str) -> None:
    """Make the estate of one region."""
    firehose = aws.client("firehose", region)
    role = f"arn:aws:iam::{ACCOUNT}:role/orders-to-firehose"
    bucket: dict[str, Any] = {"RoleARN": role, "BucketARN": "arn:aws:s3:::orders-archive"}
    firehose.create_delivery_stream(
        DeliveryStreamName="orders", DeliveryStreamType="DirectPut", ExtendedS3DestinationConfiguration=bucket,
        DeliveryStreamEncryptionConfigurationInput={"KeyType": "AWS_OWNED_CMK"},
        Tags=[{"Key": "Owner", "Value": "shop"}],
    )  # fmt: skip
    firehose.create_delivery_stream(
        DeliveryStreamName="bills", DeliveryStreamType="DirectPut", ExtendedS3DestinationConfiguration=bucket
    )
    firehose.create_delivery_stream(
        DeliveryStreamName="clicks", DeliveryStreamType="KinesisStreamAsSource",
        KinesisStreamSourceConfiguration={
            "KinesisStreamARN": f"arn:aws:kinesis:{region}:{ACCOUNT}:stream/clicks", "RoleARN": role
        },
        ExtendedS3DestinationConfiguration=bucket,
    )  # fmt: skip
