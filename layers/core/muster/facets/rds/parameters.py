"""Values of parameter groups: those that checks read, no others."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

FORCE_SSL = "rds.force_ssl"
SECURE_TRANSPORT = "require_secure_transport"
AUDIT_LOGGING = "server_audit_logging"
AUDIT_EVENTS = "server_audit_events"
TLS = "tls"

_OF_INSTANCES = frozenset({FORCE_SSL, SECURE_TRANSPORT})
_OF_CLUSTERS = frozenset({AUDIT_LOGGING, AUDIT_EVENTS, TLS})


@dataclass(frozen=True, slots=True)
class InstanceParameters:
    """Values of a DB parameter group by name, without those that are not set: the engine's default applies to them.

    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBParameters.html
    """

    values: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse DescribeDBParameters, all pages joined; the parameters may come one by one."""
        return cls(_values(response, _OF_INSTANCES))


@dataclass(frozen=True, slots=True)
class ClusterParameters:
    """Values of a DB cluster parameter group by name, without those that are not set.

    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBClusterParameters.html
    """

    values: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse DescribeDBClusterParameters, all pages joined; the parameters may come one by one."""
        return cls(_values(response, _OF_CLUSTERS))


def _values(response: Mapping[str, Any], names: frozenset[str]) -> dict[str, str]:
    return {
        str(each["ParameterName"]): str(each["ParameterValue"])
        for each in response.get("Parameters") or ()
        if each.get("ParameterName") in names and each.get("ParameterValue") not in (None, "")
    }
