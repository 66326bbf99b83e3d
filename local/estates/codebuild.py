"""Projects and report groups of CodeBuild: of each one that passes and one that fails."""

from typing import Any

from local.server import ACCOUNT, EmbeddedAws

_TAGS = [{"key": "Owner", "value": "platform"}]


def seed(aws: EmbeddedAws, region: str) -> None:
    """Make the estate of one region."""
    codebuild = aws.client("codebuild", region)
    _project(
        codebuild, "shop", "https://bitbucket.org/example/shop.git", [],
        {"cloudWatchLogs": {"status": "ENABLED"}, "s3Logs": {"status": "ENABLED", "location": "logs/shop"}},
    )  # fmt: skip
    _project(
        codebuild, "old", "https://robot:example@bitbucket.org/example/old.git",
        [{"name": "AWS_SECRET_ACCESS_KEY", "value": "example", "type": "PLAINTEXT"}],
        {
            "cloudWatchLogs": {"status": "DISABLED"},
            "s3Logs": {"status": "ENABLED", "location": "logs/old", "encryptionDisabled": True},
        },
    )  # fmt: skip
    _project(
        codebuild, "silent", "https://bitbucket.org/example/silent.git", [],
        {"cloudWatchLogs": {"status": "DISABLED"}, "s3Logs": {"status": "DISABLED"}},
    )  # fmt: skip
    for name, plain in (("shop", False), ("old", True)):
        destination = {"bucket": "reports", "packaging": "NONE", "encryptionDisabled": plain}
        codebuild.create_report_group(
            name=name, type="TEST", exportConfig={"exportConfigType": "S3", "s3Destination": destination}, tags=_TAGS
        )


def _project(codebuild: Any, name: str, url: str, variables: list[dict[str, str]], logs: dict[str, Any]) -> None:
    environment = {
        "type": "LINUX_CONTAINER",
        "image": "aws/codebuild/standard:7.0",
        "computeType": "BUILD_GENERAL1_SMALL",
    }
    codebuild.create_project(
        name=name, source={"type": "BITBUCKET", "location": url}, artifacts={"type": "NO_ARTIFACTS"},
        environment={**environment, "environmentVariables": variables}, logsConfig=logs, tags=_TAGS,
        serviceRole=f"arn:aws:iam::{ACCOUNT}:role/service-role/codebuild",
    )  # fmt: skip
