"""Reading IAM Access Analyzer: the analyzers of a region."""

import typing
from typing import Any

from muster.facets.iam.access_analyzer import NOT_OFFERED, Analyzer, Analyzers
from muster.facets.tagging.tags import Tags
from muster.model.finding import REGION, Resource
from muster.model.listing import Listed, Page
from muster.model.paging import Pages
from muster.model.readers import describes, lists
from muster.model.shard import Shard

if typing.TYPE_CHECKING:
    from mypy_boto3_accessanalyzer import AccessAnalyzerClient

_ANALYZER = "AWS::AccessAnalyzer::Analyzer"
_LIST = "access-analyzer:ListAnalyzers"


@describes(REGION, client="accessanalyzer", permission=_LIST, page=Pages(_ANALYZER, 100))
def analyzers(access_analyzer: "AccessAnalyzerClient", region: Resource) -> Analyzers:
    """Read all analyzers of a region, those of services included.

    https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_ListAnalyzers.html
    """
    import botocore.session  # noqa: PLC0415 - the catalogue loads without the SDK
    from botocore.exceptions import EndpointConnectionError  # noqa: PLC0415 - the same

    found: list[Any] = []
    try:
        for page in access_analyzer.get_paginator("list_analyzers").paginate():
            found += page["analyzers"]
    except EndpointConnectionError:
        offered = botocore.session.get_session().get_available_regions("accessanalyzer", region.partition)
        if region.region in offered:
            raise
        return Analyzers.parse({NOT_OFFERED: True})
    return Analyzers.parse({"analyzers": found})


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
