"""Reading OpenSearch Service, whose API describes domains of Elasticsearch too."""

import itertools
import typing
from typing import Any

from muster.facets.stores.opensearch import SearchDomain, SearchDomains
from muster.facets.tagging.tags import Tags
from muster.model.finding import REGION, Resource
from muster.model.listing import Listed, Page
from muster.model.paging import Held
from muster.model.readers import describes, lists, reads
from muster.model.shard import Shard

if typing.TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_opensearch import OpenSearchServiceClient

_OPENSEARCH = "AWS::OpenSearchService::Domain"
_ELASTICSEARCH = "AWS::Elasticsearch::Domain"
_AT_ONCE = 5
"""https://docs.aws.amazon.com/opensearch-service/latest/APIReference/API_DescribeDomains.html"""
_DOMAINS = "arn:{partition}:es:*:*:domain/*"


class _DomainPages:
    """The calls for the domains of a region: their names at once, and the domains five a call."""

    types: tuple[str, ...] = (_OPENSEARCH, _ELASTICSEARCH)

    def calls(self, operation: str, held: Held) -> "Mapping[str, int]":
        """Return the calls of both operations."""
        domains = sum(held(each) for each in self.types)
        return {"opensearch:ListDomainNames": 1, operation: -(-domains // _AT_ONCE)}


@describes(
    REGION, client="opensearch", permission="es:DescribeDomains", also=("es:ListDomainNames",),
    on={"es:DescribeDomains": _DOMAINS}, page=_DomainPages(),
)  # fmt: skip
def domains(opensearch: "OpenSearchServiceClient", _region: Resource) -> SearchDomains:
    """Read all domains of a region, five a call.

    https://docs.aws.amazon.com/opensearch-service/latest/APIReference/API_ListDomainNames.html
    """
    names = iter([str(each["DomainName"]) for each in opensearch.list_domain_names()["DomainNames"]])
    found: list[Any] = []
    while few := list(itertools.islice(names, _AT_ONCE)):
        found.extend(opensearch.describe_domains(DomainNames=few)["DomainStatusList"])
    return SearchDomains.parse({"DomainStatusList": found})


@lists(
    _OPENSEARCH, client="opensearch", permission="es:DescribeDomains", facets=(SearchDomain,), of=SearchDomains,
    arn="es:{region}:{account}:domain/{id}",
)  # fmt: skip
def opensearch_domains(
    _opensearch: "OpenSearchServiceClient", shard: Shard, _token: str | None, found: SearchDomains
) -> Page:
    """List the domains of OpenSearch, out of what was read of all domains."""
    return Page(_listed(_OPENSEARCH, each, shard) for each in found.domains if not _is_elasticsearch(each))


@lists(
    _ELASTICSEARCH, client="opensearch", permission="es:DescribeDomains", facets=(SearchDomain,), of=SearchDomains,
    arn="es:{region}:{account}:domain/{id}",
)  # fmt: skip
def elasticsearch_domains(
    _opensearch: "OpenSearchServiceClient", shard: Shard, _token: str | None, found: SearchDomains
) -> Page:
    """List the domains of Elasticsearch, out of what was read of all domains."""
    return Page(_listed(_ELASTICSEARCH, each, shard) for each in found.domains if _is_elasticsearch(each))


def _is_elasticsearch(domain: SearchDomain) -> bool:
    """Whether a domain runs Elasticsearch: its engine is `Elasticsearch_7.10`, that of others `OpenSearch_2.11`."""
    return not domain.engine.startswith("OpenSearch_")


def _listed(resource_type: str, domain: SearchDomain, shard: Shard) -> Listed:
    return Listed(shard.resource(resource_type, domain.name, domain.arn), {SearchDomain: domain})


def _tags(opensearch: "OpenSearchServiceClient", domain: Resource) -> "Mapping[str, Any]":
    return {"Tags": opensearch.list_tags(ARN=domain.key).get("TagList")}


opensearch_tags = reads(_OPENSEARCH, Tags, "es:ListTags", _tags, client="opensearch", on=_DOMAINS)

elasticsearch_tags = reads(_ELASTICSEARCH, Tags, "es:ListTags", _tags, client="opensearch", on=_DOMAINS)
