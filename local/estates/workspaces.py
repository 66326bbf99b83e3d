"""WorkSpaces: one whose volumes are encrypted, one whose volumes are not."""

from typing import Any

from local.server import EmbeddedAws

_TAGS = [{"Key": "Owner", "Value": "people"}]


def seed(aws: EmbeddedAws, region: str) -> None:
    """Make the estate of one region, in the default VPC."""
    ec2, client = aws.client("ec2", region), aws.client("workspaces", region)
    subnets = ec2.describe_subnets(Filters=[{"Name": "default-for-az", "Values": ["true"]}])["Subnets"][:2]
    network = {"VpcId": subnets[0]["VpcId"], "SubnetIds": [each["SubnetId"] for each in subnets]}
    directory = aws.client("ds", region).create_directory(
        Name="corp.example.com", Password="Not-a-real-passw0rd", Size="Small", VpcSettings=network
    )["DirectoryId"]
    client.register_workspace_directory(DirectoryId=directory)
    encrypted: Any = {
        "VolumeEncryptionKey": "alias/aws/workspaces",
        "UserVolumeEncryptionEnabled": True,
        "RootVolumeEncryptionEnabled": True,
        "Tags": _TAGS,
    }
    users: tuple[tuple[str, Any], ...] = (("ana", encrypted), ("ben", {}))
    client.create_workspaces(
        Workspaces=[
            {"DirectoryId": directory, "UserName": name, "BundleId": "wsb-0a1b2c3d4", **options}
            for name, options in users
        ]
    )
