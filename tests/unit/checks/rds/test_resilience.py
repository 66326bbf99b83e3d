"""Availability, backups, protection from deletion."""

from collections.abc import Mapping

import pytest

from muster.checks.rds.resilience import (
    aurora_mysql_backtracking_enabled,
    db_instance_backup_enabled,
    neptune_cluster_deletion_protection_enabled,
    rds_cluster_backup_retention_check,
    rds_cluster_copy_tags_to_snapshots_enabled,
    rds_cluster_deletion_protection_enabled,
    rds_cluster_multi_az_enabled,
    rds_instance_copy_tags_to_snapshots_enabled,
    rds_instance_deletion_protection_enabled,
    rds_multi_az_support,
)
from muster.facets.rds.clusters import DbCluster
from muster.model.finding import Status
from tests.unit.checks.rds.examples import NA, C, N, cluster, instance


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        pytest.param({}, C, id="two zones"),
        pytest.param({"multi_az": False}, N, id="one zone"),
        pytest.param({"multi_az": False, "source": "primary"}, N, id="a replica is judged"),
        pytest.param({"multi_az": False, "cluster": "orders"}, NA, id="a member of a cluster"),
        pytest.param({"multi_az": False, "engine": "docdb"}, NA, id="DocumentDB"),
        pytest.param({"multi_az": False, "engine": "neptune"}, NA, id="Neptune"),
    ],
)
def test_rds_multi_az_support(changed: Mapping[str, object], status: Status) -> None:
    assert rds_multi_az_support(instance(**changed)).status is status


@pytest.mark.parametrize(
    ("found", "status"),
    [
        pytest.param(cluster(), C, id="two zones"),
        pytest.param(cluster(multi_az=False), N, id="one zone"),
        pytest.param(cluster(multi_az=False, mode="serverless"), NA, id="Aurora Serverless v1"),
        pytest.param(cluster(multi_az=False, engine="docdb"), NA, id="DocumentDB"),
    ],
)
def test_rds_cluster_multi_az_enabled(found: DbCluster, status: Status) -> None:
    assert rds_cluster_multi_az_enabled(found).status is status


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        pytest.param({}, C, id="on"),
        pytest.param({"deletion_protection": False}, N, id="off"),
        pytest.param({"deletion_protection": False, "engine": "oracle-se2"}, N, id="Oracle"),
        pytest.param({"deletion_protection": False, "engine": "custom-oracle-ee"}, N, id="RDS Custom for Oracle"),
        pytest.param({"deletion_protection": False, "engine": "custom-sqlserver-se"}, NA, id="of SQL Server"),
        pytest.param({"deletion_protection": False, "engine": "db2-ae"}, NA, id="Db2"),
        pytest.param({"deletion_protection": False, "cluster": "orders"}, NA, id="a member of a cluster"),
    ],
)
def test_rds_instance_deletion_protection_enabled(changed: Mapping[str, object], status: Status) -> None:
    assert rds_instance_deletion_protection_enabled(instance(**changed)).status is status


@pytest.mark.parametrize(
    ("found", "status", "controls", "neptune"),
    [
        pytest.param(cluster(), C, ("FSBP RDS.7",), NA, id="Aurora"),
        pytest.param(cluster(deletion_protection=False, engine="postgres"), N, ("FSBP RDS.7",), NA, id="Multi-AZ"),
        pytest.param(cluster(deletion_protection=False, engine="docdb"), N, ("FSBP DocumentDB.5",), NA, id="docdb"),
        pytest.param(cluster(deletion_protection=False, engine="neptune"), NA, (), N, id="Neptune"),
        pytest.param(cluster(engine="neptune"), NA, (), C, id="Neptune, on"),
    ],
)
def test_deletion_protection_of_clusters(
    found: DbCluster, status: Status, controls: tuple[str, ...], neptune: Status
) -> None:
    """Neptune's control has another severity."""
    verdict = rds_cluster_deletion_protection_enabled(found)
    assert (verdict.status, verdict.controls) == (status, controls)
    assert neptune_cluster_deletion_protection_enabled(found).status is neptune


