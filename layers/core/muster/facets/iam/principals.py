"""IAM: the policies of the account that apply to users, groups and roles by attachment or by membership."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

from muster.analysis.policies.document import Policy
from muster.facets.iam.identities import AttachedPolicies
from muster.facets.iam.policies import Grants
from muster.model.arn import Arn
from muster.model.finding import Unknown


@dataclass(frozen=True, slots=True)
class HeldPolicy:
    """A policy that applies to a principal: its name in a reason, and the group that has it, empty for its own."""

    name: str
    policy: Policy | Unknown
    group: str = ""


@dataclass(frozen=True, slots=True)
class AccountPolicies:
    """The managed policies that are attached anywhere, in their default version by ARN, and the groups by name.

    It is GetAccountAuthorizationDetails for groups, customer managed policies and AWS managed policies.
    """

    managed: Mapping[str, Policy | Unknown]
    groups: Mapping[str, Grants]

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse the groups and the policies of all pages; what is attached nowhere is left out."""
        return cls(
            {
                str(item["Arn"]): each.policy
                for item in response.get("Policies") or ()
                if item.get("AttachmentCount") != 0
                for each in Grants.parse(item).policies
            },
            {str(item["GroupName"]): Grants.parse(item) for item in response.get("GroupDetailList") or ()},
        )

    def of(self, grants: Grants, attached: AttachedPolicies) -> tuple[HeldPolicy, ...]:
        """Return all policies of a principal: its inline policies, the attached ones, and those of its groups."""
        own = (HeldPolicy(each.name, each.policy) for each in grants.policies)
        by_group = (each for name in attached.groups for each in self._of_group(name))
        return (*own, *self._attached(attached.arns), *by_group)

    def _of_group(self, name: str) -> Iterator[HeldPolicy]:
        group = self.groups.get(name)
        if group is None:
            yield HeldPolicy(f"group {name}", Unknown(f"AWS did not return the policies of the group {name}"), name)
            return
        for each in group.policies:
            yield HeldPolicy(f"{each.name} of group {name}", each.policy, name)
        yield from self._attached(group.attached, name)

    def _attached(self, arns: tuple[str, ...], group: str = "") -> Iterator[HeldPolicy]:
        where = f" of group {group}" if group else ""
        for arn in arns:
            missing = Unknown(f"AWS did not return the document of {arn}")
            yield HeldPolicy(f"{_named(arn)}{where}", self.managed.get(arn, missing), group)


def _named(arn: str) -> str:
    parsed = Arn.parse(arn)
    if parsed is None:
        return f"policy {arn}"
    return f"AWS managed policy {parsed.name}" if parsed.account == "aws" else f"policy {parsed.name}"
