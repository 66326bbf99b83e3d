"""What moto's Network Firewall lacks: firewall policies, rule groups and tags; and a missing firewall's own error.

https://docs.aws.amazon.com/network-firewall/latest/APIReference/API_FirewallPolicyResponse.html
https://docs.aws.amazon.com/network-firewall/latest/APIReference/API_RuleGroupResponse.html
"""

from dataclasses import dataclass, field
from typing import Any

from moto.moto_api._internal import mock_random

from local.corrections.caller import Place, place
from local.corrections.request import Correction, Request
from local.front import Answer

_POLICY, _GROUP = "FirewallPolicy", "RuleGroup"
_LISTS = {_POLICY: "FirewallPolicies", _GROUP: "RuleGroups"}


def corrections() -> dict[str, Correction]:
    """Return the operations by name; what was made is remembered in them."""
    made = _NetworkFirewall()
    return {
        "network-firewall:CreateFirewallPolicy": lambda request: made.create(request, _POLICY, "firewall-policy"),
        "network-firewall:CreateRuleGroup": lambda request: made.create(request, _GROUP, _kind(request)),
        "network-firewall:DescribeFirewallPolicy": lambda request: made.describe(request, _POLICY),
        "network-firewall:DescribeRuleGroup": lambda request: made.describe(request, _GROUP),
        "network-firewall:ListFirewallPolicies": lambda request: made.list(request, _POLICY),
        "network-firewall:ListRuleGroups": lambda request: made.list(request, _GROUP),
        "network-firewall:ListTagsForResource": made.tags,
    }


def _kind(request: Request) -> str:
    return f"{str(request.parameters['Type']).lower()}-rulegroup"


@dataclass(slots=True)
class _NetworkFirewall:
    """What was made in each place, by ARN: the answers about it."""

    made: dict[tuple[Place, str], dict[str, dict[str, Any]]] = field(default_factory=dict)

    def create(self, request: Request, name: str, kind: str) -> Answer:
        """Make a firewall policy or a rule group, which is active at once."""
        given, (account, region) = request.parameters, place(request)
        arn = f"arn:aws:network-firewall:{region}:{account}:{kind}/{given[f'{name}Name']}"
        response = {
            f"{name}Name": given[f"{name}Name"],
            f"{name}Arn": arn,
            f"{name}Id": str(mock_random.uuid4()),
            f"{name}Status": "ACTIVE",
            "NumberOfAssociations": 0,
            **({"Type": given["Type"], "Capacity": given["Capacity"]} if name == _GROUP else {}),
            **({"Tags": given["Tags"]} if "Tags" in given else {}),
        }
        answer = {"UpdateToken": str(mock_random.uuid4()), f"{name}Response": response, name: given[name]}
        self.made.setdefault((place(request), name), {})[arn] = answer
        return request.answer({"UpdateToken": answer["UpdateToken"], f"{name}Response": response})

    def describe(self, request: Request, name: str) -> Answer:
        """Describe one by its ARN."""
        answer = self.made.get((place(request), name), {}).get(str(request.parameters.get(f"{name}Arn")))
        if answer is None:
            return request.refuse("ResourceNotFoundException", f"{name} not found")
        return request.answer(answer)

    def list(self, request: Request, name: str) -> Answer:
        """List names and ARNs, all at once."""
        found = self.made.get((place(request), name), {})
        items = [{"Name": each[f"{name}Response"][f"{name}Name"], "Arn": arn} for arn, each in found.items()]
        return request.answer({_LISTS[name]: items})

    def tags(self, request: Request) -> Answer:
        """List the tags of a firewall, a firewall policy or a rule group."""
        from moto.networkfirewall.models import networkfirewall_backends  # noqa: PLC0415 - moto takes seconds to import

        arn, (account, region) = str(request.parameters["ResourceArn"]), place(request)
        backend = networkfirewall_backends[account][region]
        if arn in backend.firewalls:
            return request.answer(backend.tagger.list_tags_for_resource(arn))
        for name in _LISTS:
            if answer := self.made.get((place(request), name), {}).get(arn):
                return request.answer({"Tags": answer[f"{name}Response"].get("Tags", [])})
        return request.refuse("ResourceNotFoundException", "The resource was not found")
