"""EKS clusters and node groups."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from muster.checks.compute.eks import (
    eks_cluster_log_enabled,
    eks_cluster_supported_version,
    eks_endpoint_no_public_access,
    eks_nodegroup_supported_version,
)
from muster.facets.compute.eks import EksCluster, EksNodegroup
from muster.facets.compute.eks_versions import eks_versions
from muster.facets.tagging.tags import Tags
from muster.model.finding import ObservedAt, Status, Unknown, UnknownField

C, N = Status.COMPLIANT, Status.NON_COMPLIANT
NOW = ObservedAt(datetime(2026, 11, 30, 12, tzinfo=UTC))
ARN = "arn:aws:eks:eu-west-1:111122223333:cluster/shop"
CLUSTER = EksCluster("shop", ARN, "1.36", public=False, networks=(), audit_log=True)
NODEGROUP = EksNodegroup("workers", "shop", f"{ARN.replace('cluster', 'nodegroup')}/workers/0a1b", "1.36")


@pytest.mark.parametrize(
    ("public", "networks", "status", "restricted", "reason"),
    [
        pytest.param(False, (), C, C, "Endpoint is not public", id="private"),
        pytest.param(False, ("0.0.0.0/0",), C, C, "", id="private, with the default networks"),
        pytest.param(True, ("0.0.0.0/0",), N, N, "Endpoint is public, for everyone (0.0.0.0/0)", id="everyone"),
        pytest.param(True, ("192.0.2.0/24", "::/0"), N, N, "Endpoint is public, for everyone (::/0)", id="IPv6"),
        pytest.param(
            True, ("192.0.2.0/24",), N, C, "Endpoint is public, for 192.0.2.0/24 only", id="a network of its own"
        ),
    ],
)  # fmt: skip
def test_the_endpoint(public: bool, networks: tuple[str, ...], status: Status, restricted: Status, reason: str) -> None:
    cluster = replace(CLUSTER, public=public, networks=networks)
    found = eks_endpoint_no_public_access(cluster)
    assert found.status is status
    assert reason in (found.reason, "")
    assert eks_endpoint_no_public_access(cluster, allow_restricted_cidrs=True).status is restricted


def test_a_public_endpoint_without_its_networks_fails_unless_they_matter() -> None:
    cluster = replace(CLUSTER, public=True)
    assert eks_endpoint_no_public_access(cluster).reason == "Endpoint is public"
    with pytest.raises(UnknownField):
        eks_endpoint_no_public_access(cluster, allow_restricted_cidrs=True)
    with pytest.raises(UnknownField):
        eks_endpoint_no_public_access(replace(CLUSTER, public=Unknown("?")))


@pytest.mark.parametrize(
    ("version", "status", "reason"),
    [
        pytest.param(
            "1.36", C, "Standard support of Kubernetes 1.36 ends on 2027-08-02, in 245 days", id="standard support"
        ),
        pytest.param("1.34", C, "Standard support of Kubernetes 1.34 ends on 2026-12-02, in 2 days", id="nearly over"),
        pytest.param("1.33", N, "Standard support of Kubernetes 1.33 ended on 2026-07-29", id="extended support"),
        pytest.param("1.9", N, "Kubernetes 1.9 is not supported (list of 2026-10)", id="numbers, not letters"),
        pytest.param("1.99", C, "Kubernetes 1.99 is newer than Muster's list of 2026-10", id="newer than the list"),
        pytest.param("2.0", C, "Kubernetes 2.0 is newer than Muster's list of 2026-10", id="the next major version"),
    ],
)  # fmt: skip
def test_the_version_of_clusters_and_of_node_groups(version: str, status: Status, reason: str) -> None:
    found = eks_cluster_supported_version(replace(CLUSTER, version=version), NOW)
    assert (found.status, found.reason) == (status, reason)
    found = eks_nodegroup_supported_version(replace(NODEGROUP, version=version), NOW)
    assert (found.status, found.reason) == (status, reason)


@pytest.mark.parametrize(("day", "status"), [(1, C), (2, N)])
def test_a_version_is_out_of_standard_support_from_its_day_on(day: int, status: Status) -> None:
    """AWS bills extended support from the beginning of that day, in UTC."""
    at = ObservedAt(datetime(2026, 12, day, 0, 0, tzinfo=UTC))
    assert eks_cluster_supported_version(replace(CLUSTER, version="1.34"), at).status is status


@pytest.mark.parametrize(("ahead", "status"), [(-1, C), (1, C), (2, N)])
def test_a_version_may_fail_some_days_ahead(ahead: int, status: Status) -> None:
    cluster, nodegroup = replace(CLUSTER, version="1.34"), replace(NODEGROUP, version="1.34")
    assert eks_cluster_supported_version(cluster, NOW, days_ahead=ahead).status is status
    assert eks_nodegroup_supported_version(nodegroup, NOW, days_ahead=ahead).status is status


def test_a_cluster_is_updated_one_minor_version_at_a_time() -> None:
    found = eks_cluster_supported_version(replace(CLUSTER, version="1.9"), NOW)
    assert found.values == (("NEXT-VERSION", "1.10"),)


@pytest.mark.parametrize("version", [Unknown("?"), "v1.34", "1.34.2", ""])
def test_a_version_that_is_not_known_is_no_verdict(version: Any) -> None:
    with pytest.raises(UnknownField):
        eks_cluster_supported_version(replace(CLUSTER, version=version), NOW)
    with pytest.raises(UnknownField):
        eks_nodegroup_supported_version(replace(NODEGROUP, version=version), NOW)


def test_each_version_of_the_list_is_supported_longer_than_the_one_before() -> None:
    ends = [eks_versions().ends[each] for each in sorted(eks_versions().ends)]
    assert ends == sorted(set(ends))


@pytest.mark.parametrize(
    ("setups", "status"),
    [
        pytest.param([{"types": ["api", "audit"], "enabled": True}], C, id="on"),
        pytest.param([{"types": ["api"], "enabled": True}, {"types": ["audit"], "enabled": False}], N, id="off"),
        pytest.param([{"types": ["audit"], "enabled": False}, {"types": ["audit"], "enabled": True}], C, id="both"),
        pytest.param([{"types": ["audit"]}], N, id="neither on nor off"),
        pytest.param([], N, id="no logs"),
    ],
)
def test_the_audit_log(setups: list[dict[str, Any]], status: Status) -> None:
    item = {"name": "shop", "arn": ARN, "logging": {"clusterLogging": setups}}
    assert eks_cluster_log_enabled(EksCluster.parse(item)).status is status


def test_logs_that_aws_left_out_are_no_verdict() -> None:
    assert eks_cluster_log_enabled(CLUSTER).reason == "Log type audit is enabled"
    assert eks_cluster_log_enabled(replace(CLUSTER, audit_log=False)).reason == "Log type audit is not enabled"
    with pytest.raises(UnknownField):
        eks_cluster_log_enabled(EksCluster.parse({"name": "shop", "arn": ARN}))


def test_tags_and_versions_are_parsed() -> None:
    assert EksCluster.parse({"name": "shop", "arn": ARN, "tags": {"Owner": "web"}}).tags == Tags({"Owner": "web"})
    item = {"nodegroupName": "workers", "clusterName": "shop", "nodegroupArn": ARN}
    assert isinstance(EksNodegroup.parse(item).version, Unknown)
