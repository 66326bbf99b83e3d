"""Private repositories of ECR."""

from typing import Any

import pytest

from muster.checks.compute.ecr import (
    ecr_private_image_scanning_enabled,
    ecr_private_lifecycle_policy_configured,
    ecr_private_tag_immutability_enabled,
)
from muster.facets.compute.ecr import ImageScanning, LifecyclePolicy, Repository
from muster.model.finding import Status, UnknownField

C, N = Status.COMPLIANT, Status.NON_COMPLIANT
LATEST = [{"filterType": "WILDCARD", "filter": "latest"}, {"filterType": "WILDCARD", "filter": "dev-*"}]


@pytest.mark.parametrize(
    ("frequency", "status", "reason"),
    [
        ("SCAN_ON_PUSH", C, "Images are scanned on push"),
        ("CONTINUOUS_SCAN", C, "Images are scanned continuously"),
        ("MANUAL", N, "Images are scanned only by hand (MANUAL)"),
    ],
)
def test_scanning(frequency: str, status: Status, reason: str) -> None:
    found = ecr_private_image_scanning_enabled(ImageScanning(frequency))
    assert (found.status, found.reason) == (status, reason)


@pytest.mark.parametrize("item", [{}, {"scanFrequency": "SOMETIMES"}, {"scanOnPush": True}])
def test_a_frequency_that_is_not_known_is_no_verdict(item: dict[str, Any]) -> None:
    """The older setting of the repository alone says nothing: the registry may override it."""
    with pytest.raises(UnknownField):
        ecr_private_image_scanning_enabled(ImageScanning.parse(item))


@pytest.mark.parametrize(
    ("mutability", "filters", "status", "reason"),
    [
        ("IMMUTABLE", None, C, "Tags are immutable"),
        ("MUTABLE", None, N, "Tags can change (MUTABLE)"),
        ("IMMUTABLE_WITH_EXCLUSION", LATEST, N, "Tags that match latest, dev-* can change"),
        ("IMMUTABLE_WITH_EXCLUSION", None, N, "Some tags can change"),
        ("MUTABLE_WITH_EXCLUSION", LATEST, N, "All tags but those that match latest, dev-* can change"),
        ("MUTABLE_WITH_EXCLUSION", None, N, "Tags can change (MUTABLE_WITH_EXCLUSION)"),
    ],
)
def test_tags(mutability: str, filters: Any, status: Status, reason: str) -> None:
    item = {"imageTagMutability": mutability, "imageTagMutabilityExclusionFilters": filters}
    found = ecr_private_tag_immutability_enabled(Repository.parse(item))
    assert (found.status, found.reason) == (status, reason)


@pytest.mark.parametrize("item", [{}, {"imageTagMutability": "SOLID"}])
def test_a_mutability_that_is_not_known_is_no_verdict(item: dict[str, Any]) -> None:
    with pytest.raises(UnknownField):
        ecr_private_tag_immutability_enabled(Repository.parse(item))


@pytest.mark.parametrize(
    ("item", "status", "reason"),
    [
        ({"lifecyclePolicyText": '{"rules": []}'}, C, "Repository has a lifecycle policy"),
        ({}, N, "Repository has no lifecycle policy"),
    ],
)
def test_the_lifecycle_policy(item: dict[str, str], status: Status, reason: str) -> None:
    found = ecr_private_lifecycle_policy_configured(LifecyclePolicy.parse(item))
    assert (found.status, found.reason) == (status, reason)
