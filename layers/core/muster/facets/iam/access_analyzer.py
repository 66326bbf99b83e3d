"""IAM Access Analyzer: the analyzers of a region."""

from muster.facets import kinds
from muster.facets.fields import Parsed, computed, facet, read


@facet
class Analyzer(Parsed):
    """An item of ListAnalyzers: its type, for example ACCOUNT or ORGANIZATION_UNUSED_ACCESS, and its status.

    https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_AnalyzerSummary.html
    """

    name: str = read("name", kinds.required)
    arn: str = read("arn", kinds.required)
    type: str = read("type", kinds.text)
    status: str = read("status", kinds.text)
    reason: str = read("statusReason.code", kinds.text)
    tags: dict[str, str] = computed(lambda item: dict(item.get("tags") or {}), "tags")


@facet
class Analyzers(Parsed):
    """The analyzers of the account in a region."""

    items: tuple[Analyzer, ...] = read("analyzers", kinds.many(Analyzer.parse))
