"""Monitoring, upgrades, versions."""

from collections.abc import Mapping

import pytest

from muster.checks.rds.operation import (
    rds_automatic_minor_version_upgrade_enabled,
    rds_cluster_auto_minor_version_upgrade_enable,
    rds_enhanced_monitoring_enabled,
    rds_global_cluster_aurora_mysql_supported_version,
)
from muster.facets.rds.clusters import DbCluster
from muster.facets.rds.global_clusters import GlobalCluster
from muster.model.finding import Status, UnknownField
from tests.unit.checks.rds.examples import LOST, NA, C, N, cluster, instance

WRITER = "arn:aws:rds:eu-west-1:123456789012:cluster:orders"


@pytest.mark.parametrize(
    ("changed", "interval", "status"),
    [
        pytest.param({}, 0, C, id="on"),
        pytest.param({"monitoring": 0}, 0, N, id="off"),
        pytest.param({}, 60, C, id="as often as required"),
        pytest.param({"monitoring": 30}, 60, N, id="exactly that interval"),
        pytest.param({"monitoring": 0, "cluster": "orders", "engine": "aurora-mysql"}, 0, N, id="a member too"),
        pytest.param({"monitoring": LOST, "engine": "neptune"}, 0, NA, id="Neptune has none"),
    ],
)
def test_rds_enhanced_monitoring_enabled(changed: Mapping[str, object], interval: int, status: Status) -> None:
    assert rds_enhanced_monitoring_enabled(instance(**changed), interval=interval).status is status


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        pytest.param({}, C, id="on"),
        pytest.param({"minor_upgrades": False}, N, id="off"),
        pytest.param({"minor_upgrades": False, "cluster": "orders"}, N, id="each member for itself"),
        pytest.param({"minor_upgrades": False, "engine": "docdb"}, NA, id="DocumentDB ignores it"),
    ],
)
def test_rds_automatic_minor_version_upgrade_enabled(changed: Mapping[str, object], status: Status) -> None:
    assert rds_automatic_minor_version_upgrade_enabled(instance(**changed)).status is status


@pytest.mark.parametrize(
    ("found", "status"),
    [
        pytest.param(cluster(), C, id="on"),
        pytest.param(cluster(minor_upgrades=False), N, id="off"),
        pytest.param(cluster(minor_upgrades=None), NA, id="the setting is missing"),
        pytest.param(cluster(minor_upgrades=False, engine="docdb"), NA, id="DocumentDB"),
    ],
)
def test_rds_cluster_auto_minor_version_upgrade_enable(found: DbCluster, status: Status) -> None:
    assert rds_cluster_auto_minor_version_upgrade_enable(found).status is status


@pytest.mark.parametrize(
    ("version", "status"),
    [
        pytest.param("8.0.mysql_aurora.3.08.0", C, id="the first of the list"),
        pytest.param("8.0.mysql_aurora.3.10.1", C, id="3.10 is later than 3.08"),
        pytest.param("8.4.mysql_aurora.4.01.0", C, id="a later major version"),
        pytest.param("8.0.mysql_aurora.3.07.1", N, id="older"),
        pytest.param("8.0.mysql_aurora.3.05.2", N, id="later than the long-term support, and not in the list"),
        pytest.param("8.0.mysql_aurora.3.04.0", C, id="long-term support"),
        pytest.param("8.0.mysql_aurora.3.04.3", C, id="its last patch in the list"),
        pytest.param("8.0.mysql_aurora.3.04.6", C, id="a newer patch of it"),
        pytest.param("5.7.mysql_aurora.2.11.4", N, id="version 2"),
    ],
)
def test_rds_global_cluster_aurora_mysql_supported_version(version: str, status: Status) -> None:
    found = rds_global_cluster_aurora_mysql_supported_version(GlobalCluster("aurora-mysql", version, WRITER))
    assert found.status is status


def test_the_reason_names_the_date_of_the_list() -> None:
    found = rds_global_cluster_aurora_mysql_supported_version(
        GlobalCluster("aurora-mysql", "8.0.mysql_aurora.3.04.6", WRITER)
    )
    assert found.reason == "Version 8.0.mysql_aurora.3.04.6 is newer than Muster's list of 2026-10"


def test_other_engines_have_no_list() -> None:
    found = GlobalCluster("aurora-postgresql", "15.4", WRITER)
    assert rds_global_cluster_aurora_mysql_supported_version(found).status is NA


def test_a_version_without_one_of_aurora_is_no_verdict() -> None:
    with pytest.raises(UnknownField):
        rds_global_cluster_aurora_mysql_supported_version(GlobalCluster("aurora-mysql", "8.0", WRITER))
