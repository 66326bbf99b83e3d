"""The calls of Amazon MQ."""

from tests.faults.held import REGIONS, Estate


def calls(there: Estate) -> dict[str, int]:
    brokers = there.all("mq", "list_brokers", "BrokerSummaries")
    return {
        "mq:ListBrokers": REGIONS,
        # Only ActiveMQ has an audit log.
        "mq:DescribeBroker": sum(each["EngineType"] == "ACTIVEMQ" for each in brokers),
        "mq:ListTags": len(brokers),
    }
