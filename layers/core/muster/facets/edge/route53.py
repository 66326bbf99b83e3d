"""Route 53: hosted zones and their query logs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from muster.facets import kinds
from muster.facets.fields import Parsed, facet, read
from muster.model.finding import Unknown


@facet
class HostedZone(Parsed):
    """One hosted zone of ListHostedZones; `service` is the one that made it, if any."""

    name: str = read("Name", kinds.text)
    private: bool | Unknown = read("Config.PrivateZone", kinds.flag, "whether the hosted zone is private")
    service: str = read("LinkedService.ServicePrincipal", kinds.text)


@dataclass(frozen=True, slots=True)
class QueryLogs:
    """The log groups to which Route 53 writes queries, by the id of the hosted zone."""

    groups: Mapping[str, str]

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse the items of ListQueryLoggingConfigs, all pages joined."""
        items = response.get("QueryLoggingConfigs") or ()
        return cls({str(each["HostedZoneId"]): str(each["CloudWatchLogsLogGroupArn"]) for each in items})
