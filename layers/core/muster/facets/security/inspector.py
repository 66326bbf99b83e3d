"""Inspector: what it scans in a region."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from muster.facets import kinds
from muster.model.finding import Unknown

_STATUS = kinds.one_of("ENABLING", "ENABLED", "DISABLING", "DISABLED", "SUSPENDING", "SUSPENDED")


@dataclass(frozen=True, slots=True)
class InspectorScans:
    """The status of each kind of scan of the account: `ec2`, `ecr`, `lambda`, `lambdaCode`, where a region has it."""

    statuses: Mapping[str, str | Unknown] | Unknown

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse the answer of BatchGetAccountStatus about the caller's own account.

        https://docs.aws.amazon.com/inspector/v2/APIReference/API_ResourceState.html
        """
        accounts = response["accounts"]
        if not accounts:
            codes = [str(each.get("errorCode")) for each in response.get("failedAccounts") or ()]
            return cls(Unknown(f"Inspector returned no status of the account{''.join(f' ({each})' for each in codes)}"))
        state = accounts[0].get("resourceState") or {}
        return cls(
            {
                str(kind): _STATUS(each.get("status"), str(kind), f"the status of {kind} scans")
                for kind, each in state.items()
            }
        )
