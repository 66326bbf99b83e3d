"""Instances, volumes, snapshots, images and launch templates: some as they should be, some as bad as they come."""

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

from local.server import ACCOUNT, EmbeddedAws

HOME = "eu-west-1"
"""The region where nobody has turned a switch; in all others they are as they should be."""

IMAGE = "ami-12c6146b"
TAGS = {"Environment": "production", "Owner": "web", "CostCenter": "CC-1000", "Project": "shop"}
_PAIRS = [{"Key": key, "Value": value} for key, value in TAGS.items()]
_HOURS = 14 * 24
_SCRIPT = b"#!/bin/sh\nexport DB_PASSWORD=hunter2-example\n"


def seed(aws: EmbeddedAws, region: str) -> None:
    """Make the estate of one region."""
    ec2 = aws.client("ec2", region)
    busy, idle, forgotten, resting = _instances(ec2, region)
    _load(aws.client("cloudwatch", region), {busy: (60.0, 4e8), idle: (0.4, 2e4)})
    _alarms(aws, region, busy, idle)
    _volumes(aws, region, busy)
    _images(ec2, resting)
    _launch_templates(ec2)
    if region != HOME:
        ec2.enable_snapshot_block_public_access(State="block-all-sharing")
        ec2.enable_image_block_public_access(ImageBlockPublicAccessState="block-new-sharing")
        ec2.modify_instance_metadata_defaults(HttpTokens="required")
        ec2.modify_vpc_block_public_access_options(InternetGatewayBlockMode="block-ingress")
    _launched(ec2, region, busy, resting)
    # moto stops an instance at this moment, and nobody has waited for years.
    _backend(region).get_instance(forgotten)._reason = f"User initiated ({_ago(days=400):%Y-%m-%d %H:%M:%S} GMT)"


def _instances(ec2: Any, region: str) -> list[str]:
    made = ec2.run_instances(
        ImageId=IMAGE,
        MinCount=4,
        MaxCount=4,
        Placement={"AvailabilityZone": f"{region}a"},
        MetadataOptions={"HttpTokens": "required"},
        TagSpecifications=_tagged("instance"),
    )["Instances"]
    names = [str(item["InstanceId"]) for item in made]
    ec2.stop_instances(InstanceIds=names[2:])
    return names


def _load(cloudwatch: Any, loads: dict[str, tuple[float, float]]) -> None:
    """Send 14 days of hourly metrics, 500 values a call."""
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    sent = [
        {
            "MetricName": metric,
            "Dimensions": [{"Name": "InstanceId", "Value": name}],
            "Timestamp": hour - timedelta(hours=number + 1),
            "Value": value,
        }
        for name, (cpu, network) in loads.items()
        for metric, value in (("CPUUtilization", cpu), ("NetworkIn", network), ("NetworkOut", network))
        for number in range(_HOURS)
    ]
    for start in range(0, len(sent), 500):
        cloudwatch.put_metric_data(Namespace="AWS/EC2", MetricData=sent[start : start + 500])


def _alarms(aws: EmbeddedAws, region: str, loud: str, silent: str) -> None:
    topic = aws.client("sns", region).create_topic(Name="hosts-fail", Tags=_PAIRS)["TopicArn"]
    for name, actions in ((loud, [topic]), (silent, [])):
        aws.client("cloudwatch", region).put_metric_alarm(
            AlarmName=f"{name}-status",
            Namespace="AWS/EC2",
            MetricName="StatusCheckFailed",
            Dimensions=[{"Name": "InstanceId", "Value": name}],
            Statistic="Maximum",
            Period=60,
            EvaluationPeriods=2,
            Threshold=1,
            ComparisonOperator="GreaterThanOrEqualToThreshold",
            AlarmActions=actions,
            Tags=_PAIRS,
        )


