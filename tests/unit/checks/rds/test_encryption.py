"""Encryption at rest, and public snapshots."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from muster.checks.rds.encryption import (
    rds_cluster_encrypted_at_rest,
    rds_snapshot_encrypted,
    rds_snapshots_public_prohibited,
    rds_storage_encrypted,
)
from muster.facets.rds.clusters import DbCluster
from muster.facets.rds.snapshots import DbSnapshot, SnapshotSharing
from muster.model.finding import Resource, Status, UnknownField
from muster.model.rule import Rule
from muster.scanning.evaluate import evaluate
from tests.unit.checks.rds.examples import LOST, NA, C, N, cluster, instance

PLAIN = DbSnapshot("mysql", "manual", False)


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        pytest.param({}, C, id="encrypted"),
        pytest.param({"encrypted": False}, N, id="not encrypted"),
        pytest.param({"encrypted": False, "engine": "aurora-mysql", "cluster": "c"}, N, id="a member of a cluster"),
        pytest.param({"encrypted": False, "engine": "docdb"}, NA, id="DocumentDB's cluster is judged"),
        pytest.param({"encrypted": False, "engine": "neptune"}, NA, id="Neptune's cluster is judged"),
    ],
)
def test_rds_storage_encrypted(changed: Mapping[str, object], status: Status) -> None:
    assert rds_storage_encrypted(instance(**changed)).status is status


@pytest.mark.parametrize(
    ("found", "status", "controls"),
    [
        pytest.param(cluster(), C, ("FSBP RDS.27",), id="encrypted"),
        pytest.param(cluster(encrypted=False), N, ("FSBP RDS.27",), id="not encrypted"),
        pytest.param(cluster(encrypted=False, engine="docdb"), N, ("FSBP RDS.27", "FSBP DocumentDB.1"), id="docdb"),
        pytest.param(cluster(engine="neptune"), C, ("FSBP RDS.27", "FSBP Neptune.1"), id="neptune"),
    ],
)
def test_rds_cluster_encrypted_at_rest(found: DbCluster, status: Status, controls: tuple[str, ...]) -> None:
    verdict = rds_cluster_encrypted_at_rest(found)
    assert (verdict.status, verdict.controls) == (status, controls)


def test_a_finding_cites_the_controls_of_its_engine() -> None:
    """A cluster of Aurora fails no control of DocumentDB."""
    resource = Resource("AWS::RDS::DBCluster", "orders", "123456789012", "eu-west-1")
    rule = Rule(rds_cluster_encrypted_at_rest, resource.type, "rds")
    at = datetime(2026, 11, 29, tzinfo=UTC)
    assert evaluate(rule, resource, {DbCluster: cluster()}, at).controls == ("FSBP RDS.27",)
    of_docdb = evaluate(rule, resource, {DbCluster: cluster(engine="docdb")}, at)
    assert of_docdb.controls == ("FSBP RDS.27", "FSBP DocumentDB.1")
    unread = evaluate(rule, resource, {DbCluster: cluster(encrypted=LOST)}, at)
    assert unread.controls == rds_cluster_encrypted_at_rest.controls


@pytest.mark.parametrize(
    ("found", "status", "controls"),
    [
        pytest.param(DbSnapshot("mysql", "automated", True), C, ("FSBP RDS.4",), id="encrypted"),
        pytest.param(PLAIN, N, ("FSBP RDS.4",), id="not encrypted"),
        pytest.param(DbSnapshot("neptune", "manual", False), N, ("FSBP RDS.4", "FSBP Neptune.6"),
                     id="Neptune"),
    ],
)  # fmt: skip
def test_rds_snapshot_encrypted(found: DbSnapshot, status: Status, controls: tuple[str, ...]) -> None:
    verdict = rds_snapshot_encrypted(found)
    assert (verdict.status, verdict.controls) == (status, controls)


@pytest.mark.parametrize(
    ("found", "restorers", "status", "control"),
    [
        pytest.param(PLAIN, (), C, "FSBP RDS.1", id="private"),
        pytest.param(PLAIN, ("111122223333",), C, "FSBP RDS.1", id="shared with one account"),
        pytest.param(PLAIN, ("all",), N, "FSBP RDS.1", id="public"),
        pytest.param(replace(PLAIN, engine="docdb"), ("all",), N, "FSBP DocumentDB.3", id="of DocumentDB"),
        pytest.param(replace(PLAIN, engine="neptune"), ("1", "all"), N, "FSBP Neptune.3", id="of Neptune"),
        pytest.param(replace(PLAIN, kind="automated"), None, NA, "FSBP RDS.1", id="automated"),
        pytest.param(replace(PLAIN, encrypted=True), None, NA, "FSBP RDS.1", id="encrypted"),
    ],
)
def test_rds_snapshots_public_prohibited(
    found: DbSnapshot, restorers: tuple[str, ...] | None, status: Status, control: str
) -> None:
    verdict = rds_snapshots_public_prohibited(found, SnapshotSharing(restorers))
    assert (verdict.status, verdict.controls) == (status, (control,))


def test_a_snapshot_that_aws_did_not_answer_for_is_no_verdict() -> None:
    with pytest.raises(UnknownField):
        rds_snapshots_public_prohibited(PLAIN, SnapshotSharing(None))


def test_the_reason_names_the_attribute() -> None:
    verdict = rds_snapshots_public_prohibited(PLAIN, SnapshotSharing(("all",)))
    assert verdict.reason == "Everyone may restore the snapshot (attribute restore: all)"
