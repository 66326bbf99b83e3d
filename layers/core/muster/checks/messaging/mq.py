"""Checks of brokers of Amazon MQ."""

from muster.facets.messaging.mq import ACTIVE_MQ, RABBIT_MQ, Broker, BrokerLogs
from muster.model.check import check
from muster.model.finding import Severity, Verdict, compliant, known, non_compliant, not_applicable


@check(severity=Severity.MEDIUM, controls=("FSBP MQ.2",))
def mq_cloudwatch_audit_log_enabled(broker: Broker, logs: BrokerLogs) -> Verdict:
    """ActiveMQ brokers should write an audit log to CloudWatch Logs.

    Brokers of RabbitMQ have no audit log.

    Problem: broker writes no audit log
    Why: The audit log shows who changed queues, topics and users. After an attack it is often the only evidence.
    Fix: The broker needs a resource policy of CloudWatch Logs that lets Amazon MQ write. `aws mq update-broker
      --broker-id ID --logs Audit=true,General=true` Then restart it: `aws mq reboot-broker --broker-id ID`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/mq-controls.html#mq-2
    """
    if known(broker.engine) != ACTIVE_MQ:
        return not_applicable("Brokers of RabbitMQ have no audit log")
    if known(logs.audit):
        return compliant("Audit log is on")
    if logs.pending:
        return non_compliant("Audit log is off until the broker is restarted")
    return non_compliant("Audit log is off")


@check(severity=Severity.LOW, controls=("Security Hub MQ.5",))
def mq_active_deployment_mode(broker: Broker) -> Verdict:
    """ActiveMQ brokers should have a standby in another Availability Zone.

    Problem: ActiveMQ broker has no standby
    Why: If the Availability Zone of a single instance fails, no message can be sent or received until it is back.
    Fix: The mode cannot be changed. Create a new broker in active/standby mode, and move the clients to it: `aws mq
      create-broker --cli-input-json file://BROKER.json`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/mq-controls.html#mq-5
    """
    if known(broker.engine) != ACTIVE_MQ:
        return not_applicable("Broker runs RabbitMQ")
    return _in_mode(broker, "ACTIVE_STANDBY_MULTI_AZ")


@check(severity=Severity.LOW, controls=("Security Hub MQ.6",))
def mq_rabbit_deployment_mode(broker: Broker) -> Verdict:
    """RabbitMQ brokers should be clusters in several Availability Zones.

    Problem: RabbitMQ broker is a single instance
    Why: If the Availability Zone of a single instance fails, no message can be sent or received until it is back.
    Fix: The mode cannot be changed. Create a new broker in cluster mode, and move the clients to it: `aws mq
      create-broker --cli-input-json file://BROKER.json`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/mq-controls.html#mq-6
    """
    if known(broker.engine) != RABBIT_MQ:
        return not_applicable("Broker runs ActiveMQ")
    return _in_mode(broker, "CLUSTER_MULTI_AZ")


def _in_mode(broker: Broker, required: str) -> Verdict:
    mode = known(broker.mode)
    if mode == required:
        return compliant(f"Deployment mode is {mode}")
    return non_compliant(f"Deployment mode is {mode}; {required} is required")
