"""DMS: replication instances, logs of tasks, connections of endpoints."""

import json
from dataclasses import replace
from typing import Any

import pytest

from muster.checks.transfer.dms import (
    dms_auto_minor_version_upgrade_enabled,
    dms_endpoint_ssl_configured,
    dms_mongo_db_authentication_enabled,
    dms_neptune_iam_authorization_enabled,
    dms_redis_tls_enabled,
    dms_replication_instance_multi_az_enabled,
    dms_replication_not_public,
    dms_replication_task_sourcedb_logging,
    dms_replication_task_targetdb_logging,
)
from muster.facets.transfer.dms import MigrationEndpoint, ReplicationInstance, ReplicationTask
from muster.model.check import Check
from muster.model.finding import Status, UnknownField

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
INSTANCE = ReplicationInstance.parse({"PubliclyAccessible": False, "AutoMinorVersionUpgrade": True, "MultiAZ": True})
TARGET, SOURCE = dms_replication_task_targetdb_logging, dms_replication_task_sourcedb_logging


@pytest.mark.parametrize(
    ("check", "changed", "reason"),
    [
        (dms_replication_not_public, {"public": True}, "Replication instance is publicly accessible"),
        (dms_auto_minor_version_upgrade_enabled, {"upgrades": False}, "Automatic minor version upgrades are off"),
        (
            dms_replication_instance_multi_az_enabled,
            {"multi_az": False},
            "Replication instance is in one Availability Zone",
        ),
    ],
)
def test_an_instance_of_which_one_thing_is_wrong(check: Check, changed: dict[str, Any], reason: str) -> None:
    assert check(INSTANCE).status is C
    found = check(replace(INSTANCE, **changed))
    assert (found.status, found.reason) == (N, reason)


def task(**logging: Any) -> ReplicationTask:
    return ReplicationTask.parse({"ReplicationTaskSettings": json.dumps({"Logging": logging})})


def logs(**severities: str) -> ReplicationTask:
    names = ("SOURCE_CAPTURE", "SOURCE_UNLOAD", "TARGET_APPLY", "TARGET_LOAD")
    levels = {**dict.fromkeys(names, "DEFAULT"), **severities}
    components = [{"Id": name, "Severity": f"LOGGER_SEVERITY_{text}"} for name, text in levels.items()]
    return task(EnableLogging=True, LogComponents=components)


@pytest.mark.parametrize(
    ("severity", "status"),
    [("ERROR", N), ("WARNING", N), ("INFO", N), ("DEFAULT", C), ("DEBUG", C), ("DETAILED_DEBUG", C)],
)
@pytest.mark.parametrize(
    ("check", "component"),
    [(TARGET, "TARGET_APPLY"), (TARGET, "TARGET_LOAD"), (SOURCE, "SOURCE_CAPTURE"), (SOURCE, "SOURCE_UNLOAD")],
)
def test_each_component_logs_by_default_or_more(check: Check, component: str, severity: str, status: Status) -> None:
    assert check(logs(**{component: severity})).status is status


@pytest.mark.parametrize(("check", "other"), [(TARGET, "SOURCE_CAPTURE"), (SOURCE, "TARGET_LOAD")])
def test_the_components_of_the_other_side_do_not_count(check: Check, other: str) -> None:
    assert check(logs(**{other: "ERROR"})).status is C


def test_the_reasons_about_logs() -> None:
    assert TARGET(task(EnableLogging=False)).reason == "Logging is off"
    assert TARGET(logs(TARGET_LOAD="INFO")).reason == "Severity is too low: TARGET_LOAD LOGGER_SEVERITY_INFO"
    assert SOURCE(logs()).reason == (
        "Logged: SOURCE_UNLOAD LOGGER_SEVERITY_DEFAULT, SOURCE_CAPTURE LOGGER_SEVERITY_DEFAULT"
    )


@pytest.mark.parametrize(
    "unclear",
    [
        pytest.param(ReplicationTask.parse({}), id="no settings"),
        pytest.param(ReplicationTask.parse({"ReplicationTaskSettings": "{}"}), id="nothing about logs"),
        pytest.param(task(EnableLogging=True), id="no components"),
        pytest.param(logs(TARGET_LOAD="LOUD"), id="a severity that is not documented"),
    ],
)
def test_a_log_that_is_not_known_is_no_verdict(unclear: ReplicationTask) -> None:
    with pytest.raises(UnknownField):
        TARGET(unclear)


def test_a_low_severity_counts_where_another_is_not_known() -> None:
    assert TARGET(logs(TARGET_LOAD="LOUD", TARGET_APPLY="ERROR")).status is N


def endpoint(engine: str, **given: Any) -> MigrationEndpoint:
    return MigrationEndpoint.parse({"EngineName": engine, **given})


@pytest.mark.parametrize(
    ("judged", "status", "reason"),
    [
        (endpoint("postgres", SslMode="none"), N, "SSL mode is none"),
        (endpoint("postgres", SslMode="require"), C, "SSL mode is require"),
        (endpoint("mysql", SslMode="verify-ca"), C, "SSL mode is verify-ca"),
        (endpoint("docdb", SslMode="verify-full"), C, "SSL mode is verify-full"),
        (endpoint("s3", SslMode="none"), NA, "Endpoints of s3 always use TLS and have no SSL mode"),
        (endpoint("redshift"), NA, "Endpoints of redshift always use TLS and have no SSL mode"),
        (endpoint("redis", SslMode="none"), NA, "Endpoints of redis have a security protocol and no SSL mode"),
        (
            endpoint("kafka", SslMode="none", KafkaSettings={"SecurityProtocol": "sasl-ssl"}),
            C,
            "Security protocol of Kafka is sasl-ssl",
        ),
        (
            endpoint("kafka", SslMode="none", KafkaSettings={"SecurityProtocol": "plaintext"}),
            N,
            "Security protocol of Kafka is plaintext",
        ),
    ],
)
def test_an_endpoint_connects_by_tls(judged: MigrationEndpoint, status: Status, reason: str) -> None:
    found = dms_endpoint_ssl_configured(judged)
    assert (found.status, found.reason) == (status, reason)


@pytest.mark.parametrize(
    ("check", "engine", "settings", "good", "bad"),
    [
        (
            dms_neptune_iam_authorization_enabled, "neptune", "NeptuneSettings",
            {"IamAuthEnabled": True}, {"IamAuthEnabled": False},
        ),
        (
            dms_mongo_db_authentication_enabled, "mongodb", "MongoDbSettings",
            {"AuthType": "password"}, {"AuthType": "no"},
        ),
        (
            dms_redis_tls_enabled, "redis", "RedisSettings",
            {"SslSecurityProtocol": "ssl-encryption"}, {"SslSecurityProtocol": "plaintext"},
        ),
    ],
)  # fmt: skip
def test_an_engine_has_a_setting_of_its_own(
    check: Check, engine: str, settings: str, good: dict[str, Any], bad: dict[str, Any]
) -> None:
    assert check(endpoint(engine, **{settings: good})).status is C
    assert check(endpoint(engine, **{settings: bad})).status is N
    other = check(endpoint("oracle"))
    assert (other.status, other.reason) == (NA, "Engine of the endpoint is oracle")
    with pytest.raises(UnknownField):
        check(endpoint(engine))


def test_an_endpoint_without_an_engine_is_no_verdict() -> None:
    for check in (dms_endpoint_ssl_configured, dms_redis_tls_enabled):
        with pytest.raises(UnknownField):
            check(MigrationEndpoint.parse({"SslMode": "none"}))
