"""Systems Manager: managed instances, their compliance, documents and settings of a region."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from muster.facets import kinds
from muster.model.finding import Unknown

_STATUS = kinds.one_of("COMPLIANT", "NON_COMPLIANT")


@dataclass(frozen=True, slots=True)
class ManagedInstances:
    """The ids of the EC2 instances of a region that Systems Manager manages, whether their agent answers or not."""

    ids: frozenset[str]

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse the items of DescribeInstanceInformation; machines of other origin have ids that begin with `mi-`.

        https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_InstanceInformation.html
        """
        return cls(frozenset(str(each["InstanceId"]) for each in response.get("InstanceInformationList") or ()))


@dataclass(frozen=True, slots=True)
class InstanceCompliance:
    """The compliance of each managed instance of a region, by the kind of compliance and the instance's id."""

    statuses: Mapping[tuple[str, str], str | Unknown]

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse the items of ListResourceComplianceSummaries; those of customers' own kinds are left out.

        https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ResourceComplianceSummaryItem.html
        """
        return cls(
            {
                (str(each["ComplianceType"]), str(each["ResourceId"])): _STATUS(each.get("Status"), "Status")
                for each in response.get("ResourceComplianceSummaryItems") or ()
                if each.get("ComplianceType") in ("Patch", "Association")
            }
        )

    def of(self, kind: str, instance: str) -> str | Unknown | None:
        """Return the status of an instance, None where none is reported."""
        return self.statuses.get((kind, instance))


@dataclass(frozen=True, slots=True)
class DocumentShares:
    """The ids of the accounts that a document is shared with; `all` is every account."""

    accounts: tuple[str, ...]

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse DescribeDocumentPermission, all pages joined.

        https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeDocumentPermission.html
        """
        return cls(kinds.texts(response["AccountIds"]))

    @property
    def public(self) -> bool:
        """Whether everybody may use it."""
        return "all" in (account.lower() for account in self.accounts)


@dataclass(frozen=True, slots=True)
class ServiceSetting:
    """The value of a setting of a region; empty where nobody set it."""

    value: str

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse the answer of GetServiceSetting.

        https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetServiceSetting.html
        """
        return cls(kinds.text((response.get("ServiceSetting") or {}).get("SettingValue")))


class AutomationLogs(ServiceSetting):
    """Where the output of scripts goes that Automation runs: `CloudWatch`, or nowhere."""

    __slots__ = ()


class DocumentSharing(ServiceSetting):
    """Whether documents may be shared with everybody: `Enable`, as in a new region, or `Disable`."""

    __slots__ = ()
