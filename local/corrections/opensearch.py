"""Where moto's OpenSearch leaves out what AWS answers: the VPC of a domain, and its service software.

https://docs.aws.amazon.com/opensearch-service/latest/APIReference/API_DescribeDomains.html
"""

import json
from http import HTTPStatus

from local.corrections.caller import place
from local.corrections.request import Correction, Request
from local.front import Answer

_CURRENT, _OLD = "OpenSearch_2_11_R20250101", "Elasticsearch_7_10_R20250101"


def corrections() -> dict[str, Correction]:
    """Return what corrects OpenSearch, by operation."""
    return {"opensearch:DescribeDomains": _domains}


def _domains(request: Request) -> Answer:
    """Name the VPC of the subnets, and say whether the service software of a domain has an update.

    There is one for domains of Elasticsearch, which no new versions come for: both answers can be seen.
    """
    status, body = request.ask()
    if status != HTTPStatus.OK:
        return status, body
    answer = json.loads(body)
    for domain in answer["DomainStatusList"]:
        old = not domain["EngineVersion"].startswith("OpenSearch_")
        domain["ServiceSoftwareOptions"] = {"CurrentVersion": _OLD if old else _CURRENT, "UpdateAvailable": old}
        if subnets := (domain.get("VPCOptions") or {}).get("SubnetIds"):
            domain["VPCOptions"]["VPCId"] = _vpc_of(request, subnets[0])
    return status, json.dumps(answer)


def _vpc_of(request: Request, subnet: str) -> str:
    from moto.ec2.models import ec2_backends  # noqa: PLC0415 - moto takes seconds to import

    account, region = place(request)
    return str(ec2_backends[account][region].get_subnet(subnet).vpc_id)
