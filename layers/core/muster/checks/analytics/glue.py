"""Checks of Glue: jobs, and machine learning transforms."""

import re

from muster.facets.analytics.glue import AUTOMATIC, SPARK, STREAMING, GlueJob, GlueTransform
from muster.model.check import check
from muster.model.finding import Severity, Unknown, Verdict, compliant, known, non_compliant, not_applicable


@check(severity=Severity.MEDIUM, controls=("FSBP Glue.3",))
def glue_ml_transform_encrypted_at_rest(transform: GlueTransform) -> Verdict:
    """Machine learning transforms of Glue should be encrypted at rest.

    Problem: Glue transform is not encrypted
    Why: The transform stores labels and samples of your data. Anyone who gets access to the storage can read them.
    Fix: The encryption cannot be changed. Create a new transform, and teach it with the labels of this one. `aws glue
      create-ml-transform --name NEW-NAME --role ROLE-ARN --parameters TransformType=FIND_MATCHES
      --input-record-tables DatabaseName=DATABASE,TableName=TABLE --transform-encryption
      'MlUserDataEncryption={MlUserDataEncryptionMode=SSE-KMS,KmsKeyId=KMS-KEY}'`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/glue-ml-transform-encrypted-at-rest.html
    """
    if known(transform.encryption) == "DISABLED":
        return non_compliant("Transform is not encrypted")
    return compliant(f"Transform is encrypted ({transform.encryption})")


@check(severity=Severity.MEDIUM, controls=("FSBP Glue.4",))
def glue_spark_job_supported_version(job: GlueJob, *, min_version: str = "3.0") -> Verdict:
    """Spark jobs should run on a supported version of Glue.

    Jobs that AWS upgrades by itself pass. The check does not apply to Python shell and Ray jobs.

    Problem: old version of Glue
    Why: Old versions of Spark and Python get no security fixes, and AWS ends their support.
    Fix: The command replaces the whole definition of the job. Read the definition: `aws glue get-job --job-name NAME`
      Write it to JOB.json with the new GlueVersion, without Name, CreatedOn, LastModifiedOn and AllocatedCapacity, and
      without MaxCapacity if WorkerType is set. Then replace it, and test the job: `aws glue update-job --job-name NAME
      --job-update file://JOB.json`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/glue-spark-job-supported-version.html
    """
    kind = known(job.kind)
    if kind not in (SPARK, STREAMING):
        return not_applicable(f"Job does not run Spark ({kind})")
    if not job.version:
        return non_compliant(f"No version of Glue is set; use {min_version} or later")
    if job.version == AUTOMATIC:
        return compliant("AWS upgrades the version of Glue")
    if known(_number(job.version)) < known(_number(min_version)):
        return non_compliant(f"Version of Glue is {job.version}; use {min_version} or later")
    return compliant(f"Version of Glue is {job.version}")


def _number(version: str) -> tuple[int, ...] | Unknown:
    if re.fullmatch(r"\d+(\.\d+)*", version, re.ASCII):
        return tuple(int(part) for part in version.split("."))
    return Unknown(f"Unknown version of Glue: {version!r}")
