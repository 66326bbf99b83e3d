"""Deletes what a table's TTL expires: AWS does that within days, and here it is done when it is asked for.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-streams.html
"""

from local.eventing.arrivals import as_service


def expire(account: str, region: str, name: str, now: float) -> int:
    """Delete the items of a table whose TTL is over, and return how many; their records name DynamoDB as the deleter.

    An item without a number in the TTL attribute stays, and a table without TTL loses nothing.
    """
    from moto.dynamodb.models import dynamodb_backends  # noqa: PLC0415 - moto takes seconds to import

    table = dynamodb_backends[account][region].tables[name]
    attribute = table.ttl.get("AttributeName")
    if table.ttl["TimeToLiveStatus"] != "ENABLED" or attribute is None:
        return 0
    over = [
        item
        for item in table.all_items()
        if attribute in item.attrs and item.attrs[attribute].type == "N" and float(item.attrs[attribute].value) < now
    ]
    with as_service():
        for item in over:
            table.delete_item(item.hash_key, item.range_key)
    return len(over)
