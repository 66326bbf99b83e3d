"""Checks of DMS: replication instances, logs of replication tasks, and connections of endpoints."""

from muster.facets.transfer.dms import MigrationEndpoint, ReplicationInstance, ReplicationTask
from muster.model.check import check
from muster.model.finding import Severity, Verdict, compliant, known, non_compliant, not_applicable

_ENOUGH = ("LOGGER_SEVERITY_DEFAULT", "LOGGER_SEVERITY_DEBUG", "LOGGER_SEVERITY_DETAILED_DEBUG")
_ALWAYS_TLS = frozenset(
    {
        "dms-transfer", "dynamodb", "elasticsearch", "kinesis", "neptune", "opensearch", "redshift",
        "redshift-serverless", "s3", "timestream",
    }
)  # fmt: skip
"""Engines without an SSL mode: DMS calls the APIs of these services, and always connects to Redshift by TLS.

https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Security.SSL.html
"""


@check(severity=Severity.CRITICAL, controls=("FSBP DMS.1",))
def dms_replication_not_public(instance: ReplicationInstance) -> Verdict:
    """Replication instances of DMS should not be publicly accessible.

    Problem: replication instance is public
    Why: A public replication instance has a public IP address, and it holds the credentials of source and target.
    Fix: The setting cannot be changed. Create a private instance, move the tasks to it, and delete the old one. `aws
      dms create-replication-instance --replication-instance-identifier NEW-NAME --replication-instance-class CLASS
      --no-publicly-accessible` `aws dms move-replication-task --replication-task-arn TASK-ARN
      --target-replication-instance-arn NEW-ARN` `aws dms delete-replication-instance --replication-instance-arn ARN`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/dms-replication-not-public.html
    """
    if known(instance.public):
        return non_compliant("Replication instance is publicly accessible")
    return compliant("Replication instance is not publicly accessible")


@check(severity=Severity.MEDIUM, controls=("FSBP DMS.6",))
def dms_auto_minor_version_upgrade_enabled(instance: ReplicationInstance) -> Verdict:
    """Replication instances of DMS should install minor versions automatically.

    Problem: automatic upgrades are off
    Why: Minor versions bring security fixes. Without upgrades, an instance keeps known vulnerabilities.
    Fix: `aws dms modify-replication-instance --replication-instance-arn ARN --auto-minor-version-upgrade`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/dms-auto-minor-version-upgrade-check.html
    """
    if known(instance.upgrades):
        return compliant("Automatic minor version upgrades are on")
    return non_compliant("Automatic minor version upgrades are off")


@check(severity=Severity.MEDIUM, controls=("FSBP DMS.13",))
def dms_replication_instance_multi_az_enabled(instance: ReplicationInstance) -> Verdict:
    """Replication instances of DMS should be in several Availability Zones.

    Problem: replication instance is in one zone
    Why: An outage of the zone stops every migration and replication of the instance.
    Fix: `aws dms modify-replication-instance --replication-instance-arn ARN --multi-az --apply-immediately`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/dms-replication-instance-multi-az-enabled.html
    """
    if known(instance.multi_az):
        return compliant("Replication instance is in several Availability Zones")
    return non_compliant("Replication instance is in one Availability Zone")


@check(severity=Severity.MEDIUM, controls=("FSBP DMS.7",))
def dms_replication_task_targetdb_logging(task: ReplicationTask) -> Verdict:
    """Replication tasks of DMS should log what they do in the target database.

    The severity must be LOGGER_SEVERITY_DEFAULT, DEBUG or DETAILED_DEBUG for TARGET_APPLY and TARGET_LOAD.

    Problem: task logs too little of the target
    Why: Without a log you cannot find out why rows did not arrive in the target.
    Fix: Stop the task first, and start it again afterwards. `aws dms modify-replication-task --replication-task-arn ARN
      --replication-task-settings '{"Logging": {"EnableLogging": true, "LogComponents": [{"Id": "TARGET_LOAD",
      "Severity": "LOGGER_SEVERITY_DEFAULT"}, {"Id": "TARGET_APPLY", "Severity": "LOGGER_SEVERITY_DEFAULT"}]}}'`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/dms-replication-task-targetdb-logging.html
    """
    return _logging(task, "TARGET_LOAD", "TARGET_APPLY")


@check(severity=Severity.MEDIUM, controls=("FSBP DMS.8",))
def dms_replication_task_sourcedb_logging(task: ReplicationTask) -> Verdict:
    """Replication tasks of DMS should log what they do in the source database.

    The severity must be LOGGER_SEVERITY_DEFAULT, DEBUG or DETAILED_DEBUG for SOURCE_CAPTURE and SOURCE_UNLOAD.

    Problem: task logs too little of the source
    Why: Without a log you cannot prove which rows were read, or find out why changes were not captured.
    Fix: Stop the task first, and start it again afterwards. `aws dms modify-replication-task --replication-task-arn ARN
      --replication-task-settings '{"Logging": {"EnableLogging": true, "LogComponents": [{"Id": "SOURCE_UNLOAD",
      "Severity": "LOGGER_SEVERITY_DEFAULT"}, {"Id": "SOURCE_CAPTURE", "Severity": "LOGGER_SEVERITY_DEFAULT"}]}}'`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/dms-replication-task-sourcedb-logging.html
    """
    return _logging(task, "SOURCE_UNLOAD", "SOURCE_CAPTURE")


