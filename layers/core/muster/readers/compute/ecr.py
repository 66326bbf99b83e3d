"""Reading ECR: private repositories, when their images are scanned, and whether they have a lifecycle policy."""

import typing
from collections.abc import Mapping, Sequence
from typing import Any

from muster.facets.compute.ecr import ImageScanning, LifecyclePolicy, Repository
from muster.facets.tagging.tags import Tags
from muster.model.finding import Resource
from muster.model.listing import Page, after, listed
from muster.model.readers import describes, lists, reads
from muster.model.shard import Shard

if typing.TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient

_REPOSITORY = "AWS::ECR::Repository"
_PAGE = 1000
_SCANS_AT_ONCE = 25
"""https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_BatchGetRepositoryScanningConfiguration.html"""


@lists(
    _REPOSITORY, permission="ecr:DescribeRepositories", facets=(Repository,), page=_PAGE,
    on="arn:{partition}:ecr:*:*:repository/*", granted_on="arn:{partition}:ecr:*:*:repository/*",
    arn="ecr:{region}:{account}:repository/{id...}", gone=("RepositoryNotFoundException",),
)  # fmt: skip
def repositories(ecr: "ECRClient", shard: Shard, token: str | None) -> Page:
    """List the private repositories of a region, 1000 a page.

    https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeRepositories.html
    """
    answer = ecr.describe_repositories(maxResults=_PAGE, **after(token, "nextToken"))
    items = (
        listed(shard.resource(_REPOSITORY, item["repositoryName"], item["repositoryArn"]), item, (Repository,))
        for item in typing.cast("list[Mapping[str, Any]]", answer.get("repositories") or ())
    )
    return Page(items, answer.get("nextToken"))


@describes(_REPOSITORY, permission="ecr:BatchGetRepositoryScanningConfiguration", at_once=_SCANS_AT_ONCE)
def scanning(ecr: "ECRClient", repositories: Sequence[Resource]) -> Mapping[str, ImageScanning]:
    """Read when the images of repositories are scanned, 25 repositories a call.

    What a repository itself says (scanOnPush) is an older setting, which those of the registry override.
    https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning.html
    """
    answer = ecr.batch_get_repository_scanning_configuration(repositoryNames=[each.id for each in repositories])
    items = typing.cast("list[Mapping[str, Any]]", answer["scanningConfigurations"])
    return {str(each["repositoryName"]): ImageScanning.parse(each) for each in items}


lifecycle_policy = reads(
    _REPOSITORY, LifecyclePolicy, "ecr:GetLifecyclePolicy",
    lambda ecr, repository: ecr.get_lifecycle_policy(repositoryName=repository.id),
    absent=("LifecyclePolicyNotFoundException",),
)  # fmt: skip

tags = reads(
    _REPOSITORY, Tags, "ecr:ListTagsForResource",
    lambda ecr, repository: {"Tags": ecr.list_tags_for_resource(resourceArn=repository.arn).get("tags")},
)  # fmt: skip