def _volumes(aws: EmbeddedAws, region: str, instance: str) -> None:
    ec2, backend = aws.client("ec2", region), _backend(region)
    data, saved, stale, forgotten = (_volume(ec2, region, Encrypted=number < 3) for number in range(4))  # noqa: PLR2004
    _volume(ec2, region, Encrypted=True)
    ec2.attach_volume(VolumeId=data, InstanceId=instance, Device="/dev/sdf")
    ec2.create_snapshot(VolumeId=data, TagSpecifications=_tagged("snapshot"))
    public = ec2.create_snapshot(VolumeId=forgotten)["SnapshotId"]
    ec2.modify_snapshot_attribute(
        SnapshotId=public, Attribute="createVolumePermission", OperationType="add", GroupNames=["all"]
    )
    old = ec2.create_snapshot(VolumeId=stale, TagSpecifications=_tagged("snapshot"))["SnapshotId"]
    aws.client("backup", region).start_backup_job(
        BackupVaultName="Default",
        ResourceArn=f"arn:aws:ec2:{region}:{ACCOUNT}:volume/{saved}",
        IamRoleArn=f"arn:aws:iam::{ACCOUNT}:role/backup",
    )
    for name in (data, saved, stale, forgotten):
        backend.get_volume(name).create_time = _ago(days=90)
    for name in (public, old):
        backend.get_snapshot(name).start_time = _ago(days=60)


def _volume(ec2: Any, region: str, **how: Any) -> str:
    made = ec2.create_volume(AvailabilityZone=f"{region}a", Size=1, TagSpecifications=_tagged("volume"), **how)
    return str(made["VolumeId"])


def _images(ec2: Any, instance: str) -> None:
    ec2.create_image(InstanceId=instance, Name="shop", TagSpecifications=_tagged("image"))
    public = ec2.create_image(InstanceId=instance, Name="shop-for-everybody")["ImageId"]
    ec2.modify_image_attribute(ImageId=public, LaunchPermission={"Add": [{"Group": "all"}]})


def _launched(ec2: Any, region: str, plain: str, old: str) -> None:
    """Give one instance a profile and user data, and make another one old in every way that no call can set."""
    backend = _backend(region)
    for name, script in ((plain, b"#!/bin/sh\nyum -y update\n"), (old, _SCRIPT)):
        backend.get_instance(name).user_data = base64.b64encode(script).decode()
    image = ec2.create_image(InstanceId=plain, Name="shop-deprecated")["ImageId"]
    backend.amis[image].deprecation_time = f"{_ago(days=10):%Y-%m-%dT%H:%M:%S.000Z}"
    instance = backend.get_instance(old)
    instance.image_id, instance.virtualization_type, instance.launch_time = image, "paravirtual", _ago(days=400)
    backend.get_instance(plain).iam_instance_profile = {"Arn": f"arn:aws:iam::{ACCOUNT}:instance-profile/web"}
    backend.get_instance(plain).launch_time = _ago(days=400)


def _launch_templates(ec2: Any) -> None:
    required = {
        "ImageId": IMAGE,
        "MetadataOptions": {"HttpTokens": "required"},
        "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {"Encrypted": True}}],
    }
    careless = {
        "ImageId": IMAGE,
        "NetworkInterfaces": [{"DeviceIndex": 0, "AssociatePublicIpAddress": True}],
        "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {"Encrypted": False}}],
        "UserData": base64.b64encode(_SCRIPT).decode(),
    }
    for name, data in (("shop", required), ("shop-old", careless)):
        tags = _tagged("launch-template")
        ec2.create_launch_template(LaunchTemplateName=name, LaunchTemplateData=data, TagSpecifications=tags)
    ec2.create_launch_template_version(LaunchTemplateName="shop-old", LaunchTemplateData=required)
    _spot_fleets(ec2, (True, False))


def _spot_fleets(ec2: Any, encrypted: tuple[bool, ...]) -> None:
    for each in encrypted:
        volumes = [{"DeviceName": "/dev/xvda", "Ebs": {"Encrypted": each, "VolumeSize": 8}}]
        config = {
            "IamFleetRole": f"arn:aws:iam::{ACCOUNT}:role/fleet",
            "TargetCapacity": 1,
            "LaunchSpecifications": [{"ImageId": IMAGE, "InstanceType": "t3.micro", "BlockDeviceMappings": volumes}],
            "TagSpecifications": _tagged("spot-fleet-request") if each else [],
        }
        ec2.request_spot_fleet(SpotFleetRequestConfig=config)


def _tagged(kind: str) -> list[dict[str, Any]]:
    return [{"ResourceType": kind, "Tags": _PAIRS}]


def _ago(*, days: int) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)


def _backend(region: str) -> Any:
    """Return moto's own EC2, for times that no call can set."""
    from moto.ec2.models import ec2_backends  # noqa: PLC0415 - moto takes seconds to import

    return ec2_backends[ACCOUNT][region]