def _logging(task: ReplicationTask, *components: str) -> Verdict:
    if not known(task.logs):
        return non_compliant("Logging is off")
    severities = {component: task.severity(component) for component in components}
    low = [f"{name} {text}" for name, text in severities.items() if isinstance(text, str) and text not in _ENOUGH]
    if low:
        return non_compliant(f"Severity is too low: {', '.join(low)}")
    return compliant(f"Logged: {', '.join(f'{name} {known(text)}' for name, text in severities.items())}")


@check(severity=Severity.MEDIUM, controls=("FSBP DMS.9",))
def dms_endpoint_ssl_configured(endpoint: MigrationEndpoint) -> Verdict:
    """Endpoints of DMS should connect by TLS.

    Endpoints of Kafka have a security protocol instead of an SSL mode; Redis endpoints have their own check. DMS always
    uses TLS for Redshift, Neptune, S3, DynamoDB, Kinesis, OpenSearch and Timestream.

    Problem: endpoint connects without TLS
    Why: Without TLS, credentials and every row that is moved travel in plain text.
    Fix: `aws dms modify-endpoint --endpoint-arn ARN --ssl-mode verify-ca --certificate-arn CERTIFICATE-ARN` Some
      engines offer require or verify-full instead. For Kafka: `aws dms modify-endpoint --endpoint-arn ARN
      --kafka-settings SecurityProtocol=ssl-encryption`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/dms-endpoint-ssl-configured.html
    """
    engine = known(endpoint.engine)
    if engine in _ALWAYS_TLS:
        return not_applicable(f"Endpoints of {engine} always use TLS and have no SSL mode")
    if engine == "redis":
        return not_applicable("Endpoints of redis have a security protocol and no SSL mode")
    if engine == "kafka":
        protocol = known(endpoint.kafka_protocol)
        return (non_compliant if protocol == "plaintext" else compliant)(f"Security protocol of Kafka is {protocol}")
    mode = known(endpoint.ssl_mode)
    return (non_compliant if mode == "none" else compliant)(f"SSL mode is {mode}")


@check(severity=Severity.MEDIUM, controls=("FSBP DMS.10",))
def dms_neptune_iam_authorization_enabled(endpoint: MigrationEndpoint) -> Verdict:
    """Endpoints of DMS for Neptune should use IAM authorization.

    Problem: no IAM authorization
    Why: Without IAM authorization, anyone who can connect to the database can read and change its data.
    Fix: `aws dms modify-endpoint --endpoint-arn ARN --neptune-settings
      IamAuthEnabled=true,ServiceAccessRoleArn=ROLE-ARN,S3BucketName=BUCKET,S3BucketFolder=FOLDER`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/dms-neptune-iam-authorization-enabled.html
    """
    engine = known(endpoint.engine)
    if engine != "neptune":
        return not_applicable(f"Engine of the endpoint is {engine}")
    if known(endpoint.neptune_iam):
        return compliant("IAM authorization is on")
    return non_compliant("IAM authorization is off")


@check(severity=Severity.MEDIUM, controls=("FSBP DMS.11",))
def dms_mongo_db_authentication_enabled(endpoint: MigrationEndpoint) -> Verdict:
    """Endpoints of DMS for MongoDB should authenticate.

    Problem: no authentication
    Why: If DMS can read the database without a password, so can anyone who can connect to it.
    Fix: `aws dms modify-endpoint --endpoint-arn ARN --mongo-db-settings
      AuthType=password,SecretsManagerAccessRoleArn=ROLE-ARN,SecretsManagerSecretId=SECRET-ARN`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/dms-mongo-db-authentication-enabled.html
    """
    engine = known(endpoint.engine)
    if engine != "mongodb":
        return not_applicable(f"Engine of the endpoint is {engine}")
    kind = known(endpoint.mongodb_authentication)
    return (non_compliant if kind == "no" else compliant)(f"AuthType is {kind}")


@check(severity=Severity.MEDIUM, controls=("FSBP DMS.12",))
def dms_redis_tls_enabled(endpoint: MigrationEndpoint) -> Verdict:
    """Endpoints of DMS for Redis should connect by TLS.

    Problem: endpoint connects without TLS
    Why: Without TLS, credentials and every value that is moved travel in plain text.
    Fix: `aws dms modify-endpoint --endpoint-arn ARN --redis-settings
      ServerName=HOST,Port=PORT,SslSecurityProtocol=ssl-encryption`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/dms-redis-tls-enabled.html
    """
    engine = known(endpoint.engine)
    if engine != "redis":
        return not_applicable(f"Engine of the endpoint is {engine}")
    protocol = known(endpoint.redis_protocol)
    return (non_compliant if protocol == "plaintext" else compliant)(f"Security protocol of Redis is {protocol}")
