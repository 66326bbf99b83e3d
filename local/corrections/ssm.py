"""Managed instances, their compliance and settings of Systems Manager: moto has none of them.

An instance is managed here once it reported its inventory or its compliance, as its agent does on AWS.
https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeInstanceInformation.html
https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ListResourceComplianceSummaries.html
https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetServiceSetting.html
"""

import json
import time
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from local.corrections.caller import Place, place
from local.corrections.request import Correction, Request
from local.front import Answer

_LOGS = "/ssm/automation/customer-script-log-destination"
_SHARING = "/ssm/documents/console/public-sharing-permission"
_DEFAULTS = {_LOGS: "", _SHARING: "Enable"}
_PAGE = 50


def corrections() -> dict[str, Correction]:
    """Return what corrects Systems Manager, by operation; what was put is remembered in it."""
    made = _Systems()
    return {
        "ssm:PutInventory": made.put_inventory,
        "ssm:PutComplianceItems": made.put_compliance,
        "ssm:DescribeInstanceInformation": made.instances,
        "ssm:ListResourceComplianceSummaries": made.summaries,
        "ssm:GetServiceSetting": made.setting,
        "ssm:UpdateServiceSetting": made.update_setting,
    }


@dataclass(slots=True)
class _Systems:
    managed: dict[Place, dict[str, dict[tuple[str, str], str]]] = field(default_factory=dict)
    """The status of each item of compliance, by kind and id, of each instance."""
    settings: dict[tuple[Place, str], str] = field(default_factory=dict)

    def _of(self, request: Request) -> dict[str, dict[tuple[str, str], str]]:
        return self.managed.setdefault(place(request), {})

    def put_inventory(self, request: Request) -> Answer:
        """Take an instance for managed."""
        self._of(request).setdefault(str(request.parameters["InstanceId"]), {})
        return HTTPStatus.OK, json.dumps({"Message": "Inventory was successfully put"})

    def put_compliance(self, request: Request) -> Answer:
        """Keep the compliance items of an instance."""
        given = request.parameters
        items = self._of(request).setdefault(str(given["ResourceId"]), {})
        for item in given["Items"]:
            items[str(given["ComplianceType"]), str(item.get("Id", ""))] = str(item["Status"])
        return HTTPStatus.OK, "{}"

    def instances(self, request: Request) -> Answer:
        """Page through the managed instances."""
        found = [
            {"InstanceId": name, "PingStatus": "Online", "ResourceType": "EC2Instance", "PlatformType": "Linux"}
            for name in self._of(request)
        ]
        return _page(request, "InstanceInformationList", found)

    def summaries(self, request: Request) -> Answer:
        """Page through one summary of each instance and kind: one item that does not comply decides."""
        found = []
        for name, items in self._of(request).items():
            for kind in sorted({kind for kind, _ in items}):
                statuses = [status for (each, _), status in items.items() if each == kind]
                bad = statuses.count("NON_COMPLIANT")
                found.append(
                    {
                        "ComplianceType": kind,
                        "ResourceType": "ManagedInstance",
                        "ResourceId": name,
                        "Status": "NON_COMPLIANT" if bad else "COMPLIANT",
                        "OverallSeverity": "UNSPECIFIED",
                        "CompliantSummary": {"CompliantCount": len(statuses) - bad},
                        "NonCompliantSummary": {"NonCompliantCount": bad},
                    }
                )
        return _page(request, "ResourceComplianceSummaryItems", found)

    def setting(self, request: Request) -> Answer:
        """Return the value of a setting, or its default; a setting is named by its id or its ARN."""
        name = _named(request)
        if name not in _DEFAULTS:
            return request.refuse("ServiceSettingNotFound", f"Setting {name} was not found.")
        own = self.settings.get((place(request), name))
        account, region = place(request)
        answer = {
            "SettingId": name,
            "SettingValue": _DEFAULTS[name] if own is None else own,
            "LastModifiedDate": time.time(),
            "ARN": f"arn:aws:ssm:{region}:{account}:servicesetting{name}",
            "Status": "Default" if own is None else "Customized",
        }
        return HTTPStatus.OK, json.dumps({"ServiceSetting": answer})

    def update_setting(self, request: Request) -> Answer:
        """Keep the value of a setting."""
        self.settings[place(request), _named(request)] = str(request.parameters["SettingValue"])
        return HTTPStatus.OK, "{}"


def _named(request: Request) -> str:
    name = str(request.parameters["SettingId"])
    return name.partition(":servicesetting")[2] if name.startswith("arn:") else name


def _page(request: Request, member: str, found: list[dict[str, Any]]) -> Answer:
    start, size = int(request.parameters.get("NextToken") or 0), int(request.parameters.get("MaxResults") or _PAGE)
    answer: dict[str, Any] = {member: found[start : start + size]}
    if start + size < len(found):
        answer["NextToken"] = str(start + size)
    return HTTPStatus.OK, json.dumps(answer)
