"""FSx: of each type a file system as it should be, and one as bad as may be."""

from typing import Any

from local.server import EmbeddedAws

_TAGS = [{"Key": "Owner", "Value": "data"}, {"Key": "Environment", "Value": "production"}]
_GOOD: dict[str, dict[str, Any]] = {
    "LUSTRE": {"LustreConfiguration": {"DeploymentType": "PERSISTENT_2", "CopyTagsToBackups": True}},
    "ONTAP": {"OntapConfiguration": {"DeploymentType": "MULTI_AZ_2"}},
    "OPENZFS": {
        "OpenZFSConfiguration": {
            "DeploymentType": "MULTI_AZ_1", "CopyTagsToBackups": True, "CopyTagsToVolumes": True,
            "ThroughputCapacity": 160,
        }
    },
    "WINDOWS": {"WindowsConfiguration": {"DeploymentType": "MULTI_AZ_1", "ThroughputCapacity": 32}},
}  # fmt: skip
_BAD: dict[str, dict[str, Any]] = {
    "LUSTRE": {"LustreConfiguration": {"DeploymentType": "PERSISTENT_2"}},
    "ONTAP": {"OntapConfiguration": {"DeploymentType": "SINGLE_AZ_1"}},
    "OPENZFS": {"OpenZFSConfiguration": {"DeploymentType": "SINGLE_AZ_2", "ThroughputCapacity": 160}},
    "WINDOWS": {"WindowsConfiguration": {"DeploymentType": "SINGLE_AZ_2", "ThroughputCapacity": 32}},
}


def seed(aws: EmbeddedAws, region: str) -> None:
    """Make the estate of one region."""
    ec2, fsx = aws.client("ec2", region), aws.client("fsx", region)
    vpc = ec2.create_vpc(CidrBlock="10.12.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.12.{number}.0/24", AvailabilityZone=f"{region}{zone}")["Subnet"][
            "SubnetId"
        ]
        for number, zone in enumerate("ab")
    ]
    _make(fsx, _GOOD, subnets, Tags=_TAGS)
    _make(fsx, _BAD, subnets[:1])


def _make(fsx: Any, configurations: dict[str, dict[str, Any]], subnets: list[str], **tags: Any) -> None:
    for kind, given in configurations.items():
        used = subnets[:1] if kind == "LUSTRE" else subnets
        fsx.create_file_system(FileSystemType=kind, StorageCapacity=1200, SubnetIds=used, **given, **tags)
