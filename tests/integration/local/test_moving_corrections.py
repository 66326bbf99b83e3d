"""The embedded AWS answers about services that move data as AWS documents."""

import json

from local.server import ACCOUNT, EmbeddedAws

HOME = "eu-west-1"


def test_an_instance_of_dms_is_public_and_in_one_zone_by_default(aws: EmbeddedAws) -> None:
    """https://docs.aws.amazon.com/dms/latest/APIReference/API_CreateReplicationInstance.html."""
    dms = aws.client("dms", HOME)
    dms.create_replication_instance(ReplicationInstanceIdentifier="plain", ReplicationInstanceClass="dms.t3.medium")
    (found,) = dms.describe_replication_instances()["ReplicationInstances"]
    assert (found["PubliclyAccessible"], found["MultiAZ"], found["AutoMinorVersionUpgrade"]) == (True, False, True)


def test_a_task_of_dms_is_ready_and_names_the_components_of_its_log(aws: EmbeddedAws) -> None:
    """https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TaskSettings.Logging.html."""
    dms = aws.client("dms", HOME)
    ends = {
        f"{end.title()}EndpointArn": dms.create_endpoint(EndpointIdentifier=end, EndpointType=end, EngineName="mysql")[
            "Endpoint"
        ]["EndpointArn"]
        for end in ("source", "target")
    }
    assert {(each["Status"], each["SslMode"]) for each in dms.describe_endpoints()["Endpoints"]} == {("active", "none")}
    low = [{"Id": "TARGET_LOAD", "Severity": "LOGGER_SEVERITY_ERROR"}]
    for name, settings in (("plain", ""), ("low", json.dumps({"Logging": {"LogComponents": low}}))):
        dms.create_replication_task(
            ReplicationTaskIdentifier=name, ReplicationInstanceArn=f"arn:aws:dms:{HOME}:{ACCOUNT}:rep:plain",
            MigrationType="full-load", TableMappings="{}", ReplicationTaskSettings=settings, **ends,
        )  # fmt: skip
    plain, changed = dms.describe_replication_tasks()["ReplicationTasks"]
    assert plain["Status"] == "ready"
    logging, other = (json.loads(each["ReplicationTaskSettings"])["Logging"] for each in (plain, changed))
    assert logging["EnableLogging"] is False
    assert {each["Severity"] for each in logging["LogComponents"]} == {"LOGGER_SEVERITY_DEFAULT"}
    severities = {each["Id"]: each["Severity"] for each in other["LogComponents"]}
    assert (severities["TARGET_LOAD"], severities["TARGET_APPLY"]) == (
        "LOGGER_SEVERITY_ERROR",
        "LOGGER_SEVERITY_DEFAULT",
    )
