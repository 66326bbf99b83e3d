"""Domains of OpenSearch Service: those of OpenSearch and those of Elasticsearch."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from muster.data import package_data
from muster.facets import kinds
from muster.facets.fields import Parsed, facet, read
from muster.model.finding import Unknown


@facet
class SearchDomain(Parsed):
    """One domain of DescribeDomains; `vpc` is empty where it has a public endpoint.

    https://docs.aws.amazon.com/opensearch-service/latest/APIReference/API_DomainStatus.html
    """

    name: str = read("DomainName", kinds.required)
    arn: str = read("ARN", kinds.required)
    engine: str = read("EngineVersion", kinds.text)
    encrypted: bool | Unknown = read("EncryptionAtRestOptions.Enabled", kinds.flag, "encryption at rest")
    vpc: str = read("VPCOptions.VPCId", kinds.text)
    encrypted_between_nodes: bool | Unknown = read(
        "NodeToNodeEncryptionOptions.Enabled", kinds.flag, "node-to-node encryption"
    )
    error_log: bool = read("LogPublishingOptions.ES_APPLICATION_LOGS.Enabled", kinds.is_true)
    audit_log: bool = read("LogPublishingOptions.AUDIT_LOGS.Enabled", kinds.is_true)
    nodes: int | Unknown = read("ClusterConfig.InstanceCount", kinds.number)
    zone_aware: bool | Unknown = read("ClusterConfig.ZoneAwarenessEnabled", kinds.flag)
    masters: bool | Unknown = read("ClusterConfig.DedicatedMasterEnabled", kinds.flag)
    master_count: int = read("ClusterConfig.DedicatedMasterCount", kinds.count())
    access_control: bool | Unknown = read("AdvancedSecurityOptions.Enabled", kinds.flag, "fine-grained access control")
    https_only: bool | Unknown = read("DomainEndpointOptions.EnforceHTTPS", kinds.flag)
    tls_policy: str | Unknown = read("DomainEndpointOptions.TLSSecurityPolicy", kinds.stated)
    update_available: bool | Unknown = read(
        "ServiceSoftwareOptions.UpdateAvailable", kinds.flag, "whether a software update is available"
    )


@dataclass(frozen=True, slots=True)
class SearchDomains:
    """The domains of a region, some 1 kB each: 100 by AWS's default quota. Those that are deleted are left out."""

    domains: tuple[SearchDomain, ...] = ()

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse DescribeDomains, all calls joined; a domain without an endpoint yet is being made."""
        items = response.get("DomainStatusList") or ()
        return cls(tuple(SearchDomain.parse(each) for each in items if not each.get("Deleted") and _made(each)))


def _made(item: Mapping[str, Any]) -> bool:
    return item.get("DomainProcessingStatus") not in ("Creating", "Deleting") and item.get("Created") is not False


@functools.cache
def tls_policies() -> tuple[str, frozenset[str]]:
    """Return the accepted TLS policies of domains, and when the list was read."""
    document = package_data.read("opensearch_tls_policies.yaml")
    return str(document["read"]), frozenset((*document["required"], *document["newer"]))
