"""Glue: jobs, and machine learning transforms."""

from muster.facets import kinds
from muster.facets.fields import Parsed, facet, read
from muster.model.finding import Unknown

SPARK, STREAMING = "glueetl", "gluestreaming"
AUTOMATIC = "auto"


@facet
class GlueJob(Parsed):
    """One job of GetJobs; `version` is empty where the job has none, and `auto` where AWS upgrades the job.

    https://docs.aws.amazon.com/glue/latest/webapi/API_Job.html
    """

    kind: str | Unknown = read(
        "Command.Name", kinds.one_of(SPARK, STREAMING, "pythonshell", "glueray"), "the kind of the job"
    )
    version: str = read("GlueVersion", kinds.text)


@facet
class GlueTransform(Parsed):
    """How a machine learning transform encrypts its data: without a word about it, not at all.

    https://docs.aws.amazon.com/glue/latest/webapi/API_TransformEncryption.html
    """

    encryption: str | Unknown = read(
        "TransformEncryption.MlUserDataEncryption.MlUserDataEncryptionMode",
        kinds.defaulting("DISABLED", kinds.one_of("DISABLED", "SSE-KMS")),
    )
