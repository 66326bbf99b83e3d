"""The calls of ECR: when images are scanned is read for 25 repositories a call."""

from tests.faults.held import REGIONS, Estate, batches


def calls(there: Estate) -> dict[str, int]:
    repositories = there.held("ecr", "describe_repositories", "repositories")
    many = sum(map(len, repositories.values()))
    return {
        "ecr:DescribeRepositories": REGIONS,
        "ecr:BatchGetRepositoryScanningConfiguration": batches(repositories, 25),
        "ecr:GetLifecyclePolicy": many,
        "ecr:ListTagsForResource": many,
    }
