"""Macie: whether it is on in a region, and discovers sensitive data by itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from muster.facets import kinds
from muster.facets.fields import Parsed, facet, read
from muster.model.finding import Unknown


@facet
class MacieSession(Parsed):
    """The status of Macie: ENABLED, PAUSED, or `OFF` where it was never enabled."""

    status: str | Unknown = read("status", kinds.one_of("ENABLED", "PAUSED", "OFF"), "the status of Macie")

    @property
    def enabled(self) -> bool:
        """Whether it is known to be on."""
        return self.status == "ENABLED"


@dataclass(frozen=True, slots=True)
class MacieDiscovery:
    """Whether automated sensitive data discovery is on, and the account that decides it for a member.

    `status` is None where it was not asked for: Macie is off, or another account decides.
    """

    administrator: str
    status: str | Unknown | None

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse the answers of GetAdministratorAccount and GetAutomatedDiscoveryConfiguration, put together.

        https://docs.aws.amazon.com/macie/latest/APIReference/automated-discovery-configuration.html
        """
        administrator = response.get("administrator") or {}
        member = administrator.get("relationshipStatus") in ("Enabled", "Paused")
        status = kinds.one_of("ENABLED", "DISABLED")(response.get("status"), "status", "the status of discovery")
        return cls(
            kinds.text(administrator.get("accountId")) if member else "",
            None if member or not response else status,
        )
