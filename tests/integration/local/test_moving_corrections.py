"""The embedded AWS answers about services that move data as AWS documents."""

import json
from typing import Any

import pytest

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


def test_a_file_system_has_a_state_and_the_defaults_of_its_type(aws: EmbeddedAws) -> None:
    """https://docs.aws.amazon.com/fsx/latest/APIReference/API_CreateFileSystem.html."""
    fsx = aws.client("fsx", HOME)
    tags = [{"Key": "Owner", "Value": "data"}]
    types: dict[str, dict[str, Any]] = {
        "LUSTRE": {},
        "OPENZFS": {"OpenZFSConfiguration": {"DeploymentType": "SINGLE_AZ_2", "ThroughputCapacity": 160}},
    }
    for kind, given in types.items():
        made = fsx.create_file_system(
            FileSystemType=kind, StorageCapacity=1200, SubnetIds=["subnet-0a1b2c3d"], Tags=tags, **given
        )["FileSystem"]
        assert made["Lifecycle"] == "CREATING"
    lustre, openzfs = fsx.describe_file_systems()["FileSystems"]
    assert lustre["LustreConfiguration"] == {"DeploymentType": "SCRATCH_1", "CopyTagsToBackups": False}
    configuration = openzfs["OpenZFSConfiguration"]
    assert (configuration["DeploymentType"], configuration["CopyTagsToVolumes"]) == ("SINGLE_AZ_2", False)
    for each in (lustre, openzfs):
        assert (each["Lifecycle"], each["Tags"]) == ("AVAILABLE", tags)
        assert each["ResourceARN"] == f"arn:aws:fsx:{HOME}:{ACCOUNT}:file-system/{each['FileSystemId']}"
    fsx.delete_file_system(FileSystemId=lustre["FileSystemId"])
    assert [each["FileSystemId"] for each in fsx.describe_file_systems()["FileSystems"]] == [openzfs["FileSystemId"]]


def test_a_server_and_a_connector_have_tags(aws: EmbeddedAws) -> None:
    """https://docs.aws.amazon.com/transfer/latest/APIReference/API_ListTagsForResource.html."""
    transfer = aws.client("transfer", HOME)
    tags = [{"Key": "Owner", "Value": "data"}]
    transfer.create_server(Protocols=["SFTP"], Domain="S3", Tags=tags)
    transfer.create_connector(
        Url="sftp://partner.example", AccessRole=f"arn:aws:iam::{ACCOUNT}:role/partners",
        SftpConfig={"UserSecretId": "partner"},
    )  # fmt: skip
    (server,), (connector,) = transfer.list_servers()["Servers"], transfer.list_connectors()["Connectors"]
    assert transfer.list_tags_for_resource(Arn=server["Arn"])["Tags"] == tags
    assert transfer.list_tags_for_resource(Arn=connector["Arn"])["Tags"] == []
    with pytest.raises(transfer.exceptions.ResourceNotFoundException):
        transfer.list_tags_for_resource(Arn=f"{server['Arn']}0")


def test_a_task_of_datasync_writes_no_log_by_default(aws: EmbeddedAws) -> None:
    """https://docs.aws.amazon.com/datasync/latest/userguide/API_CreateTask.html."""
    datasync = aws.client("datasync", HOME)
    ends = {
        f"{end}LocationArn": f"arn:aws:datasync:{HOME}:{ACCOUNT}:location/loc-{number:017}"
        for number, end in enumerate(("Source", "Destination"))
    }
    arn = datasync.create_task(Name="plain", Tags=[{"Key": "Owner", "Value": "data"}], **ends)["TaskArn"]
    assert arn.startswith(f"arn:aws:datasync:{HOME}:{ACCOUNT}:task/task-")
    found = datasync.describe_task(TaskArn=arn)
    assert (found["Options"]["LogLevel"], found["TaskMode"]) == ("OFF", "BASIC")
    assert "CloudWatchLogGroupArn" not in found
    assert datasync.list_tags_for_resource(ResourceArn=arn)["Tags"] == [{"Key": "Owner", "Value": "data"}]
    datasync.update_task(TaskArn=arn, Options={"LogLevel": "BASIC"})
    assert datasync.describe_task(TaskArn=arn)["Options"]["LogLevel"] == "BASIC"
    assert [each["TaskArn"] for each in datasync.list_tasks()["Tasks"]] == [arn]
    datasync.delete_task(TaskArn=arn)
    with pytest.raises(datasync.exceptions.InvalidRequestException):
        datasync.describe_task(TaskArn=arn)
