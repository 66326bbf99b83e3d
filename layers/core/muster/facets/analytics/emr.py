"""EMR: what blocks public access in a region, primary nodes of clusters, and security configurations."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from muster.facets import kinds
from muster.facets.fields import Parsed, facet, read
from muster.model.finding import Unknown

Port = int | Unknown


def _range(item: Mapping[str, Any]) -> tuple[Port, Port]:
    lowest, highest = item.get("MinRange"), item.get("MaxRange")
    return kinds.number(lowest, "MinRange"), kinds.number(highest, "MaxRange")


@facet
class EmrBlockPublicAccess(Parsed):
    """Whether EMR refuses clusters whose security groups are open to everyone; `ports` may be open all the same.

    A range of ports is the lowest and the highest.
    https://docs.aws.amazon.com/emr/latest/APIReference/API_BlockPublicAccessConfiguration.html
    """

    blocked: bool | Unknown = read("BlockPublicAccessConfiguration.BlockPublicSecurityGroupRules", kinds.flag)
    ports: tuple[tuple[Port, Port], ...] = read(
        "BlockPublicAccessConfiguration.PermittedPublicSecurityGroupRuleRanges", kinds.many(_range)
    )


@dataclass(frozen=True, slots=True)
class EmrPrimaryNode:
    """The EC2 instance and the public IP address of a primary node; None if it has none."""

    instance: str
    address: str | None


@dataclass(frozen=True, slots=True)
class EmrPrimaryNodes:
    """The primary nodes of a cluster: one, or three."""

    nodes: tuple[EmrPrimaryNode, ...]

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse ListInstances, all pages joined; the instances may come one by one.

        https://docs.aws.amazon.com/emr/latest/APIReference/API_Instance.html
        """
        found = response.get("Instances") or ()
        return cls(
            tuple(
                EmrPrimaryNode(str(each.get("Ec2InstanceId") or each.get("Id") or ""), each.get("PublicIpAddress"))
                for each in found
            )
        )


Enabled = bool | Unknown


@dataclass(frozen=True, slots=True)
class EmrSecurityConfiguration:
    """What a security configuration encrypts; what it does not mention is not encrypted."""

    at_rest: Enabled
    in_transit: Enabled

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse DescribeSecurityConfiguration, whose configuration is JSON text.

        https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-create-security-configuration.html
        """
        text = response.get("SecurityConfiguration")
        if text is None:
            nothing = Unknown("AWS did not return the security configuration")
            return cls(nothing, nothing)
        encryption = json.loads(text).get("EncryptionConfiguration") or {}
        return cls(_enabled(encryption, "EnableAtRestEncryption"), _enabled(encryption, "EnableInTransitEncryption"))


def _enabled(encryption: Mapping[str, Any], name: str) -> Enabled:
    value = encryption.get(name, False)
    return value if isinstance(value, bool) else Unknown(f"Unknown value of {name}: {value!r}")
