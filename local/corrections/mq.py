"""Where moto's Amazon MQ answers otherwise than AWS documents: the ids and ARNs of brokers.

https://docs.aws.amazon.com/amazon-mq/latest/api-reference/brokers.html
"""

import json
from http import HTTPStatus

from moto.moto_api._internal import mock_random

from local.corrections.caller import place
from local.corrections.request import Correction, Request
from local.front import Answer


def corrections() -> dict[str, Correction]:
    """Return what corrects Amazon MQ, by operation."""
    return {"mq:CreateBroker": _create_broker}


def _create_broker(request: Request) -> Answer:
    """Give a broker an id that begins with b-, and an ARN with its name and its id."""
    from moto.mq.models import mq_backends  # noqa: PLC0415 - moto takes seconds to import

    status, body = request.ask()
    if status != HTTPStatus.OK:
        return status, body
    account, region = place(request)
    backend = mq_backends[account][region]
    broker = backend.brokers.pop(json.loads(body)["brokerId"])
    tags = backend.list_tags(broker.arn)
    broker.id = f"b-{mock_random.uuid4()}"
    broker.arn = f"arn:aws:mq:{region}:{account}:broker:{broker.name}:{broker.id}"
    backend.brokers[broker.id] = broker
    backend.create_tags(broker.arn, tags)
    return request.answer({"BrokerArn": broker.arn, "BrokerId": broker.id})
