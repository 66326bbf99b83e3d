"""The embedded AWS answers about sharing and metadata as AWS documents."""

from typing import Any

from local.server import EmbeddedAws

HOME, AWAY = "eu-west-1", "us-east-1"
OTHER = "111122223333"


def snapshot(ec2: Any, region: str = HOME) -> str:
    volume = ec2.create_volume(AvailabilityZone=f"{region}a", Size=1)["VolumeId"]
    return str(ec2.create_snapshot(VolumeId=volume)["SnapshotId"])


def names(ec2: Any, **asked: Any) -> set[str]:
    return {item["SnapshotId"] for item in ec2.describe_snapshots(**asked)["Snapshots"]}


def test_own_snapshots_are_those_of_the_account_that_asks(aws: EmbeddedAws) -> None:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSnapshots.html."""
    ours, theirs = aws.client("ec2", HOME), aws.client_in(OTHER, "ec2", HOME)
    first, second = snapshot(ours), snapshot(theirs)
    assert names(ours, OwnerIds=["self"], MaxResults=1000) == {first}
    assert names(theirs, OwnerIds=["self"], MaxResults=1000) == {second}
    assert names(aws.client("ec2", AWAY), OwnerIds=["self"]) == set()
    assert first in names(ours)


def test_of_own_snapshots_those_that_everybody_may_restore_can_be_asked_for(aws: EmbeddedAws) -> None:
    ec2 = aws.client("ec2", HOME)
    public, shared = snapshot(ec2), snapshot(ec2)
    snapshot(ec2)
    asked = {"Attribute": "createVolumePermission", "OperationType": "add"}
    ec2.modify_snapshot_attribute(SnapshotId=public, GroupNames=["all"], **asked)
    ec2.modify_snapshot_attribute(SnapshotId=shared, UserIds=[OTHER], **asked)
    assert names(ec2, OwnerIds=["self"], RestorableByUserIds=["all"]) == {public}


def test_the_block_of_snapshots_is_kept_by_account_and_region(aws: EmbeddedAws) -> None:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetSnapshotBlockPublicAccessState.html."""

    def state(ec2: Any) -> str:
        return str(ec2.get_snapshot_block_public_access_state()["State"])

    ec2 = aws.client("ec2", HOME)
    assert state(ec2) == "unblocked"
    assert ec2.enable_snapshot_block_public_access(State="block-new-sharing")["State"] == "block-new-sharing"
    assert state(ec2) == "block-new-sharing"
    assert state(aws.client("ec2", AWAY)) == state(aws.client_in(OTHER, "ec2", HOME)) == "unblocked"
    assert ec2.disable_snapshot_block_public_access()["State"] == "unblocked"
    assert state(ec2) == "unblocked"


def test_the_block_of_images_is_kept_by_account_and_region(aws: EmbeddedAws) -> None:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetImageBlockPublicAccessState.html."""

    def state(ec2: Any) -> str:
        return str(ec2.get_image_block_public_access_state()["ImageBlockPublicAccessState"])

    ec2 = aws.client("ec2", HOME)
    assert state(ec2) == "unblocked"
    said = ec2.enable_image_block_public_access(ImageBlockPublicAccessState="block-new-sharing")
    assert said["ImageBlockPublicAccessState"] == state(ec2) == "block-new-sharing"
    assert state(aws.client("ec2", AWAY)) == state(aws.client_in(OTHER, "ec2", HOME)) == "unblocked"
    assert ec2.disable_image_block_public_access()["ImageBlockPublicAccessState"] == state(ec2) == "unblocked"


def test_the_defaults_of_metadata_are_what_was_set_and_no_more(aws: EmbeddedAws) -> None:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstanceMetadataDefaults.html."""
    ec2 = aws.client("ec2", HOME)
    assert ec2.get_instance_metadata_defaults()["AccountLevel"] == {"ManagedBy": "account"}
    assert ec2.modify_instance_metadata_defaults(HttpTokens="required", HttpPutResponseHopLimit=2)["Return"] is True
    found = ec2.get_instance_metadata_defaults()["AccountLevel"]
    assert found == {"HttpTokens": "required", "HttpPutResponseHopLimit": 2, "ManagedBy": "account"}
    ec2.modify_instance_metadata_defaults(HttpTokens="no-preference", HttpPutResponseHopLimit=-1)
    assert ec2.get_instance_metadata_defaults()["AccountLevel"] == {"ManagedBy": "account"}
    aws.client("ec2", AWAY).modify_instance_metadata_defaults(HttpEndpoint="disabled")
    assert ec2.get_instance_metadata_defaults()["AccountLevel"] == {"ManagedBy": "account"}
