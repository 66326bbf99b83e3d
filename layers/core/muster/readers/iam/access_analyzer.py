"""Reading IAM Access Analyzer: the analyzers of a region."""

import typing

from muster.facets.iam.access_analyzer import Analyzer, Analyzers
from muster.facets.tagging.tags import Tags
from muster.model.finding import REGION
from muster.model.listing import Listed, Page
from muster.model.paging import Pages
from muster.model.readers import lists, reads
from muster.model.shard import Shard
from muster.readers.answers import all_pages

if typing.TYPE_CHECKING:
    from mypy_boto3_accessanalyzer import AccessAnalyzerClient

_ANALYZER = "AWS::AccessAnalyzer::Analyzer"
_LIST = "access-analyzer:ListAnalyzers"


analyzers = reads(
    REGION, Analyzers, _LIST,
    lambda access_analyzer, _region: all_pages(access_analyzer, "list_analyzers", "analyzers", page=100),
    client="accessanalyzer", page=Pages(_ANALYZER, 100),
)  # fmt: skip
"""All analyzers of a region, those of services included.

https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_ListAnalyzers.html
"""


@lists(
    _ANALYZER, client="accessanalyzer", permission=_LIST, facets=(Analyzer, Tags), of=Analyzers,
    arn="access-analyzer:{region}:{account}:analyzer/{id}",
)  # fmt: skip
def listed_analyzers(
    _access_analyzer: "AccessAnalyzerClient", shard: Shard, _token: str | None, analyzers: Analyzers
) -> Page:
    """List the analyzers of a region out of what was read of them all, with their tags."""
    return Page(
        Listed(shard.resource(_ANALYZER, each.name, each.arn, tags.own), {Analyzer: each, Tags: tags})
        for each in analyzers.items
        for tags in (Tags(each.tags),)
    )
