"""Brokers of Amazon MQ."""

import pytest

from muster.checks.messaging.mq import (
    mq_active_deployment_mode,
    mq_cloudwatch_audit_log_enabled,
    mq_rabbit_deployment_mode,
)
from muster.facets.messaging.mq import Broker, BrokerLogs
from muster.model.check import Check
from muster.model.finding import Status, Unknown, UnknownField

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
ACTIVE = Broker("ACTIVEMQ", "ACTIVE_STANDBY_MULTI_AZ")
RABBIT = Broker("RABBITMQ", "CLUSTER_MULTI_AZ")
SINGLE = "SINGLE_INSTANCE"
UNKNOWN = Unknown("AWS did not return it")


@pytest.mark.parametrize(
    ("broker", "logs", "status", "reason"),
    [
        (ACTIVE, BrokerLogs(audit=True, pending=False), C, "Audit log is on"),
        (ACTIVE, BrokerLogs(audit=False, pending=False), N, "Audit log is off"),
        (ACTIVE, BrokerLogs(audit=False, pending=True), N, "Audit log is off until the broker is restarted"),
        (RABBIT, BrokerLogs.parse({}), NA, "Brokers of RabbitMQ have no audit log"),
    ],
)
def test_the_audit_log(broker: Broker, logs: BrokerLogs, status: Status, reason: str) -> None:
    found = mq_cloudwatch_audit_log_enabled(broker, logs)
    assert (found.status, found.reason) == (status, reason)


@pytest.mark.parametrize(
    ("check", "broker", "status", "reason"),
    [
        (mq_active_deployment_mode, ACTIVE, C, "Deployment mode is ACTIVE_STANDBY_MULTI_AZ"),
        (
            mq_active_deployment_mode,
            Broker("ACTIVEMQ", SINGLE),
            N,
            "Deployment mode is SINGLE_INSTANCE; ACTIVE_STANDBY_MULTI_AZ is required",
        ),
        (mq_active_deployment_mode, RABBIT, NA, "Broker runs RabbitMQ"),
        (mq_rabbit_deployment_mode, RABBIT, C, "Deployment mode is CLUSTER_MULTI_AZ"),
        (
            mq_rabbit_deployment_mode,
            Broker("RABBITMQ", SINGLE),
            N,
            "Deployment mode is SINGLE_INSTANCE; CLUSTER_MULTI_AZ is required",
        ),
        (mq_rabbit_deployment_mode, ACTIVE, NA, "Broker runs ActiveMQ"),
    ],
)
def test_the_deployment_mode(check: Check, broker: Broker, status: Status, reason: str) -> None:
    found = check(broker)
    assert (found.status, found.reason) == (status, reason)


def test_what_aws_left_out_is_no_verdict() -> None:
    with pytest.raises(UnknownField):
        mq_cloudwatch_audit_log_enabled(ACTIVE, BrokerLogs.parse({"Logs": {"General": True}}))
    with pytest.raises(UnknownField):
        mq_active_deployment_mode(Broker("ACTIVEMQ", UNKNOWN))
    with pytest.raises(UnknownField):
        mq_rabbit_deployment_mode(Broker(UNKNOWN, "CLUSTER_MULTI_AZ"))


def test_a_broker_and_its_logs_are_parsed() -> None:
    assert Broker.parse({"EngineType": "RABBITMQ", "DeploymentMode": "CLUSTER_MULTI_AZ"}) == RABBIT
    described = {"Logs": {"Audit": False, "General": True, "Pending": {"Audit": True, "General": True}}}
    assert BrokerLogs.parse(described) == BrokerLogs(audit=False, pending=True)
