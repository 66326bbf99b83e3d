"""ECR: private repositories."""

from muster.facets import kinds
from muster.facets.fields import Parsed, facet, read
from muster.model.finding import Unknown


@facet
class Repository(Parsed):
    """One repository of DescribeRepositories; `exclusions` are the tags that mutability is the other way for.

    https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_Repository.html
    """

    mutability: str | Unknown = read(
        "imageTagMutability",
        kinds.one_of("MUTABLE", "IMMUTABLE", "IMMUTABLE_WITH_EXCLUSION", "MUTABLE_WITH_EXCLUSION"),
        "whether tags are immutable",
    )
    exclusions: tuple[str, ...] = read("imageTagMutabilityExclusionFilters", kinds.text_of_each("filter"))


@facet
class ImageScanning(Parsed):
    """When AWS scans the images of a repository, with the settings of the registry applied.

    https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_RepositoryScanningConfiguration.html
    """

    frequency: str | Unknown = read(
        "scanFrequency", kinds.one_of("SCAN_ON_PUSH", "CONTINUOUS_SCAN", "MANUAL"), "when images are scanned"
    )


@facet
class LifecyclePolicy(Parsed):
    """Whether a repository has a lifecycle policy; an empty answer means that it has none.

    https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetLifecyclePolicy.html
    """

    exists: bool = read("lifecyclePolicyText", kinds.present)
