"""Glue: jobs of a new and of an old version and one without Spark, and transforms with and without encryption."""

from typing import Any

from local import estate
from local.server import ACCOUNT, EmbeddedAws


def seed(aws: EmbeddedAws, region: str) -> None:
    """Make the estate of one region."""
    glue, role = aws.client("glue", region), f"arn:aws:iam::{ACCOUNT}:role/glue"
    jobs: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("orders", "glueetl", {"GlueVersion": "5.0", "Tags": estate.GOOD_TAGS}),
        ("bills", "glueetl", {"GlueVersion": "2.0"}),
        ("sweep", "pythonshell", {}),
    )
    for name, kind, more in jobs:
        command = {"Name": kind, "ScriptLocation": f"s3://scripts/{name}.py"}
        glue.create_job(Name=name, Role=role, Command=command, **more)
    encryption = {"MlUserDataEncryption": {"MlUserDataEncryptionMode": "SSE-KMS", "KmsKeyId": "alias/glue"}}
    transforms: tuple[tuple[str, dict[str, Any]], ...] = (
        ("customers", {"TransformEncryption": encryption, "Tags": estate.GOOD_TAGS}),
        ("suppliers", {}),
    )
    for name, more in transforms:
        glue.create_ml_transform(
            Name=name, Role=role, InputRecordTables=[{"DatabaseName": "shop", "TableName": name}],
            Parameters={"TransformType": "FIND_MATCHES"}, **more,
        )  # fmt: skip
