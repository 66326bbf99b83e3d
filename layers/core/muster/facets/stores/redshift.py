"""Redshift: clusters, and workgroups and namespaces of Redshift Serverless."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from muster.facets import kinds
from muster.facets.ec2.instances import SecurityGroup
from muster.facets.fields import Parsed, facet, read
from muster.model.finding import Unknown

REQUIRE_TLS = "require_ssl"


def _own_groups(value: Any, *_: str) -> tuple[str, ...]:
    return tuple(str(each["VpcSecurityGroupId"]) for each in value or () if each.get("Status") != "removing")


@facet
class RedshiftCluster(Parsed):
    """One cluster of DescribeClusters; `security_groups` are those that are not being removed.

    https://docs.aws.amazon.com/redshift/latest/APIReference/API_Cluster.html
    """

    public: bool | Unknown = read("PubliclyAccessible", kinds.flag)
    encrypted: bool | Unknown = read("Encrypted", kinds.flag)
    snapshot_days: int | Unknown = read("AutomatedSnapshotRetentionPeriod", kinds.number)
    upgrades: bool | Unknown = read("AllowVersionUpgrade", kinds.flag)
    vpc_routing: bool | Unknown = read("EnhancedVpcRouting", kinds.flag)
    administrator: str | Unknown = read("MasterUsername", kinds.stated, "the administrator's name")
    port: int | Unknown = read("Endpoint.Port", kinds.number, "the port of the endpoint")
    multi_az: str | Unknown = read("MultiAZ", kinds.stated)
    security_groups: tuple[str, ...] = read("VpcSecurityGroups", _own_groups)
    parameter_groups: tuple[str, ...] = read("ClusterParameterGroups", kinds.text_of_each("ParameterGroupName"))


@facet
class RedshiftLogging(Parsed):
    """DescribeLoggingStatus: whether a cluster writes an audit log.

    https://docs.aws.amazon.com/redshift/latest/APIReference/API_DescribeLoggingStatus.html
    """

    enabled: bool | Unknown = read("LoggingEnabled", kinds.flag)


@dataclass(frozen=True, slots=True)
class RedshiftParameters:
    """The value of require_ssl in a parameter group, if AWS returned it.

    https://docs.aws.amazon.com/redshift/latest/APIReference/API_DescribeClusterParameters.html
    """

    requires_tls: str | Unknown

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse DescribeClusterParameters, all pages joined; the parameters may come one by one."""
        values = [
            str(each["ParameterValue"])
            for each in response.get("Parameters") or ()
            if each.get("ParameterName") == REQUIRE_TLS and each.get("ParameterValue") is not None
        ]
        return cls(values[0] if values else Unknown(f"AWS did not return the parameter {REQUIRE_TLS}"))


class RedshiftSecurityGroup(SecurityGroup):
    """A security group of a cluster."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class RedshiftWorkgroup:
    """One workgroup of ListWorkgroups; `parameters` are its configuration parameters by name.

    https://docs.aws.amazon.com/redshift-serverless/latest/APIReference/API_Workgroup.html
    """

    public: bool | Unknown
    vpc_routing: bool | Unknown
    parameters: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse an item of ListWorkgroups."""
        pairs = response.get("configParameters") or ()
        return cls(
            kinds.flag(response.get("publiclyAccessible"), "publiclyAccessible"),
            kinds.flag(response.get("enhancedVpcRouting"), "enhancedVpcRouting"),
            {str(each["parameterKey"]): str(each.get("parameterValue") or "") for each in pairs},
        )


@facet
class RedshiftNamespace(Parsed):
    """One namespace of ListNamespaces.

    https://docs.aws.amazon.com/redshift-serverless/latest/APIReference/API_Namespace.html
    """

    administrator: str | Unknown = read("adminUsername", kinds.stated, "the administrator's name")
    log_exports: tuple[str, ...] = read("logExports", kinds.texts)
