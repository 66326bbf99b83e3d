"""DMS: replication instances, replication tasks and endpoints."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from muster.facets import kinds
from muster.facets.fields import Parsed, facet, read
from muster.model.finding import Unknown

_SETTINGS = "the settings of the task"
_severity = kinds.one_of(
    *(f"LOGGER_SEVERITY_{each}" for each in ("ERROR", "WARNING", "INFO", "DEFAULT", "DEBUG", "DETAILED_DEBUG"))
)
"""From the least to the most."""


@facet
class ReplicationInstance(Parsed):
    """One replication instance of DescribeReplicationInstances.

    https://docs.aws.amazon.com/dms/latest/APIReference/API_ReplicationInstance.html
    """

    public: bool | Unknown = read("PubliclyAccessible", kinds.flag)
    upgrades: bool | Unknown = read("AutoMinorVersionUpgrade", kinds.flag)
    multi_az: bool | Unknown = read("MultiAZ", kinds.flag)


@dataclass(frozen=True, slots=True)
class ReplicationTask:
    """Whether a task writes a log, and how much each of its components writes: `LOGGER_SEVERITY_DEFAULT` and others.

    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TaskSettings.Logging.html
    """

    logs: bool | Unknown
    severities: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse an item of DescribeReplicationTasks, whose settings are a text in JSON."""
        text = response.get("ReplicationTaskSettings")
        if not text:
            return cls(kinds.silent("ReplicationTaskSettings", _SETTINGS))
        logging = json.loads(text).get("Logging") or {}
        components = logging.get("LogComponents") or ()
        return cls(
            kinds.flag(logging.get("EnableLogging"), "EnableLogging"),
            {str(each["Id"]): str(each["Severity"]) for each in components},
        )

    def severity(self, component: str) -> str | Unknown:
        """Return how much a component writes."""
        return _severity(self.severities.get(component), f"the severity of {component}")


@facet
class MigrationEndpoint(Parsed):
    """One endpoint of DescribeEndpoints: its engine, and how DMS connects to it.

    The last four are of one engine each.

    https://docs.aws.amazon.com/dms/latest/APIReference/API_Endpoint.html
    """

    engine: str | Unknown = read("EngineName", kinds.stated, "the engine of the endpoint")
    ssl_mode: str | Unknown = read("SslMode", kinds.one_of("none", "require", "verify-ca", "verify-full"))
    kafka_protocol: str | Unknown = read(
        "KafkaSettings.SecurityProtocol",
        kinds.one_of("plaintext", "ssl-authentication", "ssl-encryption", "sasl-ssl"),
        "the security protocol of Kafka",
    )
    redis_protocol: str | Unknown = read(
        "RedisSettings.SslSecurityProtocol",
        kinds.one_of("plaintext", "ssl-encryption"),
        "the security protocol of Redis",
    )
    mongodb_authentication: str | Unknown = read(
        "MongoDbSettings.AuthType", kinds.one_of("no", "password"), "the authentication of MongoDB"
    )
    neptune_iam: bool | Unknown = read("NeptuneSettings.IamAuthEnabled", kinds.flag, "the IAM authorization")
