"""What moto's AWS Config leaves out of recorders: their ARN, mode and scope; and the spelling of the last status.

https://docs.aws.amazon.com/config/latest/APIReference/API_ConfigurationRecorder.html
https://docs.aws.amazon.com/config/latest/APIReference/API_ConfigurationRecorderStatus.html
"""

import json
import uuid
from http import HTTPStatus

from local.corrections.caller import place
from local.corrections.request import Correction, Request
from local.front import Answer


def corrections() -> dict[str, Correction]:
    """Return what corrects AWS Config, by operation."""
    return {
        "config:DescribeConfigurationRecorders": _recorders,
        "config:DescribeConfigurationRecorderStatus": _status,
    }


def _recorders(request: Request) -> Answer:
    """Name each recorder's ARN; it records continuously, and its account pays."""
    status, body = request.ask()
    if status != HTTPStatus.OK:
        return status, body
    account, region = place(request)
    answer = json.loads(body)
    for each in answer["ConfigurationRecorders"]:
        name = each["name"]
        suffix = uuid.uuid5(uuid.NAMESPACE_DNS, f"{account}{region}{name}").hex[:16]
        each["arn"] = f"arn:aws:config:{region}:{account}:configuration-recorder/{name}/{suffix}"
        each |= {"recordingMode": {"recordingFrequency": "CONTINUOUS"}, "recordingScope": "PAID"}
    return status, json.dumps(answer)


def _status(request: Request) -> Answer:
    """Spell the last status as AWS does: a recorder that records has delivered."""
    status, body = request.ask()
    if status != HTTPStatus.OK:
        return status, body
    answer = json.loads(body)
    for each in answer["ConfigurationRecordersStatus"]:
        each["lastStatus"] = "Success" if each["recording"] else "Pending"
    return status, json.dumps(answer)
