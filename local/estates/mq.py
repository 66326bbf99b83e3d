"""Brokers of both engines: one as it should be and one as bad as may be of each."""

from typing import Any

from local.server import EmbeddedAws

_USERS = [{"Username": "keeper", "Password": "Not-a-real-passw0rd"}]


def seed(aws: EmbeddedAws, region: str) -> None:
    """Make the estate of one region."""
    mq = aws.client("mq", region)
    good: dict[str, Any] = {"Tags": {"Owner": "shop"}, "Logs": {"Audit": True, "General": True}}
    _broker(mq, "orders", "ACTIVEMQ", "ACTIVE_STANDBY_MULTI_AZ", **good)
    _broker(mq, "bills", "ACTIVEMQ", "SINGLE_INSTANCE")
    _broker(mq, "carts", "RABBITMQ", "CLUSTER_MULTI_AZ", Tags={"Owner": "shop"})
    _broker(mq, "trials", "RABBITMQ", "SINGLE_INSTANCE")


def _broker(mq: Any, name: str, engine: str, mode: str, **settings: Any) -> None:
    version = "5.18" if engine == "ACTIVEMQ" else "3.13"
    mq.create_broker(
        BrokerName=name, EngineType=engine, EngineVersion=version, DeploymentMode=mode, HostInstanceType="mq.m5.large",
        PubliclyAccessible=False, AutoMinorVersionUpgrade=True, Users=_USERS, **settings,
    )  # fmt: skip
