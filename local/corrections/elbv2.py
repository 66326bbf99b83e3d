"""Where moto's Elastic Load Balancing leaves out attributes that AWS returns of every load balancer.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancerAttribute.html
"""

import urllib.parse
from collections.abc import Iterator
from http import HTTPStatus

from local.corrections.request import Correction, Request
from local.front import Answer

_ALWAYS = {"access_logs.s3.enabled": "false"}
_HTTP = {
    "routing.http.desync_mitigation_mode": "defensive",
    "routing.http.drop_invalid_header_fields.enabled": "false",
}


def corrections() -> dict[str, Correction]:
    """Return what corrects Elastic Load Balancing, by operation."""
    return {"elbv2:DescribeLoadBalancerAttributes": _describe_attributes}


def _describe_attributes(request: Request) -> Answer:
    """Add AWS's defaults of the attributes that nobody set."""
    arn = str(request.parameters["LoadBalancerArn"])
    status, body = request.ask()
    if status != HTTPStatus.OK:
        return status, body
    described = {"Action": "DescribeLoadBalancers", "Version": "2015-12-01", "LoadBalancerArns.member.1": arn}
    application = "<Type>application</Type>" in request.ask(urllib.parse.urlencode(described).encode())[1]
    members = "".join(_members(_ALWAYS | (_HTTP if application else {}), body))
    return status, body.replace("</Attributes>", f"{members}</Attributes>")


def _members(defaults: dict[str, str], body: str) -> Iterator[str]:
    for key, value in defaults.items():
        if f"<Key>{key}</Key>" not in body:
            yield f"<member><Key>{key}</Key><Value>{value}</Value></member>"
