"""What DynamoDB Accelerator answers about its clusters."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Self

from muster.model.finding import Unknown

_ENCRYPTION = frozenset({"ENABLING", "ENABLED", "DISABLING", "DISABLED"})


@dataclass(frozen=True, slots=True)
class DaxCluster:
    """One cluster: the state of its encryption at rest, and how its endpoint is spoken to (NONE or TLS).

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_dax_Cluster.html
    """

    encryption: str | Unknown
    endpoint: str | Unknown

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse an item of DescribeClusters."""
        return cls(
            encryption=_one_of(
                _ENCRYPTION, "SSEDescription.Status", (response.get("SSEDescription") or {}).get("Status")
            ),
            endpoint=_one_of(
                {"NONE", "TLS"}, "ClusterEndpointEncryptionType", response.get("ClusterEndpointEncryptionType")
            ),
        )


def _one_of(values: Collection[str], name: str, value: object) -> str | Unknown:
    if value is None:
        return Unknown(f"AWS did not say what {name} is")
    return str(value) if value in values else Unknown(f"{name} is {value!r}, a value Muster does not know")
