"""Amazon MQ: brokers."""

from muster.facets import kinds
from muster.facets.fields import Parsed, facet, read
from muster.model.finding import Unknown

ACTIVE_MQ, RABBIT_MQ = "ACTIVEMQ", "RABBITMQ"


@facet
class Broker(Parsed):
    """One broker of ListBrokers: its engine and its deployment mode.

    https://docs.aws.amazon.com/amazon-mq/latest/api-reference/brokers.html
    """

    engine: str | Unknown = read("EngineType", kinds.one_of(ACTIVE_MQ, RABBIT_MQ))
    mode: str | Unknown = read(
        "DeploymentMode", kinds.one_of("SINGLE_INSTANCE", "ACTIVE_STANDBY_MULTI_AZ", "CLUSTER_MULTI_AZ")
    )


@facet
class BrokerLogs(Parsed):
    """DescribeBroker: whether a broker of ActiveMQ writes an audit log, and whether it will after its next restart.

    https://docs.aws.amazon.com/amazon-mq/latest/api-reference/brokers-broker-id.html
    """

    audit: bool | Unknown = read("Logs.Audit", kinds.flag, "whether the broker writes an audit log")
    pending: bool = read("Logs.Pending.Audit", kinds.is_true)
