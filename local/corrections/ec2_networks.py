"""The calls of EC2 about networks and Spot Fleets that moto lacks: what was made is kept in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from botocore import xform_name
from moto.moto_api._internal import mock_random

from local.corrections.caller import Place, place
from local.corrections.request import Correction, Request
from local.front import Answer

Item = dict[str, Any]


def corrections() -> dict[str, Correction]:
    """Return the calls that moto lacks, by operation."""
    return _Networks().by_operation()


@dataclass(slots=True)
class _Networks:
    """What each account has in each region, in the order in which it was made."""

    modes: dict[Place, str] = field(default_factory=dict)
    endpoints: dict[Place, dict[str, Item]] = field(default_factory=dict)
    fleets: dict[Place, dict[str, Item]] = field(default_factory=dict)

    def by_operation(self) -> dict[str, Correction]:
        return {
            "ec2:DescribeVpcBlockPublicAccessOptions": self._options,
            "ec2:ModifyVpcBlockPublicAccessOptions": self._modify_options,
            "ec2:CreateClientVpnEndpoint": self._create_endpoint,
            "ec2:DescribeClientVpnEndpoints": self._describe_endpoints,
            "ec2:RequestSpotFleet": self._request_fleet,
            "ec2:DescribeSpotFleetRequests": self._describe_fleets,
            "ec2:DescribeNetworkAcls": lambda request: _with_ids(request, "network-acl-id", "NetworkAcls"),
            "ec2:DescribeVpnConnections": lambda request: _with_ids(request, "vpn-connection-id", "VpnConnections"),
        }

    def _options(self, request: Request) -> Answer:
        account, region = place(request)
        mode = self.modes.get((account, region))
        options = {
            "AwsAccountId": account,
            "AwsRegion": region,
            "State": "update-complete" if mode else "default-state",
            "InternetGatewayBlockMode": mode or "off",
            "ManagedBy": "account",
            "ExclusionsAllowed": "allowed",
        }
        return request.answer({"VpcBlockPublicAccessOptions": options})

    def _modify_options(self, request: Request) -> Answer:
        self.modes[place(request)] = str(request.parameters["InternetGatewayBlockMode"])
        return self._options(request)

    def _create_endpoint(self, request: Request) -> Answer:
        sent = request.parameters
        name = f"cvpn-endpoint-{mock_random.get_random_hex(16)}1"
        self.endpoints.setdefault(place(request), {})[name] = {
            "ClientVpnEndpointId": name,
            "Status": {"Code": "pending-associate"},
            "CreationTime": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}",
            "ClientCidrBlock": sent.get("ClientCidrBlock"),
            "ServerCertificateArn": sent.get("ServerCertificateArn"),
            "ConnectionLogOptions": sent["ConnectionLogOptions"],
            "Tags": _tags(sent),
        }
        return request.answer({"ClientVpnEndpointId": name, "Status": {"Code": "pending-associate"}})

    def _describe_endpoints(self, request: Request) -> Answer:
        return request.answer({"ClientVpnEndpoints": _filtered(self.endpoints, request, "endpoint-id")})

    def _request_fleet(self, request: Request) -> Answer:
        config = request.parameters["SpotFleetRequestConfig"]
        name = f"sfr-{mock_random.get_random_hex(8)}-0000-4000-8000-{mock_random.get_random_hex(12)}"
        self.fleets.setdefault(place(request), {})[name] = {
            "SpotFleetRequestId": name,
            "SpotFleetRequestState": "active",
            "CreateTime": datetime.now(UTC),
            "SpotFleetRequestConfig": config,
            "Tags": _tags(config),
        }
        return request.answer({"SpotFleetRequestId": name})

    def _describe_fleets(self, request: Request) -> Answer:
        wanted = request.parameters.get("SpotFleetRequestIds")
        found = self.fleets.get(place(request), {})
        if missing := [name for name in wanted or () if name not in found]:
            return request.refuse("InvalidSpotFleetRequestId.NotFound", f"Request {missing[0]} does not exist")
        return request.answer({"SpotFleetRequestConfigs": [found[name] for name in wanted or found]})


def _filtered(kept: Mapping[Place, Mapping[str, Item]], request: Request, name: str) -> list[Item]:
    """Return the items of a place that a filter of their names lets through."""
    filters = [each["Values"] for each in request.parameters.get("Filters", ()) if each["Name"] == name]
    found = kept.get(place(request), {})
    return [item for key, item in found.items() if all(key in values for values in filters)]


def _tags(sent: Mapping[str, Any]) -> list[Item]:
    return [tag for each in sent.get("TagSpecifications", ()) for tag in each.get("Tags", ())]


def _with_ids(request: Request, name: str, member: str) -> Answer | None:
    """Answer a listing that is filtered by ids, a filter that moto lacks; leave every other one to moto."""
    filters = request.parameters.get("Filters") or ()
    wanted = {value for each in filters if each["Name"] == name for value in each["Values"]}
    if not wanted:
        return None
    operation = xform_name(request.operation.partition(":")[2])
    every = getattr(request.client("ec2"), operation)()[member]
    key = "".join(word.capitalize() for word in name.split("-"))
    return request.answer({member: [each for each in every if each[key] in wanted]})
