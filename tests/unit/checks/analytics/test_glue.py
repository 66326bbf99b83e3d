"""Glue: jobs and machine learning transforms."""

from typing import Any

import pytest

from muster.checks.analytics.glue import glue_ml_transform_encrypted_at_rest, glue_spark_job_supported_version
from muster.facets.analytics.glue import GlueJob, GlueTransform
from muster.model.finding import Status, UnknownField

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE


def job(kind: str, version: str = "") -> GlueJob:
    return GlueJob.parse({"Name": "nightly", "Command": {"Name": kind}} | ({"GlueVersion": version} if version else {}))


@pytest.mark.parametrize(
    ("kind", "version", "status", "reason"),
    [
        ("glueetl", "3.0", C, "Version of Glue is 3.0"),
        ("glueetl", "10.0", C, "Version of Glue is 10.0"),
        ("glueetl", "2.0", N, "Version of Glue is 2.0; use 3.0 or later"),
        ("gluestreaming", "0.9", N, "Version of Glue is 0.9; use 3.0 or later"),
        ("glueetl", "", N, "No version of Glue is set; use 3.0 or later"),
        ("glueetl", "auto", C, "AWS upgrades the version of Glue"),
        ("pythonshell", "", NA, "Job does not run Spark (pythonshell)"),
        ("glueray", "1.0", NA, "Job does not run Spark (glueray)"),
    ],
)
def test_the_version_of_a_job(kind: str, version: str, status: Status, reason: str) -> None:
    found = glue_spark_job_supported_version(job(kind, version))
    assert (found.status, found.reason) == (status, reason)


def test_a_setting_requires_a_later_version() -> None:
    assert glue_spark_job_supported_version(job("glueetl", "4.0"), min_version="5.0").status is N
    assert glue_spark_job_supported_version(job("glueetl", "5.0"), min_version="5").status is C


@pytest.mark.parametrize("unknown", [GlueJob.parse({}), job("gluequantum", "5.0"), job("glueetl", "five")])
def test_what_is_not_known_is_no_verdict(unknown: GlueJob) -> None:
    with pytest.raises(UnknownField):
        glue_spark_job_supported_version(unknown)


@pytest.mark.parametrize(
    ("mode", "status", "reason"),
    [
        ("SSE-KMS", C, "Transform is encrypted (SSE-KMS)"),
        ("DISABLED", N, "Transform is not encrypted"),
        (None, N, "Transform is not encrypted"),
    ],
)
def test_the_encryption_of_a_transform(mode: str | None, status: Status, reason: str) -> None:
    encryption: Any = {"MlUserDataEncryption": {"MlUserDataEncryptionMode": mode}} if mode else {}
    found = glue_ml_transform_encrypted_at_rest(GlueTransform.parse({"TransformEncryption": encryption}))
    assert (found.status, found.reason) == (status, reason)


def test_a_new_mode_of_encryption_is_no_verdict() -> None:
    encryption = {"MlUserDataEncryption": {"MlUserDataEncryptionMode": "QUANTUM"}}
    with pytest.raises(UnknownField):
        glue_ml_transform_encrypted_at_rest(GlueTransform.parse({"TransformEncryption": encryption}))
