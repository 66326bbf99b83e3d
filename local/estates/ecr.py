"""Repositories of ECR: one as it should be, one as AWS makes it, and one of whose tags some can change."""

import json

from local.server import EmbeddedAws

_RULE = {
    "rulePriority": 1,
    "selection": {"tagStatus": "untagged", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": 14},
    "action": {"type": "expire"},
}


def seed(aws: EmbeddedAws, region: str) -> None:
    """Make the estate of one region."""
    ecr = aws.client("ecr", region)
    ecr.create_repository(
        repositoryName="shop/web", imageTagMutability="IMMUTABLE", tags=[{"Key": "Owner", "Value": "web"}]
    )
    ecr.put_lifecycle_policy(repositoryName="shop/web", lifecyclePolicyText=json.dumps({"rules": [_RULE]}))
    ecr.create_repository(repositoryName="sandbox")
    ecr.create_repository(
        repositoryName="shop/jobs", imageTagMutability="IMMUTABLE_WITH_EXCLUSION",
        imageTagMutabilityExclusionFilters=[{"filterType": "WILDCARD", "filter": "latest"}],
    )  # fmt: skip
    filters = [{"filter": "shop/*", "filterType": "WILDCARD"}]
    ecr.put_registry_scanning_configuration(
        scanType="BASIC", rules=[{"scanFrequency": "SCAN_ON_PUSH", "repositoryFilters": filters}]
    )
