"""Delivery streams are listed to the last page, which no token names."""

import boto3
from botocore.stub import Stubber

from muster.model.shard import Shard
from muster.readers.messaging.firehose import delivery_streams

HERE = Shard("123456789012", "eu-west-1", "firehose", "eu-west-1", ("eu-west-1",))


def test_a_page_begins_after_the_last_name_before_it() -> None:
    client = boto3.client("firehose", "eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")
    first = {"Limit": 10_000}
    with Stubber(client) as stub:
        names = ["bills", "orders"]
        stub.add_response(
            "list_delivery_streams", {"DeliveryStreamNames": names, "HasMoreDeliveryStreams": True}, first
        )
        more = {"DeliveryStreamNames": ["Refunds"], "HasMoreDeliveryStreams": False}
        stub.add_response("list_delivery_streams", more, first | {"ExclusiveStartDeliveryStreamName": "orders"})
        page = delivery_streams.function(client, HERE, None)
        last = delivery_streams.function(client, HERE, page.then)
    assert (page.then, last.then) == ("orders", None)
    found = [each.resource for each in (*page.items, *last.items)]
    assert [each.id for each in found] == ["bills", "orders", "Refunds"]
    assert found[0].arn == "arn:aws:firehose:eu-west-1:123456789012:deliverystream/bills"
