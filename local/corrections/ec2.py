"""Where moto's EC2 answers otherwise than AWS documents."""

import urllib.parse
from dataclasses import dataclass, field
from http import HTTPStatus
from xml.etree import ElementTree as ET

from local.corrections.request import Correction, Request
from local.front import Answer


def corrections() -> dict[str, Correction]:
    """Return what corrects EC2, by operation; the tokens of pages are remembered in it."""
    return {"ec2:DescribeInstances": _Pages().describe_instances}


@dataclass(slots=True)
class _Pages:
    tokens: dict[str, int] = field(default_factory=dict)

    def describe_instances(self, request: Request) -> Answer:
        """Page by instance, where moto pages by reservation: MaxResults counts instances."""
        form = dict(urllib.parse.parse_qsl(request.body, keep_blank_values=True))
        limit = int(form.pop("MaxResults", "1000000"))
        start = self.tokens.get(form.pop("NextToken", ""), 0)
        status, body = request.ask(urllib.parse.urlencode(form).encode())
        if status != HTTPStatus.OK:
            return status, body
        text, more = _slice(body, start, limit)
        if more:
            self.tokens[f"page-{start + limit}"] = start + limit
        return status, text


def _slice(body: str, start: int, limit: int) -> tuple[str, bool]:
    """Return an answer of DescribeInstances with so many instances of it, and whether there are more."""
    root = ET.fromstring(body)
    space = root.tag.partition("}")[0] + "}"
    ET.register_namespace("", space.strip("{}"))
    position = 0
    for instances in root.iterfind(f"{space}reservationSet/{space}item/{space}instancesSet"):
        for instance in list(instances):
            if not start <= position < start + limit:
                instances.remove(instance)
            position += 1
    for old in root.findall(f"{space}nextToken"):
        root.remove(old)
    more = position > start + limit
    if more:
        ET.SubElement(root, f"{space}nextToken").text = f"page-{start + limit}"
    return ET.tostring(root, encoding="unicode"), more