@pytest.mark.parametrize(
    ("changed", "least", "status"),
    [
        pytest.param({}, 7, C, id="7 days"),
        pytest.param({"backup_days": 6}, 7, N, id="6 days"),
        pytest.param({"backup_days": 0}, 7, N, id="off"),
        pytest.param({"backup_days": 7}, 14, N, id="a stricter setting"),
        pytest.param({"backup_days": 0, "source": "primary"}, 7, NA, id="a replica"),
        pytest.param({"backup_days": 0, "cluster": "orders"}, 7, NA, id="a member of a cluster"),
    ],
)
def test_db_instance_backup_enabled(changed: Mapping[str, object], least: int, status: Status) -> None:
    assert db_instance_backup_enabled(instance(**changed), min_days=least).status is status


@pytest.mark.parametrize(
    ("found", "least", "status", "controls"),
    [
        pytest.param(cluster(), 7, C, ("FSBP RDS.50",), id="7 days"),
        pytest.param(cluster(backup_days=1), 7, N, ("FSBP RDS.50",), id="1 day"),
        pytest.param(cluster(), 8, N, ("FSBP RDS.50",), id="a stricter setting"),
        pytest.param(cluster(engine="docdb", backup_days=1), 7, N, ("FSBP RDS.50", "FSBP DocumentDB.2"), id="docdb"),
        pytest.param(cluster(engine="neptune"), 7, C, ("FSBP RDS.50", "FSBP Neptune.5"), id="neptune"),
    ],
)
def test_rds_cluster_backup_retention_check(
    found: DbCluster, least: int, status: Status, controls: tuple[str, ...]
) -> None:
    verdict = rds_cluster_backup_retention_check(found, min_days=least)
    assert (verdict.status, verdict.controls) == (status, controls)


def test_the_reason_says_how_many_days_are_required() -> None:
    verdict = db_instance_backup_enabled(instance(backup_days=1))
    assert verdict.reason == "Automatic backups are kept for 1 day, 7 required"
    assert dict(verdict.values) == {"DAYS": "7"}


@pytest.mark.parametrize(
    ("found", "hours", "status"),
    [
        pytest.param(cluster(), 0, C, id="a window of 24 hours, in seconds"),
        pytest.param(cluster(), 24, C, id="as long as required"),
        pytest.param(cluster(), 25, N, id="shorter than required"),
        pytest.param(cluster(backtrack=0), 0, N, id="off"),
        pytest.param(cluster(backtrack=0, engine="aurora-postgresql"), 0, NA, id="Aurora PostgreSQL has none"),
        pytest.param(cluster(backtrack=0, engine="mysql"), 0, NA, id="a Multi-AZ cluster has none"),
    ],
)
def test_aurora_mysql_backtracking_enabled(found: DbCluster, hours: int, status: Status) -> None:
    assert aurora_mysql_backtracking_enabled(found, hours=hours).status is status


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        pytest.param({}, C, id="on"),
        pytest.param({"copies_tags": False}, N, id="off"),
        pytest.param({"copies_tags": False, "cluster": "orders"}, NA, id="no effect on a member of a cluster"),
    ],
)
def test_rds_instance_copy_tags_to_snapshots_enabled(changed: Mapping[str, object], status: Status) -> None:
    assert rds_instance_copy_tags_to_snapshots_enabled(instance(**changed)).status is status


@pytest.mark.parametrize(
    ("engine", "control"),
    [
        ("aurora-mysql", ("FSBP RDS.16",)),
        ("aurora-postgresql", ("FSBP RDS.16",)),
        ("postgres", ("FSBP RDS.47",)),
        ("mysql", ("FSBP RDS.48",)),
        ("neptune", ("FSBP Neptune.8",)),
    ],
)
def test_the_controls_of_copied_tags_go_by_the_engine(engine: str, control: tuple[str, ...]) -> None:
    good, bad = (rds_cluster_copy_tags_to_snapshots_enabled(cluster(engine=engine, copies_tags=on)) for on in (1, 0))
    assert (good.status, good.controls) == (C, control)
    assert (bad.status, bad.controls) == (N, control)


def test_documentdb_copies_no_tags() -> None:
    found = rds_cluster_copy_tags_to_snapshots_enabled(cluster(engine="docdb"))
    assert (found.status, found.controls) == (NA, ())
