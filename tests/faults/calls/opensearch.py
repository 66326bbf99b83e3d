"""The calls of OpenSearch Service."""

from tests.faults.held import REGIONS, Estate, batches


def calls(there: Estate) -> dict[str, int]:
    domains = there.held("opensearch", "list_domain_names", "DomainNames")
    return {
        "opensearch:ListDomainNames": REGIONS,
        # Once for domains of OpenSearch and of Elasticsearch, five a call.
        "opensearch:DescribeDomains": batches(domains, 5),
        "opensearch:ListTags": sum(len(items) for items in domains.values()),
    }
